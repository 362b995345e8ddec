"""The remembered journal is the journal, whatever happens between two looks."""

import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from node.api import entities
from node.context import Node
from node.memory import Memory, journals
from storage import accounts, follows, posts, relations, timelines, tombstones
from storage.accounts import Account
from storage.errors import Conflict
from storage.events import ChangedElsewhere
from storage.ids import AccountId, PostId
from storage.opening import open_store
from storage.pages import Page
from storage.posts import Post, Writing
from storage.store import Store, Unit
from storage.visibility import Reach
from tests.storage.conftest import Clock, elsewhere, member

TEXT = Writing("<p>Bonjour</p>", "", sensitive=False, language="fr", source=None)


def follow(unit: Unit, follower: Account, followed: Account) -> None:
    follows.ask(unit, follower.id, followed.id, uri=f"{follower.uri}#{followed.id}")
    follows.accept(unit, follower.id, followed.id)


def write(unit: Unit, author: Account, *, reach: Reach = Reach.ALL_NODES, answers: str | None = None) -> Post:
    uri = f"{author.uri}/posts/{unit.new_id()}"
    return posts.add(
        unit,
        uri=uri,
        url=uri,
        author=author.id,
        is_local=author.is_local,
        reach=reach,
        writing=TEXT,
        published=unit.now,
        reply_to_uri=answers,
    )


async def reader_of(store: Store, *names: str) -> tuple[Account, list[Account]]:
    me = await store.write(member, "me")
    others = [await store.write(member, name) for name in names]
    for other in others:
        await store.write(follow, me, other)
    return me, others


async def test_a_new_post_costs_one_look_at_that_post(store: Store, memory: Memory) -> None:
    me, (ken,) = await reader_of(store, "ken")
    first = await store.write(write, ken)
    assert await memory.journals.page(me.id, Page(20)) == [first.id]
    second = await store.write(write, ken)
    hidden = await store.write(write, ken, reach=Reach.MENTIONED)
    journal = memory.journals._kept[me.id]
    assert list(journal.pending) == [second.id, hidden.id]
    assert await memory.journals.page(me.id, Page(20)) == [second.id, first.id]
    assert (journal.pending, journal.ids) == ({}, [first.id, second.id])
    assert (memory.journals.hits, memory.journals.misses) == (1, 1)


async def test_what_a_community_shares_stands_once_where_its_author_is_followed(store: Store, memory: Memory) -> None:
    me, (ken,) = await reader_of(store, "ken")
    visas = await store.write(partial(accounts.add_local, username="visas", display_name="", kind="Group", base_url=""))
    await store.write(follow, me, visas)
    assert await memory.journals.page(me.id, Page(20)) == []
    post = await store.write(write, ken)
    await store.write(share, visas, post, "urn:s")
    assert await memory.journals.page(me.id, Page(20)) == [post.id]
    assert await store.read(timelines.home_ids, me.id, Page(20)) == [post.id]


async def test_a_post_that_is_known_costs_no_look_at_all(store: Store, memory: Memory) -> None:
    me, (ken,) = await reader_of(store, "ken")
    node = cast("Node", SimpleNamespace(store=store, memory=memory, base_url="https://paris.example"))
    await memory.journals.page(me.id, Page(20))
    post = await store.write(write, ken)
    await entities.learn(node, [post.id])

    async def forbidden(*_: Any, **__: Any) -> Any:
        raise AssertionError

    plain, store.read = store.read, forbidden  # type: ignore[method-assign]  # whoever reads fails
    assert await memory.journals.page(me.id, Page(20), learn=partial(entities.learn, node)) == [post.id]
    store.read = plain  # type: ignore[method-assign]  # as it was


async def test_pages_beyond_what_is_kept_come_from_the_database(store: Store, memory: Memory) -> None:
    me, (ken,) = await reader_of(store, "ken")
    written = [(await store.write(write, ken)).id for _ in range(journals.KEPT + 30)][::-1]
    seen: list[PostId] = []
    while page := await memory.journals.page(me.id, Page(15, max_id=seen[-1] if seen else None)):
        seen += page
    assert seen == written
    up: list[PostId] = []
    while page := await memory.journals.page(me.id, Page(15, min_id=up[-1] if up else 1)):
        up += page[::-1]
    assert up == written[::-1]
    assert await memory.journals.page(me.id, Page(15, since_id=written[-1])) == written[:15]


async def test_a_journal_that_grows_is_cut_and_stays_right(store: Store, memory: Memory) -> None:
    me, (ken,) = await reader_of(store, "ken")
    await memory.journals.page(me.id, Page(20))
    written: list[PostId] = []
    for _ in range(journals.MOST_IDS + 10):
        written.insert(0, (await store.write(write, ken)).id)
        assert await memory.journals.page(me.id, Page(20)) == written[:20]
    assert len(memory.journals._kept[me.id].ids) <= journals.MOST_IDS
    assert await memory.journals.page(me.id, Page(40, max_id=written[100])) == written[101:141]


