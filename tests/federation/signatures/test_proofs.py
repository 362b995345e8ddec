"""Integrity proofs: vectors of the standards, and a table of what a proof may not be."""

import hashlib
import json
import math
import struct
from collections.abc import Callable, Generator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given
from hypothesis import strategies as st

from federation import strict_json
from federation.errors import Unauthenticated
from federation.signatures import PrivateKey, PublicKey, keys, multibase, proofs
from federation.signatures.proofs import AssertionKeyWanted, Proven
from federation.strict_json import JsonObject, JsonValue

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ALICE = "https://server.example/users/alice"
KEY_ID = ALICE + "#ed25519-key"
AS2 = "https://www.w3.org/ns/activitystreams"
DATA_INTEGRITY = "https://w3id.org/security/data-integrity/v2"

# FEP-8b32, section "Test vectors"; the same keys as in W3C vc-di-eddsa, B. The secret carries the bytes of its own code.
SECRET = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
PUBLIC = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
ED25519 = ed25519.Ed25519PrivateKey.from_private_bytes(multibase.decode(SECRET, length=34)[2:])
OTHER = keys.generate_ed25519()
RSA = keys.private_from_pem((Path(__file__).parent / "rsa-2048.pem").read_text())

KEY = PrivateKey(KEY_ID, ED25519)
OF_ALICE = PublicKey(KEY_ID, ALICE, ED25519.public_key())


def activity(**members: JsonValue) -> JsonObject:
    """The activity of FEP-8b32's vector, with other members."""
    return {
        "@context": [AS2, DATA_INTEGRITY],
        "id": "https://server.example/activities/1",
        "type": "Create",
        "actor": ALICE,
        "object": {
            "id": "https://server.example/objects/1",
            "type": "Note",
            "attributedTo": ALICE,
            "content": "Hello world",
            "location": {"type": "Place", "longitude": -71.184902, "latitude": 25.273962},
        },
        **members,
    }


def proven(**members: JsonValue) -> JsonObject:
    return proofs.attach(activity(**members), KEY, now=NOW)


def with_proof(document: JsonObject, **members: JsonValue) -> JsonObject:
    """The document with other members in its proof; None takes one away (`context` is `@context`)."""
    proof = dict(document["proof"]) if isinstance(document["proof"], dict) else {}
    for name, value in members.items():
        key = "@context" if name == "context" else name
        proof.pop(key, None)
        if value is not None:
            proof[key] = value
    return {**document, "proof": proof}


def signed_anew(document: JsonObject, **members: JsonValue) -> JsonObject:
    """A proof of the document as it stands, whose configuration says what it is told to; made here, by hand."""
    changed = with_proof(document, **members)
    proof = changed["proof"]
    assert isinstance(proof, dict)
    configuration = {name: value for name, value in proof.items() if name != "proofValue"}
    bare = {name: value for name, value in document.items() if name not in ("proof", "signature")}
    if "@context" in configuration:
        bare["@context"] = configuration["@context"]
    message = hashlib.sha256(rfc8785.dumps(configuration)).digest() + hashlib.sha256(rfc8785.dumps(bare)).digest()
    return {**changed, "proof": {**configuration, "proofValue": multibase.encode(ED25519.sign(message))}}


def answered(asking: Generator[AssertionKeyWanted, PublicKey, Proven], key: PublicKey) -> Proven:
    next(asking)
    with pytest.raises(StopIteration) as end:
        asking.send(key)
    found = end.value.value
    assert isinstance(found, Proven)
    return found


def voucher_of(document: JsonObject, key: PublicKey = OF_ALICE, *, now: datetime = NOW) -> Proven:
    return answered(proofs.verify(document, now=now), key)


def refusal_of(document: JsonObject, key: PublicKey = OF_ALICE, *, now: datetime = NOW) -> str:
    with pytest.raises(Unauthenticated) as refusal:
        voucher_of(document, key, now=now)
    assert refusal.value.detail.isprintable()
    return refusal.value.code


