"""Administration: the record of decisions, with filters: who, what, about whom or what, and when."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
from aiohttp import web

from node.context import NODE
from node.web import session
from node.web.addresses import Neighbours, is_first, page_of
from node.web.answers import language_of, render
from node.web.declared import page
from node.web.deeds import act_in_words, no_day
from storage import audit
from storage.audit import Entry, Sought
from storage.pages import Page

HERE = "/administration/audit"
ENTRIES_A_PAGE = 50
LONGEST = 200
FIRST_DAY = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Typed:
    """What is looked for, as typed. since, until: days, year-month-day."""

    who: str = ""
    act: str = ""
    about: str = ""
    since: str = ""
    until: str = ""

    def query(self) -> dict[str, str]:
        """What of it is not empty, for an address."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: value for name, value in fields.items() if value}


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as the page tells of it. act: in words.  code: as it is kept.  detail: names and values."""

    id: int
    at: datetime
    who: str
    source: str
    act: str
    code: str
    subject: str
    detail: dict[str, Any]


@page("GET", HERE, administrators=True)
async def show(request: web.Request) -> web.StreamResponse:
    """The newest entries, or those that are looked for. Nothing here can be changed."""
    store, visitor = request.app[NODE].store, session.present(request)
    language = language_of(request, visitor)
    typed = Typed(**{name: request.query.get(name, "").strip()[:LONGEST] for name in Typed.__dataclass_fields__})
    part = page_of(request, limit=ENTRIES_A_PAGE)
    days = {name: day_of(getattr(typed, name)) for name in ("since", "until")}
    errors = {name: no_day(language) for name, day in days.items() if day is None and getattr(typed, name)}
    until = days["until"]
    wanted = Sought(
        who=typed.who,
        act=typed.act,
        about=typed.about,
        since=days["since"],
        until=until + timedelta(days=1) if until is not None else None,
    )
    found = [] if errors else await store.read_slowly(audit.sought, wanted, part)
    acts = await store.read_slowly(audit.acts)
    return await render(
        request,
        "admin_audit.html",
        status=422 if errors else 200,
        entries=[shown(entry, act_in_words(entry.act, language)) for entry in found],
        choices=[("", act_in_words("", language)), *((act, act_in_words(act, language)) for act in acts)],
        typed=typed,
        errors=errors,
        around=beside(typed, part, found),
    )


def day_of(text: str) -> datetime | None:
    """The beginning of a day (UTC) that was typed; None when it is none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    # Before these days a moment has no number here, after them there is no day after.
    return datetime.combine(day, time(), UTC) if FIRST_DAY <= day < date.max else None


def beside(typed: Typed, part: Page, found: list[Entry]) -> Neighbours:
    """Where the newer and the older entries are that fit as well."""
    if not found:
        return Neighbours(None, None)
    full = len(found) >= part.limit
    newer = full if part.upwards else not is_first(part)
    query = typed.query()
    return Neighbours(
        newer=f"{HERE}?{urlencode(query | {'min_id': found[0].id})}" if newer else None,
        older=f"{HERE}?{urlencode(query | {'max_id': found[-1].id})}" if full or part.upwards else None,
    )


def shown(entry: Entry, act: str) -> Shown:
    """An entry with what it was about in words."""
    detail: dict[str, Any] = orjson.loads(entry.detail)
    return Shown(entry.id, entry.at, entry.who, entry.source, act, entry.act, entry.subject, detail)
