"""How often a post of a peer was found useful, shared and answered: as its node says, and at least as often as is known here."""

from typing import Any

from federation.client import Budget
from storage import accounts, posts, reactions
from storage.accounts import Account
from storage.store import Unit
from storage.visibility import Reach
from tests.federation.test_inbox import PUBLIC, Scene, activity, note, scene

__all__ = ["scene"]


def of(likes: object = None, shares: object = None, replies: object = None) -> dict[str, Any]:
    """Totals as a post has them; Any: whatever a peer would say."""
    said = {"likes": likes, "shares": shares, "replies": replies}
    return {
        name: {"id": f"urn:{name}", "type": "Collection", "totalItems": total}
        for name, total in said.items()
        if total is not None
    }


async def shown(scene: Scene, name: str = "1") -> tuple[int, int, int]:
    found = await scene.side.store.read(posts.by_uri, f"{scene.eve}/notes/{name}")
    assert found is not None
    return found.favourites_count, found.shares_count, found.replies_count


async def edits(scene: Scene) -> int:
    return await scene.side.store.read(lambda unit: unit.one(int, "select count(*) from post_versions")) or 0


SAID: list[tuple[dict[str, Any], tuple[int, int, int]]] = [
    (of(3, 2, 5), (3, 2, 5)),
    (of(3), (3, 0, 0)),
    (of(10**9, 10**12, 1), (1_000_000, 1_000_000, 1)),
    (of(-1, True, "7"), (0, 0, 0)),
    (of(1.5, None, {}), (0, 0, 0)),
    ({"likes": "urn:likes", "shares": 4, "replies": ["urn:replies"]}, (0, 0, 0)),
    ({"replies": {"type": "Collection", "first": {"type": "CollectionPage", "items": []}}}, (0, 0, 0)),
]


async def test_totals_are_read_with_the_post(scene: Scene) -> None:
    for number, (said, expected) in enumerate(SAID):
        name = str(number)
        create = activity("Create", scene.eve, note(scene.eve, name, **said), name)
        await scene.send(create)
        assert await scene.outcome(str(create["id"])) == "applied"
        assert await shown(scene, name) == expected


async def test_totals_change_without_an_edit_and_by_nobody_else(scene: Scene) -> None:
    await scene.send(activity("Create", scene.eve, note(scene.eve, **of(3, 2, 5))))
    await scene.send(activity("Update", scene.eve, note(scene.eve, **of(4, 1, 5)), "1"))
    assert (await shown(scene), await edits(scene)) == ((4, 1, 5), 0)
    newer = note(scene.eve, updated="2026-02-01T10:00:00Z", content="<p>newer</p>", **of(0, 0, 0))
    await scene.send(activity("Update", scene.eve, newer, "2"))
    assert (await shown(scene), await edits(scene)) == ((0, 0, 0), 1)
    for name, stale in (("3", note(scene.eve, **of(9, 9, 9))), ("4", note(scene.eve, content="<p>x</p>"))):
        await scene.send(activity("Update", scene.eve, stale, name))
        assert await scene.outcome(f"{scene.eve}#Update-{name}") == "not-newer: not-newer"
    scene.peer.actor("mallory")
    await scene.send(activity("Update", f"{scene.peer.base_url}/users/mallory", {**newer, **of(9, 9, 9)}))
    assert (await shown(scene), await scene.public()) == ((0, 0, 0), ["<p>newer</p>"])


async def test_what_people_here_do_is_seen_at_once_and_what_others_do_is_not_counted_twice(scene: Scene) -> None:
    post = f"{scene.eve}/notes/1"
    await scene.send(activity("Create", scene.eve, note(scene.eve, **of(3, 2, 1))))
    for name in ("a", "b"):
        answer = note(scene.eve, name, inReplyTo=post)
        await scene.send(activity("Create", scene.eve, answer, name))
    await scene.send(activity("Announce", scene.eve, post, to=[PUBLIC]))
    assert await shown(scene) == (3, 2, 2)  # one answer more than its node knew of then

    await scene.side.store.write(_take_part, post)
    assert await shown(scene) == (4, 3, 3)
    await scene.side.store.write(_think_again, post)
    assert await shown(scene) == (3, 3, 3)
    await scene.send(activity("Update", scene.eve, note(scene.eve, **of(0, 0, 0)), "none"))
    assert await shown(scene) == (0, 2, 3)  # as many as are known here


def _marie(unit: Unit) -> Account:
    marie = accounts.by_handle(unit, "marie")
    assert marie is not None
    return marie


def _take_part(unit: Unit, uri: str) -> None:
    """Marie finds a post useful, shares it and answers it."""
    marie, post = _marie(unit), posts.by_uri(unit, uri)
    assert post is not None
    reactions.add(unit, marie.id, post.id, uri="urn:like")
    share = f"{marie.uri}/posts/1"
    posts.share(unit, uri=share, author=marie.id, is_local=True, post=post, reach=Reach.ALL_NODES, published=unit.now)
    posts.add(
        unit,
        uri=f"{marie.uri}/posts/2",
        url="",
        author=marie.id,
        is_local=True,
        reach=Reach.ALL_NODES,
        writing=posts.Writing("<p>x</p>", "", sensitive=False, language=None, source="x"),
        published=unit.now,
        reply_to_uri=uri,
    )


def _think_again(unit: Unit, uri: str) -> None:
    post = posts.by_uri(unit, uri)
    assert post is not None
    reactions.remove(unit, _marie(unit).id, post.id)


async def test_a_post_is_read_anew_at_its_node(scene: Scene) -> None:
    await scene.send(activity("Create", scene.eve, note(scene.eve)))
    scene.peer.offers["/users/eve/notes/1"] = note(scene.eve, **of(7, 1, 4))
    await scene.side.federation.gathering.renew(f"{scene.eve}/notes/1", budget=Budget())
    assert (await shown(scene), await edits(scene)) == ((7, 1, 4), 0)
