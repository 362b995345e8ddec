"""Filters: words of which one wants to be warned, or that one does not want to read at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from aiohttp import web
from multidict import MultiMapping

from node.actions import filters
from node.actions.filters import Draft, Words
from node.api.filters import end_of
from node.context import NODE, Node
from node.errors import Invalid
from node.web import session
from node.web.addresses import number
from node.web.answers import go, render, said
from node.web.declared import page
from storage import filters as rows
from storage.filters import Whole

HERE = "/settings/filters"
FIELDS = {
    "title": "filter_title",
    "context": "places",
    "keyword": "words",
    "keywords": "words",
    "base": "words",
}
AS_NOW = "as-now"
ENDS = ("", "1800", "3600", "21600", "86400", "604800", "2592000")
"""For how many seconds a filter may be made to hold; for good first."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed about a filter.

    words: one in each line.  whole: whether they count only where they stand as whole words.  places: some of
    `storage.filters.CONTEXTS`.  action: one of `storage.filters.ACTIONS`.  ends: seconds from now, "" for good, or AS_NOW.
    """

    title: str = ""
    words: str = ""
    whole: bool = True
    places: frozenset[str] = field(default=frozenset(rows.CONTEXTS))
    action: str = "warn"
    ends: str = ""

    @classmethod
    def of(cls, form: MultiMapping[Any]) -> Self:
        """What was sent."""
        return cls(
            str(form.get("filter_title", "")).strip(),
            str(form.get("words", "")).replace("\r\n", "\n"),
            "whole" in form,
            frozenset(str(each) for each in form.getall("place", ())),
            str(form.get("filter_action", "")),
            str(form.get("ends", "")),
        )

    @classmethod
    def as_it_is(cls, known: Whole) -> Self:
        """The form of a filter that is there."""
        return cls(
            known.filter.title,
            "\n".join(each.keyword for each in known.keywords),
            all(each.whole_word for each in known.keywords),
            frozenset(known.filter.contexts.split(",")),
            known.filter.action,
            AS_NOW if known.filter.expires_at else "",
        )

    @property
    def lines(self) -> list[str]:
        """The words, each once."""
        return list(dict.fromkeys(line.strip() for line in self.words.split("\n") if line.strip()))

    def draft(self, node: Node, known: Whole | None = None) -> Draft:
        """The filter to be. known: as it was before.  Raises Invalid: it would look for nothing."""
        if not self.lines and not (known and known.posts):
            raise Invalid("keyword", "ERR_BLANK", "Write at least one word")
        ends = self.ends if self.ends in ENDS else ""
        return Draft(
            title=self.title or (self.lines[0][: filters.LONGEST] if self.lines else None),
            contexts=[each for each in rows.CONTEXTS if each in self.places],
            action=self.action,
            expires_at=end_of(node, ends),
            expires=self.ends != AS_NOW,
            words=self._changes(known),
        )

    def _changes(self, known: Whole | None) -> list[Words]:
        """What is to be looked for anew, no longer, or otherwise; what stays as it is is not among it."""
        there = {each.keyword: each for each in (known.keywords if known else ())}
        gone = [Words(None, id=each.id, remove=True) for word, each in there.items() if word not in self.lines]
        kept = [there[word] for word in self.lines if word in there]
        changed = [Words(None, self.whole, each.id) for each in kept if each.whole_word != self.whole]
        return [*gone, *changed, *(Words(word, self.whole) for word in self.lines if word not in there)]


@page("GET", HERE)
async def several(request: web.Request) -> web.StreamResponse:
    """One's filters, the oldest first."""
    found = await request.app[NODE].store.read(rows.of, session.present(request).account.id)
    return await render(request, "filters.html", filters=found)


@page("GET", HERE + "/new")
async def make_form(request: web.Request) -> web.StreamResponse:
    """The form of a new one."""
    return await _form(request, None, Typed(), errors={})


@page("POST", HERE + "/new")
async def make(request: web.Request) -> web.StreamResponse:
    """Make it."""
    node, visitor = request.app[NODE], session.present(request)
    typed = Typed.of(await request.post())
    try:
        await filters.make(node, visitor.account, typed.draft(node))
    except Invalid as invalid:
        return await _form(request, None, typed, errors=said(request, visitor, invalid, fields=FIELDS), status=422)
    return go(HERE, done="filter-made")


@page("GET", HERE + "/{id:[0-9]+}")
async def change_form(request: web.Request) -> web.StreamResponse:
    """The form of one that is there."""
    known = await _own(request)
    return await _form(request, known, Typed.as_it_is(known), errors={})


@page("POST", HERE + "/{id:[0-9]+}")
async def change(request: web.Request) -> web.StreamResponse:
    """Have it be another."""
    node, visitor = request.app[NODE], session.present(request)
    known, typed = await _own(request), Typed.of(await request.post())
    try:
        await filters.change(node, visitor.account, known.filter.id, typed.draft(node, known))
    except Invalid as invalid:
        return await _form(request, known, typed, errors=said(request, visitor, invalid, fields=FIELDS), status=422)
    return go(HERE, done="saved")


@page("POST", HERE + "/{id:[0-9]+}/remove")
async def remove(request: web.Request) -> web.StreamResponse:
    """Take it away."""
    await filters.remove(request.app[NODE], session.present(request).account, number(request.match_info["id"]))
    return go(HERE, done="filter-removed")


async def _own(request: web.Request) -> Whole:
    me = session.present(request).account
    return await request.app[NODE].store.read(filters.own, me.id, number(request.match_info["id"]))


async def _form(
    request: web.Request, known: Whole | None, typed: Typed, *, errors: Mapping[str, str], status: int = 200
) -> web.StreamResponse:
    ends_at: datetime | None = known.filter.expires_at if known else None
    return await render(
        request,
        "filter.html",
        status=status,
        known=known,
        typed=typed,
        ends_at=ends_at,
        errors=errors,
    )
