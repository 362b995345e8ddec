"""Reactions as peers send them, in either form."""

import pytest

from storage import accounts, emoji_reactions, posts, reactions
from storage.store import Unit
from tests.federation.test_inbox import Scene, activity, note, scene

__all__ = ["scene"]

BOTH = pytest.mark.parametrize("kind", ["Like", "EmojiReact"])


async def under(scene: Scene, name: str = "1") -> dict[str, int]:
    def read(unit: Unit) -> dict[str, int]:
        post = posts.by_uri(unit, f"{scene.eve}/notes/{name}")
        return {total.emoji: total.count for total in emoji_reactions.totals(unit, [post.id])} if post else {}

    return await scene.side.store.read(read)


async def favourites(scene: Scene) -> int:
    return await scene.side.store.read(lambda unit: unit.one(int, "select count(*) from favourites")) or 0


@BOTH
async def test_emoji_stand_under_a_post_until_they_are_undone(scene: Scene, kind: str) -> None:
    await scene.send(activity("Create", scene.eve, note(scene.eve)))
    post = f"{scene.eve}/notes/1"
    sent = [activity(kind, scene.eve, post, name, content=name) for name in ("👍", "🎉", ":blobcat:")]
    for reaction in [*sent, sent[0]]:
        await scene.send(reaction)
    await scene.send(activity(kind, scene.eve, post, "another", content="👍"))
    assert await under(scene) == {"👍": 1, "🎉": 1, f":blobcat@{scene.peer.host}:": 1}
    assert await favourites(scene) == 0
    await scene.send(activity("Undo", scene.eve, sent[1], "u1"))
    await scene.send(activity("Undo", scene.eve, sent[2]["id"], "u2"))
    assert await under(scene) == {"👍": 1}


@BOTH
async def test_undone_before_it_came_it_never_stands(scene: Scene, kind: str) -> None:
    await scene.send(activity("Create", scene.eve, note(scene.eve)))
    reaction = activity(kind, scene.eve, f"{scene.eve}/notes/1", content="👍")
    await scene.send(activity("Undo", scene.eve, reaction))
    await scene.send(reaction)
    assert await under(scene) == {}


async def test_a_like_with_other_content_is_a_favourite_and_a_reaction_without_emoji_nothing(scene: Scene) -> None:
    await scene.send(activity("Create", scene.eve, note(scene.eve)))
    post = f"{scene.eve}/notes/1"
    await scene.send(activity("Like", scene.eve, post, content="very good"))
    react = activity("EmojiReact", scene.eve, post, content="very good")
    await scene.send(react)
    assert await under(scene) == {}
    assert await favourites(scene) == 1
    assert await scene.outcome(str(react["id"])) == "not-an-emoji: not-an-emoji"


async def test_undoing_an_emoji_leaves_the_favourite(scene: Scene) -> None:
    await scene.send(activity("Create", scene.eve, note(scene.eve)))
    post = f"{scene.eve}/notes/1"
    await scene.send(activity("Like", scene.eve, post, "plain"))
    await scene.send(activity("Undo", scene.eve, activity("Like", scene.eve, post, "never-sent", content="👍")))
    eve = await scene.side.store.read(accounts.by_uri, scene.eve)
    kept = await scene.side.store.read(posts.by_uri, post)
    assert eve is not None
    assert kept is not None
    assert (await scene.side.store.read(reactions.chosen, eve.id, [kept.id]))[0] == {kept.id}


async def test_what_one_may_not_see_takes_no_emoji(scene: Scene) -> None:
    marie = await scene.side.store.read(accounts.by_handle, "marie")
    assert marie is not None
    react = activity("Like", scene.eve, f"{marie.uri}/posts/1", content="👍")
    await scene.send(react)
    assert str(await scene.outcome(str(react["id"]))).startswith("not-found")


async def test_nobody_fills_a_post_with_emoji(scene: Scene) -> None:
    await scene.send(activity("Create", scene.eve, note(scene.eve)))
    for number in range(22):
        await scene.send(
            activity("EmojiReact", scene.eve, f"{scene.eve}/notes/1", str(number), content=chr(0x1F600 + number))
        )
    assert len(await under(scene)) == 20
