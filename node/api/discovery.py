"""People and things that one may not know yet: the directory, whom one might follow, what is read and used these days."""

from typing import Literal

from node.api import entities
from node.api.answers import Answerable
from node.api.callers import SIGNED_IN, Caller
from node.api.endpoints import endpoint
from node.api.entities.posts import Written
from node.api.parameters import Limited, Offset
from node.trends import TRENDS
from storage import accounts, directory, tags, trends
from storage.ids import AccountId


class Listed(Offset):
    """Which of the people who want to be found. local: of this node alone."""

    default = 40
    maximum = 80

    order: Literal["active", "new"] = "active"
    local: bool = False


class Suggested(Limited):
    """How many people are suggested."""

    default = 40
    maximum = 80


class FewTags(Offset):
    """Which part of the tags."""

    default = 10
    maximum = 20


class FewLinks(FewTags):
    """Which part of the links."""


@endpoint("GET", "/api/v1/directory", scope=SIGNED_IN)
async def people(caller: Caller, query: Listed) -> Answerable:
    """The directory: who wrote last, or who came last, first."""
    found = await caller.node.store.read_slowly(
        directory.people,
        caller.me.id,
        order=query.order,
        local=query.local,
        limit=query.limit,
        offset=query.offset,
    )
    return await entities.accounts(caller.node, caller.me, found)


@endpoint("GET", "/api/v2/suggestions", scope=("read:accounts", "read"))
async def suggestions(caller: Caller, query: Suggested) -> Answerable:
    """Whom one might follow, and why."""
    return await _suggestions(caller, query)


@endpoint("GET", "/api/v1/suggestions", scope=("read:accounts", "read"))
async def suggestions_as_before(caller: Caller, query: Suggested) -> Answerable:
    """Whom one might follow, for older apps."""
    return [each["account"] for each in await _suggestions(caller, query)]


@endpoint("DELETE", "/api/v1/suggestions/{id}", scope=("write:accounts", "read"))
async def hide(caller: Caller, *, id: AccountId) -> Answerable:
    """Suggest somebody no more."""
    await caller.node.store.read(accounts.get, id)
    await caller.node.store.write(directory.hide_suggestion, caller.me.id, id)
    return {}


@endpoint("GET", "/api/v1/trends/tags", scope=SIGNED_IN)
async def trending_tags(caller: Caller, query: FewTags) -> Answerable:
    """Tags that many people use these days."""
    return await used_tags(caller, query)


@endpoint("GET", "/api/v1/trends", scope=SIGNED_IN)
async def trending_tags_as_before(caller: Caller, query: FewTags) -> Answerable:
    """The same, for older apps."""
    return await used_tags(caller, query)


@endpoint("GET", "/api/v1/trends/statuses", scope=SIGNED_IN)
async def trending_posts(caller: Caller, query: Offset) -> Answerable:
    """Posts that were liked and shared much these days, as far as one may see them."""
    return (await liked_posts(caller, query)).fragments()


@endpoint("GET", "/api/v1/trends/links", scope=SIGNED_IN)
async def trending_links(caller: Caller, query: FewLinks) -> Answerable:
    """No links: nothing is fetched from the Internet, so there are no previews of pages that could be shown."""
    del caller, query
    return []


async def _suggestions(caller: Caller, query: Suggested) -> list[entities.Entity]:
    store = caller.node.store
    found = await store.read_slowly(directory.suggestions, caller.me.id, limit=query.limit)
    known = await store.read(accounts.by_ids, [account for account, _ in found])
    shown = await entities.accounts(caller.node, caller.me, [known[account] for account, _ in found])
    return [
        {"source": "global", "sources": list(reasons), "account": account}
        for (_, reasons), account in zip(found, shown, strict=True)
    ]


async def used_tags(caller: Caller, query: Offset) -> list[entities.Entity]:
    """A part of the tags that many people use these days, the most used first."""
    counted = await caller.request.app[TRENDS].at(caller.node.now())
    chosen = counted.tags[query.offset : query.offset + query.limit]
    found = await caller.node.store.read(tags.by_ids, chosen)
    return await entities.tags(caller.node, caller.me, found)


async def liked_posts(caller: Caller, query: Offset) -> Written:
    """A part of the posts that were liked and shared much these days, as far as the caller may see them."""
    counted = await caller.request.app[TRENDS].at(caller.node.now())
    found = await caller.node.store.read(trends.shown_among, caller.me.id, counted.posts)
    return await entities.written(caller.node, caller.me, found[query.offset : query.offset + query.limit])
