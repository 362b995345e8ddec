"""How far one's own posts have got, for the pages that show some: asked once for a page, and only of one's own."""

from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web

from node.context import NODE
from node.web import session
from storage import sendings
from storage.ids import PostId
from storage.sendings import Missing, Sending


async def of(request: web.Request, posts: Iterable[Mapping[str, Any]]) -> dict[str, Sending]:
    """By the ids of posts, for those of these entities that the reader has written. Nothing is asked where there are none."""
    me = session.present(request).account
    shown = (post["reblog"] or post for post in posts)
    own = {PostId(int(post["id"])) for post in shown if post["account"]["acct"] == me.handle}
    if not own:
        return {}
    found = await request.app[NODE].store.read(sendings.of, me.id, sorted(own))
    return {str(each.post_id): each for each in found}


async def missing(request: web.Request, sending: Sending | None) -> list[Missing]:
    """Which nodes have not taken a post; nothing is asked where all have."""
    if sending is None or sending.received == sending.nodes:
        return []
    me = session.present(request).account
    return await request.app[NODE].store.read(sendings.missing, me.id, sending.post_id)
