"""Lists of people: made, read as a journal, changed, taken away."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from aiohttp import web

from node.actions import lists
from node.api import entities
from node.context import NODE
from node.errors import Invalid
from node.web import session
from node.web.addresses import is_first, neighbours, number, page_of
from node.web.answers import go, render, said
from node.web.declared import page
from storage import list_timelines
from storage import lists as rows
from storage.ids import AccountId, PostId
from storage.lists import PeopleList
from storage.pages import Page
from storage.store import Unit

FIELDS = {"title": "list_title", "base": "list_title", "replies_policy": "replies"}


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed about a list. replies: whose answers stand in it, one of `storage.lists.POLICIES`."""

    title: str = ""
    replies: str = rows.MEMBERS
    exclusive: bool = False

    @classmethod
    def of(cls, form: Mapping[str, Any]) -> Self:
        """What was sent."""
        return cls(str(form.get("list_title", "")), str(form.get("replies", rows.MEMBERS)), "exclusive" in form)

    @classmethod
    def as_it_is(cls, known: PeopleList) -> Self:
        """The form of a list that is there."""
        return cls(known.title, known.replies_policy, known.exclusive)


@page("GET", "/lists")
async def several(request: web.Request) -> web.StreamResponse:
    """One's lists, and the form to make another."""
    return await _several(request, typed=Typed(), errors={})


@page("POST", "/lists")
async def make(request: web.Request) -> web.StreamResponse:
    """Make a list; who is to be in it is asked next."""
    node, visitor = request.app[NODE], session.present(request)
    typed = Typed.of(await request.post())
    try:
        made = await lists.make(
            node, visitor.account, title=typed.title, replies_policy=typed.replies, exclusive=typed.exclusive
        )
    except Invalid as invalid:
        errors = said(request, visitor, invalid, fields=FIELDS)
        return await _several(request, typed=typed, errors=errors, status=422)
    return go(f"/lists/{made.id}/people", done="list-made")


@page("GET", "/lists/{id:[0-9]+}")
async def read(request: web.Request) -> web.StreamResponse:
    """What the members of a list write and share, newest first."""
    node, me = request.app[NODE], session.present(request).account
    part = page_of(request)
    known, members, ids = await node.store.read(_timeline, me.id, list_id(request), part)
    return await render(
        request,
        "list.html",
        where="home",
        known=known,
        members=members,
        first_page=is_first(part),
        posts=(await entities.chosen(node, me, ids, where="home")).entities(),
        around=neighbours(request, part, ids),
    )


@page("GET", "/lists/{id:[0-9]+}/edit")
async def change_form(request: web.Request) -> web.StreamResponse:
    """What a list is called, whose answers stand in it, and whether its members stay out of the journal."""
    known = await own(request)
    return await render(request, "list_edit.html", known=known, typed=Typed.as_it_is(known), errors={})


@page("POST", "/lists/{id:[0-9]+}/edit")
async def change(request: web.Request) -> web.StreamResponse:
    """Change that."""
    node, visitor = request.app[NODE], session.present(request)
    known, typed = await own(request), Typed.of(await request.post())
    try:
        await lists.change(
            node,
            visitor.account,
            known.id,
            title=typed.title,
            replies_policy=typed.replies,
            exclusive=typed.exclusive,
        )
    except Invalid as invalid:
        errors = said(request, visitor, invalid, fields=FIELDS)
        return await render(request, "list_edit.html", status=422, known=known, typed=typed, errors=errors)
    return go(f"/lists/{known.id}", done="saved")


@page("GET", "/lists/{id:[0-9]+}/delete")
async def remove_form(request: web.Request) -> web.StreamResponse:
    """The question before a list goes."""
    return await render(request, "list_delete.html", known=await own(request))


@page("POST", "/lists/{id:[0-9]+}/delete")
async def remove(request: web.Request) -> web.StreamResponse:
    """Take a list away."""
    await lists.remove(request.app[NODE], session.present(request).account, list_id(request))
    return go("/lists", done="list-removed")


def list_id(request: web.Request) -> int:
    """The list that the address names. Raises NotFound."""
    return number(request.match_info["id"])


async def own(request: web.Request) -> PeopleList:
    """The same, if it is the person's own. Raises NotFound."""
    return await request.app[NODE].store.read(lists.own, session.present(request).account.id, list_id(request))


async def _several(
    request: web.Request, *, typed: Typed, errors: Mapping[str, str], status: int = 200
) -> web.StreamResponse:
    found = await request.app[NODE].store.read(rows.counted, session.present(request).account.id)
    return await render(request, "lists.html", status=status, lists=found, typed=typed, errors=errors)


def _timeline(unit: Unit, me: AccountId, identifier: int, part: Page) -> tuple[PeopleList, int, list[PostId]]:
    known = lists.own(unit, me, identifier)
    return known, rows.members_count(unit, known), list_timelines.read(unit, me, known, part)
