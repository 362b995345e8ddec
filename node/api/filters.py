"""Filters, for present apps: words and posts that one wants to be warned of, or not to read."""

from datetime import datetime, timedelta

from pydantic import Field

from node.actions import filters
from node.actions.filters import Draft, Words
from node.api.answers import Answerable
from node.api.callers import Caller
from node.api.endpoints import endpoint
from node.api.entities.filters import filter_, filter_keyword, filter_status
from node.api.parameters import Id, Parameters, Several
from node.context import Node
from storage import filters as filter_rows
from storage.filters import Whole
from storage.ids import PostId

LONGEST_SECONDS = 10 * 365 * 24 * 3600


class KeywordSaid(Parameters):
    """Words that a filter is to look for."""

    keyword: str | None = None
    whole_word: bool | None = None


class KeywordChanged(KeywordSaid):
    """The same inside of a filter. id: those that are there.  destroy: look for them no longer."""

    id: Id | None = None
    destroy: bool = Field(default=False, alias="_destroy")


class Said(Parameters):
    """What a filter is to be. expires_in: seconds from now; empty for good."""

    title: str | None = None
    context: Several[str] | None = None
    filter_action: str | None = None
    expires_in: str | None = None
    keywords_attributes: Several[KeywordChanged] = []  # noqa: RUF012  pydantic copies defaults


class Status(Parameters):
    """A post, by its id."""

    status_id: Id


@endpoint("GET", "/api/v2/filters", scope="read:filters")
async def several(caller: Caller) -> Answerable:
    """One's filters, the oldest first."""
    return [filter_(each) for each in await caller.node.store.read(filter_rows.of, caller.me.id)]


@endpoint("POST", "/api/v2/filters", scope="write:filters")
async def make(caller: Caller, said: Said) -> Answerable:
    """Make a filter."""
    return filter_(await filters.make(caller.node, caller.me, _draft(caller.node, said)))


@endpoint("GET", "/api/v2/filters/{id}", scope="read:filters")
async def one(caller: Caller, *, id: int) -> Answerable:
    """One of one's filters."""
    return filter_(await _own(caller, id))


@endpoint("PUT", "/api/v2/filters/{id}", scope="write:filters")
async def change(caller: Caller, said: Said, *, id: int) -> Answerable:
    """Change a filter."""
    return filter_(await filters.change(caller.node, caller.me, id, _draft(caller.node, said)))


@endpoint("DELETE", "/api/v2/filters/{id}", scope="write:filters")
async def remove(caller: Caller, *, id: int) -> Answerable:
    """Take a filter away."""
    await filters.remove(caller.node, caller.me, id)
    return {}


@endpoint("GET", "/api/v2/filters/{id}/keywords", scope="read:filters")
async def keywords(caller: Caller, *, id: int) -> Answerable:
    """The words that a filter looks for."""
    return [filter_keyword(each) for each in (await _own(caller, id)).keywords]


@endpoint("POST", "/api/v2/filters/{id}/keywords", scope="write:filters")
async def add_keyword(caller: Caller, said: KeywordSaid, *, id: int) -> Answerable:
    """Have it look for more."""
    words = Words(said.keyword, said.whole_word)
    return filter_keyword(await filters.add_keyword(caller.node, caller.me, id, words))


@endpoint("GET", "/api/v2/filters/keywords/{id}", scope="read:filters")
async def keyword(caller: Caller, *, id: int) -> Answerable:
    """Words that one of one's filters looks for."""
    return filter_keyword(await caller.node.store.read(filters.own_keyword, caller.me.id, id))


@endpoint("PUT", "/api/v2/filters/keywords/{id}", scope="write:filters")
async def change_keyword(caller: Caller, said: KeywordSaid, *, id: int) -> Answerable:
    """Have it look for others instead."""
    words = Words(said.keyword, said.whole_word)
    return filter_keyword(await filters.change_keyword(caller.node, caller.me, id, words))


@endpoint("DELETE", "/api/v2/filters/keywords/{id}", scope="write:filters")
async def remove_keyword(caller: Caller, *, id: int) -> Answerable:
    """Have it look for these no longer."""
    await filters.remove_keyword(caller.node, caller.me, id)
    return {}


@endpoint("GET", "/api/v2/filters/{id}/statuses", scope="read:filters")
async def statuses(caller: Caller, *, id: int) -> Answerable:
    """The posts that a filter is about."""
    return [filter_status(each) for each in (await _own(caller, id)).posts]


@endpoint("POST", "/api/v2/filters/{id}/statuses", scope="write:filters")
async def add_status(caller: Caller, said: Status, *, id: int) -> Answerable:
    """Have it be about a post."""
    return filter_status(await filters.add_post(caller.node, caller.me, id, PostId(said.status_id)))


@endpoint("GET", "/api/v2/filters/statuses/{id}", scope="read:filters")
async def status(caller: Caller, *, id: int) -> Answerable:
    """A post that one of one's filters is about."""
    return filter_status(await caller.node.store.read(filters.own_post, caller.me.id, id))


@endpoint("DELETE", "/api/v2/filters/statuses/{id}", scope="write:filters")
async def remove_status(caller: Caller, *, id: int) -> Answerable:
    """Have it be about that no longer."""
    await filters.remove_post(caller.node, caller.me, id)
    return {}


async def _own(caller: Caller, identifier: int) -> Whole:
    return await caller.node.store.read(filters.own, caller.me.id, identifier)


def _draft(node: Node, said: Said) -> Draft:
    return Draft(
        title=said.title,
        contexts=said.context,
        action=said.filter_action,
        expires_at=end_of(node, said.expires_in),
        expires=said.expires_in is not None,
        words=[Words(each.keyword, each.whole_word, each.id, each.destroy) for each in said.keywords_attributes],
    )


def end_of(node: Node, seconds: str | None) -> datetime | None:
    """When something ends that was to last so long. seconds: as typed; what is no number above 0 means for good."""
    if not seconds or not seconds.isascii() or not seconds.isdecimal() or len(seconds) > len(str(LONGEST_SECONDS)):
        return None
    return node.now() + timedelta(seconds=min(int(seconds), LONGEST_SECONDS)) if int(seconds) else None
