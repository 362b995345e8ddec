"""The journal's fourth tab: what is new since one last read, in groups, with an end."""

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from node.actions import since
from node.actions.since import Group
from node.api import entities
from node.context import NODE
from node.web import session
from node.web.addresses import number
from node.web.answers import go, render
from node.web.declared import page
from storage import visits
from storage.ids import PostId

HERE = "/since"


@dataclass(frozen=True, slots=True)
class Shown:
    """A group as the page tells of it. posts: entities of those that stand for it; count: how many there are of it."""

    posts: list[dict[str, Any]]
    count: int
    is_conversation: bool

    @property
    def author(self) -> dict[str, Any]:
        """Who wrote, or shared, the first of them."""
        found: dict[str, Any] = self.posts[0]["account"]
        return found


@page("GET", HERE)
async def show(request: web.Request) -> web.StreamResponse:
    """What came since; looking at it marks nothing as read."""
    node, me = request.app[NODE], session.present(request).account
    # Some fifty milliseconds for somebody who was away for weeks: nobody who is quick waits behind that.
    visit = await node.store.read_slowly(visits.gather, me.id)
    digest = since.gathered(visit)
    wanted = [*digest.to_me, *(post for group in digest.groups for post in group.shown)]
    found = {PostId(int(one["id"])): one for one in await entities.statuses(node, me, wanted, where="home")}
    groups = [shown_of(group, found) for group in digest.groups]
    return await render(
        request,
        "since.html",
        to_me=[found[post] for post in digest.to_me if post in found],
        to_me_is_more=len(digest.to_me) >= visits.MOST_TO_ME,
        groups=[group for group in groups if group.posts],
        digest=digest,
        visit=visit,
    )


@page("POST", HERE + "/read")
async def read(request: web.Request) -> web.StreamResponse:
    """Note that what the page showed was read: what came after it is still new."""
    form = await request.post()
    upto, home = (number(str(form.get(name, ""))) for name in ("upto", "home"))
    await request.app[NODE].store.write(visits.mark, session.present(request).account.id, upto=upto, home_upto=home)
    return go(HERE)


def shown_of(group: Group, found: dict[PostId, dict[str, Any]]) -> Shown:
    """A group with the entities of its posts, as far as the reader may see them and wants to."""
    return Shown([found[post] for post in group.shown if post in found], len(group.posts), group.is_conversation)
