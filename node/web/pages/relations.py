"""The buttons beside a person: follow, mute, block, answer a request, and their opposites."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from aiohttp import web

from federation.errors import NotAllowed
from node.actions import lists, people
from node.context import NODE, Node
from node.errors import Invalid
from node.web import session
from node.web.addresses import account_id
from node.web.answers import go, go_back
from node.web.declared import page
from storage import accounts, relations
from storage.accounts import Account
from storage.communities import KIND
from storage.ids import AccountId
from storage.store import Unit

AS_NOW = "as-now"
MUTED_FOR = {str(seconds): timedelta(seconds=seconds) for seconds in (3600, 86400, 604800, 2592000)}
"""For how long somebody may be muted, by what the form says; anything else means for good."""

Act = Callable[[Node, Account, Account], Awaitable[object]]


async def act(request: web.Request, do: Act, *, done: str) -> web.StreamResponse:
    """Do something towards the person that the address names, and go back. Raises NotFound."""
    node = request.app[NODE]
    me = session.present(request).account
    other = await node.store.read(accounts.get, account_id(request))
    await do(node, me, other)
    return go_back(await request.post(), otherwise=f"/@{other.handle}", done=done)


def _left_of_mute(unit: Unit, me: AccountId, other: AccountId) -> timedelta | None:
    """For how much longer somebody is muted; None for good, and where they are not."""
    known = relations.of_each(unit, me, [other]).get(other)
    return known.mute_expires_at - unit.now if known and known.mute_expires_at else None


def _in_a_community(other: Account, done: str) -> str:
    """The code of the notice, where the other may be a community: one joins it, and follows a person."""
    return f"community-{done}" if other.kind == KIND else done


@page("POST", "/people/{id}/follow")
async def follow(request: web.Request) -> web.StreamResponse:
    """Follow somebody, or ask to where they grant it themselves."""
    other = await request.app[NODE].store.read(accounts.get, account_id(request))
    done = "asked" if other.locked else "followed" if other.is_local else "followed-soon"
    try:
        return await act(request, people.follow, done=_in_a_community(other, done))
    except (Invalid, NotAllowed):
        if other.kind != KIND:
            raise
        return go(f"/@{other.handle}")  # its page says who is kept out, and until when


@page("POST", "/people/{id}/unfollow")
async def unfollow(request: web.Request) -> web.StreamResponse:
    """End that, or withdraw the request."""
    other = await request.app[NODE].store.read(accounts.get, account_id(request))
    return await act(request, people.unfollow, done=_in_a_community(other, "unfollowed"))


@page("POST", "/people/{id}/mute")
async def mute(request: web.Request) -> web.StreamResponse:
    """Keep somebody's posts out of one's journal; they do not learn of it.

    Form: `duration`, seconds, nothing for good, AS_NOW for as long as before; `asked` beside `notifications`, a box that may
    be ticked: whether what they do is kept out of the notifications, too. A form with neither asks for all of it, for good.
    """
    node, form = request.app[NODE], await request.post()
    me, other = session.present(request).account.id, account_id(request)
    duration: timedelta | None = MUTED_FOR.get(str(form.get("duration", "")))
    if form.get("duration") == AS_NOW:
        duration = await node.store.read(_left_of_mute, me, other)
    notifications = "asked" not in form or "notifications" in form
    return await act(request, partial(people.mute, notifications=notifications, duration=duration), done="muted")


@page("POST", "/people/{id}/unmute")
async def unmute(request: web.Request) -> web.StreamResponse:
    """End that."""
    return await act(request, people.unmute, done="unmuted")


@page("POST", "/people/{id}/apart")
async def apart(request: web.Request) -> web.StreamResponse:
    """Read a community that one has joined on its own page alone."""
    return await act(request, partial(_keep_apart, exclusive=True), done="community-apart")


@page("POST", "/people/{id}/at-home")
async def at_home(request: web.Request) -> web.StreamResponse:
    """Read it in one's journal as well."""
    return await act(request, partial(_keep_apart, exclusive=False), done="community-at-home")


async def _keep_apart(node: Node, me: Account, community: Account, *, exclusive: bool) -> None:
    await lists.keep_apart(node, me, community.id, exclusive=exclusive)


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
