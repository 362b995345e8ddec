"""In which ways this node can sign a request, and which one is tried after which.

MODERN       RFC 9421 with Ed25519     nodes of our kind, and others to come
DRAFT        draft-cavage-12 with RSA  all other software of today
MODERN_RSA   RFC 9421 with RSA         other software that has given up the draft
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from yarl import URL

from federation.signatures import cavage, rfc9421
from federation.signatures.keys import Kind, PrivateKey
from federation.signatures.requests import NONE


class Way(StrEnum):
    """A scheme and a kind of key, in the order in which a peer is tried of whom nothing is known."""

    MODERN = "rfc9421-ed25519"
    DRAFT = "cavage-12"
    MODERN_RSA = "rfc9421-rsa"

    @property
    def kind(self) -> Kind:
        """The kind of key that is needed for it."""
        return Kind.ED25519 if self is Way.MODERN else Kind.RSA


_SECOND = {Way.MODERN: Way.DRAFT, Way.DRAFT: Way.MODERN_RSA, Way.MODERN_RSA: Way.DRAFT}


def to_try(known: Way | None) -> Sequence[Way]:
    """Which ways to try, one after the other.

    known: the one that worked last: then only one more is tried. None: nothing is known.
    """
    return tuple(Way) if known is None else (known, _SECOND[known])


def sign(
    way: Way,
    method: str,
    url: URL,
    body: bytes | None,
    key: PrivateKey,
    *,
    now: datetime,
    fields: Mapping[str, str] = NONE,
) -> dict[str, str]:
    """The headers that sign a request in this way. Arguments and errors as those of the schemes' own `sign`."""
    if way is Way.DRAFT:
        return cavage.sign(method, url, body, key, now=now, fields=fields)
    return rfc9421.sign(method, url, body, key, now=now, fields=fields)
