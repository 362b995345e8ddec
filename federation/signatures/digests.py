"""The `Digest` header: what ties a body to a signature that covers only headers (RFC 3230, draft-cavage-12)."""

import hashlib
from base64 import b64encode
from hmac import compare_digest

from federation.errors import Unauthenticated
from federation.signatures.requests import SignedRequest

# In the order in which one of several is taken.
_HASHES = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}


def digest_of(body: bytes) -> str:
    """The value of `Digest` for these bytes."""
    return "SHA-256=" + _base64(hashlib.sha256(body).digest())


def demand_digest(request: SignedRequest) -> None:
    """The header must be there once, and be the digest of the body that came.

    SHA-256 is taken if it is among several, else SHA-512; others count for nothing. The comparison takes constant time.
    Raises Unauthenticated (`digest-missing`, `digest-mismatch`).
    """
    members = _members(request.headers.get("Digest", ""))
    for algorithm, digest in _HASHES.items():
        if algorithm in members:
            right = _base64(digest(request.body).digest())
            if not compare_digest(right.encode(), members[algorithm].encode(errors="surrogateescape")):
                raise Unauthenticated("The digest is not that of the body.", code="digest-mismatch")
            return
    raise Unauthenticated("The request has no SHA-256 or SHA-512 digest of its body.", code="digest-missing")


def _members(header: str) -> dict[str, str]:
    members: dict[str, str] = {}
    for member in header.split(","):
        algorithm, _, value = member.strip(" \t").partition("=")
        if algorithm.lower() in members:
            raise Unauthenticated("The request has two digests of one kind.", code="digest-mismatch")
        members[algorithm.lower()] = value
    return members


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode("ascii")
