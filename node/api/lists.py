"""Lists of people whom one follows, and of the communities that one has joined.

A list of a community has its id and its name. Whether what is shared there stands in the journal as well is its member's to say;
its name and who belongs to it are not, and taking it away is leaving.
"""

from node.actions import lists, people
from node.api import entities
from node.api.answers import Answerable, Paged
from node.api.callers import Caller
from node.api.endpoints import endpoint
from node.api.errors import CommunityDecides
from node.api.parameters import Id, LongPage, Page, Parameters, Several
from storage import accounts, communities, joined_lists, list_timelines, pages
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
    """One's lists, the oldest first; then those of the communities that one has joined, by name."""
    return [_entity(each) for each in await caller.node.store.read(_all, caller.me.id)]


@endpoint("POST", "/api/v1/lists", scope="write:lists")
async def make(caller: Caller, said: Making) -> Answerable:
    """Make a list."""
    made = await lists.make(
        caller.node, caller.me, title=said.title, replies_policy=said.replies_policy, exclusive=said.exclusive
    )
    return _entity(made)


@endpoint("GET", "/api/v1/lists/{id}", scope="read:lists")
async def one(caller: Caller, *, id: int) -> Answerable:
    """One of one's lists, or that of a community."""
    return _entity(await caller.node.store.read(_readable, caller.me.id, id))


@endpoint("PUT", "/api/v1/lists/{id}", scope="write:lists")
async def change(caller: Caller, said: Changing, *, id: int) -> Answerable:
    """Change a list; of a community's, whether what is shared there stands in the journal as well."""
    if (joined := await _of_community(caller, id)) is not None:
        return _entity(await _change_of_community(caller, joined, said))
    changed = await lists.change(
        caller.node, caller.me, id, title=said.title, replies_policy=said.replies_policy, exclusive=said.exclusive
    )
    return _entity(changed)


@endpoint("DELETE", "/api/v1/lists/{id}", scope="write:lists")
async def remove(caller: Caller, *, id: int) -> Answerable:
    """Take a list away; where it is that of a community, leave the community."""
    if (joined := await _of_community(caller, id)) is not None:
        return await _leave(caller, joined)
    await lists.remove(caller.node, caller.me, id)
    return {}


@endpoint("GET", "/api/v1/lists/{id}/accounts", scope="read:lists")
async def members(caller: Caller, query: LongPage, *, id: int) -> Answerable:
    """Who is in a list, the latest first; all of them where `limit` is 0. In that of a community it is the community."""
    if await _of_community(caller, id) is not None:
        community = await caller.node.store.read(accounts.get, AccountId(id))
        return await entities.accounts(caller.node, caller.me, [community])
    is_all = caller.request.query.get("limit") == "0"
    part = pages.Page(lists.MOST_MEMBERS) if is_all else query.part
    rows, known = await caller.node.store.read(_members, await _own(caller, id), part)
    shown = await entities.accounts(caller.node, caller.me, [known[each.account] for each in rows])
    return Paged(shown) if is_all else Paged.by(shown, [each.relation for each in rows])


@endpoint("POST", "/api/v1/lists/{id}/accounts", scope="write:lists")
async def put_in(caller: Caller, people: People, *, id: int) -> Answerable:
    """Put people in whom one follows."""
    await _demand_own(caller, id)
    await lists.put_in(caller.node, caller.me, id, [AccountId(each) for each in people.account_ids])
    return {}


@endpoint("DELETE", "/api/v1/lists/{id}/accounts", scope="write:lists")
async def take_out(caller: Caller, people: People, *, id: int) -> Answerable:
    """Take people out."""
    await _demand_own(caller, id)
    await lists.take_out(caller.node, caller.me, id, [AccountId(each) for each in people.account_ids])
    return {}


@endpoint("GET", "/api/v1/accounts/{id}/lists", scope="read:lists")
async def holding(caller: Caller, *, id: AccountId) -> Answerable:
    """Those of one's lists in which somebody is; for a community, its own as well."""
    await caller.node.store.read(accounts.get, id)
    return [_entity(each) for each in await caller.node.store.read(_holding, caller.me.id, id)]


@endpoint("GET", "/api/v1/timelines/list/{id}", scope="read:lists")
async def timeline(caller: Caller, query: Page, *, id: int) -> Answerable:
    """What the members of a list write and share, or what is shared in a community, newest first."""
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


def _all(unit: Unit, me: AccountId) -> list[PeopleList]:
    return [*list_rows.of(unit, me), *joined_lists.of(unit, me)]


def _readable(unit: Unit, me: AccountId, identifier: int) -> PeopleList:
    return joined_lists.one(unit, me, identifier) or lists.own(unit, me, identifier)


def _holding(unit: Unit, me: AccountId, member: AccountId) -> list[PeopleList]:
    joined = joined_lists.one(unit, me, member)
    return [*list_rows.holding(unit, me, member), *([joined] if joined else ())]


def _members(unit: Unit, known: PeopleList, page: pages.Page) -> tuple[list[Related], dict[AccountId, Account]]:
    rows = list_rows.members(unit, known, page)
    return rows, accounts.by_ids(unit, [each.account for each in rows])


def _timeline(unit: Unit, me: AccountId, identifier: int, page: pages.Page) -> list[PostId]:
    if joined_lists.one(unit, me, identifier) is not None:
        return list_timelines.read_of_community(unit, me, AccountId(identifier), page)
    return list_timelines.read(unit, me, lists.own(unit, me, identifier), page)


# ---- of communities --------------------------------------------------------------------------------------------------


async def _of_community(caller: Caller, identifier: int) -> PeopleList | None:
    return await caller.node.store.read(joined_lists.one, caller.me.id, identifier)


async def _change_of_community(caller: Caller, joined: PeopleList, said: Changing) -> PeopleList:
    """Apps send back what they were told together with what is to be another: only a difference is a wish."""
    if said.title is not None and said.title.strip() != joined.title.strip():
        raise CommunityDecides("This list is that of a community: it is called as the community is")
    if said.replies_policy not in (None, joined.replies_policy):
        raise CommunityDecides("This list is that of a community: answers stand in its conversations")
    if said.exclusive is None:
        return joined
    return await lists.keep_apart(caller.node, caller.me, AccountId(joined.id), exclusive=said.exclusive)


async def _leave(caller: Caller, joined: PeopleList) -> Answerable:
    """Whoever leads a community must not lose it by tidying up an app."""
    store = caller.node.store
    if await store.read(communities.is_manager, AccountId(joined.id), caller.me.id):
        raise CommunityDecides("You lead this community: let others lead it on its page, then leave it there")
    await people.unfollow(caller.node, caller.me, await store.read(accounts.get, AccountId(joined.id)))
    return {}


async def _demand_own(caller: Caller, identifier: int) -> None:
    if await _of_community(caller, identifier) is not None:
        raise CommunityDecides("This list is that of a community: people join and leave it themselves, by following it")
