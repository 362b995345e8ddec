"""Integrity proofs: who wrote a document, whoever brings it (FEP-8b32, cryptosuite eddsa-jcs-2022).

    proof := configuration + proofValue
    proofValue = Ed25519( SHA-256(JCS(configuration)) ‖ SHA-256(JCS(document without proof)) )

A proof is over what the document says and not over its bytes: it lives as long as the document travels as the JSON it
was, every member kept, also those that nobody here understands. It must be made with a key that its author's actor
document lists under `assertionMethod`; a key for signing requests will not do.

`verify` does no I/O: as `signatures.verify` it yields for the key. A proof in a suite that this node does not know counts
as none; a proof that is wrong is worse than none, and the document is refused whoever signed the request.

Source: FEP-8b32, W3C vc-di-eddsa 3.3, RFC 8785.
"""

import hashlib
import re
from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime

import rfc8785
from cryptography.hazmat.primitives.asymmetric import ed25519

from federation import hosts
from federation.errors import BadHost, Unauthenticated
from federation.signatures import freshness, keys, multibase
from federation.signatures.keys import PrivateKey, PublicKey
from federation.strict_json import JsonObject, JsonValue

TYPE = "DataIntegrityProof"
SUITE = "eddsa-jcs-2022"
PURPOSE = "assertionMethod"
SIGNATURE_BYTES = 64

ACTIVITY_CONTEXT = "https://www.w3.org/ns/activitystreams"
PROOF_CONTEXT = "https://w3id.org/security/data-integrity/v2"

_NOT_PROVEN = frozenset({"proof", "signature"})
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)


@dataclass(frozen=True, slots=True)
class AssertionKeyWanted:
    """What `verify` yields: send it the key with this id, if its owner lists it under `assertionMethod`."""

    key_id: str


@dataclass(frozen=True, slots=True)
class Proven:
    """Who vouches for a document. actor: its author's id.  key_id: the key that did it."""

    actor: str
    key_id: str


