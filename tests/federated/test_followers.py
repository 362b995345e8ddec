"""Two nodes that have come to differ over who follows whom agree again with the next post to followers."""

from storage import accounts, follows
from storage.ids import AccountId
from storage.store import Unit
from tests.federated.conftest import FederationOf, Place, Staff, settled, until


async def forget(place: Place, follower: Staff, followed: Staff) -> None:
    """A node loses a follow, as when an older copy of its database is put back; nobody is told."""
    await place.running.node.store.write(_forget, *(await ids(place, follower, followed)))


async def ids(place: Place, *people: Staff) -> tuple[AccountId, ...]:
    found = []
    for person in people:
        host = "" if person.place is place else person.place.host
        account = await place.running.node.store.read(accounts.by_handle, person.username, host)
        assert account is not None
        found.append(account.id)
    return tuple(found)


def _forget(unit: Unit, follower: AccountId, followed: AccountId) -> None:
    assert follows.remove(unit, follower, followed)


async def does_follow(place: Place, follower: Staff, followed: Staff) -> bool:
    found = await place.running.node.store.read(follows.between, *(await ids(place, follower, followed)))
    return found is not None and found.accepted_at is not None


async def test_a_follow_that_only_one_node_knows_ends_at_the_other(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    marie = await paris.staff("marie")
    ken, yumi, aki = await tokyo.staff("ken"), await tokyo.staff("yumi"), await tokyo.staff("aki")
    for reader in (ken, yumi, aki):
        await reader.follow(marie)
    await forget(paris, ken, marie)
    await forget(tokyo, yumi, marie)
    await marie.post("To followers", visibility="private")

    async def agree() -> bool:
        both = [[await does_follow(place, reader, marie) for reader in (ken, yumi, aki)] for place in (paris, tokyo)]
        return both == [[False, False, True]] * 2

    await until(agree)
    await settled(paris, tokyo)
    assert await aki.texts() == ["To followers"]
    assert await ken.texts() == []
