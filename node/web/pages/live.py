"""What a page may be told while it is open: how many posts are new, how many notifications are unread; never what they say.

    event: posts            data: {"new": 3}        since the post that the page began with, counted up to a hundred
    event: notifications    data: {"unread": 2}     at once, and whenever another comes

Pages do without; a script that listens says "3 new posts" above the list. Where nobody is signed in the answer is 204, which
tells a browser not to ask again.  Source: the HTML standard, "Server-sent events".
"""

from aiohttp import web

from node.api.errors import TooOften
from node.context import NODE, Node
from node.streaming import LIVE, STREAMS, OpenStream, sse
from node.streaming.open_stream import Proof
from node.streaming.telling import MOST_COUNTED, count_of_notifications, count_of_posts
from node.web import session
from node.web.declared import page
from storage import notifications
from storage.ids import AccountId, PostId, parsed
from storage.pages import Page


@page("GET", "/live", sign_in=False)
async def listen(request: web.Request) -> web.StreamResponse:
    """Count what is new, for as long as the page is open. Query: `since`, the id of the newest post on the page."""
    if not session.is_same_origin(request):
        raise web.HTTPForbidden
    visitor = await session.visitor_of(request)
    digest = session.digest_in(request)
    if visitor is None or digest is None:
        return web.Response(status=204)
    me = visitor.account
    stream = OpenStream(me, Proof(digest, is_session=True), frozenset(), transport="page", encode=sse.event)
    stream.subscribe(LIVE)
    try:
        with request.app[STREAMS].opened(stream):
            await _begin(request.app[NODE], stream, me.id, parsed(request.query.get("since", "")))
            return await sse.send(request, stream)
    except TooOften as refusal:
        raise web.HTTPTooManyRequests(headers=refusal.headers) from refusal


async def _begin(node: Node, stream: OpenStream, me: AccountId, since: int | None) -> None:
    """Say what is new already."""
    if since is not None:
        newer = await node.memory.journals.page(me, Page(MOST_COUNTED, min_id=PostId(since)))
        if newer:
            stream.unseen = len(newer)
            stream.put(count_of_posts(stream.unseen))
    unread = await node.store.read(notifications.unread, me, most=MOST_COUNTED)
    stream.put(count_of_notifications(unread))