def refusal_before_the_key(document: JsonObject, *, now: datetime = NOW) -> str:
    with pytest.raises(Unauthenticated) as refusal:
        next(proofs.verify(document, now=now))
    return refusal.value.code


# ---- vectors ---------------------------------------------------------------------------------------------------------

# FEP-8b32: fep-8b32.feature
FEP_PROOF: JsonObject = {
    "@context": [AS2, DATA_INTEGRITY],
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-jcs-2022",
    "verificationMethod": KEY_ID,
    "proofPurpose": "assertionMethod",
    "proofValue": "z42ffGu6AUKPCFcFPiabmUvnGLPJzC7e4DGWC52NUasSSH37UMa9c58tdgVszUcZfytxa4fQ5TYHaJENCxUDe9SdL",
    "created": "2023-02-24T23:36:38Z",
}
FEP_HASH_OF_PROOF = "cf63e2308ce7d1137667192c5c5e751ba7b1c6e3d5e746a7b717d309654ad198"
FEP_HASH_OF_DOCUMENT = "0793e8d97e2de4b989b2b2d7a5fae8cf941f102a03c0ecab00f03eaa2330c650"

# W3C vc-di-eddsa, TestVectors/eddsa-jcs-2022: documentHash, proofHash and the signature over both
W3C_DOCUMENT: JsonObject = {
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
}
W3C_PROOF: JsonObject = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-jcs-2022",
    "created": "2023-02-24T23:36:38Z",
    "verificationMethod": f"did:key:{PUBLIC}#{PUBLIC}",
    "proofPurpose": "assertionMethod",
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
    "proofValue": "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX",
}
W3C_HASH_OF_PROOF = "66ab154f5c2890a140cb8388a22a160454f80575f6eae09e5a097cabe539a1db"
W3C_HASH_OF_DOCUMENT = "59b7cb6251b8991add1ce0bc83107e3db9dbbab5bd2c28f687db1a03abc92f19"


@pytest.mark.parametrize(
    ("document", "proof", "hash_of_proof", "hash_of_document"),
    [
        (activity(), FEP_PROOF, FEP_HASH_OF_PROOF, FEP_HASH_OF_DOCUMENT),
        (W3C_DOCUMENT, W3C_PROOF, W3C_HASH_OF_PROOF, W3C_HASH_OF_DOCUMENT),
    ],
    ids=["FEP-8b32", "W3C"],
)
def test_vectors_of_the_standards(
    document: JsonObject, proof: JsonObject, hash_of_proof: str, hash_of_document: str
) -> None:
    configuration = {name: value for name, value in proof.items() if name != "proofValue"}
    assert hashlib.sha256(rfc8785.dumps(configuration)).hexdigest() == hash_of_proof
    assert hashlib.sha256(rfc8785.dumps(document)).hexdigest() == hash_of_document
    signature = multibase.decode(str(proof["proofValue"]), length=64)
    both = bytes.fromhex(hash_of_proof + hash_of_document)
    assert keys.make_signature(ED25519, both) == signature
    assert keys.is_signature_of(keys.ed25519_from_multikey(PUBLIC), both, signature=signature)


def test_the_vector_is_made_again_and_verified() -> None:
    made = proofs.attach(activity(), KEY, now=datetime(2023, 2, 24, 23, 36, 38, 999_999, tzinfo=UTC))
    assert made == {**activity(), "proof": FEP_PROOF}
    assert voucher_of(made) == Proven(ALICE, KEY_ID)


def test_a_key_without_a_url_is_nobody_s_here() -> None:
    """The vector of the W3C names its key as did:key, which no actor lists."""
    assert refusal_before_the_key({**W3C_DOCUMENT, "proof": W3C_PROOF}) == "bad-proof"


# RFC 8785, appendix B: the bits of a number, and how it is written
NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}


