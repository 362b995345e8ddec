"""Finding posts by their words, and the people whom the same words name."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from federation import html
from federation.errors import NotThere
from node.actions import people
from node.api import entities
from node.api.entities import Entity
from node.context import NODE, Node
from node.errors import Invalid
from node.web import excerpts, listing, session
from node.web.addresses import POSTS_A_PAGE, number
from node.web.answers import go, render, said
from node.web.asked import HERE, Asked
from node.web.declared import page
from node.web.excerpts import Piece
from storage import accounts, community_lists, directory, search
from storage.accounts import Account
from storage.ids import AccountId, PostId
from storage.search import Wanted
from storage.store import Unit

FEW_PEOPLE = 3
MOST_NAMESAKES = 8
TITLE_LETTERS = 200


@dataclass(frozen=True, slots=True)
class Hit:
    """A post that was found: the post, its title, and the stretch of its text where the words stand."""

    post: Entity
    title: Sequence[Piece]
    excerpt: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search has found. namesakes: whom a name may mean, where it is not one person alone."""

    hits: Sequence[Hit] = ()
    people: Sequence[Account] = ()
    communities: Sequence[Account] = ()
    namesakes: Sequence[Account] = ()
    older: str = ""


@page("GET", "/search")
async def show(request: web.Request) -> web.StreamResponse:
    """Posts that hold the words, the newest first, and a few of the people whom they name."""
    node, visitor = request.app[NODE], session.present(request)
    asked, found, errors = Asked.read(request.query), Found(), dict[str, str]()
    if people.as_handle(asked.q) and "@" in asked.q:
        return go(Asked(q=asked.q).at("/people"))
    if not asked.is_empty:
        try:
            found = await _found(request, node, visitor.account, asked)
        except Invalid as invalid:
            errors = said(request, visitor, invalid)
    return await render(
        request,
        "search.html",
        status=422 if errors else 200,
        asked=asked,
        errors=errors,
        hits=found.hits,
        people=await _with_cards(node, visitor.account, found.people),
        communities=await listing.entries(request, found.communities),
        namesakes=await _with_cards(node, visitor.account, found.namesakes),
        nodes=await node.store.read(directory.nodes),
        older=found.older,
        is_first="max_id" not in request.query,
        here_node=HERE,
    )


async def _found(request: web.Request, node: Node, me: Account, asked: Asked) -> Found:
    """Raises Invalid."""
    below, above = asked.bounds()
    author: AccountId | None = None
    if asked.by:
        named = await _people_called(node, me, asked.by)
        if not named:
            raise Invalid("by", "ERR_UNKNOWN", "Nobody is called so.")
        if len(named) > 1:
            return Found(namesakes=named)
        author = named[0].id
    wanted = Wanted(asked.q, author=author, host=asked.host, tag=asked.tag.lstrip("#"))
    first = "max_id" not in request.query
    if not first:
        below = min(below, number(request.query["max_id"]))
    ids = await node.store.read_slowly(search.posts, me.id, wanted, below=below, above=above, limit=POSTS_A_PAGE + 1)
    shown = ids[:POSTS_A_PAGE]
    few, gathered = await node.store.read_slowly(_few, me.id, asked) if first and asked.q else ([], [])
    older = asked.at("/search", max_id=shown[-1]) if len(ids) > POSTS_A_PAGE else ""
    return Found(hits=await _hits(node, me, shown, wanted), people=few, communities=gathered, older=older)


async def _people_called(node: Node, me: Account, name: str) -> list[Account]:
    """Whom a name or an address may mean: one person, where it says so exactly."""
    handle = people.as_handle(name)
    if handle is not None:
        try:
            where = node.federation.host_of_handle(handle.host or "")
        except NotThere:
            return []
        exact = await node.store.read(accounts.by_handle, handle.username, where)
        if exact is not None:
            return [exact]
    return await node.store.read_slowly(directory.search, me.id, name.lstrip("@"), limit=MOST_NAMESAKES)


def _few(unit: Unit, me: AccountId, asked: Asked) -> tuple[list[Account], list[Account]]:
    """A few people and a few communities whom the words name; communities only where every node is searched."""
    people_named = directory.search(unit, me, asked.q, host=asked.host, limit=FEW_PEOPLE)
    gathered = [] if asked.is_narrowed else community_lists.search(unit, me, asked.q, limit=FEW_PEOPLE)
    return people_named, gathered


async def _hits(node: Node, me: Account, ids: Sequence[PostId], wanted: Wanted) -> list[Hit]:
    posts = await entities.statuses(node, me, ids)
    return [
        Hit(
            post,
            excerpts.of(post["legation"]["title"] or "", wanted, letters=TITLE_LETTERS),
            # Behind a warning there is what its author wants nobody to read unasked.
            excerpts.of(post["spoiler_text"] or html.plain_text(post["content"]), wanted),
        )
        for post in posts
    ]


async def _with_cards(node: Node, me: Account, found: Sequence[Account]) -> list[tuple[Entity, object]]:
    shown = await entities.accounts(node, me, found)
    return [(entity, each.visiting_card) for entity, each in zip(shown, found, strict=True)]
