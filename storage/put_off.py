"""Changes that a unit puts off, to make them in one call each: what would cost a round trip for every row costs one for all.

Whoever puts a change off says by it that nothing else in the unit looks at those rows. So that changes stay in their order all
the same, what was put off is done before the unit makes any other (`Unit.run`, `Unit.each`).
"""

from collections.abc import Mapping

from storage.store import Value


class PutOff:
    """Statements of one unit, each with the rows that it is to be run for."""

    __slots__ = ("_rows",)

    def __init__(self) -> None:
        self._rows: dict[str, list[Mapping[str, Value]]] = {}

    def add(self, sql: str, values: Mapping[str, Value]) -> None:
        """Put one more off."""
        self._rows.setdefault(sql, []).append(values)

    def taken(self) -> list[tuple[str, list[Mapping[str, Value]]]]:
        """All that was put off, in the order in which each statement came first; from now on nothing is."""
        if not self._rows:
            return []
        rows, self._rows = self._rows, {}
        return list(rows.items())

    def clear(self) -> None:
        """Let go of what was put off: the attempt that wanted it has failed."""
        self._rows.clear()
