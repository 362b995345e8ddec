"""Tags that one follows: posts for everybody that carry one come to the journal."""

from collections.abc import Mapping

from aiohttp import web

from node.actions import tags
from node.context import NODE
from node.errors import Invalid
from node.web import session
from node.web.addresses import PEOPLE_A_PAGE, neighbours, page_of
from node.web.answers import go, render, said
from node.web.declared import page
from storage import tag_follows

HERE = "/followed-tags"


@page("GET", HERE)
async def several(request: web.Request) -> web.StreamResponse:
    """The tags that one follows, the latest first."""
    return await _shown(request, typed="", errors={})


@page("POST", HERE)
async def follow(request: web.Request) -> web.StreamResponse:
    """Follow one by its name."""
    visitor = session.present(request)
    typed = str((await request.post()).get("tag_name", ""))
    try:
        await tags.follow(request.app[NODE], visitor.account, typed)
    except Invalid as invalid:
        errors = said(request, visitor, invalid, fields={"name": "tag_name"})
        return await _shown(request, typed=typed, errors=errors, status=422)
    return go(HERE, done="tag_followed")


async def _shown(
    request: web.Request, *, typed: str, errors: Mapping[str, str], status: int = 200
) -> web.StreamResponse:
    part = page_of(request, limit=PEOPLE_A_PAGE)
    found = await request.app[NODE].store.read(tag_follows.of, session.present(request).account.id, part)
    return await render(
        request,
        "followed_tags.html",
        status=status,
        tags=found,
        typed=typed,
        errors=errors,
        around=neighbours(request, part, [each.relation for each in found]),
    )
