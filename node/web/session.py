"""Who is signed in on the pages, and whether a form really comes from this node's own pages.

    cookie ──► session (its secret is kept as a digest) ──► Visitor
    form ────► same origin, as the browser says  and  the token that belongs to the cookie

A form's token is made from the cookie's secret, so nothing is kept for it. Who is not signed in has no token: there the
browser's word about the origin is what protects the form of sign-in.
"""

import hmac
from dataclasses import dataclass
from hashlib import sha256

from aiohttp import web
from yarl import URL

from node.context import NODE, Node
from node.server import origin_of
from storage import accounts, audit, staff
from storage.accounts import Account
from storage.store import Unit

SECRET_BYTES = 32
LONGEST_SECRET = 100
LONGEST_AGENT = 200
LONGEST_PATH = 4_000
ADMINISTRATOR = "admin"

COOKIE = "legation"
SECURE_COOKIE = "__Host-legation"


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person who is signed in on the pages.  role, locale: as they are now."""

    account: Account
    role: str
    locale: str

    @property
    def may_administer(self) -> bool:
        """Whether the person looks after this node."""
        return self.role == ADMINISTRATOR


VISITOR: web.RequestKey[Visitor | None] = web.RequestKey("visitor")


# ---- who is there ---------------------------------------------------------------------------------------------------


async def visitor_of(request: web.Request) -> Visitor | None:
    """Who is signed in in this browser, if anybody is. Asked once for each request."""
    if VISITOR not in request:
        request[VISITOR] = await _find(request)
    return request[VISITOR]


def present(request: web.Request) -> Visitor:
    """The person who is signed in, on pages that only such people reach."""
    visitor = request[VISITOR]
    assert visitor is not None
    return visitor


async def is_signed_in(request: web.Request) -> bool:
    """Whether somebody is signed in in this browser."""
    return await visitor_of(request) is not None
