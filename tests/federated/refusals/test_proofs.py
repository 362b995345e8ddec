"""Proofs: who wrote a document, whoever brings it. A wrong one is refused however good the signature of the request."""

import hashlib
from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric import ed25519

from federation.signatures import keys as signing_keys
from federation.signatures import multibase, proofs
from federation.signatures.keys import PrivateKey
from federation.strict_json import JsonObject
from tests.federated.conftest import until
from tests.federated.refusals.conftest import HandMade, MakePeer
from tests.federated.refusals.test_signatures import ed25519_of, now


def proven(peer: HandMade, document: JsonObject, **changes: object) -> JsonObject:
    """A document with eve's proof. changes: to the document, after it was proven."""
    return {**proofs.attach(document, ed25519_of(peer), now=now()), **changes}  # type: ignore[dict-item]


def with_proof(document: JsonObject, **changes: object) -> JsonObject:
    """The same document, its proof saying something else."""
    proof = document["proof"]
    assert isinstance(proof, dict)
    return {**document, "proof": {**proof, **changes}}  # type: ignore[dict-item]


def of_another_key(peer: HandMade) -> JsonObject:
    key = PrivateKey(f"{peer.eve}#proof", ed25519.Ed25519PrivateKey.generate())
    return proofs.attach(peer.create(), key, now=now())


def of_a_colleague(peer: HandMade) -> JsonObject:
    mallory = peer.add("mallory")
    return proofs.attach(peer.create(), PrivateKey(f"{mallory}#proof", peer.proving), now=now())


def of_the_key_for_requests(peer: HandMade) -> JsonObject:
    return with_proof(proven(peer, peer.create()), verificationMethod=f"{peer.eve}#main-key")


def ahead(peer: HandMade) -> JsonObject:
    return proofs.attach(peer.create(), ed25519_of(peer), now=now() + timedelta(hours=2))


def without_its_value(peer: HandMade) -> JsonObject:
    return with_proof(proven(peer, peer.create()), proofValue=None)


WRONG: dict[str, Callable[[HandMade], JsonObject]] = {
    "its object was changed": lambda p: proven(p, p.create(), object=p.note(content="<p>forged</p>")),
    "something was added": lambda p: proven(p, p.create(), cc=["http://a.localhost/users/1"]),
    "something was taken away": lambda p: proven(p, {**p.create(), "summary": "x"}, summary=None),
    "its time was changed": lambda p: with_proof(proven(p, p.create()), created="2026-01-01T00:00:00Z"),
    "its purpose was changed": lambda p: with_proof(proven(p, p.create()), proofPurpose="authentication"),
    "its expiry is past": lambda p: with_proof(proven(p, p.create()), expires="2026-01-01T00:00:00Z"),
    "its value is no signature": lambda p: with_proof(proven(p, p.create()), proofValue="z6Mk"),
    "it has no value": without_its_value,
    "it was made ahead of our time": ahead,
    "it was made with another key": of_another_key,
    "it was made by a colleague": of_a_colleague,
    "it names the key with which requests are signed": of_the_key_for_requests,
}


@pytest.mark.parametrize("case", WRONG)
async def test_a_wrong_proof_is_refused_under_a_good_signature(peer: HandMade, case: str) -> None:
    document = WRONG[case](peer)
    assert await peer.tell(document, key_id=f"{peer.eve}#main-key") == 401
    assert peer.node.verdict(str(document["id"])) is None
    assert await peer.node.shown(peer) == []


INSIDE: dict[str, tuple[int, Callable[[HandMade], JsonObject]]] = {
    "good": (202, lambda p: proven(p, p.note())),
    "good, with its contexts in the proof alone": (202, lambda p: _without_context(proven(p, p.note()))),
    "of something that was changed": (401, lambda p: proven(p, p.note(), content="<p>forged</p>")),
    "of a colleague": (
        401,
        lambda p: proofs.attach(p.note(), PrivateKey(f"{p.add('mallory')}#proof", p.proving), now=now()),
    ),
    "of another suite, which is none": (202, lambda p: with_proof(proven(p, p.note()), cryptosuite="eddsa-rdfc-2022")),
}


