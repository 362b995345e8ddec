"""Who asks, and about whom: from a peer's request to the signer that was verified and the account of this node; and the answer.

What all endpoints of the federation have in common: `federation.routes` and `federation.collection_routes`.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import orjson
from aiohttp import web
from yarl import URL

from federation.errors import NotFoundHere
from federation.inbox import Arrival
from federation.service import Federation
from federation.signatures import SignedRequest, Signer
from federation.strict_json import JsonObject
from federation.vocabulary import ACTOR_TYPES
from storage import accounts, peers
from storage.accounts import Account
from storage.errors import StorageTrouble
from storage.ids import AccountId, parsed
from storage.store import Store

SignedIn = Callable[[web.Request], Awaitable[bool]]
CountedBy = Callable[[web.Request], str]
ToSignIn = Callable[[web.Request], web.Response]

FEDERATION: web.AppKey[Federation] = web.AppKey("federation", Federation)
STORE: web.AppKey[Store] = web.AppKey("store", Store)
IS_SIGNED_IN: web.AppKey[SignedIn] = web.AppKey("is_signed_in")
TO_SIGN_IN: web.AppKey[ToSignIn] = web.AppKey("to_sign_in")
"""Sends a browser to the page where people sign in, and from there to what was asked for."""
COUNTED_BY: web.AppKey[CountedBy] = web.AppKey("counted_by")
"""The address by which callers are counted of whom nothing is known yet."""

ACTIVITY_JSON = "application/activity+json"
DEPENDS_ON_SIGNER = {"Vary": "Accept, Signature, Signature-Input", "Cache-Control": "private, no-store"}


async def arrival_of(request: web.Request) -> Arrival:
    """A request as the inbox reads it."""
    signed = SignedRequest(
        method=request.method,
        # As the signer saw it: the public address, and the path as it was sent.
        target=URL(request.app[FEDERATION].place.base_url + request.raw_path, encoded=True),
        headers=request.headers,
        body=await request.read(),
    )
    addressee = request.match_info.get("account", "") if request.method == "POST" else ""
    content_type, address = request.headers.get("Content-Type", ""), request.app[COUNTED_BY](request)
    return Arrival(signed, content_type=content_type, address=address, addressee=addressee)


async def asking_peer(request: web.Request) -> Signer:
    """Which allowed peer asks, by its signature. Raises Refused."""
    arrival = await arrival_of(request)
    signer = await request.app[FEDERATION].inbox.identify(arrival)
    with suppress(StorageTrouble):  # a full disk must not stop anybody from reading
        await request.app[STORE].write(peers.greeted, {signer.host: request.app[FEDERATION].inbox.skew_of(signer)})
    return signer


def wants_page(request: web.Request) -> bool:
    """Whether a browser asks, and no program."""
    accept = request.headers.get("Accept", "")
    return "text/html" in accept and "json" not in accept


async def sent_on(request: web.Request, beside: str = "") -> web.Response:
    """Send a browser to the page of somebody of this node, or of what is theirs. beside: the rest of the page's address.

    Whoever is not signed in is sent to sign in first, whether there is such a page or not: else the staff could be counted by
    trying numbers. Raises HTTPNotFound, to those who are signed in.
    """
    if not await request.app[IS_SIGNED_IN](request):
        answer = request.app[TO_SIGN_IN](request)
    else:
        try:
            account = await local_account(request)
        except NotFoundHere:
            raise web.HTTPNotFound from None
        answer = web.Response(status=302, headers={"Location": account.url + beside})
    answer.headers["Vary"] = "Accept, Cookie"
    return answer


async def local_account(request: web.Request) -> Account:
    """The account of this node that the address names. Raises NotFoundHere."""
    identifier = parsed(request.match_info["account"])
    if identifier is None:
        raise NotFoundHere
    account = await request.app[STORE].read(accounts.by_id, AccountId(identifier))
    if account is None or not account.is_local or account.kind not in ACTOR_TYPES:
        raise NotFoundHere
    return account


async def shown_account(request: web.Request) -> Account:
    """Somebody of this node whose posts are shown: of whom moderators have suspended, peers see no more than people here."""
    account = await local_account(request)
    if account.suspended_at is not None:
        raise NotFoundHere
    return account


def document_answer(document: JsonObject, *, status: int = 200) -> web.Response:
    """A document as it is answered to whoever signed."""
    return web.Response(
        status=status, body=orjson.dumps(document), content_type=ACTIVITY_JSON, headers=DEPENDS_ON_SIGNER
    )
