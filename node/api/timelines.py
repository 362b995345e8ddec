"""Lists of posts, newest first."""

from collections.abc import Sequence

from node.api import entities
from node.api.answers import Answerable, Paged
from node.api.callers import Caller
from node.api.endpoints import endpoint
from node.api.parameters import Page
from storage import timelines
from storage.posts import Post


class Public(Page):
    """Which of the posts for everybody are wanted."""

    local: bool = False
    remote: bool = False
    only_media: bool = False


@endpoint("GET", "/api/v1/timelines/home", scope="read:statuses")
async def home(caller: Caller, query: Page) -> Answerable:
    """Posts of the people whom one follows, and one's own."""
    return await _paged(caller, await caller.node.store.read(timelines.home, caller.me.id, query.part))


@endpoint("GET", "/api/v1/timelines/public", scope="read:statuses")
async def public(caller: Caller, query: Public) -> Answerable:
    """Posts for all nodes: of this node, of the others, or of all."""
    if query.only_media:
        return Paged([])
    read = timelines.this_node if query.local else timelines.other_nodes if query.remote else timelines.all_nodes
    return await _paged(caller, await caller.node.store.read(read, caller.me.id, query.part))


@endpoint("GET", "/api/v1/timelines/tag/{name}", scope="read:statuses")
async def tagged(caller: Caller, query: Public, *, name: str) -> Answerable:
    """Posts that carry a tag."""
    if query.only_media:
        return Paged([])
    found = await caller.node.store.read(timelines.tagged, caller.me.id, name.lstrip("#"), query.part)
    wanted = [post for post in found if not (query.local and not post.is_local) and not (query.remote and post.is_local)]
    return Paged.by(await entities.of_posts(caller.node, caller.me, wanted), [post.id for post in found])


async def _paged(caller: Caller, found: Sequence[Post]) -> Paged:
    shown = await entities.of_posts(caller.node, caller.me, found)
    return Paged.by(shown, [post.id for post in found])
