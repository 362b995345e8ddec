"""Finding people, here and at other nodes."""

from aiohttp import web

from federation.errors import NotThere
from node.actions import people
from node.api import entities
from node.context import NODE, Node
from node.web import session
from node.web.answers import language_of, render
from node.web.declared import page
from node.web.wording import nobody_found
from storage import accounts, peers, relations
from storage.accounts import Account
from storage.ids import Host

MOST_FOUND = 20
MOST_COLLEAGUES = 30
LONGEST_QUESTION = 200


@page("GET", "/people")
async def find(request: web.Request) -> web.StreamResponse:
    """Who goes by a name or an address; without a question, the colleagues of this node."""
    node = request.app[NODE]
    visitor = session.present(request)
    asked = request.query.get("q", "").strip()[:LONGEST_QUESTION]
    trouble = ""
    found: list[Account] = []
    if not asked:
        here = await node.store.read(accounts.people_here, limit=MOST_COLLEAGUES)
        found = [someone for someone in here if someone.id != visitor.account.id]
    else:
        found = await people.find(node, visitor.account, asked, resolve=True, limit=MOST_FOUND)
        trouble = "" if found else nobody_found(await why_nobody(node, asked), language_of(request, visitor))
    between = await node.store.read(relations.of_each, visitor.account.id, [someone.id for someone in found])
    return await render(
        request,
        "people.html",
        asked=asked,
        people=await entities.accounts(node, visitor.account, found),
        relations={str(identifier): relation for identifier, relation in between.items()},
        trouble=trouble,
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
