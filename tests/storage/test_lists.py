"""Lists, on both databases."""

from dataclasses import replace

from storage import accounts, follows, list_timelines, listening, lists, timelines
from storage.accounts import Account
from storage.ids import AccountId, PostId
from storage.listening import InList, Listeners
from storage.lists import PeopleList
from storage.pages import Page
from storage.store import Store, Unit
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
        told = await store.read(listening.told_of, post.id, Listeners(lists=[found.id]))
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
