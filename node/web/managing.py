"""What the pages of those who lead a community share: which one it is, that they lead it, and how a refusal is said."""

from collections.abc import Awaitable
from typing import Protocol

from aiohttp import web

from node.context import NODE, Node
from node.errors import Invalid
from node.web import community, session
from node.web.answers import render, said
from node.web.community import Shown
from storage.accounts import Account
from storage.errors import NotFound
from storage.ids import AccountId

DESK = "/@{acct}/manage"

FIELDS = {"base": "community", "account_id": "member", "until": "ban_until"}
"""What the pages call the fields that actions name otherwise: the same names mean other things elsewhere."""


class Towards(Protocol):
    """Something that is decided in a community about somebody."""

    def __call__(
        self, node: Node, me: Account, community: AccountId, person: AccountId, /, *, source: str
    ) -> Awaitable[object]: ...


async def led(request: web.Request) -> Shown:
    """The community that the address names, as the one sees it who leads it. Raises NotFound, HTTPForbidden."""
    found = await community.find(request.app[NODE], request.match_info["acct"])
    if found is None:
        raise NotFound
    about = await community.shown(request, found)
    if not about.leads:
        raise web.HTTPForbidden
    return about


def desk_of(about: Shown) -> str:
    """The address of its desk."""
    return f"/@{about.account['acct']}/manage"


async def refused(request: web.Request, about: Shown, invalid: Invalid) -> web.StreamResponse:
    """A page that says why something cannot be done, with the way back."""
    errors = said(request, session.present(request), invalid, fields=FIELDS)
    sentence = next(iter(errors.values()))
    return await render(request, "manage_refused.html", status=422, community=about, sentence=sentence)
