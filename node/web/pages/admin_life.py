"""What lives and what sleeps here: for whoever leads the exchange, with something to do beside each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from node.api import entities
from node.context import NODE, Node
from node.web import session
from node.web.answers import render
from node.web.declared import page
from storage import community_life, life, relations
from storage.accounts import Account
from storage.cards import Card
from storage.community_life import Hosted
from storage.life import Life, Week
from storage.relations import Relationship
from storage.store import Unit

HERE = "/administration/life"
MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Come:
    """Somebody who came lately, as the page tells of them. unanswered: the id of their first post, where nobody answered it."""

    account: dict[str, Any]
    card: Card
    relation: Relationship
    has_picture: bool
    has_written: bool
    unanswered: str


@dataclass(frozen=True, slots=True)
class Weeks:
    """The last weeks, the present one first, and the largest number of each kind among them: what a bar is measured by."""

    weeks: list[Week]
    people: int
    posts: int
    answers: int


@page("GET", HERE, moderators=True)
async def show(request: web.Request) -> web.StreamResponse:
    """The questions that wait, who is new, how much is written, and the tags that live or sleep."""
    node, me = request.app[NODE], session.present(request).account
    found = await node.store.read_slowly(life.look, me.id)
    hosted, unled = await node.store.read_slowly(_communities)
    return await render(
        request,
        "admin_life.html",
        life=found,
        questions=await entities.statuses(node, me, found.waiting.posts[:MOST_SHOWN]),
        newcomers=await _come(node, me, found),
        weeks=measured(found.weeks),
        hosted=len(hosted),
        sleeping=_asleep(hosted, now=node.now())[:MOST_SHOWN],
        unled=unled[:MOST_SHOWN],
        fewest=life.FEWEST,
    )


async def _come(node: Node, me: Account, found: Life) -> list[Come]:
    shown = found.newcomers[:MOST_SHOWN]
    entries = await entities.accounts(node, me, [each.account for each in shown])
    between = await node.store.read(relations.of_each, me.id, [each.account.id for each in shown])
    return [
        Come(
            entry,
            each.account.visiting_card,
            between[each.account.id],
            bool(each.account.avatar),
            each.has_written,
            str(each.unanswered or ""),
        )
        for entry, each in zip(entries, shown, strict=True)
    ]


def _communities(unit: Unit) -> tuple[list[Hosted], list[Hosted]]:
    """The communities of this node, and those of them that nobody leads."""
    return community_life.hosted(unit), community_life.unled(unit)


def _asleep(hosted: list[Hosted], *, now: datetime) -> list[tuple[Hosted, datetime]]:
    """Those in which nothing was written for long, and since when; the longest first."""
    since = [(each, moment) for each in hosted if (moment := each.sleeping_since(now=now)) is not None]
    return sorted(since, key=lambda pair: pair[1])


def measured(weeks: list[Week] | None) -> Weeks | None:
    """What the table of the weeks shows; None where there is none.  weeks: the earliest first."""
    if weeks is None:
        return None
    people, posts, answers = (
        max(1, *(getattr(week, name) for week in weeks)) for name in ("people", "posts", "answers")
    )
    return Weeks(weeks[::-1], people, posts, answers)