@pytest.mark.parametrize(("bits", "text"), NUMBERS.items())
def test_numbers_of_the_canonical_form(bits: str, text: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert rfc8785.dumps(number) == text.encode()


# RFC 8785, 3.2.2 to 3.2.4, and `testdata` of the canonicalisation's author, cyberphone/json-canonicalization
TEXTS = {
    "arrays": (r'[56, {"d": true, "10": null, "1": [ ]}]', '[56,{"1":[],"10":null,"d":true}]'),
    "french": (
        '{"peach": 1, "péché": 2, "pêche": 3, "sin": 4}',
        '{"peach":1,"péché":2,"pêche":3,"sin":4}',
    ),
    "structures": (
        (
            r'{"1": {"f": {"f": "hi","F": 5} ,"\n": 56.0}, "10": { }, "": "empty", "a": { },'
            r' "111": [ {"e": "yes","E": "no" } ], "A": { }}'
        ),
        r'{"":"empty","1":{"\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{"E":"no","e":"yes"}],"A":{},"a":{}}',
    ),
    "unicode": (r'{"Unnormalized Unicode":"A\u030a"}', '{"Unnormalized Unicode":"A\u030a"}'),
    "values": (
        (
            r'{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],'
            r' "string": "\u20ac$\u000F\u000aA'
            r"'"
            r'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}'
        ),
        (
            r'{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
            '"string":"€$'
            r"\u000f\nA'"
            r'B\"\\\\\"/"}'
        ),
    ),
    "weird": (
        (
            r'{"\u20ac": "Euro Sign", "\r": "Carriage Return", "\u000a": "Newline", "1": "One", "\u0080": "Control\u007f",'
            r' "\ud83d\ude02": "Smiley", "\u00f6": "Latin Small Letter O With Diaeresis",'
            r' "\ufb33": "Hebrew Letter Dalet With Dagesh", "</script>": "Browser Challenge"}'
        ),
        (
            r'{"\n":"Newline","\r":"Carriage Return","1":"One","</script>":"Browser Challenge",'
            '"\x80":"Control\x7f","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😂":"Smiley",'
            '"\ufb33":"Hebrew Letter Dalet With Dagesh"}'
        ),
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_texts_of_the_canonical_form(name: str) -> None:
    given_text, canonical = TEXTS[name]
    assert rfc8785.dumps(json.loads(given_text)) == canonical.encode()


# ---- what this node makes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ([AS2, DATA_INTEGRITY], [AS2, DATA_INTEGRITY]),
        ([DATA_INTEGRITY, AS2], [DATA_INTEGRITY, AS2]),
        (AS2, [AS2, DATA_INTEGRITY]),
        ([AS2], [AS2, DATA_INTEGRITY]),
        ([AS2, {"a": "b"}], [AS2, DATA_INTEGRITY, {"a": "b"}]),
        (["x:", AS2, "y:"], ["x:", AS2, DATA_INTEGRITY, "y:"]),
        ("x:", [DATA_INTEGRITY, "x:"]),
        (None, [AS2, DATA_INTEGRITY]),
        ([], [AS2, DATA_INTEGRITY]),
    ],
)
def test_the_terms_of_proofs_stand_behind_those_of_activities(context: JsonValue, expected: JsonValue) -> None:
    made = proven(**{"@context": context})
    proof = made["proof"]
    assert isinstance(proof, dict)
    assert made["@context"] == proof["@context"] == expected
    assert next(iter(made)) == "@context"
    assert voucher_of(made).actor == ALICE


def test_a_document_without_contexts_gets_them() -> None:
    document = activity()
    del document["@context"]
    assert proofs.attach(document, KEY, now=NOW) == proven()


def test_the_document_that_was_given_stays_as_it_was() -> None:
    document = activity(signature={"type": "RsaSignature2017"}, proof={"type": "of old"})
    before = deepcopy(document)
    made = proofs.attach(document, KEY, now=NOW)
    assert document == before
    assert "signature" not in made
    assert made == proven()


def test_the_time_is_told_in_utc() -> None:
    made = proofs.attach(activity(), KEY, now=datetime.fromisoformat("2026-01-01T09:00:00.5+09:00"))
    assert made["proof"] == proven()["proof"]


@pytest.mark.parametrize(
    "document",
    [
        activity(number=2**53),
        activity(number=-(2**53)),
        activity(number=math.inf),
        activity(number=math.nan),
        activity(text="\ud800"),
        activity(**{"\udfff": 1}),
    ],
    ids=ascii,
)
def test_what_not_every_reader_reads_alike_is_neither_proven_nor_believed(document: JsonObject) -> None:
    with pytest.raises(ValueError, match=r"."):
        proofs.attach(document, KEY, now=NOW)
    assert refusal_before_the_key({**document, "proof": FEP_PROOF}) == "bad-proof"


def test_an_rsa_key_makes_no_proof() -> None:
    with pytest.raises(ValueError, match="Ed25519"):
        proofs.attach(activity(), PrivateKey(KEY_ID, RSA), now=NOW)


# ---- what this node believes -----------------------------------------------------------------------------------------


def test_the_key_is_asked_for_by_its_id_and_purpose() -> None:
    assert next(proofs.verify(proven(), now=NOW)) == AssertionKeyWanted(KEY_ID)


@pytest.mark.parametrize(
    "document",
    [
        activity(actor={"id": ALICE, "type": "Person"}),
        {"@context": AS2, "id": "https://server.example/objects/1", "type": "Note", "attributedTo": ALICE},
        {"@context": AS2, "id": "https://server.example/objects/1", "attributedTo": {"id": ALICE}, "actor": None},
        {"@context": AS2, "id": ALICE, "type": "Person"},
    ],
)
def test_activities_objects_and_actors_are_proven(document: JsonObject) -> None:
    assert voucher_of(proofs.attach(document, KEY, now=NOW)) == Proven(ALICE, KEY_ID)


@pytest.mark.parametrize(
    ("members", "is_one"),
    [
        ({}, True),
        ({"proof": None}, False),
        ({"proof": "z…"}, False),
        ({"proof": []}, False),
        ({"proof": {}}, False),
        ({"proof": {**FEP_PROOF, "type": "RsaSignature2017"}}, False),
        ({"proof": {**FEP_PROOF, "cryptosuite": "mldsa44-jcs-2024"}}, False),
        ({"proof": [{**FEP_PROOF, "cryptosuite": "mldsa44-jcs-2024"}, "x", FEP_PROOF]}, True),
    ],
)
def test_a_proof_in_an_unknown_suite_counts_as_none(members: JsonObject, is_one: bool) -> None:
    document = {**activity(), "proof": FEP_PROOF, **members}
    assert proofs.has_proof(document) is is_one
    if is_one:
        assert voucher_of(document).actor == ALICE
    else:
        assert refusal_before_the_key(document) == "no-proof"


def test_a_proof_without_contexts_is_verified_though_never_made() -> None:
    document = signed_anew(proven(), context=None)
    assert "@context" not in str(document["proof"])
    assert voucher_of(document).actor == ALICE
    assert refusal_of({**document, "@context": [AS2]}) == "wrong-proof"


def test_contexts_may_be_added_behind_those_of_the_proof() -> None:
    document = proven()
    assert voucher_of({**document, "@context": [AS2, DATA_INTEGRITY, "https://relay.example/ns"]}).actor == ALICE
    single = signed_anew({**proven(), "@context": AS2}, context=AS2)
    assert voucher_of(single).actor == ALICE
    assert voucher_of({**single, "@context": [AS2, "x:"]}).actor == ALICE


@pytest.mark.parametrize(
    "context",
    [None, AS2, [AS2], [DATA_INTEGRITY, AS2], ["x:", AS2, DATA_INTEGRITY], [AS2, "x:", DATA_INTEGRITY], [[AS2]], {}],
)
def test_contexts_of_the_proof_may_not_be_changed(context: JsonValue) -> None:
    assert refusal_before_the_key({**proven(), "@context": context}) == "bad-proof"


def test_a_signature_of_the_older_kind_is_no_part_of_what_is_proven() -> None:
    assert voucher_of({**proven(), "signature": {"type": "RsaSignature2017"}}).actor == ALICE


def changed_within(change: Callable[[Any], object]) -> JsonObject:
    document = deepcopy(proven(sensitive=False, summary=None, count=1, published="2026-01-01T00:00:00Z"))
    change(document)
    return document


@pytest.mark.parametrize(
    "document",
    [
        changed_within(lambda d: d["object"].update(content="Hello World")),
        changed_within(lambda d: d["object"].update(content="Hello world ")),
        changed_within(lambda d: d["object"].update(added=None)),
        changed_within(lambda d: d["object"].pop("content")),
        changed_within(lambda d: d["object"]["location"].update(longitude=-71.1849021)),
        changed_within(lambda d: d.pop("summary")),
        changed_within(lambda d: d.update(summary="")),
        changed_within(lambda d: d.update(sensitive=0)),
        changed_within(lambda d: d.update(count=True)),
        changed_within(lambda d: d.update(count="1")),
        changed_within(lambda d: d.update(published="2026-01-01T00:00:00.000Z")),
        changed_within(lambda d: d.update(id="https://server.example/activities/2")),
        changed_within(lambda d: d.update(type=["Create"])),
        changed_within(lambda d: d.update(to=["https://www.w3.org/ns/activitystreams#Public"])),
        with_proof(proven(), created="2026-01-01T00:00:01Z"),
        with_proof(proven(), created=None),
        with_proof(proven(), expires="2026-01-02T00:00:00Z"),
        with_proof(proven(), domain="peer.example"),
        with_proof(proven(), context=None),
        with_proof(proven(), proofValue=multibase.encode(bytes(64))),
        with_proof(proven(), proofValue=FEP_PROOF["proofValue"]),
    ],
)
def test_a_change_of_anything_breaks_the_proof(document: JsonObject) -> None:
    assert refusal_of(document) == "wrong-proof"


@pytest.mark.parametrize(
    "document",
    [
        changed_within(lambda d: d.update(count=1.0)),
        changed_within(lambda d: d.update(dict(reversed(list(d.items()))))),
        strict_json.loads(orjson.dumps(proven())),
        json.loads(json.dumps(proven(text="é😂\x7f\u2028"), indent=2)),
    ],
)
def test_the_same_values_written_otherwise_are_the_same_document(document: JsonObject) -> None:
    assert voucher_of(document).actor == ALICE


@pytest.mark.parametrize(
    "members",
    [
        {"verificationMethod": None},
        {"verificationMethod": ""},
        {"verificationMethod": 1},
        {"verificationMethod": {"id": KEY_ID}},
        {"verificationMethod": "#ed25519-key"},
        {"verificationMethod": f"did:key:{PUBLIC}#{PUBLIC}"},
        {"verificationMethod": "https://other.example/users/alice#ed25519-key"},
        {"verificationMethod": "http://server.example/users/alice#ed25519-key"},
        {"verificationMethod": "https://server.example:8443/users/alice#ed25519-key"},
        {"verificationMethod": "https://server.example.evil.example/users/alice#ed25519-key"},
        {"proofPurpose": None},
        {"proofPurpose": "authentication"},
        {"proofPurpose": ["assertionMethod"]},
        {"proofValue": None},
        {"proofValue": ""},
        {"proofValue": "z"},
        {"proofValue": 1},
        {"proofValue": "u" + "A" * 86},
        {"proofValue": "z" + "0" * 88},
        {"proofValue": multibase.encode(bytes(63))},
        {"proofValue": multibase.encode(bytes(65))},
        {"proofValue": "z" + "1" * 100_000},
        {"created": ""},
        {"created": 1_767_225_600},
        {"created": "2026-01-01"},
        {"created": "2026-01-01T00:00:00"},
        {"created": "2026-01-01 00:00:00Z"},
        {"created": "2026-13-01T00:00:00Z"},
        {"created": "2026-01-01T24:00:00Z"},
        {"created": "２０２６-01-01T00:00:00Z"},
        {"created": "2026-01-01T00:00:00+99:00"},
        {"created": "2026-01-01T00:05:01Z"},
        {"expires": "never"},
        {"expires": []},
    ],
)
def test_a_proof_that_cannot_be_right_is_refused_before_a_key_is_asked_for(members: JsonObject) -> None:
    assert refusal_before_the_key(signed_anew(proven(), **members) if "proofValue" not in members
                                  else with_proof(proven(), **members)) == "bad-proof"  # fmt: skip


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"created": "2026-01-01T00:05:00Z"}, None),
        ({"created": "2026-01-01T09:05:00+09:00"}, None),
        ({"created": "2025-12-31T23:59:59.999999999Z"}, None),
        ({"created": "1999-01-01T00:00:00Z"}, None),
        ({"created": None}, None),
        ({"expires": "2026-01-01T00:00:00Z"}, None),
        ({"expires": "2025-12-31T23:59:59Z"}, "proof-expired"),
        ({"expires": "2026-01-01T08:59:59+09:00"}, "proof-expired"),
    ],
)
def test_a_proof_has_no_age_but_may_have_an_end(members: JsonObject, code: str | None) -> None:
    document = signed_anew(proven(), **members)
    if code is None:
        assert voucher_of(document).actor == ALICE
    else:
        assert refusal_before_the_key(document) == code


