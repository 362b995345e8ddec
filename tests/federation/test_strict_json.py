"""JSON from outside: what is read, what is refused, and with which code."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation import strict_json
from federation.errors import Malformed
from federation.strict_json import JsonValue


def nested(depth: int) -> bytes:
    return b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


REFUSED = [
    (b"", "not-json"),
    (b" ", "not-json"),
    (b"{", "not-json"),
    (b'{"a":1,}', "not-json"),
    (b'{"a":1}{}', "not-json"),
    (b'{"a":1} x', "not-json"),
    (b"{'a':1}", "not-json"),
    (b'{"a":01}', "not-json"),
    (b'{"a":"\n"}', "not-json"),
    (b'{"a":"\0"}', "not-json"),
    (b'{"a":"\\x"}', "not-json"),
    (b'{"a":"\\u12"}', "not-json"),
    (b'{"a":"', "not-json"),
    (b'{"a":"\\', "not-json"),
    (b'\xef\xbb\xbf{"a":1}', "not-json"),
    (b"]" * 100_000, "not-json"),
    (b'{"a":"\xff"}', "not-utf8"),
    (b'{"a":"\xed\xa0\x80"}', "not-utf8"),
    (b'{"a":"\xc0\x80"}', "not-utf8"),
    ('{"a":1}'.encode("utf-16"), "not-utf8"),
    (b"[]", "not-an-object"),
    (b'"text"', "not-an-object"),
    (b"null", "not-an-object"),
    (b"1", "not-an-object"),
    (nested(33), "too-deep"),
    (b'{"\\"":' * 33 + b"1" + b"}" * 33, "too-deep"),
    (b'{"a":' + b"[" * 100_000, "too-many-values"),
    (b'{"a":[' + b",".join([b"1"] * 1_999) + b"]}", "too-many-values"),
    (b'{"a":[' + b",".join([b"[]"] * 1_999) + b"]}", "too-many-values"),
    (b"[]" * 100_000, "too-many-values"),
    (b'{"a":1,"a":1}', "duplicate-key"),
    (b'{"b":{"a":1,"\\u0061":2}}', "duplicate-key"),
    (b'{"a":NaN}', "bad-number"),
    (b'{"a":Infinity}', "bad-number"),
    (b'{"a":-Infinity}', "bad-number"),
    (b'{"a":1e400}', "bad-number"),
    (b'{"a":-1e400}', "bad-number"),
    (b'{"a":9223372036854775808}', "bad-number"),
    (b'{"a":-9223372036854775809}', "bad-number"),
    (b'{"a":' + b"9" * 5_000 + b"}", "bad-number"),
    (b'{"a":"\\ud800"}', "bad-text"),
    (b'{"a":["\\udc00\\ud800"]}', "bad-text"),
    (b'{"\\ud800":1}', "bad-text"),
    (b'{"a":{"b":"x\\u0000"}}', "bad-text"),
    (b'{"\\u0000":1}', "bad-text"),
    (b'{"@graph":[]}', "forbidden-keyword"),
    (b'{"a":[{"@included":1}]}', "forbidden-keyword"),
    (b'{"a":{"@reverse":{}}}', "forbidden-keyword"),
    (b'{"\\u0040graph":1}', "forbidden-keyword"),
    (b'{"@context":{"parts":"@graph"}}', "forbidden-keyword"),
    (b'{"@context":["https://x.example",{"parts":{"@id":"@included"}}]}', "forbidden-keyword"),
    (b'{"@context":{"of":{"@reverse":"as:object"}}}', "forbidden-keyword"),
    (b'{"@context":{"actor":"https://x.example/actor"}}', "context-redefines"),
    (b'{"@context":["https://x.example",{"to":{"@id":"as:cc","@type":"@id"}}]}', "context-redefines"),
    (b'{"@context":[[{"id":"as:url"}]]}', "context-redefines"),
    (b'{"@context":{"type":"@id"}}', "context-redefines"),
    (b'{"@context":{"owner":null}}', "context-redefines"),
    (b'{"object":{"@context":{"attributedTo":"as:generator"}}}', "context-redefines"),
    (b'{"@context":{"Note":{"@id":"as:Note","@context":{"proof":"as:x"}}}}', "context-redefines"),
    *((f'{{"@context":{{"{term}":"x:y"}}}}'.encode(), "context-redefines") for term in sorted(strict_json.FIXED_TERMS)),
]

TAKEN: list[tuple[bytes, JsonValue]] = [
    (b"{}", {}),
    (b' {"a" : 1 }\r\n', {"a": 1}),
    ('{"a":"é€😀"}'.encode(), {"a": "é€😀"}),
    (b'{"a":"\\ud83d\\ude00"}', {"a": "😀"}),
    (b'{"a":"\\\\u0000 \\\\ud800"}', {"a": "\\u0000 \\ud800"}),
    (b'{"a":9223372036854775807,"b":-9223372036854775808}', {"a": 2**63 - 1, "b": -(2**63)}),
    (b'{"a":1.5,"b":-0.0,"c":1e300}', {"a": 1.5, "b": -0.0, "c": 1e300}),
    (b'{"a":[true,false,null,""]}', {"a": [True, False, None, ""]}),
    (b'{"a":"@graph","graph":"[[[["}', {"a": "@graph", "graph": "[[[["}),
    (b'{"a":"' + b"[" * 5_000 + b'"}', {"a": "[" * 5_000}),
    (b'{"a":"\\"' + b"[{" * 5_000 + b'\\\\"}', {"a": '"' + "[{" * 5_000 + "\\"}),
    (b'{"a":"' + b"," * 5_000 + b'"}', {"a": "," * 5_000}),
    (b'{"@context":{"id":"@id","type":"@type"}}', {"@context": {"id": "@id", "type": "@type"}}),
    (
        b'{"@context":[{"toot":"x:y","sensitive":"as:sensitive"}]}',
        {"@context": [{"toot": "x:y", "sensitive": "as:sensitive"}]},
    ),
    (b'{"@context":null}', {"@context": None}),
    (b'{"actor":"x","to":[]}', {"actor": "x", "to": []}),
]


@pytest.mark.parametrize(("raw", "code"), REFUSED, ids=lambda case: repr(case[:40]))
def test_what_two_readers_could_understand_differently_is_refused(raw: bytes, code: str) -> None:
    with pytest.raises(Malformed) as refusal:
        strict_json.loads(raw)
    assert refusal.value.code == code
    assert refusal.value.detail.isprintable()
    assert strict_json.loads(b'{"next":"is fine"}') == {"next": "is fine"}


@pytest.mark.parametrize(("raw", "document"), TAKEN, ids=lambda case: repr(case)[:40])
def test_what_is_read_is_what_was_written(raw: bytes, document: JsonValue) -> None:
    assert strict_json.loads(raw) == document


def test_a_text_that_never_ends_costs_one_look_at_each_byte() -> None:
    began = time.perf_counter()
    with pytest.raises(Malformed):
        strict_json.loads(b"[" * 33 + b'"' + b'\\"' * 50_000 + b"\\")
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_thirty_two_levels_are_enough_for_everybody(opening: bytes) -> None:
    closing = b"]" if opening == b"[" else b"}"
    raw = b'{"a":' + opening * 30 + b"[]" + closing * 30 + b"}"
    assert strict_json.loads(raw)
    with pytest.raises(Malformed):
        strict_json.loads(b'{"a":' + raw + b"}")


def test_width_is_not_depth() -> None:
    assert strict_json.loads(b'{"a":[' + b",".join([b'{"b":[{}]}'] * 300) + b"]}")


def test_values_are_counted_exactly() -> None:
    raw = b'{"a":[' + b", ".join([b"[ ]", b'{"x":"[]"}']) + b"]}"  # the object, its list, two members, one text
    assert strict_json.loads(raw, most_nodes=5)
    with pytest.raises(Malformed) as refusal:
        strict_json.loads(raw, most_nodes=4)
    assert refusal.value.code == "too-many-values"


def count_values(value: JsonValue) -> int:
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(count_values(member) for member in members)


texts = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0@"), max_size=8)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda children: st.lists(children, max_size=5) | st.dictionaries(texts, children, max_size=5),
    max_leaves=40,
)


@given(st.dictionaries(texts, json_values, max_size=5), st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_there_and_back(document: dict[str, JsonValue], ascii_only: bool, indent: str | int | None) -> None:
    raw = json.dumps(document, ensure_ascii=ascii_only, indent=indent).encode()
    size = count_values(document)
    assert strict_json.loads(raw, most_nodes=size) == document
    assert strict_json.loads(strict_json.dumps(document)) == document
    with pytest.raises(Malformed):
        strict_json.loads(raw, most_nodes=size - 1)


@given(st.binary(max_size=60) | st.text(alphabet='{}[]",:\\u0d8 1eNa', max_size=60).map(str.encode))
def test_no_bytes_raise_anything_else(raw: bytes) -> None:
    try:
        document = strict_json.loads(raw)
    except Malformed:
        return
    assert strict_json.loads(strict_json.dumps(document)) == document


def test_written_bytes_are_short_and_keep_their_order() -> None:
    assert strict_json.dumps({"b": "é", "a": [1, None]}) == '{"b":"é","a":[1,null]}'.encode()


@pytest.mark.parametrize("document", [{"a": 2**64}, {"a": "\ud800"}])
def test_only_json_is_written(document: JsonValue) -> None:
    with pytest.raises(TypeError):
        strict_json.dumps(document)
