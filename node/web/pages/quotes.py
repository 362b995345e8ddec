"""The button under a post that quotes one's own: have it shown there no longer."""

from aiohttp import web

from node.actions import quotes
from node.api import entities
from node.context import NODE
from node.web import session
from node.web.addresses import post_id
from node.web.answers import go_back
from node.web.declared import page
from storage.errors import NotFound
from storage.ids import PostId


@page("POST", "/posts/{id}/revoke-quote")
async def revoke(request: web.Request) -> web.StreamResponse:
    """Take back the leave to quote a post of one's own. The address names the post that quotes."""
    node, me = request.app[NODE], session.present(request).account
    by = post_id(request)
    quote = (await entities.status(node, me, by))["quote"]
    if quote is None or not quote.get("quoted_status"):
        raise NotFound
    await quotes.revoke(node, me, PostId(int(quote["quoted_status"]["id"])), by)
    return go_back(await request.post(), done="quote-revoked")