def attach(document: JsonObject, key: PrivateKey, *, now: datetime) -> JsonObject:
    """The same document with a proof; one that it had goes.

    key: Ed25519, listed under `assertionMethod` of the author.  now: aware.
    Raises ValueError: another kind of key, or a number that not every reader reads alike (RFC 8785: integers beyond 2^53).
    """
    if not isinstance(key.material, ed25519.Ed25519PrivateKey):
        raise ValueError("A proof is made with an Ed25519 key.")  # noqa: TRY004  the type of the key is a matter of value
    context = _with_terms_of_proofs(document.get("@context"))
    bare: JsonObject = {"@context": context, **_without_proof(document)}
    bare["@context"] = context
    configuration: JsonObject = {
        "@context": context,
        "type": TYPE,
        "cryptosuite": SUITE,
        "verificationMethod": key.key_id,
        "proofPurpose": PURPOSE,
        "created": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    signature = keys.make_signature(key.material, _hash(configuration, bare))
    return {**bare, "proof": {**configuration, "proofValue": multibase.encode(signature)}}


def has_proof(document: JsonObject) -> bool:
    """Whether a document claims to be proven in the suite that this node checks."""
    return _claimed(document) is not None


def taken_out(document: JsonObject) -> JsonObject:
    """A document that stood inside another, as it was proven: its contexts may stand in its proof alone."""
    proof = _claimed(document)
    if proof is None or "@context" in document or "@context" not in proof:
        return document
    return {"@context": proof["@context"], **document}


def verify(document: JsonObject, *, now: datetime) -> Generator[AssertionKeyWanted, PublicKey, Proven]:
    """Who vouches for a document. Yields once, for the key, after everything that needs no key.

    document: as `strict_json` reads it; it is not changed.  now: aware.
    Raises Unauthenticated, before the key: `no-proof`, `bad-proof` (it cannot be right, whatever the key), `proof-expired`;
    after it: `wrong-proof` (the key is not its author's, or did not make it; a newer copy of the key may have).
    """
    proof = _claimed(document)
    if proof is None:
        raise Unauthenticated("The document has no proof of the suite eddsa-jcs-2022.", code="no-proof")
    author, key_id = author_of(document), _key_id_of(proof)
    if author is None or not hosts.same_origin(key_id, author):
        raise _bad("The proof's key is at home elsewhere than the author of the document.")
    _demand_purpose(proof)
    _demand_time(proof, now=now)
    signature = _signature_of(proof)
    try:
        message = _hash(_without(proof, "proofValue"), _proven_part(document, proof))
    except ValueError as error:
        raise _bad("The document holds a number that not every reader reads alike.") from error
    key = yield AssertionKeyWanted(key_id)
    if key.key_id != key_id or key.owner != author:
        raise _wrong("The proof's key does not belong to the author of the document.")
    if not isinstance(key.material, ed25519.Ed25519PublicKey):
        raise _wrong("The proof's key is not an Ed25519 key.")
    if not keys.is_signature_of(key.material, message, signature=signature):
        raise _wrong("The proof was not made with this key over this document.")
    return Proven(author, key_id)


def author_of(document: JsonObject) -> str | None:
    """For whom a document speaks: the actor of an activity, the author of an object, an actor for itself.

    None if that is not exactly one.
    """
    for name in ("actor", "attributedTo", "id"):
        match document.get(name):
            case None:
                continue
            case str(author) | {"id": str(author)}:
                return author
            case _:
                return None
    return None


# ---- parts of a proof ------------------------------------------------------------------------------------------------


def _claimed(document: JsonObject) -> JsonObject | None:
    """The proof that this node can check; of several, the first."""
    proofs = document.get("proof")
    for proof in proofs if isinstance(proofs, list) else [proofs]:
        if isinstance(proof, dict) and proof.get("type") == TYPE and proof.get("cryptosuite") == SUITE:
            return proof
    return None


def _key_id_of(proof: JsonObject) -> str:
    key_id = proof.get("verificationMethod")
    try:
        if isinstance(key_id, str) and hosts.host_of(key_id):
            return key_id
    except BadHost as error:
        raise _bad("The proof's verificationMethod is not a URL of a key.") from error
    raise _bad("The proof names no key: `verificationMethod`.")


def _demand_purpose(proof: JsonObject) -> None:
    if proof.get("proofPurpose") != PURPOSE:
        raise _bad("The proof's purpose is not `assertionMethod`.")


def _demand_time(proof: JsonObject, *, now: datetime) -> None:
    created, expires = _moment(proof, "created"), _moment(proof, "expires")
    if created is not None and created - now > freshness.FARTHEST_AHEAD:
        raise _bad("The proof was made ahead of this node's time. Is the clock of its author's node right?")
    if expires is not None and expires < now:
        raise Unauthenticated("The proof has expired.", code="proof-expired")


def _moment(proof: JsonObject, name: str) -> datetime | None:
    text = proof.get(name)
    if text is None and name not in proof:
        return None
    try:
        if isinstance(text, str) and _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError as error:
        raise _bad(f"The proof's `{name}` names no moment of the calendar.") from error
    raise _bad(f"The proof's `{name}` is not of the form 2026-01-01T00:00:00Z.")


def _signature_of(proof: JsonObject) -> bytes:
    value = proof.get("proofValue")
    try:
        if isinstance(value, str):
            return multibase.decode(value, length=SIGNATURE_BYTES)
    except ValueError as error:
        raise _bad("The proof's `proofValue` is not a signature in base58btc.") from error
    raise _bad("The proof has no `proofValue`.")


# ---- what is proven --------------------------------------------------------------------------------------------------


def _hash(configuration: JsonObject, document: JsonObject) -> bytes:
    """Raises ValueError for what has no canonical form."""
    return hashlib.sha256(rfc8785.dumps(configuration)).digest() + hashlib.sha256(rfc8785.dumps(document)).digest()


def _proven_part(document: JsonObject, proof: JsonObject) -> JsonObject:
    """What the proof speaks of. Contexts that were added behind those of the proof are not part of it."""
    bare = _without_proof(document)
    if "@context" not in proof:
        return bare
    proven, present = _as_list(proof["@context"]), _as_list(bare.get("@context"))
    if present[: len(proven)] != proven:
        raise _bad("The document does not begin with the proof's contexts.")
    return {**bare, "@context": proof["@context"]}


def _with_terms_of_proofs(context: JsonValue) -> list[JsonValue]:
    contexts = _as_list(context) or [ACTIVITY_CONTEXT]
    if PROOF_CONTEXT in contexts:
        return contexts
    behind = contexts.index(ACTIVITY_CONTEXT) + 1 if ACTIVITY_CONTEXT in contexts else 0
    return [*contexts[:behind], PROOF_CONTEXT, *contexts[behind:]]


def _as_list(value: JsonValue) -> list[JsonValue]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _without_proof(document: JsonObject) -> JsonObject:
    # Signatures of the older kind are dropped wherever they are met, so no proof may depend on them.
    return {name: value for name, value in document.items() if name not in _NOT_PROVEN}


def _without(proof: JsonObject, name: str) -> JsonObject:
    return {key: value for key, value in proof.items() if key != name}


def _bad(detail: str) -> Unauthenticated:
    return Unauthenticated(detail, code="bad-proof")


def _wrong(detail: str) -> Unauthenticated:
    return Unauthenticated(detail, code="wrong-proof")
