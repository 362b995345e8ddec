"""JSON from outside, read without surprises.

`json.loads` takes NaN, doubled keys and lone surrogates, and other programs read those differently or fail on them; so
what two readers could understand differently is refused here, before anything looks at it. Depth and number of values
are counted on the bytes, before a parser spends time on them.

Documents are plain JSON for this node: no context is fetched and nothing is expanded. A document that would mean
something else to a JSON-LD reader (`@graph`, `@included`, `@reverse`, a context that gives `actor` another meaning) is
therefore refused too.
"""

import json
import math
import re
from collections.abc import Iterator
from itertools import accumulate
from typing import NoReturn, TypeAlias

import orjson

from federation.errors import Malformed

JsonValue: TypeAlias = "dict[str, JsonValue] | list[JsonValue] | str | int | float | bool | None"
JsonObject: TypeAlias = dict[str, JsonValue]

MOST_DEPTH = 32
MOST_NODES = 2_000

FORBIDDEN_KEYWORDS = frozenset({"@graph", "@included", "@reverse"})
FIXED_TERMS = frozenset(
    {
        *("id", "type", "actor", "object", "attributedTo", "to", "cc"),
        *("inbox", "publicKey", "owner", "controller", "proof"),
    }
)
# Saying once more what the ActivityStreams context says already changes nothing.
_UNCHANGED_TERMS = {"id": "@id", "type": "@type"}

_LONGEST_INTEGER = len(str(-(2**63)))
# A string that never ends is one too: every quotation mark starts a match, so one pass over the bytes is enough.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"{}[]"))
_WHITE_SPACE = b" \t\r\n"


def loads(raw: bytes, *, most_nodes: int = MOST_NODES) -> JsonObject:
    """The JSON object in these bytes.

    raw: UTF-8 without a byte order mark; its size is the caller's to limit.  most_nodes: how many values it may hold,
    itself counted.  Raises Malformed with one of the codes `not-utf8`, `not-json`, `not-an-object`, `too-deep`,
    `too-many-values`, `duplicate-key`, `bad-number`, `bad-text`, `forbidden-keyword`, `context-redefines`.
    See RFC 8259, RFC 7493 (I-JSON).
    """
    _demand_small_structure(raw, most_nodes)
    document = _decoded(raw)
    if not isinstance(document, dict):
        raise Malformed("The document is not a JSON object.", code="not-an-object")
    # Surrogates and NUL can only come by way of an escape: UTF-8 has none, and JSON strings take no control characters.
    if rb"\u" in raw:
        _demand_clean_text(document)
    return document


def dumps(document: JsonValue) -> bytes:
    """The shortest UTF-8 bytes of a JSON value, keys in the order they have.

    Raises orjson.JSONEncodeError (a TypeError) for what is no JSON: surrogates, integers beyond 64 bits.
    """
    return orjson.dumps(document)


def _decoded(raw: bytes) -> object:
    try:
        return _DECODER.decode(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Malformed("The document is not UTF-8.", code="not-utf8", internal=str(error)) from error
    except json.JSONDecodeError as error:
        reason = f"The document is not JSON: position {error.pos}."
        raise Malformed(reason, code="not-json", internal=str(error)) from error


def _demand_small_structure(raw: bytes, most_nodes: int) -> None:
    opening = raw.count(b"{") + raw.count(b"[")
    if opening <= MOST_DEPTH and opening + raw.count(b",") < most_nodes:
        return  # even if every bracket and comma counted
    structure = _STRING.sub(b"s", raw).translate(None, _WHITE_SPACE)
    brackets = structure.translate(None, _NOT_BRACKETS)
    # A list or object is a value with two brackets: more of them than that need no further look.
    if len(brackets) > 2 * most_nodes or _count_nodes(structure) > most_nodes:
        raise Malformed(f"The document holds more than {most_nodes} values.", code="too-many-values")
    if _depth(brackets) > MOST_DEPTH:
        raise Malformed(f"The document is nested more than {MOST_DEPTH} deep.", code="too-deep")


def _count_nodes(structure: bytes) -> int:
    """How many values a valid document has: itself, one for each comma, one for each list or object with members."""
    opening = structure.count(b"{") + structure.count(b"[")
    empty = structure.count(b"{}") + structure.count(b"[]")
    return 1 + structure.count(b",") + opening - empty


def _depth(brackets: bytes) -> int:
    return max(accumulate((1 if bracket in b"{[" else -1 for bracket in brackets), initial=0))


def _object(pairs: list[tuple[str, JsonValue]]) -> JsonObject:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Malformed("An object has the same key twice.", code="duplicate-key")
    if not FORBIDDEN_KEYWORDS.isdisjoint(members):
        raise Malformed("The document uses @graph, @included or @reverse.", code="forbidden-keyword")
    if "@context" in members:
        _demand_plain_context(members["@context"])
    return members


def _demand_plain_context(context: JsonValue) -> None:
    for terms in _inline_contexts(context):
        for term, meaning in terms.items():
            iri = meaning.get("@id") if isinstance(meaning, dict) else meaning
            if isinstance(iri, str) and iri in FORBIDDEN_KEYWORDS:
                raise Malformed("The context renames @graph, @included or @reverse.", code="forbidden-keyword")
            if term in FIXED_TERMS and (term, meaning) not in _UNCHANGED_TERMS.items():
                raise Malformed(f"The context gives another meaning to '{term}'.", code="context-redefines")


def _inline_contexts(context: JsonValue) -> Iterator[JsonObject]:
    match context:
        case dict():
            yield context
        case list():
            for member in context:
                yield from _inline_contexts(member)
        case _:
            pass


def _integer(text: str) -> int:
    if len(text) <= _LONGEST_INTEGER and -(2**63) <= (number := int(text)) < 2**63:
        return number
    raise Malformed("A number does not fit into 64 bits.", code="bad-number")


def _decimal(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise Malformed("A number is too large.", code="bad-number")
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise Malformed(f"{name} is not a JSON number.", code="bad-number")


def _demand_clean_text(value: JsonValue) -> None:
    match value:
        case str() if "\0" in value or not _is_encodable(value):
            raise Malformed("A text contains NUL or half of a surrogate pair.", code="bad-text")
        case dict():
            for key, member in value.items():
                _demand_clean_text(key)
                _demand_clean_text(member)
        case list():
            for member in value:
                _demand_clean_text(member)
        case _:
            pass


def _is_encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_decimal, parse_constant=_refuse_constant
)
