"""Finding people, here and at other nodes."""

from aiohttp import web

from federation.errors import FederationError
from node.actions import people
from node.api import entities
from node.context import NODE
from node.web import session
from node.web.answers import language_of, render
from node.web.declared import page
from node.web.wording import refused_search
from storage import accounts, relations
from storage.accounts import Account

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
        try:
            found = await people.find(node, visitor.account, asked, resolve=True, limit=MOST_FOUND)
        except FederationError as refused:
            trouble = refused_search(refused, language_of(request, visitor))
    between = await node.store.read(relations.of_each, visitor.account.id, [someone.id for someone in found])
    return await render(
        request,
        "people.html",
        asked=asked,
        people=await entities.accounts(node, visitor.account, found),
        relations={str(identifier): relation for identifier, relation in between.items()},
        trouble=trouble,
    )
