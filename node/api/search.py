"""Find people, tags, and posts by their words or their address."""

from node.actions import people
from node.api import entities
from node.api.answers import Answerable
from node.api.callers import Caller
from node.api.endpoints import endpoint
from node.api.parameters import Id, Offset
from storage import search as posts_search
from storage.ids import AccountId
from storage.pages import NEWEST
from storage.search import Wanted


class Query(Offset):
    """What is looked for. account_id: only posts of this one."""

    q: str
    type: str | None = None
    resolve: bool = False
    following: bool = False
    account_id: Id | None = None
    max_id: Id | None = None
    min_id: Id | None = None


@endpoint("GET", "/api/v2/search", scope="read:search")
async def search(caller: Caller, query: Query) -> Answerable:
    """People by name or handle, tags by their beginning, posts by their words or an address; with `resolve`, at other nodes too."""
    return await _found(caller, query)


@endpoint("GET", "/api/v1/search", scope="read:search")
async def search_as_before(caller: Caller, query: Query) -> Answerable:
    """The same, for older apps: tags are their names alone."""
    found = await _found(caller, query)
    return {**found, "hashtags": [each["name"] for each in found["hashtags"]]}


async def _found(caller: Caller, query: Query) -> entities.Entity:
    return {
        "accounts": await _people(caller, query) if query.type in (None, "accounts") else [],
        "statuses": await _posts(caller, query) if query.type in (None, "statuses") else [],
        "hashtags": await _tags(caller, query) if query.type in (None, "hashtags") else [],
    }


async def _people(caller: Caller, query: Query) -> list[entities.Entity]:
    found = await people.find(
        caller.node,
        caller.me,
        query.q,
        resolve=query.resolve,
        limit=query.limit,
        offset=query.offset,
        following=query.following,
    )
    return await entities.accounts(caller.node, caller.me, found)


async def _posts(caller: Caller, query: Query) -> list[entities.Entity]:
    address = query.q.strip()
    if not address.startswith(("https://", "http://")):
        return await _posts_holding(caller, query)
    found = None if query.offset else await people.resolve_post(caller.node, caller.me, address, resolve=query.resolve)
    return [] if found is None else await entities.statuses(caller.node, caller.me, [found])


async def _posts_holding(caller: Caller, query: Query) -> list[entities.Entity]:
    found = await caller.node.store.read_slowly(
        posts_search.posts,
        caller.me.id,
        Wanted(query.q, author=AccountId(query.account_id) if query.account_id is not None else None),
        below=NEWEST if query.max_id is None else query.max_id,
        above=query.min_id or 0,
        limit=query.limit,
        offset=query.offset,
    )
    return await entities.statuses(caller.node, caller.me, found)


async def _tags(caller: Caller, query: Query) -> list[entities.Entity]:
    start = query.q.strip().lstrip("#")
    if not start or "@" in start or ":" in start:
        return []
    return await entities.tags_beginning(caller.node, caller.me, start, limit=query.limit, offset=query.offset)
