"""What peers show on profiles, in collections as odd as they come: read with care, within bounds, and from their own node alone."""

import asyncio

from federation import directories
from federation.client import Budget
from federation.strict_json import JsonObject, JsonValue
from storage import accounts, communities, featured_tags, pins, posts, tags
from storage.accounts import Account
from storage.store import Unit
from tests.federation.conftest import until
from tests.federation.test_inbox import Scene, activity, note, scene

__all__ = ["scene"]


def tag(name: object, **changes: object) -> JsonObject:
    return {"type": "Hashtag", "name": name, "href": "https://tokyo.example/tags/x", **changes}  # type: ignore[dict-item]


async def shows(scene: Scene, name: str = "eve", **collections: object) -> Account:
    """Somebody's actor with these collections, as it is known here now."""
    scene.peer.actor(name, **collections)
    return await scene.side.federation.gathering.actor(f"{scene.peer.base_url}/users/{name}", budget=Budget())


async def looked_at(scene: Scene, account: Account) -> None:
    """Somebody looks at a profile; returns when it has been read."""
    profiles = scene.side.federation.profiles
    profiles.look(account)

    async def is_done() -> bool:
        await asyncio.sleep(0)
        return profiles.is_idle

    await until(is_done)


async def shown(scene: Scene, account: Account) -> list[str]:
    return [each.spelling for each in await scene.side.store.read(featured_tags.of, account.id)]


MASTODON: JsonObject = {
    "type": "Collection",
    "totalItems": 2,
    "items": [tag("#Visa"), tag("#sommet")],
}


LISTED: list[tuple[JsonObject, list[str]]] = [
    (MASTODON, ["Visa", "sommet"]),
    ({"type": "OrderedCollection", "orderedItems": [tag("Visa"), tag("VISA"), tag("visa")]}, ["Visa"]),
    ({"type": "Collection", "items": tag("seul")}, ["seul"]),
    ({"type": "Collection", "items": [tag(str(number)) for number in range(60)]}, [str(n) for n in range(20)]),
    (
        {"type": "Collection", "items": ["https://a.example/1", tag(7), tag(""), tag("#"), tag("a b"), tag("x" * 101)]},
        [],
    ),
    ({"type": "Collection", "items": [tag("non", type="Note"), {"name": "rien"}, [tag("tief")], None]}, []),
    ({"type": "Collection"}, []),
]


async def test_tags_are_read_however_they_are_listed(scene: Scene) -> None:
    for number, (collection, expected) in enumerate(LISTED):
        path = f"/users/p{number}/tags"
        scene.peer.offers[path] = {"id": scene.peer.base_url + path, **collection}
        person = await shows(scene, f"p{number}", featuredTags=scene.peer.base_url + path)
        await scene.side.store.write(_show, person, "before")
        await looked_at(scene, person)
        assert await shown(scene, person) == expected
        await looked_at(scene, person)
        assert scene.peer.asked.count(path) == 1
    embedded = await shows(scene, featuredTags={"id": f"{scene.eve}/tags", **MASTODON})
    await looked_at(scene, embedded)
    assert await shown(scene, embedded) == ["Visa", "sommet"]  # nothing need be asked for


def _show(unit: Unit, account: Account, name: str) -> None:
    featured_tags.add(unit, account.id, tags.named(unit, name).id)


async def test_what_cannot_be_read_takes_nothing_away(scene: Scene) -> None:
    base_url = scene.peer.base_url
    for at in range(20):  # pages without end
        page: JsonObject = {"id": f"{base_url}/tags{at}", "type": "CollectionPage", "next": f"{base_url}/tags{at + 1}"}
        scene.peer.offers[f"/tags{at}"] = {**page, "items": []}
    named = {
        "ada": "https://other.example/tags",
        "bea": f"{base_url}/absent",
        "cora": f"{base_url}/tags0",
        "dora": None,
    }
    for name, collection in named.items():
        person = await shows(scene, name, featuredTags=collection)
        await scene.side.store.write(_show, person, "before")
        await looked_at(scene, person)
        assert await shown(scene, person) == ["before"]
    assert len([path for path in scene.peer.asked if path.startswith("/tags")]) <= 11
    assert scene.peer.unannounced == ["GET /absent"]
    scene.peer.unannounced.clear()


async def test_only_their_own_posts_for_all_are_pinned(scene: Scene) -> None:
    scene.peer.actor("ada")
    ada = f"{scene.peer.base_url}/users/ada"
    await scene.send(activity("Create", scene.eve, note(scene.eve, "old")))
    named = {
        "/users/eve/notes/new": note(scene.eve, "new"),
        "/users/eve/notes/few": note(scene.eve, "few", to=[f"{scene.eve}/followers"], cc=[]),
        "/users/ada/notes/1": note(ada),
    }
    scene.peer.offers |= named
    listed = [scene.peer.base_url + path for path in named]
    items: list[JsonValue] = [{"id": listed[0], "type": "Note"}, f"{scene.eve}/notes/old", *listed[1:], "urn:x", 7]
    scene.peer.offers["/users/eve/pinned"] = {
        "id": f"{scene.eve}/pinned",
        "type": "OrderedCollection",
        "orderedItems": items,
    }
    eve = await shows(scene, featured=f"{scene.eve}/pinned")
    await looked_at(scene, eve)
    found = await scene.side.store.read(pins.pinned, eve.id)
    assert [post.uri for post in found] == [listed[0], f"{scene.eve}/notes/old"]
    assert await scene.side.store.read(posts.by_uri, listed[2]) is not None  # it is ada's, and stays unpinned


async def test_who_leads_a_community_of_a_directory_is_read_when_somebody_looks(scene: Scene) -> None:
    marie = await scene.side.store.read(accounts.by_handle, "marie")
    assert marie is not None
    base = scene.peer.base_url
    scene.peer.actor("ada")
    scene.peer.actor("visas", type="Group")
    entry = scene.peer.actor("presse", type="Group", attributedTo=f"{base}/users/presse/managers")
    nobody: list[JsonValue] = [f"{base}/users/visas", "https://other.example/users/1", "urn:x"]
    managers: JsonObject = {"id": str(entry["attributedTo"]), "type": "OrderedCollection"}
    scene.peer.offers["/users/presse/managers"] = managers | {"orderedItems": [marie.uri, f"{base}/users/ada", *nobody]}
    await scene.side.store.write(directories.keep, [entry], within=base)
    group = await scene.side.store.read(accounts.by_uri, str(entry["id"]))
    assert group is not None
    assert await scene.side.store.read(communities.managers, group.id) == []
    await looked_at(scene, group)
    led_by = await scene.side.store.read(communities.managers, group.id)
    assert [each.uri for each in led_by] == [marie.uri, f"{base}/users/ada"]
    scene.peer.unannounced.clear()
    before = list(scene.peer.asked)
    await looked_at(scene, marie)  # of people of this node nobody is asked
    assert scene.peer.asked == before
