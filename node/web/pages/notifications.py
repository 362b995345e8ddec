"""What a person is told: who wrote to them, follows them, found something useful; and who asks to follow."""

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
    rows, read_to = await node.store.read(told, me.id, part)
    asking = await node.store.read(requests, me.id) if is_first(part) else []
    shown = await entities.notifications(node, me, rows)
    return await render(
        request,
        "notifications.html",
        requests=await entities.accounts(node, me, asking),
        notifications=[
            {"status": None, "moderation_warning": None, **one, "unread": int(one["id"]) > read_to} for one in shown
        ],
        around=neighbours(request, part, [row.id for row in rows]),
    )


@page("POST", "/notifications/read")
async def read(request: web.Request) -> web.StreamResponse:
    """Mark everything that is there as read."""
    await request.app[NODE].store.write(mark_all, session.present(request).account.id)
    return go("/notifications", done="read")


def told(unit: Unit, me: AccountId, part: Page) -> tuple[list[Notification], int]:
    """A part of the list, and how far it was read."""
    marker = notifications.markers(unit, me).get(MARKER)
    return notifications.of(unit, me, part), marker.last_read_id if marker else 0


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
