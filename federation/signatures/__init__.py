"""Who sent this request: signing ours, verifying theirs.

Each scheme is a module with the same four functions (`Scheme`), and `ANNOUNCED_BY` says which header belongs to which:
the first header that is there decides, and a failure under one scheme is never tried under another. `verify` does no
I/O: it is a generator that yields `KeyWanted` once all cheap checks have passed and is sent the `PublicKey`; what it
returns, a `Signer`, is made nowhere else. `key_host` comes before it: whether that host is a peer is asked first.

Start at `rfc9421.py` and `cavage.py`, the two schemes; `ways.py` says which of them is tried with whom. `requests.py` has
the words, `keys.py` the keys, `digests.py`, `content_digest.py` and `freshness.py` the questions that every scheme asks.
`proofs.py` is beside all that: who wrote a document, whoever sent the request.
"""

from collections.abc import Generator
from datetime import datetime
from typing import Protocol

from yarl import URL

from federation import hosts
from federation.errors import Unauthenticated
from federation.signatures import cavage, rfc9421
from federation.signatures.keys import PrivateKey, PublicKey
from federation.signatures.requests import KeyWanted, SignedRequest, Signer
from storage.ids import Host

__all__ = [
    "ANNOUNCED_BY",
    "KeyWanted",
    "PrivateKey",
    "PublicKey",
    "Scheme",
    "SignedRequest",
    "Signer",
    "key_host",
    "key_id_of",
    "sign",
    "verify",
]


class Scheme(Protocol):
    """What a module offers that can sign and verify in one way."""

    NAME: str

    def is_announced(self, request: SignedRequest) -> bool:
        """Whether the request claims to be signed in this way."""

    def key_id_of(self, request: SignedRequest) -> str:
        """The id of the key that the request claims. Raises Unauthenticated."""

    def sign(self, method: str, url: URL, body: bytes | None, key: PrivateKey, *, now: datetime) -> dict[str, str]:
        """The headers that make a request a signed one."""

    def verify(self, request: SignedRequest, *, now: datetime) -> Generator[KeyWanted, PublicKey, Signer]:
        """Who signed this request. Raises Unauthenticated."""


ANNOUNCED_BY: dict[str, Scheme] = {
    "Signature-Input": rfc9421,  # it has a `Signature` header too, which must not be read as the draft's
    "Signature": cavage,
    "Authorization": cavage,
}


def key_host(request: SignedRequest) -> Host:
    """The host that the request claims to come from, not verified: enough to ask the allowlist, and for nothing else.

    Raises Unauthenticated (`unsigned`, or what the scheme says of its header).
    """
    return hosts.host_of(key_id_of(request))


def key_id_of(request: SignedRequest) -> str:
    """The id of the key that the request claims, not verified. Raises Unauthenticated, as `key_host`."""
    return _scheme_of(request).key_id_of(request)


def sign(method: str, url: URL, body: bytes | None, key: PrivateKey, *, now: datetime) -> dict[str, str]:
    """The headers that sign a request, under the scheme that every peer reads: draft-cavage-12.

    method: upper case.  url: what will be asked.  body: the exact bytes sent, None for a request without one.
    now: aware; sign anew for each attempt.  Raises ValueError for a URL without a usable host.
    With an RSA key it takes 0.7 ms: call it in a thread.  More in `cavage.sign`.
    """
    return cavage.sign(method, url, body, key, now=now)


def verify(request: SignedRequest, *, now: datetime) -> Generator[KeyWanted, PublicKey, Signer]:
    """Who signed this request, under the scheme that it announces.

    now: aware.  Yields `KeyWanted` once and wants the `PublicKey` sent.  Raises Unauthenticated; nothing before the
    first `next`.
    """
    return (yield from _scheme_of(request).verify(request, now=now))


def _scheme_of(request: SignedRequest) -> Scheme:
    for header, scheme in ANNOUNCED_BY.items():
        if header in request.headers and scheme.is_announced(request):
            return scheme
    raise Unauthenticated("The request is not signed.", code="unsigned")
