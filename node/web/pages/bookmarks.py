"""Posts that one wants to find again, what one found useful, and conversations of which one wants to hear nothing."""

from collections.abc import Callable, Sequence
from functools import partial

from aiohttp import web

from node.actions import bookmarks
from node.api import entities
from node.context import NODE
from node.web import session
from node.web.addresses import neighbours, page_of
from node.web.answers import render
from node.web.declared import page
from node.web.pressing import press
from storage import bookmarks as bookmark_rows
from storage import reactions
from storage.bookmarks import Bookmark
from storage.ids import AccountId
from storage.pages import Page
from storage.reactions import Favourite
from storage.store import Unit

Kept = Callable[[Unit, AccountId, Page], Sequence[Bookmark] | Sequence[Favourite]]


@page("GET", "/bookmarks")
async def show(request: web.Request) -> web.StreamResponse:
    """One's bookmarks, the latest first."""
    return await _kept(request, bookmark_rows.of, shown="bookmarks")


@page("GET", "/favourites")
async def favourites(request: web.Request) -> web.StreamResponse:
    """What one found useful, the latest first."""
    return await _kept(request, reactions.favourites_of, shown="favourites")


@page("POST", "/posts/{id}/bookmark")
async def keep(request: web.Request) -> web.StreamResponse:
    """Keep a post among one's bookmarks."""
    return await press(request, bookmarks.keep)


@page("POST", "/posts/{id}/unbookmark")
async def let_go(request: web.Request) -> web.StreamResponse:
    """Take it away from there."""
    return await press(request, bookmarks.let_go)


@page("POST", "/posts/{id}/mute")
async def mute(request: web.Request) -> web.StreamResponse:
    """Be told of nothing more in a post's conversation."""
    return await press(request, partial(bookmarks.mute, muted=True), done="thread-muted")


@page("POST", "/posts/{id}/unmute")
async def unmute(request: web.Request) -> web.StreamResponse:
    """Be told again."""
    return await press(request, partial(bookmarks.mute, muted=False), done="thread-unmuted")


async def _kept(request: web.Request, kept: Kept, *, shown: str) -> web.StreamResponse:
    node, me = request.app[NODE], session.present(request).account
    part = page_of(request)
    rows = await node.store.read(kept, me.id, part)
    return await render(
        request,
        "bookmarks.html",
        shown=shown,
        posts=await entities.statuses(node, me, [row.post for row in rows]),
        around=neighbours(request, part, [row.relation for row in rows]),
    )
