"""What those who lead a community decide about what stands in it, from the menu of a post: pins, locks, taking out."""

from collections.abc import Awaitable, Mapping
from types import MappingProxyType
from typing import Protocol

from aiohttp import web

from node.actions import leading
from node.api import entities
from node.context import NODE, Node
from node.errors import Invalid
from node.web import managing, session
from node.web.addresses import post_id
from node.web.answers import go, go_back, render, said
from node.web.community import Shown
from node.web.declared import page
from node.web.managing import DESK
from node.web.on_record import source_of
from storage.accounts import Account
from storage.ids import AccountId, PostId

ONE = DESK + "/posts/{id:[0-9]+}"


class About(Protocol):
    """Something that is decided in a community about a post."""

    def __call__(
        self, node: Node, me: Account, community: AccountId, post: PostId, /, *, source: str
    ) -> Awaitable[bool]: ...


@page("POST", ONE + "/pin")
async def pin(request: web.Request) -> web.StreamResponse:
    """Have it stand first."""
    return await _act(request, leading.pin, done="community-pinned")


@page("POST", ONE + "/unpin")
async def unpin(request: web.Request) -> web.StreamResponse:
    """Have it stand among the others again."""
    return await _act(request, leading.unpin, done="unpinned")


@page("POST", ONE + "/lock")
async def lock(request: web.Request) -> web.StreamResponse:
    """Have nothing more be said in its conversation."""
    return await _act(request, leading.lock, done="thread-locked")


@page("POST", ONE + "/unlock")
async def unlock(request: web.Request) -> web.StreamResponse:
    """Have it be answered again."""
    return await _act(request, leading.unlock, done="thread-unlocked")


@page("GET", ONE + "/take-out")
async def take_out_form(request: web.Request) -> web.StreamResponse:
    """The question before a post leaves the community, and why it does."""
    return await _taking_out(request, await managing.led(request), reason="")


@page("POST", ONE + "/take-out")
async def take_out(request: web.Request) -> web.StreamResponse:
    """Have a post leave the community."""
    visitor, about = session.present(request), await managing.led(request)
    reason = str((await request.post()).get("reason", ""))
    community, source = AccountId(int(about.account["id"])), source_of(request)
    try:
        is_so = await leading.take_out(
            request.app[NODE], visitor.account, community, post_id(request), reason=reason, source=source
        )
    except Invalid as invalid:
        if invalid.field != "reason":
            return await managing.refused(request, about, invalid)
        errors = said(request, visitor, invalid)
        return await _taking_out(request, about, reason=reason, errors=errors)
    return go(f"/@{about.account['acct']}", done="post-taken-out" if is_so else "asked-its-node")


async def _act(request: web.Request, do: About, *, done: str) -> web.StreamResponse:
    about = await managing.led(request)
    me, community = session.present(request).account, AccountId(int(about.account["id"]))
    try:
        is_so = await do(request.app[NODE], me, community, post_id(request), source=source_of(request))
    except Invalid as invalid:
        return await managing.refused(request, about, invalid)
    back = f"/@{about.account['acct']}"
    return go_back(await request.post(), otherwise=back, done=done if is_so else "asked-its-node")


async def _taking_out(
    request: web.Request, about: Shown, *, reason: str, errors: Mapping[str, str] = MappingProxyType({})
) -> web.StreamResponse:
    entity = await entities.status(request.app[NODE], session.present(request).account, post_id(request))
    status = 422 if errors else 200
    return await render(
        request, "manage_take_out.html", status=status, community=about, entity=entity, reason=reason, errors=errors
    )
