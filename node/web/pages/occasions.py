"""Events: the buttons under one, and the list of who comes."""

from aiohttp import web

from node.actions import occasions
from node.api import entities
from node.api.occasions import listed
from node.context import NODE
from node.web import session
from node.web.addresses import PEOPLE_A_PAGE, neighbours, number, page_of, post_id
from node.web.answers import go_back, render
from node.web.declared import page
from storage.ids import AccountId


@page("POST", "/posts/{id}/join")
async def join(request: web.Request) -> web.StreamResponse:
    """Want to come."""
    await occasions.join(request.app[NODE], session.present(request).account, post_id(request))
    return go_back(await request.post(), done="joined")


@page("POST", "/posts/{id}/leave")
async def leave(request: web.Request) -> web.StreamResponse:
    """Not come after all."""
    await occasions.leave(request.app[NODE], session.present(request).account, post_id(request))
    return go_back(await request.post(), done="left")


@page("GET", "/posts/{id}/attendees")
async def attendees(request: web.Request) -> web.StreamResponse:
    """Who comes; for the organiser also who waits, with the buttons to decide."""
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
    )


@page("POST", "/posts/{id}/attendees/{account}/accept")
async def accept(request: web.Request) -> web.StreamResponse:
    """Have somebody come to one's own event."""
    other = AccountId(number(request.match_info["account"]))
    await occasions.accept(request.app[NODE], session.present(request).account, post_id(request), other)
    return go_back(await request.post())


@page("POST", "/posts/{id}/attendees/{account}/perhaps")
async def answer_perhaps(request: web.Request) -> web.StreamResponse:
    """Tell somebody that it is not settled yet whether they come to it."""
    other = AccountId(number(request.match_info["account"]))
    await occasions.answer_perhaps(request.app[NODE], session.present(request).account, post_id(request), other)
    return go_back(await request.post())


@page("POST", "/posts/{id}/attendees/{account}/refuse")
async def refuse(request: web.Request) -> web.StreamResponse:
    """Have somebody not come to it."""
    other = AccountId(number(request.match_info["account"]))
    await occasions.refuse(request.app[NODE], session.present(request).account, post_id(request), other)
    return go_back(await request.post())