async def test_a_journal_that_nobody_reads_is_let_go(store: Store, memory: Memory) -> None:
    me, (ken,) = await reader_of(store, "ken")
    await memory.journals.page(me.id, Page(20))
    for _ in range(journals.MOST_PENDING + 1):
        await store.write(write, ken)
    assert len(memory.journals) == 0
    assert not memory.journals._readers_of
    assert len(await memory.journals.page(me.id, Page(40))) == 40


async def test_a_mute_that_ends_by_itself_ends_the_memory_too(store: Store, memory: Memory, clock: Clock) -> None:
    me, (ken,) = await reader_of(store, "ken")
    post = await store.write(write, ken)
    await store.write(relations.mute, me.id, ken.id, notifications=True, until=clock.moment + timedelta(hours=1))
    assert await memory.journals.page(me.id, Page(20)) == []
    clock.forward(minutes=59)
    assert await memory.journals.page(me.id, Page(20)) == []
    clock.forward(minutes=2)
    assert await memory.journals.page(me.id, Page(20)) == [post.id]


def once_slow(store: Store, meanwhile: Callable[[], Awaitable[None]]) -> None:
    """The next read of a store takes long enough for something to happen after it has read."""
    plain = store.read

    async def read(*args: Any, **kwargs: Any) -> Any:
        found: Any = await plain(*args, **kwargs)
        store.read = plain  # type: ignore[method-assign]  # the next ones are quick again
        await meanwhile()
        return found

    store.read = read  # type: ignore[method-assign]  # the same store, slower


async def test_a_post_that_comes_while_the_journal_is_read_is_not_missed(store: Store, memory: Memory) -> None:
    me, (ken,) = await reader_of(store, "ken")
    first = await store.write(write, ken)

    async def meanwhile() -> None:
        await store.write(write, ken)
        await store.write(tombstones.remove, first, owner_uri=ken.uri)

    once_slow(store, meanwhile)
    await memory.journals.page(me.id, Page(20))
    remembered = await memory.journals.page(me.id, Page(20))
    assert remembered == await store.read(timelines.home_ids, me.id, Page(20))
    assert len(remembered) == 1
    assert memory.journals.hits == 1


async def test_a_follow_that_comes_while_the_journal_is_read_is_not_missed(store: Store, memory: Memory) -> None:
    me, _ = await reader_of(store, "ken")
    zoe = await store.write(member, "zoe")
    post = await store.write(write, zoe)

    async def meanwhile() -> None:
        await store.write(follow, me, zoe)

    once_slow(store, meanwhile)
    assert await memory.journals.page(me.id, Page(20)) == []
    assert await memory.journals.page(me.id, Page(20)) == [post.id]


async def test_an_answer_that_finds_its_question_is_shown_then(store: Store, memory: Memory) -> None:
    me, (ken, zoe) = await reader_of(store, "ken", "zoe")
    await memory.journals.page(me.id, Page(20))
    answer = await store.write(write, ken, answers="urn:question")
    assert await memory.journals.page(me.id, Page(20)) == []
    question = await store.write(
        lambda unit: posts.add(
            unit,
            uri="urn:question",
            url="urn:question",
            author=zoe.id,
            is_local=True,
            reach=Reach.ALL_NODES,
            writing=TEXT,
            published=unit.now,
        )
    )
    assert await memory.journals.page(me.id, Page(20)) == [question.id, answer.id]
    assert memory.journals.misses == 1


async def test_a_late_post_stands_in_its_place_however_far_down(store: Store, memory: Memory, clock: Clock) -> None:
    me, (ken,) = await reader_of(store, "ken")
    before = clock.moment
    clock.forward(hours=1)
    for _ in range(journals.KEPT + 1):
        await store.write(write, ken)
    top = await memory.journals.page(me.id, Page(journals.KEPT))
    late = await store.write(late_post, ken, before)
    assert await memory.journals.page(me.id, Page(journals.KEPT)) == top
    down = await memory.journals.page(me.id, Page(5, max_id=top[-1]))
    assert (len(down), down[-1]) == (2, late.id)


def late_post(unit: Unit, author: Account, published: datetime) -> Post:
    return posts.add(
        unit,
        uri="urn:late",
        url="urn:late",
        author=author.id,
        is_local=False,
        reach=Reach.ALL_NODES,
        writing=TEXT,
        published=published,
    )


