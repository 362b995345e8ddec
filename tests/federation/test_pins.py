"""Pins between nodes: who may pin what, and what a peer is shown of them."""

import pytest

from federation import documents, outbox
from federation.activities.add import Add
from federation.client import Budget
from federation.strict_json import JsonObject
from storage import accounts, featured_tags, pins, posts, tags
from storage.accounts import Account
from storage.posts import Writing
from storage.store import Unit
from storage.visibility import Reach
from tests.federation.conftest import MakeRogue, Side
from tests.federation.test_inbox import Scene, activity, note, scene

__all__ = ["scene"]


@pytest.fixture
async def featuring(scene: Scene) -> str:
    """Eve's collection of pinned posts, known here."""
    featured = f"{scene.eve}/featured"
    scene.peer.actor("eve", featured=featured)
    await scene.side.federation.gathering.actor(scene.eve, budget=Budget())
    return featured


async def pinned(scene: Scene) -> list[str]:
    eve = await scene.side.store.read(accounts.by_uri, scene.eve)
    assert eve is not None
    return [post.uri for post in await scene.side.store.read(pins.pinned, eve.id)]


def pin(scene: Scene, target: str, thing: str = "notes/1", kind: str = "Add", name: str = "1") -> JsonObject:
    return activity(kind, scene.eve, f"{scene.eve}/{thing}", name, target=target)


async def test_a_peer_pins_and_unpins(scene: Scene, featuring: str) -> None:
    await scene.send(activity("Create", scene.eve, note(scene.eve)))
    await scene.send(pin(scene, featuring))
    await scene.send(pin(scene, featuring, name="again"))
    assert await pinned(scene) == [f"{scene.eve}/notes/1"]
    await scene.send(pin(scene, featuring, kind="Remove"))
    assert await pinned(scene) == []


async def test_an_undone_pin_is_gone(scene: Scene, featuring: str) -> None:
    await scene.send(activity("Create", scene.eve, note(scene.eve)))
    add = pin(scene, featuring)
    await scene.send(add)
    await scene.send(activity("Undo", scene.eve, add))
    assert await pinned(scene) == []


async def test_a_pinned_post_that_is_not_here_is_fetched(scene: Scene, featuring: str) -> None:
    scene.peer.offers["/users/eve/notes/1"] = note(scene.eve)
    await scene.send(pin(scene, featuring))
    assert await pinned(scene) == [f"{scene.eve}/notes/1"]


async def test_only_ones_own_collection(scene: Scene, featuring: str) -> None:
    await scene.send(activity("Create", scene.eve, note(scene.eve)))
    add = pin(scene, featuring + "-of-others")
    await scene.send(add)
    assert await pinned(scene) == []
    assert "not-your-collection" in str(await scene.outcome(str(add["id"])))


async def test_only_ones_own_post(scene: Scene, featuring: str) -> None:
    marie = await scene.side.store.read(accounts.by_handle, "marie")
    assert marie is not None
    hers = await scene.side.store.write(_written, marie, Reach.ALL_NODES)
    add = activity("Add", scene.eve, hers, target=featuring)
    await scene.send(add)
    assert await pinned(scene) == []
    assert "not-the-owner" in str(await scene.outcome(str(add["id"])))


async def test_only_what_is_open_to_all(scene: Scene, featuring: str) -> None:
    closed = note(scene.eve, to=[f"{scene.eve}/followers"], cc=[])
    await scene.send(activity("Create", scene.eve, closed))
    add = pin(scene, featuring)
    await scene.send(add)
    assert await pinned(scene) == []
    assert "not-open-to-all" in str(await scene.outcome(str(add["id"])))


async def test_a_collection_elsewhere_is_none(scene: Scene) -> None:
    scene.peer.actor("eve", featured="https://elsewhere.example/featured")
    eve = await scene.side.federation.gathering.actor(scene.eve, budget=Budget())
    assert eve.featured_uri == ""


async def test_a_peer_reads_what_somebody_here_has_pinned(side: Side, rogue_peer: MakeRogue) -> None:
    peer = await rogue_peer("tokyo")
    peer.actor("eve")
    marie = await side.member("marie")
    shown = await side.store.write(_written, marie, Reach.ALL_NODES)
    await side.store.write(_written, marie, Reach.ALL_NODES)
    await side.store.write(_pinned, marie, shown)
    status, actor = await peer.get(marie.uri)
    assert (status, actor["featured"]) == (200, f"{marie.uri}/featured")
    status, found = await peer.get(str(actor["featured"]))
    assert status == 200
    assert (found["type"], found["totalItems"], found["orderedItems"]) == ("OrderedCollection", 1, [shown])


def _written(unit: Unit, author: Account, reach: Reach) -> str:
    uri = f"{author.uri}/posts/{unit.new_id()}"
    writing = Writing("<p>x</p>", "", sensitive=False, language=None, source="x")
    posts.add(unit, uri=uri, url=uri, author=author.id, is_local=True, reach=reach, writing=writing, published=unit.now)
    return uri


def _pinned(unit: Unit, me: Account, post: str) -> None:
    act = documents.act("Add", me, post, uri=f"{me.uri}#pins/1", to=[me.followers_uri])
    outbox.perform(unit, Add.read({**act, "target": me.featured_uri}))


# ---- tags on a profile -----------------------------------------------------------------------------------------------


async def tagged(scene: Scene) -> list[str]:
    eve = await scene.side.store.read(accounts.by_uri, scene.eve)
    assert eve is not None
    return [each.spelling for each in await scene.side.store.read(featured_tags.of, eve.id)]


def tag(scene: Scene, name: str, target: str, kind: str = "Add", number: str = "1") -> JsonObject:
    """As Mastodon tells of it."""
    thing = {"type": "Hashtag", "href": f"{scene.eve}/tagged/{name}", "name": f"#{name}"}
    return activity(kind, scene.eve, thing, f"{name}-{number}", target=target)


async def test_a_peer_shows_tags_on_a_profile(scene: Scene, featuring: str) -> None:
    await scene.send(tag(scene, "Visa", featuring))
    await scene.send(tag(scene, "visa", featuring, number="again"))
    await scene.send(tag(scene, "sommet", featuring))
    assert await tagged(scene) == ["sommet", "Visa"]  # and nothing was fetched for it
    await scene.send(tag(scene, "VISA", featuring, kind="Remove"))
    assert await tagged(scene) == ["sommet"]
    for wrong in (tag(scene, "elsewhere", f"{featuring}-of-others"), tag(scene, "two words", featuring)):
        await scene.send(wrong)
        assert await scene.outcome(str(wrong["id"])) != "applied"
    for number in range(25):
        await scene.send(tag(scene, f"n{number}", featuring))
    assert len(await tagged(scene)) == 20


async def test_a_peer_reads_which_tags_somebody_shows(scene: Scene) -> None:
    marie = await scene.side.store.read(accounts.by_handle, "marie")
    assert marie is not None
    found = await scene.side.store.write(tags.named, "Été")
    await scene.side.store.write(featured_tags.add, marie.id, found.id)
    status, actor = await scene.peer.get(marie.uri)
    assert (status, actor["featuredTags"]) == (200, f"{marie.uri}/featured_tags")
    status, collection = await scene.peer.get(str(actor["featuredTags"]))
    assert (status, collection["type"], collection["totalItems"]) == (200, "Collection", 1)
    href = f"{scene.side.base_url}/tags/%C3%A9t%C3%A9"
    assert collection["items"] == [{"type": "Hashtag", "href": href, "name": "#Été"}]
