"""Who is in a list: seen from the list, and from the page of a person."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from node.actions import lists
from node.api import entities
from node.context import NODE
from node.errors import Invalid
from node.web import session
from node.web.addresses import PEOPLE_A_PAGE, account_id, neighbours, number, page_of
from node.web.answers import go, render, said
from node.web.declared import page
from node.web.pages.lists import list_id, own
from storage import accounts
from storage import lists as rows
from storage.accounts import Account
from storage.follows import Related
from storage.ids import AccountId, parsed
from storage.lists import PeopleList
from storage.pages import Page
from storage.store import Unit

MOST_OFFERED = 12
LONGEST_QUESTION = 200


@page("GET", "/lists/{id:[0-9]+}/people")
async def show(request: web.Request) -> web.StreamResponse:
    """Who is in a list, and whom one might put in. Query: `q`, a part of a name."""
    return await _shown(request, errors={})


@page("POST", "/lists/{id:[0-9]+}/people")
async def put_in(request: web.Request) -> web.StreamResponse:
    """Put somebody in whom one follows."""
    node, visitor = request.app[NODE], session.present(request)
    known, form = await own(request), await request.post()
    try:
        await lists.put_in(node, visitor.account, known.id, [_named(form)])
    except Invalid as invalid:
        return await _shown(request, errors=said(request, visitor, invalid, fields={"account_ids": "q"}), status=422)
    return go(f"/lists/{known.id}/people", done="list-joined")


@page("POST", "/lists/{id:[0-9]+}/people/remove")
async def take_out(request: web.Request) -> web.StreamResponse:
    """Take somebody out."""
    known, form = await own(request), await request.post()
    await lists.take_out(request.app[NODE], session.present(request).account, known.id, [_named(form)])
    return go(f"/lists/{known.id}/people", done="list-left")


@page("GET", "/people/{id:[0-9]+}/lists")
async def of_person(request: web.Request) -> web.StreamResponse:
    """In which of one's lists somebody is."""
    someone = await request.app[NODE].store.read(accounts.get, account_id(request))
    return await _of_person(request, someone, errors={})


@page("POST", "/people/{id:[0-9]+}/lists")
async def choose(request: web.Request) -> web.StreamResponse:
    """Have somebody be in these of one's lists, and in no other."""
    node, visitor = request.app[NODE], session.present(request)
    someone = await node.store.read(accounts.get, account_id(request))
    form = await request.post()
    wanted = {found for each in form.getall("list", ()) if (found := parsed(str(each))) is not None}
    try:
        await lists.choose(node, visitor.account, someone.id, wanted)
    except Invalid as invalid:
        errors = said(request, visitor, invalid, fields={"account_ids": "lists"})
        return await _of_person(request, someone, errors=errors, status=422)
    return go(f"/@{someone.handle}", done="saved")


async def _of_person(
    request: web.Request, someone: Account, *, errors: Mapping[str, str], status: int = 200
) -> web.StreamResponse:
    node, me = request.app[NODE], session.present(request).account
    all_lists, holding, is_followed = await node.store.read(_standing, me.id, someone.id)
    (shown,) = await entities.accounts(node, me, [someone])
    return await render(
        request,
        "person_lists.html",
        status=status,
        account=shown,
        lists=all_lists,
        chosen={each.id for each in holding},
        is_followed=is_followed,
        errors=errors,
    )


async def _shown(request: web.Request, *, errors: Mapping[str, str], status: int = 200) -> web.StreamResponse:
    node, me = request.app[NODE], session.present(request).account
    part = page_of(request, limit=PEOPLE_A_PAGE)
    asked = request.query.get("q", "").strip()[:LONGEST_QUESTION]
    known, members, people, offered = await node.store.read(_people, me.id, list_id(request), part, asked)
    return await render(
        request,
        "list_people.html",
        status=status,
        known=known,
        people=await entities.accounts(node, me, [people[each.account] for each in members]),
        asked=asked,
        offered=await entities.accounts(node, me, offered),
        errors=errors,
        around=neighbours(request, part, [each.relation for each in members]),
    )


def _named(form: Mapping[str, Any]) -> AccountId:
    return AccountId(number(str(form.get("person", ""))))


def _people(
    unit: Unit, me: AccountId, identifier: int, part: Page, asked: str
) -> tuple[PeopleList, list[Related], dict[AccountId, Account], list[Account]]:
    known = lists.own(unit, me, identifier)
    members = rows.members(unit, known, part)
    people = accounts.by_ids(unit, [each.account for each in members])
    return known, members, people, rows.could_join(unit, known, asked, limit=MOST_OFFERED)


def _standing(unit: Unit, me: AccountId, other: AccountId) -> tuple[list[PeopleList], list[PeopleList], bool]:
    """One's lists, those in which somebody is, and whether anybody may be put in: whom one follows, or has asked to."""
    is_followed = bool(rows.followed_among(unit, me, [other]))
    return rows.of(unit, me), rows.holding(unit, me, other), is_followed
