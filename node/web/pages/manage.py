"""The desk of a community, for those who lead it: who asks to belong to it, who is new, what waits for an answer, what sleeps."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from node.actions import leading
from node.api import entities
from node.context import NODE
from node.web import managing, session
from node.web.addresses import account_id
from node.web.answers import go, render
from node.web.declared import page
from node.web.managing import DESK
from node.web.on_record import source_of
from node.web.pages.admin_life import measured
from storage import accounts, community_desk, community_lists, follows, life
from storage.accounts import Account
from storage.cards import Card
from storage.community_desk import CommunityLife
from storage.errors import NotFound
from storage.ids import AccountId, moment_of
from storage.pages import Page
from storage.posts import Post
from storage.store import Unit

MOST_SHOWN = 20
REQUESTS = Page(limit=40)


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody who asks to belong to it. since: when they asked."""

    account: dict[str, Any]
    card: Card
    since: datetime


@dataclass(frozen=True, slots=True)
class Come:
    """Somebody who joined lately, as the page tells of them."""

    account: dict[str, Any]
    card: Card
    since: datetime
    has_written: bool


@page("GET", DESK)
async def show(request: web.Request) -> web.StreamResponse:
    """What there is to do for those who lead it."""
    node, me = request.app[NODE], session.present(request).account
    about = await managing.led(request)
    community = AccountId(int(about.account["id"]))
    found = await node.store.read_slowly(community_desk.look, community, me.id)
    asking, count, pinned = await node.store.read(_waiting, community, me.id)
    return await render(
        request,
        "manage.html",
        community=about,
        life=found,
        is_asleep=found.is_asleep(node.now()),
        requests=await _asking(request, asking),
        requests_count=count,
        newcomers=await _come(request, found),
        questions=await entities.statuses(node, me, found.questions[:MOST_SHOWN]),
        pinned=await entities.of_posts(node, me, pinned),
        weeks=measured(found.weeks),
        fewest=life.FEWEST,
    )


@page("POST", DESK + "/requests/{id:[0-9]+}/accept")
async def accept(request: web.Request) -> web.StreamResponse:
    """Let somebody in who asks."""
    return await _answer(request, leading.accept, done="member-accepted")


@page("POST", DESK + "/requests/{id:[0-9]+}/refuse")
async def refuse(request: web.Request) -> web.StreamResponse:
    """Do not let them in."""
    return await _answer(request, leading.refuse, done="member-refused")


async def _answer(request: web.Request, do: managing.Towards, *, done: str) -> web.StreamResponse:
    about = await managing.led(request)
    me, community = session.present(request).account, AccountId(int(about.account["id"]))
    try:
        await do(request.app[NODE], me, community, account_id(request), source=source_of(request))
    except NotFound:
        return go(managing.desk_of(about), done="request-gone")
    return go(managing.desk_of(about), done=done)


async def _asking(request: web.Request, found: list[tuple[Account, datetime]]) -> list[Asking]:
    node, me = request.app[NODE], session.present(request).account
    shown = await entities.accounts(node, me, [each for each, _ in found])
    return [Asking(entry, each.visiting_card, since) for entry, (each, since) in zip(shown, found, strict=True)]


async def _come(request: web.Request, found: CommunityLife) -> list[Come]:
    node, me = request.app[NODE], session.present(request).account
    few = found.newcomers[:MOST_SHOWN]
    shown = await entities.accounts(node, me, [each.account for each in few])
    return [
        Come(entry, each.account.visiting_card, each.since, each.has_written)
        for entry, each in zip(shown, few, strict=True)
    ]


def _waiting(unit: Unit, community: AccountId, me: AccountId) -> tuple[list[tuple[Account, datetime]], int, list[Post]]:
    """Who asks, the latest first, and since when; how many they are; and what is pinned."""
    rows = follows.requests(unit, community, REQUESTS)
    known = accounts.by_ids(unit, [row.account for row in rows])
    asking = [(known[row.account], moment_of(row.relation)) for row in rows]
    return asking, follows.requests_count(unit, community), community_lists.pinned(unit, community, reader=me)
