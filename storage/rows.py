"""Rows become the type that was asked for, by position; moments, booleans and enumerations become themselves again.

The databases hold integers for moments (milliseconds since 1970) and booleans, so that both engines give the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")

Row = Sequence[Any]  # what a driver gives: any mix of its scalars


def moment(milliseconds: int) -> datetime:
    """Milliseconds since 1970 as an aware UTC moment."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def milliseconds(moment_: datetime) -> int:
    """An aware moment as milliseconds since 1970."""
    return round(moment_.timestamp() * 1000)


_makers: dict[Any, Callable[[Row], Any]] = {}  # Any: one maker for each kind that was ever asked for


def maker(kind: type[T]) -> Callable[[Row], T]:
    """A function that makes one row into a `kind`: a dataclass by position, or a scalar from its first column."""
    known = _makers.get(kind)
    if known is None:
        known = _makers[kind] = _new_maker(kind)
    return known


def _new_maker(kind: Any) -> Callable[[Row], Any]:  # Any: see above
    make: Callable[..., Any] = kind
    if not is_dataclass(kind):
        convert = _converter(kind)
        return lambda row: convert(row[0]) if convert is not None else row[0]
    hints = get_type_hints(kind)
    found = [(at, _converter(hints[field.name])) for at, field in enumerate(fields(kind))]
    conversions = [(at, convert) for at, convert in found if convert is not None]
    if not conversions:
        return lambda row: make(*row)

    def converted(row: Row) -> Any:  # Any: see above
        values = list(row)
        for at, convert in conversions:
            if values[at] is not None:
                values[at] = convert(values[at])
        return make(*values)

    return converted


def _converter(hint: Any) -> Callable[[Any], Any] | None:  # Any: a type hint can be anything
    if get_origin(hint) is UnionType:
        hint = next(part for part in get_args(hint) if part is not type(None))
    if hint is bool:
        return bool
    if hint is datetime:
        return moment
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    return None
