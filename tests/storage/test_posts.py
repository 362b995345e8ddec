"""Posts: order, threads, versions and tombstones."""

from datetime import timedelta

import pytest

from storage import accounts, posts, threads, tombstones
from storage.errors import Conflict, NotFound
from storage.ids import moment_of
from storage.posts import Post, Writing
from storage.store import Store, Unit
from storage.visibility import Reach
from tests.storage.conftest import Clock, Person, Write


async def test_posts_of_one_millisecond_keep_the_order_in_which_they_came(store: Store, clock: Clock) -> None:
    moment = clock.moment

    def several(unit: Unit) -> list[int]:
        author = accounts.add_local(unit, username="a", display_name="", base_url="https://a.example")
        empty = Writing("", "", sensitive=False, language=None, source=None)
        return [
            posts.add(
                unit,
                uri=f"urn:{n}",
                url="",
                author=author.id,
                is_local=False,
                reach=Reach.ALL_NODES,
                writing=empty,
                published=moment,
            ).id
            for n in range(20)
        ]

    found = await store.write(several)
    assert found == sorted(set(found))


async def test_a_post_from_a_clock_that_runs_ahead_counts_as_now(store: Store, person: Person, clock: Clock) -> None:
    author = await person("eve@tokyo.example")
    writing = Writing(content="", summary="", sensitive=False, language=None, source=None)

    def add(unit: Unit) -> Post:
        return posts.add(
            unit,
            uri="https://tokyo.example/1",
            url="",
            author=author.id,
            is_local=False,
            reach=Reach.ALL_NODES,
            writing=writing,
            published=clock.moment + timedelta(days=1),
        )

    made = await store.write(add)
    assert abs(moment_of(made.id) - clock.moment) < timedelta(seconds=1)


async def test_a_thread_reads_the_same_whatever_order_its_posts_came_in(
    store: Store, person: Person, write: Write
) -> None:
    author = await person("author")
    root = await write(author, "root")

    def late(unit: Unit, name: str, answers: str) -> None:
        posts.add(
            unit,
            uri=name,
            url="",
            author=author.id,
            is_local=False,
            reach=Reach.ALL_NODES,
            writing=Writing(name, "", sensitive=False, language=None, source=None),
            published=unit.now,
            reply_to_uri=answers,
        )

    await store.write(late, "urn:grandchild", "urn:child")
    await store.write(late, "urn:great", "urn:grandchild")
    await store.write(late, "urn:child", root.uri)
    below = await store.read(threads.below, root.id, reader=author.id)
    assert [post.content for post in below] == ["urn:child", "urn:grandchild", "urn:great"]
    above = await store.read(threads.above, below[-1].id, reader=author.id)
    assert [post.id for post in above] == [root.id, below[0].id, below[1].id]
    assert {post.thread_id for post in below} == {root.id}
    assert (await store.read(posts.get, root.id)).replies_count == 1


async def test_an_edit_keeps_what_was_said_before(store: Store, person: Person, write: Write) -> None:
    author = await person("author")
    post = await write(author, "Réunion à 14 h", tags=("reunion",))
    new = Writing("<p>15 h</p>", "", sensitive=False, language="fr", source="15 h", tags=("horaire",))
    await store.write(lambda unit: posts.edit(unit, post, new, edited=unit.now))
    assert (await store.read(posts.get, post.id)).content == "<p>15 h</p>"
    assert [version.content for version in await store.read(posts.versions, post.id)] == ["<p>Réunion à 14 h</p>"]
    assert [tag.name for tag in await store.read(posts.tags_of, [post.id])] == ["horaire"]


async def test_a_removed_post_leaves_a_tombstone_and_no_counts(store: Store, person: Person, write: Write) -> None:
    author, reader = await person("author"), await person("reader")
    root = await write(author)
    answer = await write(reader, answers=root)
    await store.write(tombstones.remove, answer, owner_uri=reader.uri)
    assert (await store.read(posts.get, root.id)).replies_count == 0
    buried = await store.read(tombstones.find, answer.uri)
    assert buried is not None
    assert buried.owner_uri == reader.uri
    with pytest.raises(NotFound):
        await store.read(posts.get, answer.id)
    left = await store.read(accounts.get, reader.id)
    assert left.posts_count == 0


async def test_one_address_is_one_post(store: Store, person: Person, write: Write) -> None:
    author = await person("author")
    post = await write(author)

    def again(unit: Unit) -> None:
        posts.add(
            unit,
            uri=post.uri,
            url="",
            author=author.id,
            is_local=True,
            reach=Reach.ALL_NODES,
            writing=Writing("", "", sensitive=False, language=None, source=None),
            published=unit.now,
        )

    with pytest.raises(Conflict):
        await store.write(again)
