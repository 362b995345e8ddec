"""An outbox is read from page to page until nothing follows, whatever stands between that is not for all; shares stand in it whole."""

import orjson

from federation.strict_json import JsonObject, JsonValue
from storage import accounts, posts
from storage.accounts import Account
from storage.store import Unit
from storage.visibility import Reach
from tests.federation.test_inbox import PUBLIC, Scene, activity, note, scene

__all__ = ["scene"]

POSTS = 45
NOT_FOR_ALL = frozenset({3, 17, *range(20, 42)})
"""One on the newest page, one on the second, and more in a row than a page holds."""


def _write(unit: Unit, marie: Account) -> None:
    for number in range(POSTS):
        uri = f"{marie.uri}/posts/{number}"
        posts.add(
            unit,
            uri=uri,
            url=uri,
            author=marie.id,
            is_local=True,
            reach=Reach.FOLLOWERS if number in NOT_FOR_ALL else Reach.ALL_NODES,
            writing=posts.Writing("", "", sensitive=False, language=None, source=None),
            published=unit.now,
            document=orjson.dumps({"id": uri}).decode(),
        )


def _share(unit: Unit, marie: Account, uri: str) -> None:
    post = posts.by_uri(unit, uri)
    assert post is not None
    posts.share(
        unit,
        uri=f"{marie.uri}#shares/1",
        author=marie.id,
        is_local=True,
        post=post,
        reach=Reach.ALL_NODES,
        published=unit.now,
    )


def items(page: JsonObject) -> list[JsonValue]:
    """What stands on a page."""
    found = page["orderedItems"]
    assert isinstance(found, list)
    return found


async def pages(scene: Scene, outbox: str) -> list[JsonObject]:
    """Every page, as a peer walks from the first to the last."""
    _, whole = await scene.peer.get(outbox)
    found, following = list[JsonObject](), whole["first"]
    while following is not None:
        status, page = await scene.peer.get(str(following))
        assert status == 200
        found.append(page)
        following = page.get("next")
    assert whole["totalItems"] == len([item for page in found for item in items(page)])
    return found


async def test_all_pages_are_found_and_a_share_is_the_act_itself(scene: Scene) -> None:
    marie = await scene.side.store.read(accounts.by_handle, "marie")
    assert marie is not None
    await scene.side.store.write(_write, marie)
    await scene.send(activity("Create", scene.eve, note(scene.eve)))
    await scene.side.store.write(_share, marie, f"{scene.eve}/notes/1")

    found = await pages(scene, marie.outbox)
    share, *written = [item for page in found for item in items(page)]
    assert written == [f"{marie.uri}/posts/{n}" for n in reversed(range(POSTS)) if n not in NOT_FOR_ALL]
    assert [len(items(page)) for page in found] == [20, 2]
    assert isinstance(share, dict)
    assert {name: share[name] for name in ("id", "type", "actor", "object", "to", "cc")} == {
        "id": f"{marie.uri}#shares/1",
        "type": "Announce",
        "actor": marie.uri,
        "object": f"{scene.eve}/notes/1",
        "to": [PUBLIC],
        "cc": [marie.followers_uri, scene.eve],
    }
