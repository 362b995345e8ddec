"""A request as a signature sees it, and what verifying one gives.

`Signer` is proof by type: only `verify` makes one, so a function that takes one is called after verification.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from federation.signatures.keys import Kind
from storage.ids import Host

NONE: Mapping[str, str] = {}
"""No further header fields."""


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request that came in, before anybody knows from whom.

    method: as received.  target: the public URL, made with `URL(…, encoded=True)` so that path and query are the bytes
    that were signed.  headers: all of them, repeated ones too.  body: exactly as received.
    """

    method: str
    target: URL
    headers: CIMultiDict[str] | CIMultiDictProxy[str]
    body: bytes


@dataclass(frozen=True, slots=True)
class KeyWanted:
    """What `verify` yields: send it the `PublicKey` with this id."""

    key_id: str


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed a request.

    key_id: the key that did it.  kind: of that key.  actor: the key's owner.  host: where both are at home.
    scheme: `cavage-12` or another name of a scheme.  covered: the parts of the request that the signature speaks of, in
    their order.  signed_at: by the signer's clock.
    """

    key_id: str
    actor: str
    host: Host
    scheme: str
    covered: tuple[str, ...]
    kind: Kind
    signed_at: datetime
