"""The journal and the other lists: exact at any depth, and what is filtered leaves no gap."""

from datetime import timedelta

from storage import accounts, communities, follows, posts, relations, timelines
from storage.accounts import Account
from storage.ids import AccountId
from storage.pages import Page
from storage.posts import Post
from storage.store import Store, Unit
from storage.visibility import Reach
from tests.storage.conftest import BASE, Clock, Person, Write


async def follow(store: Store, follower: Account, followed: Account) -> None:
    await store.write(follows.ask, follower.id, followed.id, uri=f"{follower.uri}#{followed.id}")
    await store.write(follows.accept, follower.id, followed.id)


def ids(found: list[Post]) -> list[int]:
    return [post.id for post in found]


async def test_the_journal_is_what_those_i_follow_and_i_write_newest_first(
    store: Store, person: Person, write: Write
) -> None:
    me, followed, stranger = await person("me"), await person("ken@tokyo.example"), await person("stranger")
    await follow(store, me, followed)
    mine, theirs = await write(me), await write(followed)
    await write(stranger)
    assert ids(await store.read(timelines.home, me.id, Page(10))) == [theirs.id, mine.id]


async def test_paging_down_and_up_gives_every_post_once(store: Store, person: Person, write: Write) -> None:
    me = await person("me")
    others = [await person(f"p{n}") for n in range(7)]
    for other in others:
        await follow(store, me, other)
    written = [(await write(others[n % 7 if n % 3 else 0])).id for n in range(90)]
    down: list[int] = []
    while page := await store.read(timelines.home, me.id, Page(8, max_id=down[-1] if down else None)):
        down += ids(page)
    assert down == written[::-1]
    up: list[int] = []
    while page := await store.read(timelines.home, me.id, Page(8, min_id=up[-1] if up else 1)):
        up += ids(page)[::-1]
    assert up == written
    newest = await store.read(timelines.home, me.id, Page(8, since_id=written[3]))
    assert ids(newest) == written[::-1][:8]


async def test_filters_never_empty_a_page_that_has_more_below(store: Store, person: Person, write: Write) -> None:
    me, quiet, loud = await person("me"), await person("quiet"), await person("loud")
    await follow(store, me, quiet)
    await follow(store, me, loud)
    old = [await write(quiet) for _ in range(5)]
    for _ in range(200):
        await write(loud)
    await store.write(relations.mute, me.id, loud.id, notifications=False, until=None)
    assert ids(await store.read(timelines.home, me.id, Page(5))) == ids(old)[::-1]


async def test_a_mute_ends_by_itself(store: Store, person: Person, write: Write, clock: Clock) -> None:
    me, loud = await person("me"), await person("loud")
    await follow(store, me, loud)
    await write(loud)
    await store.write(relations.mute, me.id, loud.id, notifications=True, until=clock.moment + timedelta(hours=1))
    assert await store.read(timelines.home, me.id, Page(5)) == []
    clock.forward(hours=2)
    assert len(await store.read(timelines.home, me.id, Page(5))) == 1


async def test_answers_to_people_i_do_not_follow_stay_out(store: Store, person: Person, write: Write) -> None:
    me, followed, stranger = await person("me"), await person("followed"), await person("stranger")
    await follow(store, me, followed)
    theirs, mine = await write(stranger), await write(me)
    await write(followed, answers=theirs)
    to_me = await write(followed, answers=mine)
    assert ids(await store.read(timelines.home, me.id, Page(5))) == [to_me.id, mine.id]


async def test_shared_posts_come_unless_they_are_not_wanted(store: Store, person: Person, write: Write) -> None:
    me, sharer, author = await person("me"), await person("sharer"), await person("author")
    await follow(store, me, sharer)
    post = await write(author)
    shared = await store.write(
        lambda unit: posts.share(
            unit, uri="urn:s", author=sharer.id, is_local=True, post=post, reach=Reach.ALL_NODES, published=unit.now
        )
    )
    assert ids(await store.read(timelines.home, me.id, Page(5))) == [shared.id]
    await store.write(follows.prefer, me.id, sharer.id, shares=False, notify=False)
    assert await store.read(timelines.home, me.id, Page(5)) == []
    await store.write(follows.prefer, me.id, sharer.id, shares=True, notify=False)
    await store.write(relations.block, me.id, author.id)
    assert await store.read(timelines.home, me.id, Page(5)) == []


async def test_what_a_community_shares_is_not_read_twice(store: Store, person: Person, write: Write) -> None:
    me, author = await person("me"), await person("author")
    group = await store.write(
        accounts.add_local, username="visas", display_name="Visas", base_url=BASE, kind=communities.KIND
    )
    await follow(store, me, group)
    post, own = await write(author), await write(me)
    for shared in (post, own):
        await store.write(_share, group.id, shared)
    (shared, alone) = await store.read(timelines.home, me.id, Page(5))
    assert (shared.boost_of, alone.id) == (post.id, own.id)
    await follow(store, me, author)
    assert ids(await store.read(timelines.home, me.id, Page(5))) == [own.id, post.id]


def _share(unit: Unit, sharer: AccountId, post: Post) -> None:
    posts.share(
        unit,
        uri=f"urn:{post.id}",
        author=sharer,
        is_local=True,
        post=post,
        reach=Reach.ALL_NODES,
        published=unit.now,
    )


async def test_each_public_list_has_its_posts(store: Store, person: Person, write: Write) -> None:
    me, ken = await person("me"), await person("ken@tokyo.example")
    everywhere, here = await write(me), await write(me, reach=Reach.NODE)
    abroad = await write(ken, tags=("Visas",))
    await write(me, reach=Reach.FOLLOWERS)
    await write(me, reach=Reach.UNLISTED)
    assert ids(await store.read(timelines.this_node, me.id, Page(9))) == [here.id, everywhere.id]
    assert ids(await store.read(timelines.all_nodes, me.id, Page(9))) == [abroad.id, everywhere.id]
    assert ids(await store.read(timelines.other_nodes, me.id, Page(9))) == [abroad.id]
    assert ids(await store.read(timelines.tagged, me.id, "VISAS", Page(9))) == [abroad.id]
