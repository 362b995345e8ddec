"""Help for the ten tasks that everybody has, and the statement about accessibility: pages of plain words, one text in each language.

Their words are whole texts rather than sentences of a catalogue, `templates/prose/`: so a paragraph is written in each language,
and not translated clause by clause. A test holds the two together, heading by heading.
"""

from datetime import date

from aiohttp import web
from babel.dates import format_date

from node.context import NODE
from node.web import session
from node.web.answers import language_of, render
from node.web.declared import page

TESTED_ON = date(2026, 11, 27)
"""When the statement was last read against the pages."""


@page("GET", "/help", sign_in=False, enrolling=True)
async def show_help(request: web.Request) -> web.StreamResponse:
    """How each task is done; also for who cannot sign in."""
    await session.visitor_of(request)
    settings = request.app[NODE].settings
    return await render(request, "help.html", domain=settings.domain, contact=settings.contact_email)


@page("GET", "/accessibility", sign_in=False, enrolling=True)
async def show_accessibility(request: web.Request) -> web.StreamResponse:
    """The statement that the RGAA asks for."""
    visitor = await session.visitor_of(request)
    settings = request.app[NODE].settings
    return await render(
        request,
        "accessibility.html",
        domain=settings.domain,
        contact=settings.contact_email,
        tested_on=format_date(TESTED_ON, "d MMMM y", locale=language_of(request, visitor)),
    )
