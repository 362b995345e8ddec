"""What people note for themselves: on both databases, and what becomes of it when conversations turn out to be one."""

from storage import (
    acquaintances,
    blocked_nodes,
    bookmarks,
    correspondence,
    follows,
    posts,
    reactions,
    relations,
    thread_marks,
    tombstones,
)
from storage.acquaintances import Familiar
from storage.ids import AccountId, Host
from storage.pages import Page
from storage.posts import Writing
from storage.store import Store, Unit
from storage.visibility import Reach
from tests.storage.conftest import Person, Write


async def test_what_one_keeps_is_ones_own(store: Store, person: Person, write: Write) -> None:
    marie, paul = await person("marie"), await person("paul")
    made = [await write(marie, f"{n}") for n in range(3)]
    for post in (made[2], made[0], made[0]):
        await store.write(bookmarks.add, paul.id, post.id)
    await store.write(reactions.add, paul.id, made[1].id, uri="urn:like")
    rows = await store.read(bookmarks.of, paul.id, Page(40))
    assert [each.post for each in rows] == [made[0].id, made[2].id]
    assert [each.post for each in await store.read(bookmarks.of, paul.id, Page(1, max_id=rows[0].relation))] == [
        made[2].id
    ]
    liked, kept = await store.read(reactions.chosen, paul.id, [post.id for post in made])
    assert (liked, kept) == ({made[1].id}, {made[0].id, made[2].id})
    assert await store.read(bookmarks.holders, made[0].id, among=[marie.id, paul.id]) == {paul.id}
    await store.write(tombstones.remove, made[0], owner_uri=marie.uri)
    await store.write(bookmarks.remove, paul.id, made[2].id)
    assert await store.read(bookmarks.of, paul.id, Page(40)) == []


async def test_what_is_noted_of_a_part_counts_for_the_whole(store: Store, person: Person, write: Write) -> None:
    marie, paul, zoe = await person("marie"), await person("paul"), await person("zoe")
    late = f"{marie.uri}/posts/late"

    def answer(unit: Unit) -> posts.Post:
        return posts.add(
            unit,
            uri=f"{paul.uri}/posts/answer",
            url=f"{paul.uri}/posts/answer",
            author=paul.id,
            is_local=True,
            reach=Reach.MENTIONED,
            writing=Writing("<p>Oui</p>", "", sensitive=False, language="fr", source="Oui"),
            published=unit.now,
            people=[marie.id],
            reply_to_uri=late,
        )

    orphan = await store.write(answer)
    await store.write(thread_marks.mute, marie.id, orphan.thread_id, muted=True)
    await store.write(thread_marks.read, marie.id, orphan.thread_id, upto=orphan.id)
    await store.write(thread_marks.put_away, zoe.id, orphan.thread_id, upto=orphan.id)

    def first(unit: Unit) -> posts.Post:
        return posts.add(
            unit,
            uri=late,
            url=late,
            author=marie.id,
            is_local=True,
            reach=Reach.MENTIONED,
            writing=Writing("<p>Quand ?</p>", "", sensitive=False, language="fr", source="Quand ?"),
            published=unit.now,
            people=[paul.id],
        )

    whole = await store.write(first)
    assert (await store.read(posts.get, orphan.id)).thread_id == whole.thread_id
    assert await store.read(thread_marks.muted, marie.id) == [whole.thread_id]
    (found,) = await store.read(correspondence.of, marie.id, Page(40))
    assert (found.thread, found.read_upto) == (whole.thread_id, orphan.id)
    inside = await store.read(correspondence.posts_of, marie.id, found.thread, Page(40))
    assert (inside[0].id, {post.reach for post in inside}) == (found.last, {Reach.MENTIONED})
    await store.write(thread_marks.mute, marie.id, whole.thread_id, muted=False)
    assert await store.read(thread_marks.muted, marie.id) == []


async def test_everything_that_stands_between_two(store: Store, person: Person) -> None:
    marie, ken = await person("marie"), await person("ken@tokyo.example")
    host = Host("tokyo.example")
    await store.write(acquaintances.note, marie.id, ken.id, "Un mot")
    await store.write(acquaintances.endorse, marie.id, ken.id)
    for _ in range(2):
        await store.write(blocked_nodes.add, marie.id, host)
    found = (await store.read(relations.of_each, marie.id, [ken.id]))[ken.id]
    assert (found.note, found.endorsed, found.hiding_node) == ("Un mot", True, True)
    assert [each.host for each in await store.read(blocked_nodes.of, marie.id, Page(40))] == [host]
    await store.write(blocked_nodes.remove, marie.id, host)
    await store.write(acquaintances.note, marie.id, ken.id, "")
    await store.write(acquaintances.unendorse, marie.id, ken.id)
    found = (await store.read(relations.of_each, marie.id, [ken.id]))[ken.id]
    assert (found.note, found.endorsed, found.hiding_node) == ("", False, False)


def follow(unit: Unit, one: AccountId, other: AccountId) -> None:
    follows.ask(unit, one, other, uri=f"urn:{one}:{other}")
    follows.accept(unit, one, other)


async def test_whom_one_knows_in_common_and_recommends(store: Store, person: Person) -> None:
    marie, paul, zoe, ken = [await person(name) for name in ("marie", "paul", "zoe", "ken")]
    for one, other in ((marie, paul), (paul, ken), (zoe, ken)):
        await store.write(follow, one.id, other.id)
    found = await store.read(acquaintances.familiar_followers, marie.id, [ken.id, zoe.id])
    assert found == [Familiar(followed=ken.id, follower=paul.id)]
    for other in (paul, ken):
        await store.write(acquaintances.endorse, marie.id, other.id)
    assert [each.account for each in await store.read(acquaintances.endorsed, marie.id, Page(40))] == [paul.id]


async def test_of_what_nothing_is_told(store: Store, person: Person, write: Write) -> None:
    marie, ken = await person("marie"), await person("ken@tokyo.example")
    post = await write(marie)

    async def is_quiet() -> bool:
        return await store.read(relations.mutes_notifications, marie.id, ken.id, about=post.id)

    assert not await is_quiet()
    await store.write(thread_marks.mute, marie.id, post.thread_id, muted=True)
    assert await is_quiet()
    assert not await store.read(relations.mutes_notifications, marie.id, ken.id)
    await store.write(thread_marks.mute, marie.id, post.thread_id, muted=False)
    await store.write(blocked_nodes.add, marie.id, Host("tokyo.example"))
    assert await is_quiet()
