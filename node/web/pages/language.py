"""The button that changes the language of the pages."""

from aiohttp import web

from node.context import NODE
from node.web import session
from node.web.answers import go_back
from node.web.declared import page
from node.web.languages import COOKIE, LANGUAGES
from storage import staff

A_YEAR = 365 * 24 * 3600


@page("POST", "/language", sign_in=False, enrolling=True)
async def change(request: web.Request) -> web.StreamResponse:
    """Speak the other language from now on: kept with the account, and in the browser for when nobody is signed in."""
    form = await request.post()
    wanted = str(form.get("language", ""))
    if wanted not in LANGUAGES:
        raise web.HTTPBadRequest
    visitor = await session.visitor_of(request)
    if visitor is not None:
        await request.app[NODE].store.write(staff.change_locale, visitor.account.id, wanted)
    answer = go_back(form, done=str(form.get("done", "")))
    answer.set_cookie(COOKIE, wanted, max_age=A_YEAR, httponly=True, samesite="Lax", secure=request.secure)
    return answer
