"""Administration begins here: how the node is, and every page of those who look after it or after its reports."""

from aiohttp import web

from node.context import NODE
from node.web import health, session
from node.web.answers import language_of, render
from node.web.declared import page
from node.web.health import MOST_REPORTS
from storage import reports

HERE = "/administration"


@page("GET", HERE, moderators=True)
async def overview(request: web.Request) -> web.StreamResponse:
    """The overview: for moderators, what is open; for administrators, also how the node is."""
    node, visitor = request.app[NODE], session.present(request)
    signs = await health.signs(node, language_of(request, visitor)) if visitor.may_administer else []
    open_reports = await node.store.read(reports.open_count, most=MOST_REPORTS)
    return await render(request, "administration.html", signs=signs, open_reports=open_reports)
