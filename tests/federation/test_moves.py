"""Moves that a peer tells of: both accounts must say so, at that moment; then followers here are carried over."""

from datetime import timedelta

import pytest

from federation.client import Budget
from federation.strict_json import JsonObject
from storage import accounts, follows, moves
from storage.accounts import Account
from storage.ids import AccountId
from storage.store import Unit
from tests.federation.conftest import MakeRogue, Rogue, until
from tests.federation.test_inbox import Scene, activity, scene

__all__ = ["scene"]


@pytest.fixture
async def dakar(scene: Scene, rogue_peer: MakeRogue) -> Rogue:
    """Where eve goes: her account there names the one in Tokyo."""
    dakar = await rogue_peer("dakar")
    dakar.actor("eve", alsoKnownAs=[scene.eve])
    for peer in (dakar, scene.peer):
        peer.offers["/users/eve/inbox"] = {}
    return dakar


def move(scene: Scene, dakar: Rogue, name: str = "1", **changes: object) -> JsonObject:
    return activity("Move", scene.eve, scene.eve, name, **{"target": f"{dakar.base_url}/users/eve", **changes})


async def of(scene: Scene, uri: str) -> Account | None:
    return await scene.side.store.read(accounts.by_uri, uri)


async def moved_to(scene: Scene) -> str | None:
    eve = await of(scene, scene.eve)
    assert eve is not None
    return eve.moved_to


async def followed_by_marie(scene: Scene) -> list[str]:
    sql = """
    select a.uri from follows f join accounts a on a.id = f.followed_id join accounts m on m.id = f.follower_id
    where m.username = 'marie' order by a.uri
    """
    return await scene.side.store.read(lambda unit: unit.all(str, sql))


async def test_followers_here_ask_to_follow_the_new_account_and_let_go_of_the_old_one(
    scene: Scene, dakar: Rogue
) -> None:
    await scene.side.store.write(_prefer, scene.eve)
    await scene.send(move(scene, dakar))
    there = f"{dakar.base_url}/users/eve"
    assert await moved_to(scene) == there

    async def carried() -> bool:
        return await followed_by_marie(scene) == [there]

    await until(carried)
    new = await of(scene, there)
    marie = await scene.side.store.read(accounts.by_handle, "marie")
    assert new is not None
    assert marie is not None
    known = await scene.side.store.read(follows.between, marie.id, new.id)
    assert known is not None
    # Asked for, not taken: nothing is read before the new node accepts. How she wants to follow stays.
    assert (known.accepted_at, known.shares, known.notify) == (None, False, True)


def _prefer(unit: Unit, eve: str) -> None:
    followed, marie = accounts.by_uri(unit, eve), accounts.by_handle(unit, "marie")
    assert followed is not None
    assert marie is not None
    follows.ask(unit, marie.id, followed.id, uri=f"{marie.uri}#follows/1")
    follows.prefer(unit, marie.id, followed.id, shares=False, notify=True)


async def test_the_new_account_is_asked_at_that_moment_whatever_it_said_before(scene: Scene, dakar: Rogue) -> None:
    await scene.side.federation.gathering.actor(f"{dakar.base_url}/users/eve", budget=Budget())
    dakar.actor("eve")
    refused = move(scene, dakar)
    await scene.send(refused)
    assert "not-also-known-as" in str(await scene.outcome(str(refused["id"])))
    assert await moved_to(scene) is None
    assert await followed_by_marie(scene) == [scene.eve]


async def test_a_node_that_is_no_longer_admitted_takes_over_nobody(scene: Scene, dakar: Rogue) -> None:
    there = await scene.side.federation.gathering.actor(f"{dakar.base_url}/users/eve", budget=Budget())
    await scene.side.store.write(_as_of_yesterday, there.id)
    dakar.offers.clear()
    dakar.offers["/users/eve"] = {}
    refused = move(scene, dakar)
    await scene.send(refused)
    assert "target-not-asked" in str(await scene.outcome(str(refused["id"])))
    assert await moved_to(scene) is None


def _as_of_yesterday(unit: Unit, account: AccountId) -> None:
    yesterday = unit.now - timedelta(days=1)
    unit.run("update accounts set refreshed_at = :at where id = :id", at=yesterday, id=account)


async def test_a_second_move_within_a_week_is_ignored_and_one_after_it_is_not(scene: Scene, dakar: Rogue) -> None:
    await scene.send(move(scene, dakar))
    dakar.actor("eva", alsoKnownAs=[scene.eve])
    second = move(scene, dakar, "2", target=f"{dakar.base_url}/users/eva")
    await scene.send(second)
    assert "moved-lately" in str(await scene.outcome(str(second["id"])))
    assert dakar.asked.count("/users/eva") == 0
    assert await moved_to(scene) == f"{dakar.base_url}/users/eve"
    await scene.side.store.write(_moved_days_ago, scene.eve, 8)
    await scene.send(move(scene, dakar, "3", target=f"{dakar.base_url}/users/eva"))
    assert await moved_to(scene) == f"{dakar.base_url}/users/eva"


def _moved_days_ago(unit: Unit, uri: str, days: int) -> None:
    at = unit.now - timedelta(days=days)
    unit.run("update accounts set moved_at = :at where uri = :uri", at=at, uri=uri)


async def test_an_account_that_was_left_itself_takes_over_nobody(scene: Scene, dakar: Rogue) -> None:
    dakar.actor("eve", alsoKnownAs=[scene.eve], movedTo="https://ottawa.example/users/eve")
    refused = move(scene, dakar)
    await scene.send(refused)
    assert "target-has-moved" in str(await scene.outcome(str(refused["id"])))


async def test_nobody_moves_somebody_else(scene: Scene, dakar: Rogue) -> None:
    scene.peer.actor("mallory")
    mallory = f"{scene.peer.base_url}/users/mallory"
    forged = activity("Move", mallory, scene.eve, target=f"{dakar.base_url}/users/eve")
    await scene.send(forged)
    assert "only-oneself-elsewhere" in str(await scene.outcome(str(forged["id"])))
    assert await moved_to(scene) is None
    # The new account alone moves nobody, either.
    pulled = {**forged, "id": f"{dakar.base_url}/users/eve#m", "actor": f"{dakar.base_url}/users/eve"}
    await dakar.post(scene.inbox, pulled)
    await scene.side.settled()
    assert await moved_to(scene) is None


async def test_a_claim_in_a_profile_carries_nobody(scene: Scene, dakar: Rogue) -> None:
    """Only a Move does, and only to an account that says the same."""
    scene.peer.actor("eve", movedTo=f"{dakar.base_url}/users/eve")
    await scene.side.federation.gathering.actor(scene.eve, budget=Budget())
    assert await scene.side.store.read(moves.followed_still) == []
    left = await of(scene, scene.eve)
    assert left is not None
    assert await scene.side.store.read(moves.successor, left) is None
    assert await followed_by_marie(scene) == [scene.eve]
