"""What the fields of entities are made of, and how a value is held against a shape."""

import re
from collections.abc import Callable
from typing import Any

Json = Any  # what an app decodes
Check = Callable[[Json], bool]
Shape = dict[str, Any]  # a field's name: a check, a shape, or a list with one of these


def text(value: Json) -> bool:
    return isinstance(value, str)


def number(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def measure(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def flag(value: Json) -> bool:
    return isinstance(value, bool)


def id(value: Json) -> bool:
    return isinstance(value, str) and value.isdecimal() and 0 < int(value) < 1 << 63


def digits(value: Json) -> bool:
    return isinstance(value, str) and value.isdecimal()


def time(value: Json) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value))


def date(value: Json) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value))


def url(value: Json) -> bool:
    return isinstance(value, str) and bool(re.match(r"https?://[^/]+/", value))


def socket(value: Json) -> bool:
    """The address of a node's streams: apps put the path behind it themselves."""
    return isinstance(value, str) and bool(re.fullmatch(r"wss?://[^/]+", value))


def null(value: Json) -> bool:
    return value is None


def one_of(*values: Json) -> Check:
    return lambda value: value in values


class Maybe:
    """What may be null."""

    def __init__(self, shape: Any) -> None:
        self.shape = shape


class Perhaps:
    """A field that may be left out."""

    def __init__(self, shape: Any) -> None:
        self.shape = shape


class Either:
    """One of several shapes."""

    def __init__(self, *shapes: Any) -> None:
        self.shapes = shapes


class Named:
    """An object whose names are data: every value has the same shape."""

    def __init__(self, shape: Any) -> None:
        self.shape = shape


def wrong(value: Json, shape: Any, at: str = "") -> list[str]:
    """Where a value does not fit a shape; empty when it fits."""
    match shape:
        case Maybe():
            return [] if value is None else wrong(value, shape.shape, at)
        case Either():
            return min((wrong(value, each, at) for each in shape.shapes), key=len)
        case Named():
            return _wrong_fields(value, dict.fromkeys(value, shape.shape) if isinstance(value, dict) else {}, at)
        case dict():
            return _wrong_fields(value, shape, at)
        case list():
            return _wrong_items(value, shape[0], at)
        case _:
            return [] if shape(value) else [f"{at}: {value!r} is no {getattr(shape, '__name__', shape)}"]


def _wrong_items(value: Json, shape: Any, at: str) -> list[str]:
    if not isinstance(value, list):
        return [f"{at}: {value!r} is no list"]
    return [one for index, item in enumerate(value) for one in wrong(item, shape, f"{at}[{index}]")]


def _wrong_fields(value: Json, shape: Shape, at: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{at}: {value!r} is no object"]
    demanded = {name for name, one in shape.items() if not isinstance(one, Perhaps)}
    found = [f"{at}.{name} is missing" for name in demanded - value.keys()]
    found += [f"{at}.{name} is unknown" for name in value.keys() - shape.keys()]
    return found + [
        one for name in shape.keys() & value.keys() for one in wrong(value[name], _there(shape[name]), f"{at}.{name}")
    ]


def _there(shape: Any) -> Any:
    return shape.shape if isinstance(shape, Perhaps) else shape
