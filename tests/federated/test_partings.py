"""A peer is removed: what came from it is hidden and follows end; admitted again, all of it comes back that both still want."""

import pytest

from node.actions import moderation
from node.actions.moderation import Moderator
from node.errors import Invalid
from storage import accounts, partings, staff, standings
from storage.accounts import Account
from storage.store import Unit
from tests.federated.conftest import FederationOf, Place, Staff, settled, until
from tests.federated.test_followers import does_follow, forget


async def account(place: Place, person: Staff) -> Account:
    host = "" if person.place is place else person.place.host
    found = await place.running.node.store.read(accounts.by_handle, person.username, host)
    assert found is not None
    return found


async def counts(place: Place, person: Staff) -> tuple[int, int]:
    """Followers, and whom they follow."""
    found = await account(place, person)
    return found.followers_count, found.following_count


def _lift(unit: Unit, hidden: Account, moderator: Account) -> Account:
    return moderation.lift(unit, Moderator(moderator, staff.MODERATOR, "test"), hidden.id, moderation.SUSPEND)


async def public(reader: Staff) -> list[str]:
    return [post["content"] for post in await reader.ask("GET", "/api/v1/timelines/public")]


async def test_what_came_is_hidden_and_comes_back_and_follows_as_both_still_want_them(
    federation_of: FederationOf,
) -> None:
    paris, tokyo = await federation_of(2)
    marie = await paris.staff("marie")
    ken, yumi, aki = [await tokyo.staff(name) for name in ("ken", "yumi", "aki")]
    await marie.follow(ken)
    await marie.follow(aki)
    for reader in (ken, yumi):
        await reader.follow(marie)
    made = await marie.ask("POST", "/api/v1/lists", json={"title": "Asia"})
    known_ken = str((await account(paris, ken)).id)
    await marie.ask("POST", f"/api/v1/lists/{made['id']}/accounts", json={"account_ids": [known_ken]})
    await ken.post("For all")
    await ken.post("For followers", visibility="private")
    await settled(paris, tokyo)
    assert await marie.texts() == ["For followers", "For all"]
    assert await counts(paris, marie) == (2, 2)

    await paris.remove(tokyo)
    assert (await marie.texts(), await public(marie)) == ([], [])
    assert await counts(paris, marie) == (0, 0)
    assert await counts(paris, ken) == (0, 0)
    assert not await does_follow(paris, marie, ken)
    assert not await does_follow(paris, ken, marie)
    assert await paris.running.node.store.read(partings.severed, tokyo.host) == 4
    with pytest.raises(Invalid) as refused:
        await paris.running.node.store.write(_lift, await account(paris, ken), await account(paris, marie))
    assert refused.value.reason == "ERR_NODE_REMOVED"
    judged = await account(paris, aki)
    assert await paris.running.node.store.write(standings.restrict, judged.id, standings.SUSPENDED)
    await forget(tokyo, yumi, marie)  # what they undo meanwhile, paris does not hear

    await paris.allow(tokyo)

    async def agree() -> bool:
        return [
            await does_follow(place, *both)
            for place in (paris, tokyo)
            for both in ((marie, ken), (ken, marie), (yumi, marie))
        ] == [True, True, False] * 2

    await until(agree)
    await settled(paris, tokyo)
    assert await marie.texts() == ["For followers", "For all"]
    assert [post["content"] for post in await marie.ask("GET", f"/api/v1/timelines/list/{made['id']}")] != []
    assert await counts(paris, marie) == (1, 1)
    assert await paris.running.node.store.read(partings.severed, tokyo.host) == 0
    assert (await account(paris, aki)).suspended_at is not None  # whom moderators have judged stays judged
    await marie.post("Back", visibility="private")
    await settled(paris, tokyo)
    assert (await ken.texts())[0] == "Back"
