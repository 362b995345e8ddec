"""Settings: where one is signed in; end one session, or all others."""

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from node.context import NODE
from node.errors import Invalid
from node.web import confirming, session
from node.web.answers import go, render, said
from node.web.declared import page
from node.web.on_record import source_of
from storage import audit, staff
from storage.errors import NotFound
from storage.staff import Session
from storage.store import Unit

HERE = "/settings/sessions"
MARK_LETTERS = 16

# In this order: most browsers also name those they descend from.
BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


@dataclass(frozen=True, slots=True)
class Opened:
    """An open session.  mark: the beginning of its digest, by which the page names it.  system: "" when it is not said."""

    mark: str
    browser: str
    system: str
    address: str
    began_at: datetime
    used_at: datetime
    is_here: bool


@page("GET", HERE)
async def show(request: web.Request) -> web.StreamResponse:
    """All of them, the one that asks first."""
    return await _shown(request, errors={}, status=200)


@page("POST", HERE + "/end-others")
async def end_others(request: web.Request) -> web.StreamResponse:
    """End every session but this one. The password is given once more for it."""
    visitor = session.present(request)
    try:
        await confirming.demand_password(request, await request.post())
    except Invalid as invalid:
        return await _shown(request, errors=said(request, visitor, invalid), status=422)
    await request.app[NODE].store.write(_end_others, visitor, source=source_of(request))
    return go(HERE, done="sessions-ended")


@page("POST", HERE + "/{mark:[0-9a-f]{16}}/end")
async def end_one(request: web.Request) -> web.StreamResponse:
    """End one of one's own sessions. Raises NotFound."""
    await request.app[NODE].store.write(_end_one, session.present(request), request.match_info["mark"])
    return go(HERE, done="session-ended")


def browser_of(agent: str) -> str:
    """What people call the program behind a `User-Agent`; its first word when it is none of the usual browsers."""
    return _named(agent, BROWSERS) or agent.partition(" ")[0].partition("/")[0][:40] or "?"


def system_of(agent: str) -> str:
    """What the program runs on, as people call it; "" when it does not say."""
    return _named(agent, SYSTEMS)


def _named(agent: str, names: dict[str, str]) -> str:
    return next((name for part, name in names.items() if part in agent), "")


def _end_others(unit: Unit, visitor: session.Visitor, *, source: str) -> None:
    ended = staff.end_other_sessions(unit, visitor.account.id, but=visitor.session.digest)
    who = visitor.account.username
    audit.add(unit, who=who, source=source, act="sessions.end-others", subject=who, detail={"ended": str(ended)})


def _end_one(unit: Unit, visitor: session.Visitor, mark: str) -> None:
    found = [each for each in staff.sessions_of(unit, visitor.account.id) if each.digest.startswith(mark)]
    if len(found) != 1:
        raise NotFound
    staff.end_session(unit, found[0].digest)


async def _shown(request: web.Request, *, errors: dict[str, str], status: int) -> web.StreamResponse:
    visitor = session.present(request)
    found = await request.app[NODE].store.read(staff.open_sessions_of, visitor.account.id)
    places = sorted((_described(each, visitor) for each in found), key=lambda each: not each.is_here)
    confirmed = confirming.is_fresh(request)
    return await render(
        request, "settings_sessions.html", status=status, places=places, confirmed=confirmed, errors=errors
    )


def _described(one: Session, visitor: session.Visitor) -> Opened:
    return Opened(
        one.digest[:MARK_LETTERS],
        browser_of(one.agent),
        system_of(one.agent),
        one.address,
        one.created_at,
        one.seen_at,
        is_here=one.digest == visitor.session.digest,
    )
