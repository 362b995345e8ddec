"""The page of a community: what it is for, its conversations, a form to begin one, and its members."""

from dataclasses import replace
from typing import Any

from aiohttp import web

from node.api import entities
from node.context import NODE
from node.web import community, composing, looking, session, states
from node.web.addresses import is_first, neighbours, page_of
from node.web.answers import language_of, render
from node.web.community import Shown
from node.web.typed import Typed
from storage import community_lists, timelines
from storage.accounts import Account
from storage.ids import AccountId, PostId
from storage.pages import Page
from storage.posts import Post
from storage.store import Unit


async def conversations(request: web.Request, found: Account) -> web.StreamResponse:
    """What was written in a community, what is pinned first. found: a community."""
    node, visitor = request.app[NODE], session.present(request)
    part = page_of(request)
    about = await community.shown(request, found)
    posts, first = await node.store.read(_posts, visitor.account.id, found.id, part)
    listed = await entities.of_posts(node, visitor.account, posts, where="account")
    pinned = await entities.of_posts(node, visitor.account, first)
    ids = {each["id"] for each in pinned}
    shown = [post for post in (each["reblog"] or each for each in listed) if post["id"] not in ids]
    if is_first(part) and posts and about.relation.following:
        await looking.note(request, community_lists.note_read, visitor.account.id, found.id, newest=posts[0].id)
    threads = [PostId(int(post["id"])) for post in [*pinned, *shown]]
    return await face(
        request,
        about,
        shown="posts",
        posts=shown,
        pinned=pinned,
        locked={str(each) for each in await node.store.read(community_lists.locked, threads)},
        leading=about.account["acct"] if about.leads else "",
        pins=ids,
        states=await states.of(request, [*pinned, *shown]),
        readers=await composing.readers(request),
        draft=None if about.cannot_begin or not is_first(part) else await _draft(request, about),
        around=neighbours(request, part, [post.id for post in posts]),
    )


async def face(request: web.Request, about: Shown, **own: Any) -> web.Response:
    """The page of a community, with one of its lists."""
    given = {"posts": [], "pinned": [], "people": [], "draft": None, "errors": {}} | own
    return await render(request, "community.html", where="account", community=about, account=about.account, **given)


async def _draft(request: web.Request, about: Shown) -> Typed:
    visitor = session.present(request)
    blank = Typed.blank(language=language_of(request, visitor), defaults=visitor.defaults)
    reach = "community" if about.led.is_for_members else "all_nodes"
    return replace(blank, community=about.account["acct"], reach=reach)


def _posts(unit: Unit, me: AccountId, found: AccountId, part: Page) -> tuple[list[Post], list[Post]]:
    """A part of what a community has shared, and, above its beginning, what is pinned."""
    shared = timelines.by_author(unit, found, part, reader=me)
    return shared, community_lists.pinned(unit, found, reader=me) if is_first(part) else []
