"""Members of a community, for those who lead it: looked for, made managers, removed, kept out for a time or for good."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from aiohttp import web

from node.actions import communities as acts
from node.actions import leading
from node.api import entities
from node.context import NODE
from node.errors import Invalid
from node.web import managing, session
from node.web.addresses import PEOPLE_A_PAGE, Neighbours, account_id, neighbours, page_of
from node.web.answers import go, render, said
from node.web.community import Shown
from node.web.declared import page
from node.web.managing import DESK, FIELDS, Towards
from node.web.on_record import source_of
from storage import accounts, communities, community_desk
from storage.accounts import Account
from storage.communities import Ban
from storage.errors import NotFound
from storage.ids import AccountId
from storage.pages import Page
from storage.store import Unit

HERE = DESK + "/members"
ONE = HERE + "/{id:[0-9]+}"
MOST_FOUND = 40
LONGEST_QUESTION = 200
FOR = {str(days): timedelta(days=days) for days in (1, 7, 30, 90)}
"""For how long somebody may be kept out, by what the form says."""

FOR_GOOD = "good"


@dataclass(frozen=True, slots=True)
class KeptOut:
    """Somebody who may not take part. until: None for good."""

    account: dict[str, Any]
    until: datetime | None


@page("GET", HERE)
async def show(request: web.Request) -> web.StreamResponse:
    """Everybody who belongs to it, the latest first, or those whom a search finds; and who is kept out."""
    node, me = request.app[NODE], session.present(request).account
    about = await managing.led(request)
    community = _id_of(about)
    asked = " ".join(request.query.get("q", "").split())[:LONGEST_QUESTION]
    part = page_of(request, limit=PEOPLE_A_PAGE)
    if asked:
        found = await node.store.read_slowly(
            community_desk.members_named, community, asked.lstrip("@"), limit=MOST_FOUND
        )
        around = Neighbours(None, None)
    else:
        relations, found = await node.store.read(_members, community, part)
        around = neighbours(request, part, relations)
    bans, kept_out = await node.store.read(_bans, community)
    shown = await entities.accounts(node, me, kept_out)
    return await render(
        request,
        "manage_members.html",
        community=about,
        asked=asked,
        people=await entities.accounts(node, me, found),
        leading={each["id"] for each in about.managers},
        kept_out=[KeptOut(entry, ban.until) for entry, ban in zip(shown, bans, strict=True)],
        around=around,
    )


@page("POST", ONE + "/lead")
async def lead(request: web.Request) -> web.StreamResponse:
    """Have somebody lead it too."""
    return await _act(request, acts.add_manager, done="manager-added")


@page("POST", ONE + "/step-back")
async def step_back(request: web.Request) -> web.StreamResponse:
    """Have somebody lead it no longer."""
    return await _act(request, acts.remove_manager, done="manager-removed")


@page("POST", ONE + "/remove")
async def remove(request: web.Request) -> web.StreamResponse:
    """Have somebody belong to it no longer; they may ask again."""
    return await _act(request, leading.refuse, done="member-removed")


@page("POST", ONE + "/let-back")
async def let_back(request: web.Request) -> web.StreamResponse:
    """Let somebody take part again."""
    return await _act(request, leading.lift, done="member-let-back")


@page("GET", ONE + "/keep-out")
async def keep_out_form(request: web.Request) -> web.StreamResponse:
    """The question before somebody is kept out: for how long, and why."""
    about = await managing.led(request)
    return await _keeping_out(request, about, typed={"ban_until": "7", "reason": "", "takes_out": ""})


@page("POST", ONE + "/keep-out")
async def keep_out(request: web.Request) -> web.StreamResponse:
    """Keep somebody out."""
    node, visitor = request.app[NODE], session.present(request)
    about, form = await managing.led(request), await request.post()
    typed = {name: str(form.get(name, "")) for name in ("ban_until", "reason", "takes_out")}
    try:
        lasts = _lasting(typed["ban_until"])
        is_so = await leading.ban(
            node,
            visitor.account,
            _id_of(about),
            account_id(request),
            until=node.now() + lasts if lasts else None,
            takes_out=bool(typed["takes_out"]),
            reason=typed["reason"],
            source=source_of(request),
        )
    except Invalid as invalid:
        if invalid.field not in {"until", "reason"}:
            return await managing.refused(request, about, invalid)
        errors = said(request, visitor, invalid, fields=FIELDS)
        return await _keeping_out(request, about, typed=typed, errors=errors)
    return go(_members_of(about), done=_done("member-kept-out", is_so=is_so))


async def _act(request: web.Request, do: Towards, *, done: str) -> web.StreamResponse:
    about = await managing.led(request)
    me, source = session.present(request).account, source_of(request)
    try:
        is_so = await do(request.app[NODE], me, _id_of(about), account_id(request), source=source)
    except Invalid as invalid:
        return await managing.refused(request, about, invalid)
    return go(_members_of(about), done=_done(done, is_so=is_so is not False))


def _lasting(text: str) -> timedelta | None:
    """For how long; None for good. Raises Invalid."""
    if text not in FOR and text != FOR_GOOD:
        raise Invalid("until", "ERR_INCLUSION", "Choose for how long")
    return FOR.get(text)


def _done(code: str, *, is_so: bool) -> str:
    """The code of the notice: that it is so, or that the community's own node was asked."""
    return code if is_so else "asked-its-node"


async def _keeping_out(
    request: web.Request, about: Shown, *, typed: Mapping[str, str], errors: Mapping[str, str] = MappingProxyType({})
) -> web.StreamResponse:
    node = request.app[NODE]
    person = await node.store.read(accounts.get, account_id(request))
    if person.gone_at is not None:
        raise NotFound
    return await render(
        request,
        "manage_keep_out.html",
        status=422 if errors else 200,
        community=about,
        person=entities.account(node, person),
        typed=typed,
        errors=errors,
    )


def _members_of(about: Shown) -> str:
    return f"{managing.desk_of(about)}/members"


def _id_of(about: Shown) -> AccountId:
    return AccountId(int(about.account["id"]))


def _members(unit: Unit, community: AccountId, part: Page) -> tuple[list[int], list[Account]]:
    rows = community_desk.members(unit, community, part)
    known = accounts.by_ids(unit, [row.account for row in rows])
    return [row.relation for row in rows], [known[row.account] for row in rows]


def _bans(unit: Unit, community: AccountId) -> tuple[list[Ban], list[Account]]:
    found = communities.bans(unit, community)
    known = accounts.by_ids(unit, [each.account_id for each in found])
    return found, [known[each.account_id] for each in found]
