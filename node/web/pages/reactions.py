"""The buttons under a post: useful, not useful after all, share, no longer share, show first, no longer show first."""

from aiohttp import web

from node.actions import pins, reactions
from node.context import NODE
from node.web import session
from node.web.addresses import post_id
from node.web.answers import go_back
from node.web.declared import page


@page("POST", "/posts/{id}/favourite")
async def favourite(request: web.Request) -> web.StreamResponse:
    """Find a post useful."""
    await reactions.favourite(request.app[NODE], session.present(request).account, post_id(request))
    return go_back(await request.post())


@page("POST", "/posts/{id}/unfavourite")
async def unfavourite(request: web.Request) -> web.StreamResponse:
    """Take that back."""
    await reactions.unfavourite(request.app[NODE], session.present(request).account, post_id(request))
    return go_back(await request.post())


@page("POST", "/posts/{id}/share")
async def share(request: web.Request) -> web.StreamResponse:
    """Show a post to one's own followers."""
    await reactions.share(request.app[NODE], session.present(request).account, post_id(request))
    return go_back(await request.post())


@page("POST", "/posts/{id}/unshare")
async def unshare(request: web.Request) -> web.StreamResponse:
    """Take that back."""
    await reactions.unshare(request.app[NODE], session.present(request).account, post_id(request))
    return go_back(await request.post())


@page("POST", "/posts/{id}/pin")
async def pin(request: web.Request) -> web.StreamResponse:
    """Show a post of one's own first on one's profile."""
    await pins.pin(request.app[NODE], session.present(request).account, post_id(request))
    return go_back(await request.post(), done="pinned")


@page("POST", "/posts/{id}/unpin")
async def unpin(request: web.Request) -> web.StreamResponse:
    """Show it among the others again."""
    await pins.unpin(request.app[NODE], session.present(request).account, post_id(request))
    return go_back(await request.post(), done="unpinned")


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
