"""Lists, on both databases."""

from dataclasses import replace

from storage import accounts, communities, follows, joined_lists, list_timelines, listening, lists, posts, timelines
from storage.accounts import Account
from storage.ids import AccountId, PostId
from storage.listening import InList, Listeners
from storage.lists import PeopleList
from storage.pages import Page
from storage.posts import Post
from storage.store import Store, Unit
from storage.visibility import Reach
from tests.storage.conftest import BASE, Person, Write


def follow(unit: Unit, one: Account, other: Account) -> None:
    follows.ask(unit, one.id, other.id, uri=f"urn:{one.id}:{other.id}")
    follows.accept(unit, one.id, other.id)


def list_of(unit: Unit, reader: Account, members: list[AccountId]) -> PeopleList:
    found = lists.add(unit, reader.id, title="Quito", replies_policy=lists.MEMBERS, exclusive=False)
    lists.put_in(unit, found, list(lists.followed_among(unit, reader.id, members).values()))
    return found


async def test_a_list_is_read_and_told_of_alike(store: Store, person: Person, write: Write) -> None:
    marie, paul, zoe, ken = [await person(name) for name in ("marie", "paul", "zoe", "ken")]
    for other in (paul, zoe, ken):
        await store.write(follow, marie, other)
    found = await store.write(list_of, marie, [paul.id, zoe.id])
    first, outside = await write(paul, "un"), await write(ken, "dehors")
    made = [first, outside, await write(zoe, "à un membre", answers=first), await write(paul, "à Ken", answers=outside)]
    shown = await store.read(list_timelines.read, marie.id, found, Page(40))
    assert shown == [made[2].id, made[0].id]
    heard: list[PostId] = []
    for post in made:
        told = await store.read(listening.told_of, post.id, Listeners(lists=[InList(marie.id, found.id)]))
        assert told is not None
        heard += [post.id] if InList(marie.id, found.id) in told.lists else []
    assert heard == shown[::-1]


async def test_what_stands_apart_is_noted_with_the_follows(store: Store, person: Person, write: Write) -> None:
    marie, paul, zoe = [await person(name) for name in ("marie", "paul", "zoe")]
    for other in (paul, zoe):
        await store.write(follow, marie, other)
    found = await store.write(list_of, marie, [paul.id])
    theirs, others = await write(paul), await write(zoe)

    async def home() -> list[PostId]:
        return await store.read(timelines.home_ids, marie.id, Page(40))

    assert await home() == [others.id, theirs.id]
    await store.write(lists.change, replace(found, exclusive=True))
    assert await home() == [others.id]
    newest = await store.read(timelines.newest_at_home, marie.id, most=40)
    assert set(newest.sources) == {marie.id, zoe.id}
    await store.write(lists.take_out, found, [paul.id])
    assert await home() == [others.id, theirs.id]
    await store.write(follows.remove, marie.id, zoe.id)
    assert await store.read(lists.members_count, found) == 0


async def test_who_could_join_a_list_and_who_is_placed_in_which(store: Store, person: Person) -> None:
    marie, paul, zoe, ken = [await person(name) for name in ("marie", "paul", "zoe", "ken")]
    for other in (paul, zoe):
        await store.write(follow, marie, other)
    one, two = [await store.write(list_of, marie, members) for members in ([paul.id], [])]

    async def could(text: str) -> list[AccountId]:
        return [each.id for each in await store.read(lists.could_join, two, text, limit=5)]

    assert (await could(""), await could("AU"), await could("ken"), await could("%")) == (
        [zoe.id, paul.id],
        [paul.id],
        [],
        [],
    )
    elodie = await store.write(accounts.add_local, username="elodie", display_name="Élodie Œuvrard", base_url=BASE)
    await store.write(follow, marie, elodie)
    for text in ("Élo", "ÉLODIE", "elod", "œuv", "OEUV"):
        assert await could(text) == [elodie.id], text
    await store.write(follows.remove, marie.id, elodie.id)
    assert await store.read(lists.counted, marie.id) == [(one, 1), (two, 0)]
    assert await store.read(lists.counted, ken.id) == []
    follows_of = await store.read(lists.followed_among, marie.id, [paul.id])
    await store.write(lists.place, marie.id, follows_of[paul.id], [two.id])
    assert await store.read(lists.counted, marie.id) == [(one, 0), (two, 1)]
    assert await could("") == [zoe.id]
    await store.write(lists.place, marie.id, follows_of[paul.id], [])
    assert await store.read(lists.holding, marie.id, paul.id) == []


