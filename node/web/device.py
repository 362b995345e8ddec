"""What somebody has chosen for the device they sit at, whoever signs in there: kept in its browser, in cookies.

    light        pages without pictures: "yes", "no", or what the browser says of its link (`Save-Data`)
    shortcuts    the keys that act at once: "no" where they are switched off

Nothing of it is secret, and nothing of it is anybody's: it is not kept with an account.
"""

from aiohttp import web

LIGHT, SHORTCUTS = "light", "shortcuts"
YES, NO = "yes", "no"
A_YEAR = 365 * 24 * 3600


def is_light(request: web.Request) -> bool:
    """Whether pages come without pictures.  Source: W3C, Save Data API: `on`, maybe with parameters."""
    chosen = request.cookies.get(LIGHT)
    if chosen in {YES, NO}:
        return chosen == YES
    return request.headers.get("Save-Data", "").partition(";")[0].strip().lower() == "on"


def has_shortcuts(request: web.Request) -> bool:
    """Whether keys act at once."""
    return request.cookies.get(SHORTCUTS) != NO


def remember(request: web.Request, answer: web.Response, name: str, chosen: str) -> None:
    """Keep a choice in this browser for a year.  name: LIGHT or SHORTCUTS.  chosen: YES or NO.  Raises HTTPBadRequest."""
    if chosen not in {YES, NO}:
        raise web.HTTPBadRequest
    answer.set_cookie(name, chosen, max_age=A_YEAR, httponly=True, samesite="Lax", secure=request.secure)
