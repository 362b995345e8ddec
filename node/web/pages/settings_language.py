"""Settings: the language of the pages. It is changed by the same form as in the menu (`language.py`)."""

from aiohttp import web

from node.web.answers import render
from node.web.declared import page


@page("GET", "/settings/language")
async def show(request: web.Request) -> web.StreamResponse:
    """Which language, and what follows from it."""
    return await render(request, "settings_language.html")
