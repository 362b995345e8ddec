"""Rows of media on both databases: what hangs on what, and what nobody needs any more."""

import sqlite3
from contextlib import closing
from pathlib import Path

from storage import media, posts, timelines, tombstones
from storage.accounts import Account
from storage.ids import AccountId
from storage.media import Made, Media, Place, Reference, State
from storage.posts import Holds, Post
from storage.statements import for_sqlite
from storage.store import Store
from tests.storage.conftest import Clock, Person, Write

MADE = Made("image", "image/jpeg", 80, 60, 80, 60, 0, 1_000, 100, "LKO2", "ab" * 32)


def reference(number: int) -> Reference:
    return Reference(f"https://tokyo.example/files/{number}", "image", description=f"Photo {number}")


async def upload(store: Store, owner: Account, name: str) -> Media:
    facts = {"kind": "image", "media_type": "image/jpeg", "description": ""}
    row = await store.write(media.add, owner.id, name=name, focus=(0, 0), **facts)
    await store.write(media.finish, row, MADE)
    return row


async def names_on(store: Store, post: Post) -> list[str]:
    return [row.name for row in (await store.read(media.of, [post.id])).get(post.id, [])]


async def test_uploads_hang_on_a_post_in_their_order_until_it_goes(
    store: Store, clock: Clock, person: Person, write: Write
) -> None:
    marie, paul = await person("marie"), await person("paul")
    post = await write(marie, "Texte")
    for name in ("first", "second", "third"):
        await upload(store, marie, name)
    await upload(store, paul, "his")
    await store.write(media.attach, post.id, marie.id, ["second", "first", "his"])
    assert await names_on(store, post) == ["second", "first"]
    assert (await store.read(posts.get, post.id)).holds == Holds.MEDIA
    await store.write(media.attach, post.id, marie.id, ["first"])
    assert await names_on(store, post) == ["first"]

    clock.forward(hours=25)
    await store.write(tombstones.remove, await store.read(posts.get, post.id), owner_uri=marie.uri)
    swept = await store.read(media.to_be_swept)
    assert {row.name for row in swept} == {"second", "third", "his"}
    await store.write(media.forget, [row.id for row in swept])
    clock.forward(hours=25)
    assert [row.name for row in await store.read(media.to_be_swept)] == ["first"]


async def test_all_that_somebody_wrote_goes_with_its_files(store: Store, person: Person, write: Write) -> None:
    marie = await person("marie")
    post = await write(marie, "Texte")
    await upload(store, marie, "first")
    await store.write(media.attach, post.id, marie.id, ["first"])
    await store.write(tombstones.remove_all_of, marie.id)
    assert [row.name for row in await store.read(media.to_be_swept)] == ["first"]


async def test_a_peers_files_are_known_again_when_its_post_is_edited(
    store: Store, person: Person, write: Write
) -> None:
    ken = await person("ken@tokyo.example")
    post = await write(ken, "Photos")
    await store.write(media.refer, post.id, ken.id, [reference(1), reference(2)], names=["a", "b"])
    (first, _) = (await store.read(media.of, [post.id]))[post.id]
    await store.write(media.finish, first, MADE)
    await store.write(media.refer, post.id, ken.id, [reference(3), reference(1)], names=["c", "d"])
    rows = (await store.read(media.of, [post.id]))[post.id]
    assert [(row.name, row.state) for row in rows] == [("c", State.ELSEWHERE), ("a", State.READY)]
    await store.write(media.refer, post.id, ken.id, [], names=[])
    assert await names_on(store, post) == []
    assert (await store.read(posts.get, post.id)).holds == Holds(0)


async def test_room_is_made_by_what_nobody_has_looked_at_for_longest(
    store: Store, clock: Clock, person: Person, write: Write
) -> None:
    ken = await person("ken@tokyo.example")
    post = await write(ken, "Photos")
    await store.write(media.refer, post.id, ken.id, [reference(1), reference(2)], names=["a", "b"])
    for row in (await store.read(media.of, [post.id]))[post.id]:
        await store.write(media.finish, row, MADE)
    assert await store.read(media.kept_of_peers) == 2_200
    clock.forward(hours=1)
    first, second = await store.read(media.longest_unused)
    await store.write(media.touch, first.id)
    assert [row.id for row in await store.read(media.longest_unused)] == [second.id, first.id]
    await store.write(media.let_go, [second.id])
    assert await store.read(media.kept_of_peers) == 1_100
    await store.write(media.note_given, first.id, 900)  # as its own node gave it, for members' nodes
    found = await store.read(media.of_peer, post.id, str(first.remote_url))
    assert (found and found.given_size, await store.read(media.kept_of_peers)) == (900, 2_000)
    await store.write(media.let_go, [first.id])
    assert await store.read(media.kept_of_peers) == 0
    assert await store.read(media.own_names) == []


async def test_who_may_see_a_file(store: Store, person: Person, write: Write) -> None:
    marie, paul = await person("marie"), await person("paul")
    await upload(store, marie, "loose")
    await store.write(media.portray, marie.id, Place.AVATAR, name="portrait", made=MADE)
    for name, readers in {"loose": [marie.id], "portrait": [marie.id, paul.id], "none": list[AccountId]()}.items():
        seen = [who.id for who in (marie, paul) if await store.read(media.visible, name, reader=who.id)]
        assert seen == readers, name


async def test_a_portrait_is_replaced_and_removed(store: Store, person: Person) -> None:
    ken = await person("ken@tokyo.example")
    for number, name in ((1, "a"), (1, "b"), (2, "c")):
        await store.write(media.refer_portrait, ken.id, Place.AVATAR, reference(number), name=name)
    assert (await store.read(media.portraits, ken.id))[Place.AVATAR].name == "c"
    assert [row.name for row in await store.read(media.to_be_swept)] == ["a"]
    await store.write(media.refer_portrait, ken.id, Place.AVATAR, None, name="d")
    assert await store.read(media.portraits, ken.id) == {}


def test_posts_with_files_come_from_an_index_of_their_own(sqlite_database: Path) -> None:
    sql = f"select p.id from posts p where {timelines.WITH_MEDIA} and p.id < :below order by p.id desc limit 20"
    by_author = sql.replace("where", "where p.author_id = :author and")
    with closing(sqlite3.connect(sqlite_database)) as raw:
        for statement, index in ((sql, "ix_posts_with_media"), (by_author, "ix_posts_author_with_media")):
            plan = raw.execute(f"explain query plan {for_sqlite(statement)}", {"below": 9, "author": 1}).fetchall()
            assert [index in row[3] for row in plan] == [True], plan
