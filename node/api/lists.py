"""Lists of people whom one follows."""

from node.actions import lists
from node.api import entities
from node.api.answers import Answerable, Paged
from node.api.callers import Caller
from node.api.endpoints import endpoint
from node.api.parameters import Id, LongPage, Page, Parameters, Several
from storage import accounts, list_timelines, pages
from storage import lists as list_rows
from storage.accounts import Account
from storage.follows import Related
from storage.ids import AccountId, PostId
from storage.lists import PeopleList
from storage.store import Unit


class Making(Parameters):
    """What a new list is to be. replies_policy: whose answers stand in it."""

    title: str = ""
    replies_policy: str = list_rows.MEMBERS
    exclusive: bool = False


class Changing(Parameters):
    """What a list is to be; what is not said stays."""

    title: str | None = None
    replies_policy: str | None = None
    exclusive: bool | None = None


class People(Parameters):
    """Accounts by their ids."""

    account_ids: Several[Id] = []  # noqa: RUF012  pydantic copies defaults


@endpoint("GET", "/api/v1/lists", scope="read:lists")
async def several(caller: Caller) -> Answerable:
    """One's lists, the oldest first."""
    return [_entity(each) for each in await caller.node.store.read(list_rows.of, caller.me.id)]


@endpoint("POST", "/api/v1/lists", scope="write:lists")
async def make(caller: Caller, said: Making) -> Answerable:
    """Make a list."""
    made = await lists.make(
        caller.node, caller.me, title=said.title, replies_policy=said.replies_policy, exclusive=said.exclusive
    )
    return _entity(made)


@endpoint("GET", "/api/v1/lists/{id}", scope="read:lists")
async def one(caller: Caller, *, id: int) -> Answerable:
    """One of one's lists."""
    return _entity(await _own(caller, id))


@endpoint("PUT", "/api/v1/lists/{id}", scope="write:lists")
async def change(caller: Caller, said: Changing, *, id: int) -> Answerable:
    """Change a list."""
    changed = await lists.change(
        caller.node, caller.me, id, title=said.title, replies_policy=said.replies_policy, exclusive=said.exclusive
    )
    return _entity(changed)


@endpoint("DELETE", "/api/v1/lists/{id}", scope="write:lists")
async def remove(caller: Caller, *, id: int) -> Answerable:
    """Take a list away."""
    await lists.remove(caller.node, caller.me, id)
    return {}


@endpoint("GET", "/api/v1/lists/{id}/accounts", scope="read:lists")
async def members(caller: Caller, query: LongPage, *, id: int) -> Answerable:
    """Who is in a list, the latest first; all of them where `limit` is 0."""
    is_all = caller.request.query.get("limit") == "0"
    part = pages.Page(lists.MOST_MEMBERS) if is_all else query.part
    rows, known = await caller.node.store.read(_members, await _own(caller, id), part)
    shown = await entities.accounts(caller.node, caller.me, [known[each.account] for each in rows])
    return Paged(shown) if is_all else Paged.by(shown, [each.relation for each in rows])


@endpoint("POST", "/api/v1/lists/{id}/accounts", scope="write:lists")
async def put_in(caller: Caller, people: People, *, id: int) -> Answerable:
    """Put people in whom one follows."""
    await lists.put_in(caller.node, caller.me, id, [AccountId(each) for each in people.account_ids])
    return {}


@endpoint("DELETE", "/api/v1/lists/{id}/accounts", scope="write:lists")
async def take_out(caller: Caller, people: People, *, id: int) -> Answerable:
    """Take people out."""
    await lists.take_out(caller.node, caller.me, id, [AccountId(each) for each in people.account_ids])
    return {}


@endpoint("GET", "/api/v1/accounts/{id}/lists", scope="read:lists")
async def holding(caller: Caller, *, id: AccountId) -> Answerable:
    """Those of one's lists in which somebody is."""
    await caller.node.store.read(accounts.get, id)
    return [_entity(each) for each in await caller.node.store.read(list_rows.holding, caller.me.id, id)]


@endpoint("GET", "/api/v1/timelines/list/{id}", scope="read:lists")
async def timeline(caller: Caller, query: Page, *, id: int) -> Answerable:
    """What the members of a list write and share, newest first."""
    ids = await caller.node.store.read(_timeline, caller.me.id, id, query.part)
    shown = await entities.chosen(caller.node, caller.me, ids, where="home")
    return Paged.by(shown.fragments(), ids)


def _entity(found: PeopleList) -> entities.Entity:
    return {
        "id": str(found.id),
        "title": found.title,
        "replies_policy": found.replies_policy,
        "exclusive": found.exclusive,
    }


async def _own(caller: Caller, identifier: int) -> PeopleList:
    return await caller.node.store.read(lists.own, caller.me.id, identifier)


def _members(unit: Unit, known: PeopleList, page: pages.Page) -> tuple[list[Related], dict[AccountId, Account]]:
    rows = list_rows.members(unit, known, page)
    return rows, accounts.by_ids(unit, [each.account for each in rows])


def _timeline(unit: Unit, me: AccountId, identifier: int, page: pages.Page) -> list[PostId]:
    return list_timelines.read(unit, me, lists.own(unit, me, identifier), page)
