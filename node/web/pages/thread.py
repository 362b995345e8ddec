"""A post with what it answers and what answers it."""

from aiohttp import web

from node.api import entities
from node.context import NODE
from node.web import session
from node.web.addresses import post_id
from node.web.answers import go, language_of, render
from node.web.declared import page
from node.web.pages.compose import reply_to


@page("GET", "/@{acct}/{id:[0-9]+}")
async def show(request: web.Request) -> web.StreamResponse:
    """The post in its conversation. An address with another author in it leads to the right one."""
    node = request.app[NODE]
    visitor = session.present(request)
    identifier = post_id(request)
    entity = await entities.status(node, visitor.account, identifier)
    author = entity["account"]["acct"]
    if request.match_info["acct"] != author:
        return go(f"/@{author}/{identifier}")
    around = await entities.context(node, visitor.account, identifier)
    return await render(
        request,
        "thread.html",
        entity=entity,
        ancestors=around["ancestors"],
        descendants=around["descendants"],
        draft=reply_to(entity, me=visitor.account.handle, language=language_of(request, visitor)),
    )