async def test_an_edit_while_a_post_goes_through_the_filters_has_it_go_again(store: Store, memory: Memory) -> None:
    me, (ken,) = await reader_of(store, "ken")
    await memory.journals.page(me.id, Page(20))
    post = await store.write(write, ken, reach=Reach.MENTIONED)

    async def meanwhile() -> None:
        await store.write(posts.edit, post, TEXT, edited=post.published_at, mentioned=[me.id])

    once_slow(store, meanwhile)
    assert await memory.journals.page(me.id, Page(20)) == []
    assert await memory.journals.page(me.id, Page(20)) == [post.id]


async def test_what_is_decided_here_is_what_the_database_decides(store: Store, memory: Memory) -> None:
    """Each kind of post that may come, by way of memory alone and by way of the filters."""
    me, (ken, loud, only_words) = await reader_of(store, "ken", "loud", "words")
    stranger, blocked = await store.write(member, "stranger"), await store.write(member, "blocked")
    await store.write(follows.prefer, me.id, only_words.id, shares=False, notify=False)
    await store.write(relations.mute, me.id, loud.id, notifications=False, until=None)
    await store.write(relations.block, blocked.id, me.id)
    node = cast("Node", SimpleNamespace(store=store, memory=memory, base_url="https://paris.example"))
    written = {author.id: await store.write(write, author) for author in (me, ken, loud, stranger, blocked)}
    for_followers = await store.write(write, stranger, reach=Reach.FOLLOWERS)
    await memory.journals.page(me.id, Page(20))
    sharings = [(sharer, post) for sharer in (ken, only_words, loud, me) for post in (*written.values(), for_followers)]
    answers = [(author, post.uri) for author in (ken, loud, me) for post in written.values()]
    for number, (sharer, post) in enumerate(sharings):
        if post.author_id != sharer.id:
            await store.write(share, sharer, post, f"urn:share:{number}")
    for author, uri in answers:
        await store.write(write, author, answers=uri)
    for author in (ken, loud, me):
        for reach in Reach:
            await store.write(write, author, reach=reach)
    shown = await memory.journals.page(me.id, Page(40), learn=partial(entities.learn, node))
    assert shown == await store.read(timelines.home_ids, me.id, Page(40))
    assert len(shown) > 15


def share(unit: Unit, sharer: Account, post: Post, uri: str) -> Post:
    return posts.share(
        unit, uri=uri, author=sharer.id, is_local=True, post=post, reach=Reach.ALL_NODES, published=unit.now
    )


async def test_everything_goes_when_it_is_not_known_what_has_changed(store: Store, memory: Memory) -> None:
    me, _ = await reader_of(store, "ken")
    await memory.journals.page(me.id, Page(20))
    memory.hear([ChangedElsewhere()])
    assert len(memory.journals) == 0


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
async def test_another_process_is_heard_before_the_next_page(empty: Callable[[str], Path | str], clock: Clock) -> None:
    address = empty("shared")
    here, there = await open_store(address, clock=clock), await open_store(address, clock=clock)
    try:
        memory = Memory(here, now=clock)
        me, (ken,) = await reader_of(there, "ken")
        await here.up_to_date()
        assert await memory.journals.page(me.id, Page(20)) == []
        for number in range(20):
            post = await there.write(write, ken)
            await here.up_to_date()
            page = await memory.journals.page(me.id, Page(40))
            assert (page[0], len(page)) == (post.id, number + 1)
        await there.write(follows.remove, me.id, ken.id)
        await here.up_to_date()
        assert await memory.journals.page(me.id, Page(20)) == []
        assert memory.journals.hits >= 20
    finally:
        await here.close()
        await there.close()


# ---- anything at all ------------------------------------------------------------------------------------------------

Act = Callable[[], Awaitable[object]]


