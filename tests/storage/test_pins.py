"""Pins: what somebody shows first."""

from storage import pins, posts, tombstones
from storage.events import Event, PostAltered
from storage.posts import Holds
from storage.store import Store
from storage.visibility import Reach
from tests.storage.conftest import Person, Write


async def test_a_pin_counts_once_and_is_taken_away_once(store: Store, person: Person, write: Write) -> None:
    marie = await person("marie")
    post = await write(marie)
    heard: list[Event] = []
    store.listen(heard.extend)
    assert [await store.write(pins.add, marie.id, post.id) for _ in range(2)] == [True, False]
    assert heard == [PostAltered(post.id)]
    assert (await store.read(posts.get, post.id)).holds == Holds.PIN
    assert [await store.write(pins.remove, marie.id, post.id) for _ in range(2)] == [True, False]
    assert (await store.read(posts.get, post.id)).holds == Holds(0)


async def test_what_a_post_holds_beside_its_pin_stays(store: Store, person: Person, write: Write) -> None:
    marie = await person("marie")
    post = await write(marie)
    await store.write(posts.hold, post.id, Holds.TITLE | Holds.QUOTE)
    await store.write(pins.add, marie.id, post.id)
    await store.write(pins.remove, marie.id, post.id)
    assert (await store.read(posts.get, post.id)).holds == Holds.TITLE | Holds.QUOTE


async def test_the_latest_pin_comes_first_and_readers_see_what_they_may(
    store: Store, person: Person, write: Write
) -> None:
    marie, paul = await person("marie"), await person("paul")
    made = [await write(marie, "un"), await write(marie, "deux", reach=Reach.FOLLOWERS), await write(marie, "trois")]
    for post in made:
        await store.write(pins.add, marie.id, post.id)
    assert [post.id for post in await store.read(pins.pinned, marie.id)] == [post.id for post in reversed(made)]
    assert [post.id for post in await store.read(pins.of, marie.id, reader=paul.id)] == [made[2].id, made[0].id]
    assert await store.read(pins.count, marie.id) == 3


async def test_a_removed_post_is_no_longer_pinned(store: Store, person: Person, write: Write) -> None:
    marie = await person("marie")
    post = await write(marie)
    await store.write(pins.add, marie.id, post.id)
    await store.write(tombstones.remove, post, owner_uri=marie.uri)
    assert await store.read(pins.pinned, marie.id) == []
