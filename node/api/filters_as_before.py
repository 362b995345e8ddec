"""Filters, for older apps: what they know as a filter is one keyword of a filter, and has the keyword's id."""

from node.actions import filters
from node.actions.filters import Draft, Words
from node.api.answers import Answerable
from node.api.callers import Caller
from node.api.endpoints import endpoint
from node.api.entities import Entity
from node.api.entities.filters import filter_as_before
from node.api.filters import end_of
from node.api.parameters import Parameters, Several
from node.errors import Invalid
from storage import filters as filter_rows
from storage.filters import HIDE, Keyword, Whole
from storage.ids import AccountId
from storage.store import Unit


class Said(Parameters):
    """What a filter is to be. irreversible: what it finds is left out.  expires_in: seconds from now; empty for good."""

    phrase: str | None = None
    context: Several[str] | None = None
    irreversible: bool | None = None
    whole_word: bool | None = None
    expires_in: str | None = None


@endpoint("GET", "/api/v1/filters", scope="read:filters")
async def several(caller: Caller) -> Answerable:
    """All that one's filters look for."""
    found = await caller.node.store.read(filter_rows.of, caller.me.id)
    return [filter_as_before(each, keyword) for each in found for keyword in each.keywords]


@endpoint("POST", "/api/v1/filters", scope="write:filters")
async def make(caller: Caller, said: Said) -> Answerable:
    """Make a filter that looks for one thing."""
    draft = _draft(caller, said, title=said.phrase, words=[Words(said.phrase, bool(said.whole_word))])
    made = await filters.make(caller.node, caller.me, draft)
    return filter_as_before(made, made.keywords[0])


@endpoint("GET", "/api/v1/filters/{id}", scope="read:filters")
async def one(caller: Caller, *, id: int) -> Answerable:
    """One of the things that one's filters look for."""
    return await _entity(caller, id)


@endpoint("PUT", "/api/v1/filters/{id}", scope="write:filters")
async def change(caller: Caller, said: Said, *, id: int) -> Answerable:
    """Look for something else, or somewhere else."""
    known, keyword = await caller.node.store.read(_own, caller.me.id, id)
    words = [Words(said.phrase, said.whole_word, keyword.id)]
    draft = _draft(caller, said, title=said.phrase if len(known.keywords) == 1 else None, words=words)
    if len(known.keywords) > 1 and (draft.contexts or draft.action or draft.expires):
        sentence = "This filter looks for several things: change where and how long in an app that shows all of it"
        raise Invalid("base", "ERR_INVALID", sentence)
    await filters.change(caller.node, caller.me, known.filter.id, draft)
    return await _entity(caller, id)


@endpoint("DELETE", "/api/v1/filters/{id}", scope="write:filters")
async def remove(caller: Caller, *, id: int) -> Answerable:
    """Look for that no longer."""
    await filters.remove_keyword(caller.node, caller.me, id, with_filter=True)
    return {}


async def _entity(caller: Caller, identifier: int) -> Entity:
    return filter_as_before(*await caller.node.store.read(_own, caller.me.id, identifier))


def _own(unit: Unit, me: AccountId, identifier: int) -> tuple[Whole, Keyword]:
    keyword = filters.own_keyword(unit, me, identifier)
    return filters.own(unit, me, keyword.filter_id), keyword


def _draft(caller: Caller, said: Said, *, title: str | None, words: list[Words]) -> Draft:
    return Draft(
        title=title,
        contexts=said.context,
        action=None if said.irreversible is None else HIDE if said.irreversible else "warn",
        expires_at=end_of(caller.node, said.expires_in),
        expires=said.expires_in is not None,
        words=words,
    )
