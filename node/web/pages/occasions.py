"""Events: the buttons under one, and the list of who comes."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from node.actions import occasions
from node.api import entities
from node.api.occasions import listed
from node.context import NODE, Node
from node.errors import Invalid
from node.web import session
from node.web.addresses import PEOPLE_A_PAGE, neighbours, number, page_of, post_id
from node.web.answers import go, render, said
from node.web.declared import page
from node.web.pressing import press
from storage.accounts import Account
from storage.ids import AccountId, PostId

Decide = Callable[[Node, Account, PostId, AccountId], Awaitable[object]]


@page("POST", "/posts/{id}/join")
async def join(request: web.Request) -> web.StreamResponse:
    """Want to come."""
    return await press(request, occasions.join, done="joined")


@page("POST", "/posts/{id}/leave")
async def leave(request: web.Request) -> web.StreamResponse:
    """Not come after all."""
    return await press(request, occasions.leave, done="left")


@page("GET", "/posts/{id}/attendees")
async def attendees(request: web.Request) -> web.StreamResponse:
    """Who comes; for the organiser also who waits, with the buttons to decide, and the form to invite people."""
    return await _attendees(request, typed="", errors={}, status=200)


async def _attendees(request: web.Request, *, typed: str, errors: dict[str, str], status: int) -> web.Response:
    node, me = request.app[NODE], session.present(request).account
    part = page_of(request, limit=PEOPLE_A_PAGE)
    identifier = post_id(request)
    rows, people = await node.store.read(listed, me, identifier, part)
    entity = await entities.status(node, me, identifier)
    known = {each["id"]: each for each in await entities.accounts(node, me, people.values())}
    return await render(
        request,
        "attendees.html",
        entity=entity["reblog"] or entity,
        attendees=[{"account": known[str(row.account_id)], "state": row.state} for row in rows],
        around=neighbours(request, part, [row.id for row in rows]),
        typed=typed,
        errors=errors,
        status=status,
    )


@page("POST", "/posts/{id}/invite")
async def invite(request: web.Request) -> web.StreamResponse:
    """Ask people to come to one's own event, by their @names."""
    node, me, typed = request.app[NODE], session.present(request).account, await request.post()
    names = str(typed.get("people", ""))
    try:
        await occasions.invite(node, me, post_id(request), await occasions.people_named(node, names))
    except Invalid as invalid:
        errors = said(request, session.present(request), invalid, fields={"base": "people"})
        return await _attendees(request, typed=names, errors=errors, status=422)
    return go(f"/posts/{post_id(request)}/attendees", done="invited")


@page("POST", "/posts/{id}/attendees/{account}/accept")
async def accept(request: web.Request) -> web.StreamResponse:
    """Have somebody come to one's own event."""
    return await _decide(request, occasions.accept)


@page("POST", "/posts/{id}/attendees/{account}/perhaps")
async def answer_perhaps(request: web.Request) -> web.StreamResponse:
    """Tell somebody that it is not settled yet whether they come to it."""
    return await _decide(request, occasions.answer_perhaps)


@page("POST", "/posts/{id}/attendees/{account}/refuse")
async def refuse(request: web.Request) -> web.StreamResponse:
    """Have somebody not come to it."""
    return await _decide(request, occasions.refuse)


async def _decide(request: web.Request, decide: Decide) -> web.StreamResponse:
    """Answer somebody who wants to come."""
    other = AccountId(number(request.match_info["account"]))
    return await press(request, lambda node, me, post: decide(node, me, post, other))
