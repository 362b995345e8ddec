"""The client API: what apps use, in Mastodon's words, so that staff may choose their app.

An endpoint is one function:

    @endpoint("GET", "/api/v1/accounts/{id}/followers", scope="read:accounts")
    async def followers(caller: Caller, query: LongPage, *, id: AccountId) -> Paged:
        '''Who follows somebody, the newest follower first.'''
        rows = await caller.node.store.read(…, id, query.part)
        return Paged.by([entities.account(row) for row in rows], [row.follow_id for row in rows])

From it come the route (with and without a closing slash), the token and scope check, the rate limit, the parameters
read into the model (however the app sent them; 422 with the field's name), and JSON out of what it returns: a dict, a
list, a `Paged` with its Link header, an `Answer` with another status. Signing in and a scope are the default; leaving
them out is written out (`scope=OPEN`, `APP`, `SIGNED_IN`). Refusals are errors: raise what storage, federation and
actions raise, or an `ApiError`; `errors.py` says what each becomes.

    endpoints.py   the decorator          callers.py   who asks            scopes.py   which scope covers which
    parameters.py  what apps send         answers.py   what they get       errors.py   refusals
    limits.py      how often              sharing.py   CORS, JSON for early refusals
"""

import importlib
import pkgutil

from aiohttp import web

from node.api.answers import Answer, Paged
from node.api.callers import APP, OPEN, SIGNED_IN, Caller
from node.api.endpoints import declared, endpoint, routes_of, unknown_paths
from node.api.errors import ApiError
from node.api.limits import Allowance
from node.api.parameters import Id, Limited, LongestPage, LongPage, Offset, Page, Parameters, Several
from node.api.sharing import in_json, open_to_browsers, preflights

__all__ = [
    "APP",
    "OPEN",
    "SIGNED_IN",
    "Allowance",
    "Answer",
    "ApiError",
    "Caller",
    "Id",
    "Limited",
    "LongPage",
    "LongestPage",
    "Offset",
    "Page",
    "Paged",
    "Parameters",
    "Several",
    "declared",
    "endpoint",
    "in_json",
    "open_to_browsers",
    "routes",
]


def routes() -> list[web.RouteDef]:
    """Every endpoint below `/api`, browsers' questions before they ask, and an answer for what does not exist."""
    for found in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{found.name}")
    return [*preflights(), *routes_of(__name__), *unknown_paths("/api")]
