"""What a person is told: who wrote to them, follows them, found something useful; and who asks to follow."""

from typing import Any

from aiohttp import web

from node.api import entities
from node.context import NODE
from node.web import session
from node.web.addresses import PEOPLE_A_PAGE, is_first, neighbours, page_of
from node.web.answers import go, render
from node.web.declared import page
from storage import accounts, follows, notifications
from storage.accounts import Account
from storage.ids import AccountId
from storage.notifications import Notification
from storage.pages import Page
from storage.store import Unit

MARKER = "notifications"


@page("GET", "/notifications")
async def show(request: web.Request) -> web.StreamResponse:
    """The list, newest first, with the requests to follow above it."""
    node = request.app[NODE]
    me = session.present(request).account
    part = page_of(request)
    rows, people, read_to = await node.store.read(told, me.id, part)
    asking = await node.store.read(requests, me.id) if is_first(part) else []
    by = {entity["id"]: entity for entity in await entities.accounts(node, me, people)}
    about = {
        entity["id"]: entity
        for entity in await entities.statuses(node, me, [row.post_id for row in rows if row.post_id])
    }
    shown = [entity(row, by, about, read_to=read_to) for row in rows if str(row.from_id) in by]
    return await render(
        request,
        "notifications.html",
        requests=await entities.accounts(node, me, asking),
        notifications=[one for one in shown if one["status"] or not one["is_about_post"]],
        around=neighbours(request, part, [row.id for row in rows]),
    )


@page("POST", "/notifications/read")
async def read(request: web.Request) -> web.StreamResponse:
    """Mark everything that is there as read."""
    await request.app[NODE].store.write(mark_all, session.present(request).account.id)
    return go("/notifications", done="read")


def told(unit: Unit, me: AccountId, part: Page) -> tuple[list[Notification], list[Account], int]:
    """A part of the list, the people in it, and how far it was read."""
    rows = notifications.of(unit, me, part)
    people = accounts.by_ids(unit, {row.from_id for row in rows})
    marker = notifications.markers(unit, me).get(MARKER)
    return rows, [*people.values()], marker.last_read_id if marker else 0


def requests(unit: Unit, me: AccountId) -> list[Account]:
    """Who asks to follow, newest first."""
    asking = [row.account for row in follows.requests(unit, me, Page(limit=PEOPLE_A_PAGE))]
    known = accounts.by_ids(unit, asking)
    return [known[identifier] for identifier in asking]


def mark_all(unit: Unit, me: AccountId) -> None:
    """Note that the newest notification was read."""
    newest = notifications.of(unit, me, Page(limit=1))
    if newest:
        notifications.mark(unit, me, MARKER, last_read=newest[0].id)


def entity(row: Notification, by: dict[str, Any], about: dict[str, Any], *, read_to: int) -> dict[str, Any]:
    """One line of the list, as the template takes it."""
    return {
        "type": row.kind,
        "created_at": row.created_at,
        "account": by[str(row.from_id)],
        "status": about.get(str(row.post_id)) if row.post_id else None,
        "is_about_post": row.post_id is not None,
        "unread": row.id > read_to,
    }
