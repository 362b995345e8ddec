"""The buttons beside a person: follow, mute, block, answer a request, and their opposites."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from node.actions import people
from node.context import NODE, Node
from node.web import session
from node.web.addresses import account_id
from node.web.answers import go_back
from node.web.declared import page
from storage import accounts
from storage.accounts import Account

Act = Callable[[Node, Account, Account], Awaitable[object]]


async def act(request: web.Request, do: Act, *, done: str) -> web.StreamResponse:
    """Do something towards the person that the address names, and go back. Raises NotFound."""
    node = request.app[NODE]
    me = session.present(request).account
    other = await node.store.read(accounts.get, account_id(request))
    await do(node, me, other)
    return go_back(await request.post(), otherwise=f"/@{other.handle}", done=done)


@page("POST", "/people/{id}/follow")
async def follow(request: web.Request) -> web.StreamResponse:
    """Follow somebody, or ask to where they grant it themselves."""
    other = await request.app[NODE].store.read(accounts.get, account_id(request))
    return await act(request, people.follow, done="followed" if other.is_local and not other.locked else "asked")


@page("POST", "/people/{id}/unfollow")
async def unfollow(request: web.Request) -> web.StreamResponse:
    """End that, or withdraw the request."""
    return await act(request, people.unfollow, done="unfollowed")


@page("POST", "/people/{id}/mute")
async def mute(request: web.Request) -> web.StreamResponse:
    """Keep somebody's posts out of one's journal; they do not learn of it."""
    return await act(request, people.mute, done="muted")


@page("POST", "/people/{id}/unmute")
async def unmute(request: web.Request) -> web.StreamResponse:
    """End that."""
    return await act(request, people.unmute, done="unmuted")


@page("POST", "/people/{id}/block")
async def block(request: web.Request) -> web.StreamResponse:
    """Neither reads the other."""
    return await act(request, people.block, done="blocked")


@page("POST", "/people/{id}/unblock")
async def unblock(request: web.Request) -> web.StreamResponse:
    """End that."""
    return await act(request, people.unblock, done="unblocked")


@page("POST", "/people/{id}/accept")
async def accept(request: web.Request) -> web.StreamResponse:
    """Let somebody follow who has asked."""
    return await act(request, people.accept_follower, done="accepted")


@page("POST", "/people/{id}/decline")
async def decline(request: web.Request) -> web.StreamResponse:
    """Refuse that."""
    return await act(request, people.reject_follower, done="declined")


@page("POST", "/people/{id}/drop")
async def drop(request: web.Request) -> web.StreamResponse:
    """Have somebody follow no longer."""
    return await act(request, people.remove_follower, done="dropped")
