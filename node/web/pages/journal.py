"""The journal: what the people one follows write, what this node writes, what all nodes write."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from node.actions import tags
from node.api import entities
from node.context import NODE
from node.web import composing, session, states
from node.web.addresses import Neighbours, is_first, neighbours, page_of
from node.web.answers import go_back, language_of, render
from node.web.declared import page
from node.web.typed import Typed
from storage import announcements, beginnings, timelines, welcomes
from storage.announcements import Announcement
from storage.ids import AccountId
from storage.pages import Page
from storage.posts import Post
from storage.store import Unit
from storage.welcomes import Welcome

Timeline = Callable[[Unit, AccountId, Page], list[Post]]

NEWCOMERS_POSTS = 30
NOTHING = Neighbours(None, None)


@dataclass(frozen=True, slots=True)
class Above:
    """What stands above the newest posts. welcome: how far somebody is with its steps, None where there is nothing to go on with."""

    announcements: list[Announcement]
    welcome: Welcome | None


@page("GET", "/")
async def following(request: web.Request) -> web.StreamResponse:
    """Posts of the people one follows; for a newcomer who follows nobody, the latest of many, here and elsewhere."""
    visitor = session.present(request)
    newcomer = visitor.account.following_count == 0
    return await show(request, "following", for_newcomer if newcomer else timelines.home, newcomer=newcomer)


@page("GET", "/this-node")
async def this_node(request: web.Request) -> web.StreamResponse:
    """What the staff of this node write for everybody."""
    return await show(request, "this_node", timelines.this_node)


@page("GET", "/all-nodes")
async def all_nodes(request: web.Request) -> web.StreamResponse:
    """What is written for all nodes."""
    return await show(request, "all_nodes", timelines.all_nodes)


def for_newcomer(unit: Unit, reader: AccountId, page: Page) -> list[Post]:
    """To begin with, posts of as many people as there are; further down, one's own among those for all nodes, newest first."""
    if is_first(page):
        return beginnings.posts(unit, reader, limit=NEWCOMERS_POSTS)
    found = {
        post.id: post for timeline in (timelines.home, timelines.all_nodes) for post in timeline(unit, reader, page)
    }
    merged = [found[identifier] for identifier in sorted(found, reverse=True)]
    return merged[-page.limit :] if page.upwards else merged[: page.limit]


async def show(request: web.Request, shown: str, timeline: Timeline, *, newcomer: bool = False) -> web.StreamResponse:
    """One of the three lists, with the form to write above it."""
    node = request.app[NODE]
    visitor = session.present(request)
    part = page_of(request)
    where = "home" if shown == "following" else "public"
    posts = await node.store.read(timeline, visitor.account.id, part)
    above = await node.store.read(above_the_posts, visitor.account.id) if is_first(part) else Above([], None)
    listed = await entities.of_posts(node, visitor.account, posts, where=where)
    return await render(
        request,
        "journal.html",
        announcements=above.announcements,
        welcome=above.welcome,
        shown=shown,
        where=where,
        posts=listed,
        states=await states.of(request, listed),
        readers=await composing.readers(request),
        first_page=is_first(part),
        newcomer=newcomer and is_first(part),
        draft=Typed.blank(language=language_of(request, visitor), defaults=visitor.defaults),
        errors={},
        # What a newcomer reads first is no part of a list: from there they go on to the whole lists.
        around=NOTHING if newcomer and is_first(part) else neighbours(request, part, [post.id for post in posts]),
    )


def above_the_posts(unit: Unit, reader: AccountId) -> Above:
    """What stands above the newest posts, but for the form."""
    welcome = welcomes.of(unit, reader)
    is_open = welcome is not None and welcome.is_open
    return Above(announcements.current(unit, reader, put_away=False), welcome if is_open else None)


@page("GET", "/tags/{name}")
async def tagged(request: web.Request) -> web.StreamResponse:
    """Posts that carry a tag."""
    node = request.app[NODE]
    visitor = session.present(request)
    part = page_of(request)
    name = request.match_info["name"]
    posts = await node.store.read(timelines.tagged, visitor.account.id, name, part)
    is_followed = await node.store.read(tags.is_followed, visitor.account.id, name)
    return await render(
        request,
        "tag.html",
        tag=name,
        where="public",
        is_followed=is_followed,
        can_be_followed=tags.name_in(name) is not None,
        posts=await entities.of_posts(node, visitor.account, posts, where="public"),
        around=neighbours(request, part, [post.id for post in posts]),
    )


@page("POST", "/tags/{name}/follow")
async def follow_tag(request: web.Request) -> web.StreamResponse:
    """Have posts with a tag come to one's journal."""
    name = request.match_info["name"]
    await tags.follow(request.app[NODE], session.present(request).account, name)
    return go_back(await request.post(), otherwise=f"/tags/{quote(name)}", done="tag_followed")


@page("POST", "/tags/{name}/unfollow")
async def unfollow_tag(request: web.Request) -> web.StreamResponse:
    """Have them come there no more."""
    name = request.match_info["name"]
    await tags.unfollow(request.app[NODE], session.present(request).account, name)
    return go_back(await request.post(), otherwise=f"/tags/{quote(name)}", done="tag_unfollowed")
