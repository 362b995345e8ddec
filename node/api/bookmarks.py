"""Posts that one wants to find again, and conversations of which one wants to be told nothing."""

from node.actions import bookmarks
from node.api import entities
from node.api.answers import Answerable, Paged
from node.api.callers import Caller
from node.api.endpoints import endpoint
from node.api.parameters import Page
from storage import bookmarks as bookmark_rows
from storage.ids import PostId


@endpoint("GET", "/api/v1/bookmarks", scope="read:bookmarks")
async def several(caller: Caller, query: Page) -> Answerable:
    """One's bookmarks, the latest first; those that one may see no more are left out."""
    rows = await caller.node.store.read(bookmark_rows.of, caller.me.id, query.part)
    shown = await entities.visible(caller.node, caller.me, [each.post for each in rows])
    return Paged.by(shown.fragments(), [each.relation for each in rows])


@endpoint("POST", "/api/v1/statuses/{id}/bookmark", scope="write:bookmarks")
async def keep(caller: Caller, *, id: PostId) -> Answerable:
    """Keep a post among one's bookmarks."""
    return await _shown(caller, await bookmarks.keep(caller.node, caller.me, id))


@endpoint("POST", "/api/v1/statuses/{id}/unbookmark", scope="write:bookmarks")
async def let_go(caller: Caller, *, id: PostId) -> Answerable:
    """Take it away from there."""
    return await _shown(caller, await bookmarks.let_go(caller.node, caller.me, id))


@endpoint("POST", "/api/v1/statuses/{id}/mute", scope="write:mutes")
async def mute(caller: Caller, *, id: PostId) -> Answerable:
    """Be told of nothing more in a post's conversation."""
    return await _shown(caller, await bookmarks.mute(caller.node, caller.me, id, muted=True))


@endpoint("POST", "/api/v1/statuses/{id}/unmute", scope="write:mutes")
async def unmute(caller: Caller, *, id: PostId) -> Answerable:
    """Be told again."""
    return await _shown(caller, await bookmarks.mute(caller.node, caller.me, id, muted=False))


async def _shown(caller: Caller, post: PostId) -> entities.Entity:
    return await entities.status(caller.node, caller.me, post)
