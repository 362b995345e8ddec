"""Blocks that a peer tells of: follows end both ways, nothing is shown any more, and all of it until it is taken back."""

import pytest

from federation.strict_json import JsonObject
from storage import accounts, follows, notifications, relations, timelines
from storage.accounts import Account
from storage.pages import Page
from storage.store import Unit
from tests.federation.conftest import Side
from tests.federation.test_inbox import Scene, activity, note, scene

__all__ = ["scene"]


async def of(side: Side, name: str) -> Account:
    found = await side.store.read(accounts.by_handle, name)
    assert found is not None
    return found


async def eve_of(scene: Scene) -> Account:
    eve = await scene.side.store.read(accounts.by_uri, scene.eve)
    assert eve is not None
    return eve


def _follows_back(unit: Unit, eve: Account, marie: Account) -> None:
    follows.ask(unit, eve.id, marie.id, uri="urn:back")
    follows.accept(unit, eve.id, marie.id)


async def test_a_block_ends_follows_both_ways_and_hides_what_was_written(scene: Scene) -> None:
    store = scene.side.store
    marie, paul, eve = await of(scene.side, "marie"), await scene.side.member("paul"), await eve_of(scene)
    await store.write(_follows_back, eve, marie)
    await scene.send(activity("Create", scene.eve, note(scene.eve)))
    assert len(await scene.public()) == 1
    await scene.send(activity("Block", scene.eve, marie.uri))
    between = (await store.read(relations.of_each, marie.id, [eve.id]))[eve.id]
    assert (between.following, between.followed_by, between.blocked_by, between.blocking) == (False, False, True, False)
    assert await scene.public() == []
    assert await store.read(notifications.of, marie.id, Page(40)) == []
    # Whoever is not blocked goes on reading.
    assert len(await store.read(timelines.all_nodes, paul.id, Page(40))) == 1


@pytest.mark.parametrize("how", ["whole", "by id", "without id"])
async def test_an_undone_block_shows_again_what_was_written(scene: Scene, how: str) -> None:
    marie = await of(scene.side, "marie")
    paul = await scene.side.member("paul")
    await scene.side.store.write(_follow_of, paul, await eve_of(scene))
    await scene.send(activity("Create", scene.eve, note(scene.eve)))
    block = activity("Block", scene.eve, marie.uri)
    await scene.send(block)
    nameless: JsonObject = {name: value for name, value in block.items() if name != "id"}
    undone = {"whole": block, "by id": block["id"], "without id": nameless}[how]
    await scene.send(activity("Undo", scene.eve, undone))
    assert len(await scene.public()) == 1
    between = (await scene.side.store.read(relations.of_each, marie.id, [(await eve_of(scene)).id])).popitem()[1]
    assert (between.following, between.blocked_by) == (False, False)


def _follow_of(unit: Unit, follower: Account, followed: Account) -> None:
    follows.ask(unit, follower.id, followed.id, uri=f"urn:{follower.id}")
    follows.accept(unit, follower.id, followed.id)


async def test_a_block_that_comes_after_its_undo_blocks_nobody(scene: Scene) -> None:
    marie = await of(scene.side, "marie")
    block = activity("Block", scene.eve, marie.uri)
    await scene.send(activity("Undo", scene.eve, block))
    await scene.send(block)
    assert "undone-already" in str(await scene.outcome(str(block["id"])))
    assert not await scene.side.store.read(relations.blocked_between, marie.id, (await eve_of(scene)).id)


async def test_a_colleague_takes_no_block_back(scene: Scene) -> None:
    marie = await of(scene.side, "marie")
    block = activity("Block", scene.eve, marie.uri)
    await scene.send(block)
    scene.peer.actor("mallory")
    mallory = f"{scene.peer.base_url}/users/mallory"
    for number, undone in enumerate((block, str(block["id"]))):
        await scene.send(activity("Undo", mallory, undone, str(number)))
    assert await scene.side.store.read(relations.has_blocked, (await eve_of(scene)).id, marie.id)


@pytest.mark.parametrize(
    ("thing", "more", "reason"),
    [
        ("self", {}, "not-found"),
        ("nobody", {}, "not-found"),
        ("node", {}, "cannot-be-blocked"),
        ("marie", {"target": "https://lemmy.example/c/main"}, "not-found"),
    ],
)
async def test_blocks_that_mean_nothing_here(scene: Scene, thing: str, more: dict[str, str], reason: str) -> None:
    marie = await of(scene.side, "marie")
    node = await scene.side.store.read(accounts.node_actor)
    things = {"self": scene.eve, "nobody": f"{scene.side.base_url}/users/1", "node": node.uri, "marie": marie.uri}
    block = activity("Block", scene.eve, things[thing], **more)
    await scene.send(block)
    assert reason in str(await scene.outcome(str(block["id"])))
    assert not await scene.side.store.read(relations.has_blocked, (await eve_of(scene)).id, marie.id)