def _without_context(document: JsonObject) -> JsonObject:
    return {name: value for name, value in document.items() if name != "@context"}


@pytest.mark.parametrize("case", INSIDE)
async def test_a_post_that_is_proven_by_itself_is_refused_where_that_proof_is_wrong(peer: HandMade, case: str) -> None:
    """Whoever signs the request, and whether or not its activity is proven too."""
    status, note = INSIDE[case]
    for name, document in (
        ("bare", peer.act("Create", note(peer), "bare")),
        ("proven", proven(peer, peer.act("Create", note(peer), "proven"))),
    ):
        assert await peer.tell(document, key_id=f"{peer.eve}#main-key") == status, name
        assert (peer.node.verdict(str(document["id"])) is None) or status == 202
    if status == 202:
        await peer.node.settled(peer.act("Create", "", "proven"))
    assert await peer.node.shown(peer) == (["Note 1"] if status == 202 else [])


async def test_a_good_proof_under_a_good_signature_is_taken(peer: HandMade) -> None:
    """The rows above differ from this in the one thing that they are about."""
    assert await peer.outcome(proven(peer, peer.create())) == "applied"
    assert await peer.node.shown(peer) == ["Note 1"]


async def test_a_proof_of_another_actor_does_not_let_one_speak_for_them(peer: HandMade, make_peer: MakePeer) -> None:
    """Dakar signs the request, tokyo's eve is named as the actor, and the proof is dakar's."""
    dakar = await make_peer("dakar")
    document = proofs.attach(peer.create(), ed25519_of(dakar), now=now())
    assert await dakar.tell(document, key_id=f"{dakar.eve}#main-key") == 401
    assert await peer.node.shown(peer, dakar) == []


async def test_who_brings_what_another_has_proven_is_believed(peer: HandMade, make_peer: MakePeer) -> None:
    dakar = await make_peer("dakar")
    document = proven(peer, peer.create())
    assert await dakar.outcome(document, key_id=f"{dakar.eve}#main-key") == "applied"
    assert await peer.node.shown(peer) == ["Note 1"]


async def test_who_brings_what_another_has_not_proven_is_not_believed(peer: HandMade, make_peer: MakePeer) -> None:
    dakar = await make_peer("dakar")
    assert await dakar.tell(peer.create(), key_id=f"{dakar.eve}#main-key") == 401
    assert await peer.node.shown(peer, dakar) == []


AS = "https://www.w3.org/ns/activitystreams#"
A_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
A_MOMENT = "http://www.w3.org/2001/XMLSchema#dateTime"
WHEN = "2026-02-01T09:00:00Z"


def linked(peer: HandMade) -> JsonObject:
    """A post of eve's with a good signature of the older kind (RsaSignature2017), as other software makes and believes it.

    What it says, as the sorted statements of which the signature is made: nothing in it is without a name, so they can be written
    down (Fedify verifies it).
    """
    note, create, key = f"{peer.eve}/notes/1", f"{peer.eve}#Create-1", f"{peer.eve}#main-key"
    to = [f"{AS}Public", peer.node.marie]
    links = [(create, A_TYPE, f"{AS}Create"), (create, f"{AS}actor", peer.eve), (create, f"{AS}object", note)]
    links += [
        (note, A_TYPE, f"{AS}Note"),
        (note, f"{AS}attributedTo", peer.eve),
        *((note, f"{AS}to", uri) for uri in to),
    ]
    said = [f"<{thing}> <{what}> <{value}> .\n" for thing, what, value in links]
    said += [f'<{note}> <{AS}content> "<p>Note 1</p>" .\n', f'<{note}> <{AS}published> "{WHEN}"^^<{A_MOMENT}> .\n']
    options = [f'_:c14n0 <http://purl.org/dc/terms/created> "{WHEN}"^^<{A_MOMENT}> .\n']
    options += [f"_:c14n0 <http://purl.org/dc/terms/creator> <{key}> .\n"]
    hashed = "".join(hashlib.sha256("".join(sorted(part)).encode()).hexdigest() for part in (options, said))
    value = b64encode(signing_keys.make_signature(peer.key, hashed.encode())).decode()
    written: JsonObject = {
        "id": note,
        "type": "Note",
        "attributedTo": peer.eve,
        "content": "<p>Note 1</p>",
        "published": WHEN,
        "to": [*to],
    }
    return {
        "@context": proofs.ACTIVITY_CONTEXT,
        "id": create,
        "type": "Create",
        "actor": peer.eve,
        "object": written,
        "signature": {"type": "RsaSignature2017", "creator": key, "created": WHEN, "signatureValue": value},
    }


