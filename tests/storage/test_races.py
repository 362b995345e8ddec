"""Two processes do the same thing at the same moment: it is done once, and counted once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from storage import accounts, follows, idempotency, notifications, oauth, posts, reactions, tombstones
from storage.accounts import Account
from storage.ids import PostId
from storage.postgresql import PostgresqlStore
from storage.posts import Post
from storage.sqlite import utc_now
from storage.store import Unit
from storage.visibility import Reach
from tests.databases import PostgresqlServer
from tests.storage.conftest import _add, elsewhere, member

TIMES = 20


class Two:
    """Two processes' stores on one database."""

    def __init__(self, one: PostgresqlStore, other: PostgresqlStore) -> None:
        self.one, self.other = one, other

    async def both(self, unit: Callable[..., Any], *args: object, **named: object) -> tuple[Any, Any]:
        """The same unit in both, at once; an exception instead of its result."""
        return await asyncio.gather(
            self.one.write(unit, *args, **named), self.other.write(unit, *args, **named), return_exceptions=True
        )

    async def account(self, account: Account) -> Account:
        return await self.one.read(accounts.get, account.id)


@pytest.fixture
async def two(postgresql: PostgresqlServer) -> AsyncIterator[Two]:
    address = postgresql.create("template")
    one = await PostgresqlStore.open(address, clock=utc_now)
    other = await PostgresqlStore.open(address, clock=utc_now)
    yield Two(one, other)
    await one.close()
    await other.close()
    postgresql.drop(address)


async def test_a_follow_that_both_begin_and_both_end_is_counted_once(two: Two) -> None:
    marie, ken = [await two.one.write(member, name) for name in ("marie", "ken")]
    for _ in range(TIMES):
        await two.both(follows.ask, marie.id, ken.id, uri="urn:follow")
        assert sorted(await two.both(follows.accept, marie.id, ken.id)) == [False, True]
        assert (await two.account(ken)).followers_count == 1
        assert sorted(await two.both(follows.remove, marie.id, ken.id)) == [False, True]
        assert (await two.account(ken)).followers_count == 0


async def test_a_post_that_both_remove_is_counted_once(two: Two) -> None:
    marie = await two.one.write(member, "marie")
    for _ in range(TIMES):
        post = await two.one.write(_add, marie, "Bonjour", Reach.ALL_NODES, None, (), ())
        await two.both(tombstones.remove, post, owner_uri=marie.uri)
        assert (await two.account(marie)).posts_count == 0


async def test_a_favourite_that_both_give_counts_once(two: Two) -> None:
    marie = await two.one.write(member, "marie")
    post = await two.one.write(_add, marie, "Bonjour", Reach.ALL_NODES, None, (), ())
    await two.both(reactions.add, marie.id, post.id, uri="urn:like")
    assert (await two.one.read(posts.get, post.id)).favourites_count == 1


async def test_an_answer_and_what_it_answers_find_each_other(two: Two) -> None:
    eve = await two.one.write(elsewhere, "eve", "tokyo.example")

    def keep(unit: Unit, uri: str, answers: str | None) -> Post:
        return posts.add(
            unit,
            uri=uri,
            url=uri,
            author=eve.id,
            is_local=False,
            reach=Reach.ALL_NODES,
            writing=posts.Writing("<p>x</p>", "", sensitive=False, language=None, source=None),
            published=unit.now,
            reply_to_uri=answers,
        )

    for number in range(TIMES):
        names = [f"{eve.uri}/{number}/{part}" for part in ("first", "second", "third")]
        await asyncio.gather(
            two.one.write(keep, names[2], names[1]),
            two.other.write(keep, names[1], names[0]),
            two.one.write(keep, names[0], None),
        )
        found = [await two.one.read(posts.by_uri, name) for name in names]
        assert all(found)
        first, second, third = [post for post in found if post is not None]
        assert (second.reply_to, third.reply_to) == (first.id, second.id)
        assert {post.thread_id for post in (first, second, third)} == {first.id}
        assert [post.replies_count for post in (first, second, third)] == [1, 1, 0]


async def test_the_same_thing_is_told_once(two: Two) -> None:
    marie, ken = [await two.one.write(member, name) for name in ("marie", "ken")]
    for number in range(TIMES):
        post = await two.one.write(_add, ken, f"n {number}", Reach.ALL_NODES, None, (), ())
        await two.both(notifications.tell, marie.id, "mention", by=ken.id, post=post.id)
    assert await two.one.read(notifications.unread, marie.id, most=1000) == TIMES


async def test_a_code_is_good_for_one_of_two(two: Two) -> None:
    marie = await two.one.write(member, "marie")
    app, _ = await two.one.write(oauth.add_app, name="App", website=None, redirect_uris=["urn:x"], scopes="read")
    for _ in range(TIMES):
        code = await two.one.write(
            oauth.add_code, app_id=app.id, account_id=marie.id, redirect_uri="urn:x", scopes="read", challenge=None
        )
        assert [found is None for found in await two.both(oauth.take_code, code, app_id=app.id)].count(False) == 1


async def test_a_post_sent_twice_with_one_key_is_posted_once(two: Two) -> None:
    marie = await two.one.write(member, "marie")

    def post(unit: Unit, key: str) -> PostId:
        known = idempotency.find_alone(unit, marie.id, key)
        if known is not None:
            return known
        made = _add(unit, marie, key, Reach.ALL_NODES, None, (), ())
        idempotency.keep(unit, marie.id, key, post=made.id)
        return made.id

    for number in range(TIMES):
        one, other = await two.both(post, f"key {number}")
        assert one == other
    assert (await two.account(marie)).posts_count == TIMES
