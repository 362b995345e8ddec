"""Whom one has muted or blocked, and whose whole node one hides: seen, added to, changed, ended."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from aiohttp import web

from node.actions import acquaintances, people
from node.api import entities
from node.context import NODE, Node
from node.errors import Invalid
from node.web import session
from node.web.addresses import PEOPLE_A_PAGE, neighbours, page_of
from node.web.answers import go, render, said
from node.web.declared import page
from storage import accounts, blocked_nodes, peers, relations
from storage.accounts import Account
from storage.follows import Related
from storage.ids import AccountId, Host
from storage.pages import Page
from storage.relations import Relationship
from storage.store import Unit

MUTES, BLOCKS, NODES = "/settings/mutes", "/settings/blocks", "/settings/nodes"
MOST_FOUND = 8
LONGEST_QUESTION = 200

ReadRelated = Callable[[Unit, AccountId, Page], list[Related]]
ActOnNode = Callable[[Node, Account, str], Awaitable[None]]
Standing = dict[AccountId, Relationship]


@page("GET", MUTES)
async def mutes(request: web.Request) -> web.StreamResponse:
    """Whom one has muted, and until when."""
    return await _people(request, relations.muted, shown="mutes")


@page("GET", BLOCKS)
async def blocks(request: web.Request) -> web.StreamResponse:
    """Whom one has blocked."""
    return await _people(request, relations.blocked, shown="blocks")


@page("GET", NODES)
async def nodes(request: web.Request) -> web.StreamResponse:
    """Of which nodes one reads nothing."""
    return await _nodes(request)


@page("POST", NODES + "/hide")
async def hide_node(request: web.Request) -> web.StreamResponse:
    """Read nothing of a node's people; follows from and to them end."""
    return await _with_node(request, acquaintances.hide_node, done="node-hidden")


@page("POST", NODES + "/show")
async def show_node(request: web.Request) -> web.StreamResponse:
    """Read of them again."""
    return await _with_node(request, acquaintances.show_node, done="node-shown")


async def _with_node(request: web.Request, act: ActOnNode, *, done: str) -> web.StreamResponse:
    visitor, form = session.present(request), await request.post()
    try:
        await act(request.app[NODE], visitor.account, str(form.get("domain", "")))
    except Invalid as invalid:
        return await _nodes(request, errors=said(request, visitor, invalid), status=422)
    return go(NODES, done=done)


async def _people(request: web.Request, read: ReadRelated, *, shown: str) -> web.StreamResponse:
    node, me = request.app[NODE], session.present(request).account
    part = page_of(request, limit=PEOPLE_A_PAGE)
    rows, known, between = await node.store.read(_related, read, me.id, part)
    asked = request.query.get("q", "").strip()[:LONGEST_QUESTION]
    found = await people.find(node, me, asked, resolve=True, limit=MOST_FOUND) if asked else []
    there = {each.account for each in rows}
    return await render(
        request,
        "kept_away.html",
        shown=shown,
        people=[
            {"account": account, "standing": between[row.account]}
            for row, account in zip(
                rows, await entities.accounts(node, me, [known[row.account] for row in rows]), strict=True
            )
        ],
        asked=asked,
        found=await entities.accounts(node, me, [each for each in found if each.id not in {me.id, *there}]),
        around=neighbours(request, part, [row.relation for row in rows]),
    )


def _related(
    unit: Unit, read: ReadRelated, me: AccountId, part: Page
) -> tuple[list[Related], dict[AccountId, Account], Standing]:
    rows = read(unit, me, part)
    ids = [row.account for row in rows]
    return rows, accounts.by_ids(unit, ids), relations.of_each(unit, me, ids)


async def _nodes(
    request: web.Request, *, errors: Mapping[str, str] = MappingProxyType({}), status: int = 200
) -> web.StreamResponse:
    me = session.present(request).account
    part = page_of(request, limit=PEOPLE_A_PAGE)
    rows, others = await request.app[NODE].store.read(_hidden, me.id, part)
    return await render(
        request,
        "kept_away_nodes.html",
        status=status,
        hidden=[row.host for row in rows],
        others=others,
        errors=errors,
        around=neighbours(request, part, [row.relation for row in rows]),
    )


def _hidden(unit: Unit, me: AccountId, part: Page) -> tuple[list[blocked_nodes.BlockedNode], list[Host]]:
    """Which nodes somebody hides, and which of the others might be hidden too."""
    rows = blocked_nodes.of(unit, me, part)
    hidden = {row.host for row in rows}
    return rows, [host for host in peers.allowed_hosts(unit) if host not in hidden]
