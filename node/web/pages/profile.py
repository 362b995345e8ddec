"""A person: who they are, what they write, whom they follow, who follows them."""

from collections.abc import Callable
from functools import partial
from typing import Any

from aiohttp import web

from node.api import entities
from node.context import NODE
from node.web import session, states
from node.web.addresses import PEOPLE_A_PAGE, is_first, neighbours, page_of, person
from node.web.answers import go, render
from node.web.community import shown as shown_community
from node.web.declared import page
from node.web.pages import community
from storage import accounts, featured_tags, follows, pins, relations, timelines
from storage.accounts import Account
from storage.cards import EMPTY
from storage.communities import KIND
from storage.follows import Related
from storage.ids import AccountId
from storage.pages import Page
from storage.store import Unit

Relations = Callable[..., list[Related]]


@page("GET", "/@{acct}")
async def show(request: web.Request) -> web.StreamResponse:
    """Somebody's posts, as far as the reader may see them."""
    node = request.app[NODE]
    visitor = session.present(request)
    someone = await person(node, request.match_info["acct"])
    if someone.handle != request.match_info["acct"]:
        return go(f"/@{someone.handle}")
    if someone.kind == KIND:
        return await community.conversations(request, someone)
    part = page_of(request)
    posts = await node.store.read(timelines.by_author, someone.id, part, reader=visitor.account.id)
    first = await node.store.read(pins.of, someone.id, reader=visitor.account.id) if is_first(part) else []
    pinned = await entities.of_posts(node, visitor.account, first)
    ids = {post.id for post in first}
    others = [post for post in posts if post.id not in ids]
    shown = await entities.of_posts(node, visitor.account, others, where="account")
    return await face(
        request,
        someone,
        shown="posts",
        posts=shown,
        pinned=pinned,
        states=await states.of(request, [*pinned, *shown]),
        people=[],
        around=neighbours(request, part, [post.id for post in posts]),
    )


@page("GET", "/@{acct}/followers")
async def followers(request: web.Request) -> web.StreamResponse:
    """Who follows somebody, as far as this node knows."""
    return await related(request, follows.followers, shown="followers")


@page("GET", "/@{acct}/following")
async def following(request: web.Request) -> web.StreamResponse:
    """Whom somebody follows, as far as this node knows."""
    return await related(request, follows.following, shown="following")


async def related(request: web.Request, list_of: Relations, *, shown: str) -> web.StreamResponse:
    """One of the two lists of people, newest first."""
    node = request.app[NODE]
    visitor = session.present(request)
    someone = await person(node, request.match_info["acct"])
    part = page_of(request, limit=PEOPLE_A_PAGE)
    if someone.kind == KIND and shown != "followers":
        return go(f"/@{someone.handle}")
    known_to = partial(list_of, reader=visitor.account.id)
    rows, people = await node.store.read(listed, known_to, someone.id, part)
    entries = await entities.accounts(node, visitor.account, people)
    around = neighbours(request, part, [row.relation for row in rows])
    if someone.kind == KIND:
        about = await shown_community(request, someone)
        return await community.face(request, about, shown="members", people=entries, around=around)
    return await face(request, someone, shown=shown, posts=[], pinned=[], people=entries, around=around)


def listed(unit: Unit, list_of: Relations, someone: AccountId, part: Page) -> tuple[list[Related], list[Account]]:
    """A part of a list of people: the relations, and the people in the same order."""
    rows = list_of(unit, someone, part)
    known = accounts.by_ids(unit, [row.account for row in rows])
    return rows, [known[row.account] for row in rows]


async def face(request: web.Request, someone: Account, **own: Any) -> web.StreamResponse:
    """The page of a person, with one of its lists."""
    node = request.app[NODE]
    visitor = session.present(request)
    (entity,) = await entities.accounts(node, visitor.account, [someone])
    between = await node.store.read(relations.of_each, visitor.account.id, [someone.id])
    is_shown = someone.suspended_at is None  # of whom moderators have suspended, nothing that they say
    node.federation.profiles.look(someone)
    return await render(
        request,
        "profile.html",
        where="account",
        account=entity,
        card=someone.visiting_card if is_shown else EMPTY,
        own_fields=someone.named_fields if is_shown else [],
        own_tags=await node.store.read(featured_tags.of, someone.id) if is_shown else [],
        relation=between[someone.id],
        **own,
    )
