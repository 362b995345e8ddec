"""Settings: how one's posts begin, on the pages and in apps."""

from aiohttp import web

from node.actions import defaults
from node.context import NODE
from node.errors import Invalid
from node.web import session
from node.web.answers import go, render, said
from node.web.declared import page
from storage.posting_defaults import Defaults
from storage.visibility import Reach

HERE = "/settings/writing"


@page("GET", HERE)
async def show(request: web.Request) -> web.StreamResponse:
    """What was chosen."""
    return await _shown(request, session.present(request).defaults, {})


@page("POST", HERE)
async def choose(request: web.Request) -> web.StreamResponse:
    """Choose anew, for what is written from now on."""
    visitor = session.present(request)
    form = await request.post()
    chosen = Defaults(
        reach=Reach.__members__.get(str(form.get("reach", "")).upper(), Reach.MENTIONED),
        sensitive="sensitive" in form,
        language=str(form.get("language", "")) or None,
        quotable=str(form.get("quotable", "")),
    )
    try:
        await defaults.choose(request.app[NODE], visitor.account, chosen)
    except Invalid as invalid:
        return await _shown(request, chosen, said(request, visitor, invalid))
    return go(HERE, done="saved")


async def _shown(request: web.Request, chosen: Defaults, errors: dict[str, str]) -> web.Response:
    return await render(
        request,
        "settings_writing.html",
        status=422 if errors else 200,
        chosen=chosen,
        reach=chosen.reach.name.lower(),
        errors=errors,
    )