class Town:
    """People who do anything to each other."""

    def __init__(self, store: Store, clock: Clock, chance: random.Random) -> None:
        self.store, self.clock, self.chance = store, clock, chance
        self.people: list[Account] = []
        self.uris: list[str] = []

    async def settle(self) -> None:
        for name in ("ada", "bo", "cy", "di", "ed"):
            self.people.append(await self.store.write(member, name))
        for name in ("fay", "gus", "hal"):
            self.people.append(await self.store.write(elsewhere, name, "tokyo.example"))
        for one in self.people:
            for other in self.people:
                if one is not other and self.chance.random() < 0.4:
                    await self.store.write(follow, one, other)

    async def do_something(self) -> None:
        acts: list[Act] = [
            *[self.post] * 5,
            *[self.reply] * 2,
            *[self.share] * 3,
            self.follow,
            self.unfollow,
            self.prefer,
            self.block,
            self.unblock,
            self.mute,
            self.remove,
            self.edit,
            self.wait,
        ]
        if self.chance.random() < 0.01:
            acts = [self.remove_all]
        await self.chance.choice(acts)()

    def two(self) -> tuple[Account, Account]:
        one, other = self.chance.sample(self.people, 2)
        return one, other

    async def any_post(self) -> Post | None:
        uris = self.chance.sample(self.uris, min(4, len(self.uris)))
        for uri in uris:
            if (found := await self.store.read(posts.by_uri, uri)) is not None:
                return found
        return None

    async def post(self) -> None:
        author, other = self.two()
        reach = self.chance.choice([*Reach, Reach.ALL_NODES, Reach.ALL_NODES])
        uri = self.chance.choice([f"urn:late:{len(self.uris) // 3}", f"urn:{len(self.uris)}"])
        published = self.clock.moment - timedelta(hours=self.chance.choice([0, 0, 0, 0, 3]))
        try:
            await self.store.write(self._add, author, uri, reach, published, (other.id,))
        except Conflict:
            return
        self.uris.append(uri)

    def _add(
        self, unit: Unit, author: Account, uri: str, reach: Reach, published: datetime, to: tuple[AccountId, ...]
    ) -> None:
        posts.add(
            unit,
            uri=uri,
            url=uri,
            author=author.id,
            is_local=author.is_local,
            reach=reach,
            writing=TEXT,
            published=published,
            people=to,
        )

    async def reply(self) -> None:
        author, _ = self.two()
        known = await self.any_post()
        later = f"urn:late:{len(self.uris) // 3 + 1}"  # answered before it comes
        post = await self.store.write(write, author, answers=self.chance.choice([known.uri if known else later, later]))
        self.uris.append(post.uri)

    async def share(self) -> None:
        sharer, _ = self.two()
        post = await self.any_post()
        if post is None or post.boost_of is not None:
            return
        uri = f"urn:share:{len(self.uris)}"
        try:
            await self.store.write(
                lambda unit: posts.share(
                    unit,
                    uri=uri,
                    author=sharer.id,
                    is_local=sharer.is_local,
                    post=post,
                    reach=Reach.ALL_NODES,
                    published=unit.now,
                )
            )
        except Conflict:
            return
        self.uris.append(uri)

    async def follow(self) -> None:
        await self.store.write(follow, *self.two())

    async def unfollow(self) -> None:
        one, other = self.two()
        await self.store.write(follows.remove, one.id, other.id)

    async def prefer(self) -> None:
        one, other = self.two()
        shares, languages = self.chance.random() < 0.5, self.chance.choice([(), ("fr",), ("en",)])
        await self.store.write(follows.prefer, one.id, other.id, shares=shares, notify=False, languages=languages)

    async def block(self) -> None:
        one, other = self.two()
        await self.store.write(relations.block, one.id, other.id)

    async def unblock(self) -> None:
        one, other = self.two()
        await self.store.write(relations.unblock, one.id, other.id)

    async def mute(self) -> None:
        one, other = self.two()
        until = self.clock.moment + timedelta(minutes=self.chance.choice([1, 10]))
        await self.store.write(relations.mute, one.id, other.id, notifications=False, until=until)

    async def remove(self) -> None:
        post = await self.any_post()
        if post is not None:
            await self.store.write(tombstones.remove, post, owner_uri="urn:owner")

    async def edit(self) -> None:
        post = await self.any_post()
        if post is not None and post.boost_of is None:
            people: tuple[AccountId, ...] = (self.two()[0].id,)
            await self.store.write(posts.edit, post, TEXT, edited=self.clock.moment, mentioned=people)

    async def remove_all(self) -> None:
        leaving = self.people[-1]
        await self.store.write(tombstones.remove_all_of, leaving.id)
        await self.store.write(accounts.mark_gone, leaving.id)

    async def wait(self) -> None:
        self.clock.forward(minutes=self.chance.choice([0, 2]))


async def test_whatever_happens_the_remembered_journal_is_the_journal(
    store: Store, memory: Memory, clock: Clock
) -> None:
    town = Town(store, clock, random.Random(20260105))
    await town.settle()
    readers = town.people[:5]
    node = SimpleNamespace(store=store, memory=memory, base_url="https://paris.example")
    shown = 0
    for _ in range(500):
        await town.do_something()
        me = town.chance.choice(readers)
        known = memory.journals._kept.get(me.id)
        middle = known.ids[len(known.ids) // 2] if known and known.ids else None
        pages = [Page(20), Page(5), Page(40), Page(6, max_id=middle), Page(6, since_id=middle), Page(6, min_id=middle)]
        page = town.chance.choice([*pages, Page(20)])
        learn = town.chance.choice([partial(entities.learn, cast("Node", node)), None])
        remembered = await memory.journals.page(me.id, page, learn=learn)
        assert remembered == await store.read(timelines.home_ids, me.id, page), page
        shown += len(remembered)
    assert shown > 1000
    assert memory.journals.hits > 100
