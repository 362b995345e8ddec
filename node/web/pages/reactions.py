"""The buttons under a post: useful, not useful after all, share, no longer share, show first, no longer show first."""

from aiohttp import web

from node.actions import pins, reactions
from node.context import NODE
from node.web import session
from node.web.addresses import post_id
from node.web.answers import go_back
from node.web.declared import page
from node.web.pressing import press


@page("POST", "/posts/{id}/favourite")
async def favourite(request: web.Request) -> web.StreamResponse:
    """Find a post useful."""
    return await press(request, reactions.favourite)


@page("POST", "/posts/{id}/unfavourite")
async def unfavourite(request: web.Request) -> web.StreamResponse:
    """Take that back."""
    return await press(request, reactions.unfavourite)


@page("POST", "/posts/{id}/share")
async def share(request: web.Request) -> web.StreamResponse:
    """Show a post to one's own followers."""
    return await press(request, reactions.share)


@page("POST", "/posts/{id}/unshare")
async def unshare(request: web.Request) -> web.StreamResponse:
    """Take that back."""
    return await press(request, reactions.unshare)


@page("POST", "/posts/{id}/pin")
async def pin(request: web.Request) -> web.StreamResponse:
    """Show a post of one's own first on one's profile."""
    return await press(request, pins.pin, done="pinned")


@page("POST", "/posts/{id}/unpin")
async def unpin(request: web.Request) -> web.StreamResponse:
    """Show it among the others again."""
    return await press(request, pins.unpin, done="unpinned")


@page("POST", "/posts/{id}/react")
async def react(request: web.Request) -> web.StreamResponse:
    """Put an emoji under a post, or take one's own away."""
    form = await request.post()
    node, me = request.app[NODE], session.present(request).account
    if text := str(form.get("remove", "")):
        await reactions.unreact(node, me, post_id(request), text)
    else:
        await reactions.react(node, me, post_id(request), str(form.get("emoji", "")))
    return go_back(form)
