"""What a person is told: who wrote to them, follows them, found something useful; what many did is told together."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from aiohttp import web

from node.actions import leading
from node.api import entities
from node.context import NODE
from node.web import looking, session
from node.web.addresses import PEOPLE_A_PAGE, is_first, neighbours, number, page_of
from node.web.answers import go, render
from node.web.declared import page
from node.web.on_record import source_of
from storage import accounts, communities, follows, notification_groups, notification_requests, notifications
from storage.accounts import Account
from storage.communities import Asking
from storage.follows import Related
from storage.ids import AccountId, first_id_at
from storage.notification_groups import Chosen, Group
from storage.pages import Page
from storage.rows import milliseconds, moment
from storage.store import Unit

MARKER = "notifications"
A_MOMENT = timedelta(milliseconds=1)
"""As finely as moments are kept."""
FEW = Page(limit=3)

TABS = {
    "all": notifications.KINDS,
    "mentions": frozenset({"mention"}),
    "reactions": frozenset({"favourite", "reblog", "emoji_reaction", "quote"}),
    "follows": frozenset({"follow", "follow_request"}),
}
"""Which kinds each view of the list shows."""


@page("GET", "/notifications")
async def show(request: web.Request) -> web.StreamResponse:
    """The list, newest first, with the requests to follow above it; opening it is reading it."""
    return await _shown(request, "all")


@page("GET", "/notifications/{kind:mentions|reactions|follows}")
async def of_a_kind(request: web.Request) -> web.StreamResponse:
    """Some kinds of them only."""
    return await _shown(request, request.match_info["kind"])


@page("POST", "/notifications/read")
async def read(request: web.Request) -> web.StreamResponse:
    """Mark everything as read that was there when the page was made. Raises NotFound: the form does not say when that was."""
    node, form = request.app[NODE], await request.post()
    as_of = moment(min(number(str(form.get("as_of", ""))), milliseconds(node.now())))
    await node.store.write(mark_all, session.present(request).account.id, upto=first_id_at(as_of + A_MOMENT))
    return go("/notifications", done="read")


@page("GET", "/follow-requests")
async def follow_requests(request: web.Request) -> web.StreamResponse:
    """Everybody who asks to follow, newest first; above them, who asks to join a community that one leads."""
    node, me = request.app[NODE], session.present(request).account
    part = page_of(request, limit=PEOPLE_A_PAGE)
    rows, known = await node.store.read(_asking, me.id, part)
    joining, named = await node.store.read(_joining, me.id) if is_first(part) else ([], {})
    shown = await entities.accounts(node, me, [named[each.account] for each in joining])
    return await render(
        request,
        "follow_requests.html",
        joining=[(entity, named[each.community]) for each, entity in zip(joining, shown, strict=True)],
        people=await entities.accounts(node, me, [known[row.account] for row in rows]),
        around=neighbours(request, part, [row.relation for row in rows]),
    )


@page("POST", "/follow-requests/{community:[0-9]+}/{id:[0-9]+}/{answer:accept|decline}")
async def answer(request: web.Request) -> web.StreamResponse:
    """Let somebody into a community that one leads, or do not. Raises NotFound, NotPermitted."""
    node, me = request.app[NODE], session.present(request).account
    community, person = (AccountId(number(request.match_info[name])) for name in ("community", "id"))
    is_let_in = request.match_info["answer"] == "accept"
    decide = leading.accept if is_let_in else leading.refuse
    await decide(node, me, community, person, source=source_of(request))
    return go("/follow-requests", done="let-in" if is_let_in else "declined")


async def _shown(request: web.Request, tab: str) -> web.StreamResponse:
    node, me = request.app[NODE], session.present(request).account
    part = page_of(request)
    groups, read_to = await node.store.read(_told, me.id, TABS[tab], part)
    if tab == "all" and is_first(part) and groups and groups[0].newest.id > read_to:
        await looking.note(request, notifications.mark, me.id, MARKER, last_read=groups[0].newest.id)
    above = tab in {"all", "follows"} and is_first(part)
    asking, asking_count, waiting = await node.store.read(_above, me.id) if above else ([], 0, 0)
    return await render(
        request,
        "notifications.html",
        where="notifications",
        shown=tab,
        requests=await entities.accounts(node, me, asking),
        requests_count=asking_count,
        waiting=waiting,
        notifications=_lines(await entities.groups(node, me, groups), groups, read_to),
        around=neighbours(request, part, [each.newest.id for each in groups]),
    )


def _lines(found: Mapping[str, Any], groups: Sequence[Group], read_to: int) -> list[dict[str, Any]]:
    """What the page shows of each group: who, what, about which post, and whether it is new."""
    people = {each["id"]: each for each in found["accounts"]}
    posts = {each["id"]: each for each in found["statuses"]}
    newest = {each.key: each.newest.id for each in groups}
    return [
        {
            "type": each["type"],
            "people": [people[one] for one in each["sample_account_ids"]],
            "count": each["notifications_count"],
            "created_at": each["latest_page_notification_at"],
            "status": posts.get(each.get("status_id", "")),
            "report": each.get("report"),
            "moderation_warning": each.get("moderation_warning"),
            "community": each.get("community"),
            "unread": newest[each["group_key"]] > read_to,
        }
        for each in found["notification_groups"]
        if each["sample_account_ids"]
    ]


def mark_all(unit: Unit, me: AccountId, *, upto: int) -> None:
    """Note that the newest notification below an id was read, and so all before it; what is marked already stays so."""
    newest = notifications.of(unit, me, Page(limit=1, max_id=upto))
    marker = notifications.markers(unit, me).get(MARKER)
    if newest and newest[0].id > (marker.last_read_id if marker else 0):
        notifications.mark(unit, me, MARKER, last_read=newest[0].id)


def _told(unit: Unit, me: AccountId, kinds: frozenset[str], part: Page) -> tuple[list[Group], int]:
    """A part of the list, and how far it was read."""
    marker = notifications.markers(unit, me).get(MARKER)
    groups = notification_groups.page(unit, me, Chosen(kinds), part)
    return groups, marker.last_read_id if marker else 0


def _above(unit: Unit, me: AccountId) -> tuple[list[Account], int, int]:
    """Who asked last to follow, how many do, and of how many people something waits for a decision."""
    rows, known = _asking(unit, me, FEW)
    waiting, _ = notification_requests.counts(unit, me)
    return [known[row.account] for row in rows], follows.requests_count(unit, me), waiting


def _asking(unit: Unit, me: AccountId, part: Page) -> tuple[list[Related], dict[AccountId, Account]]:
    rows = follows.requests(unit, me, part)
    return rows, accounts.by_ids(unit, [row.account for row in rows])


def _joining(unit: Unit, me: AccountId) -> tuple[list[Asking], dict[AccountId, Account]]:
    """Who asks to join the communities that one leads; they and the communities, by id."""
    rows = communities.asking(unit, me, Page(limit=PEOPLE_A_PAGE))
    return rows, accounts.by_ids(unit, [identifier for row in rows for identifier in (row.account, row.community)])