def shared(unit: Unit, community: Account, post: Post) -> Post:
    uri = f"{community.uri}/shares/{post.id}"
    return posts.share(
        unit, uri=uri, author=community.id, is_local=True, post=post, reach=Reach.FOLLOWERS, published=unit.now
    )


async def founded(store: Store, name: str) -> Account:
    return await store.write(
        accounts.add_local, username=name, display_name=name.title(), base_url=BASE, kind=communities.KIND
    )


async def test_a_community_is_a_list_of_its_members_read_and_told_of_alike(
    store: Store, person: Person, write: Write
) -> None:
    marie, zoe, ken = [await person(name) for name in ("marie", "zoe", "ken")]
    press, other = await founded(store, "presse"), await founded(store, "archives")
    for member in (marie, zoe):
        await store.write(follow, member, press)
    await store.write(follows.ask, ken.id, press.id, uri="urn:1")  # asked, and not yet a member
    for_members = await write(zoe, "pour nous", reach=Reach.COMMUNITY, to=(press,))
    first = await store.write(shared, press, await write(ken, "pour tous"))
    second = await store.write(shared, press, for_members)
    await store.write(shared, other, for_members)
    (found,) = await store.read(joined_lists.of, marie.id)
    assert (found.id, found.title, found.exclusive) == (press.id, "Presse", False)
    assert await store.read(list_timelines.read_of_community, marie.id, press.id, Page(40)) == [second.id, first.id]
    for outsider in (ken, await person("ada")):
        assert await store.read(joined_lists.of, outsider.id) == []
        assert await store.read(list_timelines.read_of_community, outsider.id, press.id, Page(40)) == []
    everybody = [InList(each.id, press.id) for each in (marie, zoe, ken)]
    told = await store.read(listening.told_of, second.id, Listeners(lists=everybody))
    assert told is not None
    assert told.lists == set(everybody[:2])


async def test_a_community_is_kept_out_of_the_journal_whatever_lists_say(
    store: Store, person: Person, write: Write
) -> None:
    marie, ken, press = await person("marie"), await person("ken"), await founded(store, "presse")
    for other in (ken, press):
        await store.write(follow, marie, other)
    share = await store.write(shared, press, await write(await person("zoe")))

    async def home() -> list[PostId]:
        return await store.read(timelines.home_ids, marie.id, Page(40))

    async def kept_apart(*, exclusive: bool) -> None:
        found = await store.read(joined_lists.one, marie.id, press.id)
        assert found is not None
        await store.write(joined_lists.keep_apart, found, exclusive=exclusive)
        found = await store.read(joined_lists.one, marie.id, press.id)
        assert found is not None
        assert found.exclusive is exclusive

    assert await home() == [share.id]
    await kept_apart(exclusive=True)
    own = await store.write(list_of, marie, [press.id])
    await store.write(lists.take_out, own, [press.id])
    assert await home() == []  # no list of one's own brings it back
    await store.write(lists.put_in, own, list(await store.read(_follow_of, marie, press)))
    await store.write(lists.change, replace(own, exclusive=True))
    await kept_apart(exclusive=False)
    assert await home() == []  # it is in an exclusive list
    await store.write(lists.change, own)
    assert await home() == [share.id]


def _follow_of(unit: Unit, reader: Account, other: Account) -> list[int]:
    return list(lists.followed_among(unit, reader.id, [other.id]).values())
