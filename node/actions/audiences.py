"""How many people each choice of readers means, for whoever is about to choose: counted seldom, and remembered."""

from dataclasses import dataclass
from datetime import timedelta

from node.context import Node
from node.memory import tags
from storage import readership
from storage.accounts import Account
from storage.ids import AccountId
from storage.readership import Readers
from storage.store import Unit

GOOD_FOR = timedelta(minutes=5)
FOR_ALL = AccountId(0)
"""Under which the counts are remembered that are the same for everybody."""


@dataclass(frozen=True, slots=True)
class Audiences:
    """Who could read a post: everybody at every admitted node, the staff of this node, the author's followers."""

    everybody: Readers
    here: Readers
    followers: Readers


async def of(node: Node, me: Account) -> Audiences:
    """What the choices come to for somebody, as of the last five minutes."""
    shelf, since = node.memory.readers, node.memory.changes.now
    shared = shelf.get(FOR_ALL)
    if shared is None:
        shared = await node.store.read(_for_all)
        shelf.keep(FOR_ALL, shared, since=since, made_of=(), until=node.now() + GOOD_FOR)
    everybody, here = shared
    return Audiences(everybody, here, await followers(node, me.id))


async def followers(node: Node, account: AccountId) -> Readers:
    """Those who follow somebody, or belong to a community, as far as this node knows, as of the last five minutes."""
    shelf, since = node.memory.readers, node.memory.changes.now
    known = shelf.get(account)
    if known is None:
        known = (await node.store.read(readership.followers, account),)
        shelf.keep(account, known, since=since, made_of=(tags.numbers(account),), until=node.now() + GOOD_FOR)
    return known[0]


def _for_all(unit: Unit) -> tuple[Readers, ...]:
    return readership.everybody(unit), readership.here(unit)
