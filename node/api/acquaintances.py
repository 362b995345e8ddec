"""What one notes about others for oneself, whom one recommends, whom one knows in common, and nodes that one hides."""

from node.actions import acquaintances
from node.api import entities
from node.api.answers import Answerable, Paged
from node.api.callers import Caller
from node.api.endpoints import endpoint
from node.api.parameters import Id, LongestPage, LongPage, Parameters, Several
from storage import accounts, blocked_nodes
from storage import acquaintances as acquaintance_rows
from storage.accounts import Account
from storage.acquaintances import Familiar
from storage.follows import Related
from storage.ids import AccountId
from storage.pages import Page
from storage.store import Unit


class Comment(Parameters):
    """What one notes about somebody; nothing takes the note away."""

    comment: str = ""


class Wanted(Parameters):
    """Accounts by their ids."""

    id: Several[Id] = []  # noqa: RUF012  pydantic copies defaults


class Domain(Parameters):
    """A node, by its name."""

    domain: str


@endpoint("POST", "/api/v1/accounts/{id}/note", scope="write:accounts")
async def note(caller: Caller, said: Comment, *, id: AccountId) -> Answerable:
    """Note something about somebody, for oneself alone."""
    await acquaintances.note(caller.node, caller.me, await _somebody(caller, id), said.comment)
    return await _between(caller, id)


@endpoint("POST", "/api/v1/accounts/{id}/endorse", scope="write:accounts")
async def endorse(caller: Caller, *, id: AccountId) -> Answerable:
    """Recommend somebody whom one follows."""
    await acquaintances.endorse(caller.node, caller.me, await _somebody(caller, id))
    return await _between(caller, id)


@endpoint("POST", "/api/v1/accounts/{id}/unendorse", scope="write:accounts")
async def unendorse(caller: Caller, *, id: AccountId) -> Answerable:
    """Recommend them no longer."""
    await acquaintances.unendorse(caller.node, caller.me, await _somebody(caller, id))
    return await _between(caller, id)


@endpoint("POST", "/api/v1/accounts/{id}/pin", scope="write:accounts")
async def pin(caller: Caller, *, id: AccountId) -> Answerable:
    """Recommend somebody, as older apps call it."""
    return await endorse(caller, id=id)


@endpoint("POST", "/api/v1/accounts/{id}/unpin", scope="write:accounts")
async def unpin(caller: Caller, *, id: AccountId) -> Answerable:
    """Recommend them no longer, as older apps call it."""
    return await unendorse(caller, id=id)


@endpoint("GET", "/api/v1/accounts/{id}/endorsements", scope="read:accounts")
async def endorsements_of(caller: Caller, query: LongPage, *, id: AccountId) -> Answerable:
    """Whom somebody recommends, the latest first; of people here, since others do not say."""
    return await _endorsed(caller, (await _somebody(caller, id)).id, query)


@endpoint("GET", "/api/v1/endorsements", scope="read:accounts")
async def own_endorsements(caller: Caller, query: LongPage) -> Answerable:
    """Whom one recommends oneself, the latest first."""
    return await _endorsed(caller, caller.me.id, query)


@endpoint("GET", "/api/v1/accounts/familiar_followers", scope="read:follows")
async def familiar_followers(caller: Caller, wanted: Wanted) -> Answerable:
    """Of those whom one follows, who follows each of these, in the order asked for."""
    ids = [AccountId(each) for each in dict.fromkeys(wanted.id)]
    asked, rows, known = await caller.node.store.read(_familiar, caller.me.id, ids)
    people = dict(zip(known, await entities.accounts(caller.node, caller.me, known.values()), strict=True))
    return [
        {"id": str(each), "accounts": [people[row.follower] for row in rows if row.followed == each]}
        for each in ids
        if each in asked
    ]


@endpoint("GET", "/api/v1/domain_blocks", scope="read:blocks")
async def domain_blocks(caller: Caller, query: LongestPage) -> Answerable:
    """The nodes that one hides, the latest first."""
    rows = await caller.node.store.read(blocked_nodes.of, caller.me.id, query.part)
    return Paged.by([each.host for each in rows], [each.relation for each in rows])


@endpoint("POST", "/api/v1/domain_blocks", scope="write:blocks")
async def hide_node(caller: Caller, named: Domain) -> Answerable:
    """Read nothing of a node's people; follows from and to them end."""
    await acquaintances.hide_node(caller.node, caller.me, named.domain)
    return {}


@endpoint("DELETE", "/api/v1/domain_blocks", scope="write:blocks")
async def show_node(caller: Caller, named: Domain) -> Answerable:
    """Read of them again."""
    await acquaintances.show_node(caller.node, caller.me, named.domain)
    return {}


async def _somebody(caller: Caller, identifier: AccountId) -> Account:
    return await caller.node.store.read(accounts.get, identifier)


async def _between(caller: Caller, identifier: AccountId) -> entities.Entity:
    (found,) = await entities.relationships(caller.node, caller.me, [identifier])
    return found


async def _endorsed(caller: Caller, account: AccountId, query: LongPage) -> Paged:
    rows, known = await caller.node.store.read(_recommended, account, query.part)
    shown = await entities.accounts(caller.node, caller.me, [known[each.account] for each in rows])
    return Paged.by(shown, [each.relation for each in rows])


def _recommended(unit: Unit, account: AccountId, page: Page) -> tuple[list[Related], dict[AccountId, Account]]:
    rows = acquaintance_rows.endorsed(unit, account, page)
    return rows, accounts.by_ids(unit, [each.account for each in rows])


def _familiar(
    unit: Unit, reader: AccountId, ids: list[AccountId]
) -> tuple[set[AccountId], list[Familiar], dict[AccountId, Account]]:
    rows = acquaintance_rows.familiar_followers(unit, reader, ids)
    return set(accounts.by_ids(unit, ids)), rows, accounts.by_ids(unit, {each.follower for each in rows})
