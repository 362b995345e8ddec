"""Moderators' cases: the list, and one case with what it is about and what can be done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from node.actions import moderation as acts
from node.actions.moderation import Decision, Moderator
from node.api import entities
from node.context import NODE
from node.errors import Invalid
from node.web import session
from node.web.addresses import neighbours, number, page_of
from node.web.answers import go, render, said
from node.web.declared import page
from node.web.on_record import source_of
from storage import accounts, reports, staff, warnings
from storage.accounts import Account
from storage.errors import NotFound
from storage.ids import AccountId, PostId
from storage.pages import Page
from storage.reports import Note, Report, Sought
from storage.store import Unit
from storage.warnings import Warning

HERE = "/moderation"
_ALL = Page(limit=40)


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the report on the page of a case. names: who wrote the notes, by account."""

    case: Report
    target: Account
    notes: list[Note]
    names: dict[AccountId, Account]
    told: list[Warning]
    before: list[Report]
    may_decide: bool


@page("GET", HERE, moderators=True)
async def listed(request: web.Request) -> web.StreamResponse:
    """The open cases, or with `?closed=1` the closed ones, newest first."""
    node, me = request.app[NODE], session.present(request).account
    is_closed = "closed" in request.query
    part = page_of(request)
    found = await node.store.read(reports.listed, part, Sought(is_resolved=is_closed))
    shown = await entities.admin_reports(node, me, found)
    around = neighbours(request, part, [each.id for each in found])
    return await render(request, "moderation.html", cases=shown, closed=is_closed, around=around)


@page("GET", HERE + "/{id:[0-9]+}", moderators=True)
async def show(request: web.Request) -> web.StreamResponse:
    """One case."""
    return await case(request, errors={}, typed={})


@page("POST", HERE + "/{id:[0-9]+}/note", moderators=True)
async def note(request: web.Request) -> web.StreamResponse:
    """Write something about the case for the other moderators."""
    return await act(request, acts.write_note, str((await request.post()).get("note", "")), done="noted")


@page("POST", HERE + "/{id:[0-9]+}/take", moderators=True)
async def take(request: web.Request) -> web.StreamResponse:
    """Look after the case."""
    return await act(request, acts.assign, to_self=True, done="case-taken")


@page("POST", HERE + "/{id:[0-9]+}/leave", moderators=True)
async def leave(request: web.Request) -> web.StreamResponse:
    """Leave the case to others."""
    return await act(request, acts.assign, to_self=False, done="case-left")


@page("POST", HERE + "/{id:[0-9]+}/close", moderators=True)
async def close(request: web.Request) -> web.StreamResponse:
    """Close the case without more."""
    return await act(request, acts.resolve, done="case-closed")


@page("POST", HERE + "/{id:[0-9]+}/reopen", moderators=True)
async def reopen(request: web.Request) -> web.StreamResponse:
    """Open the case again."""
    return await act(request, acts.reopen, done="case-open")


@page("POST", HERE + "/{id:[0-9]+}/remove-post", moderators=True)
async def remove_post(request: web.Request) -> web.StreamResponse:
    """Remove one of the posts in question."""
    form = await request.post()
    post = PostId(number(str(form.get("post", ""))))
    return await act(request, remove_pointed, post, str(form.get("text", "")), done="post-removed")


@page("POST", HERE + "/{id:[0-9]+}/decide", moderators=True)
async def decide(request: web.Request) -> web.StreamResponse:
    """Warn or restrict the person, and close the case."""
    form = await request.post()
    action, text = str(form.get("decision", "")), str(form.get("text", ""))
    return await act(request, decide_case, action, text, done="decided")


@page("POST", HERE + "/{id:[0-9]+}/lift", moderators=True)
async def lift(request: web.Request) -> web.StreamResponse:
    """End a restriction of the person."""
    return await act(request, lift_of_case, str((await request.post()).get("decision", "")), done="decided")


async def act(
    request: web.Request, unit: Callable[..., object], *details: object, done: str, **more: object
) -> web.StreamResponse:
    """Do something about the case that the address names, and show it again. Raises NotFound, NotPermitted."""
    visitor = session.present(request)
    identifier = number(request.match_info["id"])
    moderator = Moderator(visitor.account, visitor.role, source_of(request))
    try:
        await request.app[NODE].store.write(unit, moderator, identifier, *details, **more)
    except Invalid as invalid:
        form = await request.post()
        typed = {name: str(form.get(name, ""))[: 2 * acts.LONGEST_TEXT] for name in ("note", "text", "decision")}
        return await case(request, errors=said(request, visitor, invalid), typed=typed)
    return go(f"{HERE}/{identifier}", done=done)


async def case(request: web.Request, *, errors: dict[str, str], typed: dict[str, str]) -> web.StreamResponse:
    """The page of a case, with what was typed and what is wrong with it. Raises NotFound."""
    node, visitor = request.app[NODE], session.present(request)
    identifier = number(request.match_info["id"])
    beside = await node.store.read(_beside, identifier, visitor.account.id, visitor.role)
    (entity,) = await entities.admin_reports(node, visitor.account, [beside.case])
    return await render(
        request,
        "moderation_case.html",
        status=422 if errors else 200,
        case=entity,
        notes=[_note(each, beside) for each in beside.notes],
        told=beside.told,
        before=beside.before,
        may_decide=beside.may_decide,
        errors=errors,
        typed={"note": "", "text": "", "decision": acts.NONE} | typed,
    )


def remove_pointed(unit: Unit, moderator: Moderator, identifier: int, post: PostId, text: str) -> None:
    """Remove a post that a case is about. Raises NotFound: also for another post."""
    if post not in reports.post_ids(unit, [identifier]).get(identifier, ()):
        raise NotFound
    acts.remove_post(unit, moderator, post, text=text, report=identifier)


def decide_case(unit: Unit, moderator: Moderator, identifier: int, action: str, text: str) -> None:
    """Decide about the person of a case. Raises NotFound, NotPermitted, Invalid."""
    target = reports.get(unit, identifier).target_id
    acts.decide(unit, moderator, target, Decision(action, text, identifier))


def lift_of_case(unit: Unit, moderator: Moderator, identifier: int, action: str) -> None:
    """End a restriction of the person of a case. Raises NotFound, NotPermitted, Invalid."""
    if action not in acts.STANDING:
        raise Invalid("action", "ERR_INCLUSION", f"An action is one of: {', '.join(acts.STANDING)}")
    acts.lift(unit, moderator, reports.get(unit, identifier).target_id, action)


def _beside(unit: Unit, identifier: int, me: AccountId, role: str) -> Beside:
    found = reports.get(unit, identifier)
    notes = reports.notes(unit, identifier)
    member = staff.by_account(unit, found.target_id)
    is_above = member is not None and member.role in staff.MODERATING and role != staff.ADMIN
    others = reports.listed(unit, _ALL, Sought(is_resolved=None, target=found.target_id))
    return Beside(
        case=found,
        target=accounts.get(unit, found.target_id),
        notes=notes,
        names=accounts.by_ids(unit, [each.by_id for each in notes]),
        told=warnings.of(unit, found.target_id),
        before=[each for each in others if each.id != identifier],
        may_decide=found.target_id != me and not is_above,
    )


def _note(note: Note, beside: Beside) -> dict[str, Any]:
    return {"text": note.text, "at": note.created_at, "by": beside.names[note.by_id].display_name}
