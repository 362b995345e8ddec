"""The directory: colleagues at all nodes, by a piece of what is known of them; and anybody by their address."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from federation.errors import NotThere
from node.actions import people
from node.api import entities
from node.context import NODE, Node
from node.web import session
from node.web.answers import language_of, render
from node.web.asked import HERE, Asked
from node.web.declared import page
from node.web.wording import nobody_found
from storage import directory, peers, relations
from storage.accounts import Account
from storage.ids import Host

PEOPLE_A_PAGE = 30
MOST_PAGES = 1_000


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the directory. number: the first is 1."""

    number: int
    people: Sequence[Account]
    has_more: bool


@page("GET", "/people")
async def find(request: web.Request) -> web.StreamResponse:
    """Colleagues by name, function, department, post, language or skill; without a question, all of them."""
    node, visitor = request.app[NODE], session.present(request)
    asked = Asked.read(request.query)
    exact = await _at_address(node, visitor.account, asked.q)
    part = Part(1, exact, has_more=False) if exact else await _part(request, node, visitor.account, asked)
    trouble = ""
    if asked.q and not part.people:
        trouble = nobody_found(await why_nobody(node, asked.q), language_of(request, visitor))
    ids = [someone.id for someone in part.people]
    between = await node.store.read(relations.of_each, visitor.account.id, ids)
    shown = await entities.accounts(node, visitor.account, part.people)
    return await render(
        request,
        "people.html",
        asked=asked,
        people=[(entity, each.visiting_card) for entity, each in zip(shown, part.people, strict=True)],
        relations={str(identifier): relation for identifier, relation in between.items()},
        nodes=await node.store.read(directory.nodes),
        here_node=HERE,
        before=asked.at("/people", page=part.number - 1) if part.number > 1 else "",
        after=asked.at("/people", page=part.number + 1) if part.has_more else "",
        is_whole=part.number == 1 and not part.has_more,
        trouble=trouble,
    )


async def _at_address(node: Node, me: Account, text: str) -> list[Account]:
    """The one person whom an address names, asked for at their node where they are not known here."""
    if "@" not in text.lstrip("@") and not text.startswith(("https://", "http://")):
        return []
    return await people.find(node, me, text, resolve=True, limit=1)


async def _part(request: web.Request, node: Node, me: Account, asked: Asked) -> Part:
    number = page_number(request.query.get("page", ""))
    found = await node.store.read_slowly(
        directory.search,
        me.id,
        asked.q.lstrip("@"),
        host=asked.host,
        limit=PEOPLE_A_PAGE + 1,
        offset=(number - 1) * PEOPLE_A_PAGE,
    )
    return Part(number, found[:PEOPLE_A_PAGE], len(found) > PEOPLE_A_PAGE)


def page_number(text: str) -> int:
    """The number of a page in an address; the first for what is none."""
    return (
        min(max(int(text), 1), MOST_PAGES)
        if text.isascii() and text.isdecimal() and len(text) < len(str(MOST_PAGES)) + 1
        else 1
    )


async def why_nobody(node: Node, asked: str) -> str:
    """Why a search found nobody: the name is just unknown, the address is broken, or its node is a stranger here."""
    host = asked.removeprefix("acct:").lstrip("@").partition("@")[2]
    if not host:
        return "nothing"
    try:
        canonical = node.federation.host_of_handle(host)
    except NotThere:
        return "broken"
    if canonical and not await node.store.read(peers.is_allowed, Host(canonical)):
        return "stranger"
    return "unknown" if canonical else "nothing"
