"""The `Content-Digest` header: what ties a body to a signature of RFC 9421 (RFC 9530)."""

import hashlib
from base64 import b64encode
from hmac import compare_digest

import http_sf

from federation.errors import Unauthenticated
from federation.signatures.requests import SignedRequest

NAME = "Content-Digest"

_HASHES = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}


def content_digest_of(body: bytes) -> str:
    """The value of `Content-Digest` for these bytes."""
    return f"sha-256=:{b64encode(hashlib.sha256(body).digest()).decode('ascii')}:"


def demand_content_digest(request: SignedRequest) -> None:
    """The header must be there once, and every digest in it that this node can make must be that of the body that came.

    SHA-256 and SHA-512 are made, others count for nothing. The comparison takes constant time.
    Raises Unauthenticated (`repeated-header`, `digest-missing`, `digest-mismatch`).  See RFC 9530, 2.
    """
    lines = request.headers.getall(NAME, [])
    if len(lines) > 1:
        raise Unauthenticated(f"The request has more than one {NAME} header.", code="repeated-header")
    members = _members(lines[0]) if lines else {}
    known = _HASHES.keys() & members.keys()
    if not known:
        raise Unauthenticated("The request has no SHA-256 or SHA-512 digest of its body.", code="digest-missing")
    if not all(_is_digest(members[name], request.body, algorithm=name) for name in known):
        raise Unauthenticated("The digest is not that of the body.", code="digest-mismatch")


def _is_digest(value: object, body: bytes, *, algorithm: str) -> bool:
    right = _HASHES[algorithm](body).digest()
    return isinstance(value, bytes) and compare_digest(right, value)


def _members(header: str) -> dict[str, object]:
    try:
        parsed = http_sf.parse(header.encode("ascii"), tltype="dictionary", on_duplicate_key=_refuse_duplicate)
    except ValueError as error:
        raise _unreadable() from error
    assert isinstance(parsed, dict)
    return {name: member[0] if isinstance(member, tuple) else member for name, member in parsed.items()}


def _refuse_duplicate(name: str, _: str) -> None:
    raise Unauthenticated(f"The request has two digests of the kind {name}.", code="digest-mismatch")


def _unreadable() -> Unauthenticated:
    return Unauthenticated(f"The {NAME} header is not one of RFC 9530.", code="digest-mismatch")