async def test_a_signature_inside_of_the_older_kind_is_worth_nothing(peer: HandMade, make_peer: MakePeer) -> None:
    """Though it is good: what it is over, other software has got wrong again and again (CVE-2026-46349)."""
    dakar = await make_peer("dakar")
    assert await peer.outcome(peer.act("Follow", peer.node.marie)) == "applied"  # her key is known here
    document = linked(peer)
    assert await dakar.tell(document, key_id=f"{dakar.eve}#main-key") == 401
    assert dakar.refusal == "not-the-actor"
    assert await peer.node.shown(peer, dakar) == []
    assert await peer.outcome(document) == "applied"  # from herself, where it does no harm either


async def test_a_proof_of_a_stranger_is_not_looked_into(peer: HandMade, make_peer: MakePeer) -> None:
    outside = await make_peer("outside", listed=False)
    document = proven(outside, outside.create())
    assert await peer.tell(document, key_id=f"{peer.eve}#main-key") == 403
    assert outside.asked == []
    assert await peer.node.shown(peer, outside) == []


def contextless(peer: HandMade, document: JsonObject) -> JsonObject:
    """A document with eve's proof, which says nothing of contexts."""
    key = ed25519_of(peer)
    assert isinstance(key.material, ed25519.Ed25519PrivateKey)
    configuration: JsonObject = {
        "type": proofs.TYPE,
        "cryptosuite": proofs.SUITE,
        "verificationMethod": key.key_id,
        "proofPurpose": proofs.PURPOSE,
        "created": "2026-02-01T09:00:00Z",
    }
    hashed = [hashlib.sha256(rfc8785.dumps(part)).digest() for part in (configuration, document)]
    value = multibase.encode(key.material.sign(b"".join(hashed)))
    return {**document, "proof": {**configuration, "proofValue": value}}


async def _was_answered(peer: HandMade) -> bool:
    return any(document["type"] == "Accept" for document in peer.posted)


async def test_a_proof_without_a_context_is_read_and_never_made(peer: HandMade) -> None:
    """Its own context is said to be the document's: older software leaves it out (FEP-8b32, "Proof verification")."""
    assert await peer.outcome(peer.act("Follow", peer.node.marie)) == "applied"
    await until(lambda: _was_answered(peer))
    accept = next(document for document in peer.posted if document["type"] == "Accept")
    proof = accept["proof"]
    assert isinstance(proof, dict)
    assert proof["@context"] == accept["@context"]
    assert await peer.outcome(contextless(peer, peer.create())) == "applied"


async def test_finding_out_who_vouches_is_part_of_what_one_activity_may_cost(
    peer: HandMade, make_peer: MakePeer
) -> None:
    """Two keys that nobody here knows, and a chain of answers without an end: twenty questions, all together."""
    dakar = await make_peer("dakar")
    for number in range(60):
        author = peer.add(f"author{number}")
        above = f"{peer.base_url}/users/author{number + 1}/notes/1"
        peer.offers[f"/users/author{number}/notes/1"] = peer.note(author, inReplyTo=above)
    create = proven(peer, peer.create(inReplyTo=f"{peer.base_url}/users/author0/notes/1"))
    assert await dakar.outcome(create, key_id=f"{dakar.eve}#main-key") == "applied"
    assert (len(dakar.asked), 10 <= len(peer.asked) <= 19) == (1, True), peer.asked