def test_an_old_proof_is_good_as_long_as_its_key() -> None:
    assert voucher_of(proven(), now=NOW + timedelta(days=10_000)).actor == ALICE


@pytest.mark.parametrize(
    "document",
    [
        activity(actor=None, id="https://other.example/activities/1"),
        activity(actor=[ALICE]),
        activity(actor=[ALICE, "https://server.example/users/bob"]),
        activity(actor={"type": "Person"}),
        activity(actor=1),
        activity(actor="https://other.example/users/alice"),
        activity(actor="alice"),
        {"type": "Note", "attributedTo": [ALICE]},
        {"type": "Note"},
    ],
)
def test_a_document_speaks_for_one_author_who_is_at_home_with_the_key(document: JsonObject) -> None:
    assert refusal_before_the_key(proofs.attach(document, KEY, now=NOW)) == "bad-proof"


@pytest.mark.parametrize(
    "key",
    [
        PublicKey(KEY_ID, ALICE, OTHER.public_key()),
        PublicKey(KEY_ID, ALICE, RSA.public_key()),
        PublicKey(KEY_ID, "https://server.example/users/bob", ED25519.public_key()),
        PublicKey(KEY_ID, "https://other.example/users/alice", ED25519.public_key()),
        PublicKey(ALICE + "#other-key", ALICE, ED25519.public_key()),
    ],
)
def test_a_key_of_somebody_else_proves_nothing(key: PublicKey) -> None:
    assert refusal_of(proven(), key) == "wrong-proof"


def test_another_actor_of_the_same_node_proves_nothing() -> None:
    """Bob's key, and Alice as the actor: the key is good, and not hers."""
    bob = "https://server.example/users/bob"
    document = proofs.attach(activity(), PrivateKey(bob + "#ed25519-key", OTHER), now=NOW)
    assert refusal_of(document, PublicKey(bob + "#ed25519-key", bob, OTHER.public_key())) == "wrong-proof"


json_values: st.SearchStrategy[JsonValue] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=10),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0@"), max_size=5), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(json_values)
def test_a_proof_lives_through_any_number_of_readers_and_writers(content: JsonValue) -> None:
    document = proven(object=content)
    for _ in range(2):
        document = strict_json.loads(strict_json.dumps(document))
    assert voucher_of(document).actor == ALICE
    assert voucher_of(json.loads(json.dumps(document))).actor == ALICE
