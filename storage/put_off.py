"""Changes that a unit puts off, to make them in one call each: what would cost a round trip for every row costs one for all.

Whoever puts a change off says by it that nothing else in the unit looks at those rows. So that changes stay in their order all
the same, what was put off is done before the unit makes any other (`Unit.run`, `Unit.each`).

What only counts is counted here first, and changes its row once: PostgreSQL writes a new copy of a row at each change of it, and
may not use the place of an old one again before the unit is committed.
"""

from collections import Counter
from collections.abc import Mapping

from storage.store import Value

Rows = list[Mapping[str, Value]]


class PutOff:
    """Statements of one unit, each with the rows that it is to be run for."""

    __slots__ = ("_rows", "_times")

    def __init__(self) -> None:
        self._rows: dict[str, Rows] = {}
        self._times: dict[str, Counter[tuple[tuple[str, Value], ...]]] = {}

    def add(self, sql: str, values: Mapping[str, Value]) -> None:
        """Put one more off."""
        self._rows.setdefault(sql, []).append(values)

    def count(self, sql: str, values: Mapping[str, Value]) -> None:
        """Put one more off, which is done together with others of the same values."""
        self._times.setdefault(sql, Counter())[tuple(values.items())] += 1

    def taken(self) -> list[tuple[str, Rows]]:
        """All that was put off, in the order in which each statement came first; from now on nothing is."""
        if not self._rows and not self._times:
            return []
        counted: dict[str, Rows] = {
            sql: [{**dict(values), "times": times} for values, times in found.items()]
            for sql, found in self._times.items()
        }
        taken = [*self._rows.items(), *counted.items()]
        self._rows, self._times = {}, {}
        return taken

    def clear(self) -> None:
        """Let go of what was put off: the attempt that wanted it has failed."""
        self._rows, self._times = {}, {}
