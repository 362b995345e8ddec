"""Communities: how each is led, by whom, and what its managers have decided."""

from datetime import timedelta

from storage import accounts, communities, community_life, directory, follows, staff, tombstones
from storage.accounts import Account
from storage.ids import AccountId
from storage.store import Store
from tests.storage.conftest import BASE, Clock, Person, Write


async def _founded(store: Store, name: str = "presse") -> Account:
    made = await store.write(
        accounts.add_local, username=name, display_name=name.title(), base_url=BASE, kind=communities.KIND
    )
    await store.write(
        communities.keep, made.id, is_for_members=True, managers_write_only=False, managers_uri=f"{made.uri}/managers"
    )
    return made


async def test_how_a_community_is_led_is_kept_and_changed(store: Store) -> None:
    made = await _founded(store)
    led = await store.read(communities.find, made.id)
    assert led is not None
    assert (led.is_for_members, led.managers_write_only, led.closed_at) == (True, False, None)
    await store.write(communities.keep, made.id, is_for_members=False, managers_write_only=True, managers_uri="")
    assert [await store.write(communities.close, made.id) for _ in range(2)] == [True, False]
    led = (await store.read(communities.find_all, [made.id, AccountId(1)]))[made.id]
    assert (led.is_for_members, led.managers_write_only, led.closed_at is not None) == (False, True, True)
    assert [await store.write(communities.reopen, made.id) for _ in range(2)] == [True, False]


async def test_a_person_is_no_community(store: Store, person: Person) -> None:
    marie = await person("marie")
    assert await store.read(communities.find, marie.id) is None
    made = await _founded(store)
    assert await store.read(communities.hosted_among, [marie.uri, made.uri, "https://tokyo.example/users/1"]) == [made]


async def test_managers_lead_until_they_no_longer_do(store: Store, person: Person) -> None:
    marie, paul, made = await person("marie"), await person("paul@tokyo.example"), await _founded(store)
    assert [await store.write(communities.add_manager, made.id, marie.id) for _ in range(2)] == [True, False]
    await store.write(communities.add_manager, made.id, paul.id)
    assert await store.read(communities.managers, made.id) == [marie, paul]
    assert await store.read(communities.led_by, paul.id) == [made]
    assert [await store.write(communities.remove_manager, made.id, marie.id) for _ in range(2)] == [True, False]
    assert not await store.read(communities.is_manager, made.id, marie.id)
    await store.write(communities.set_managers, made.id, [marie.id, marie.id])
    assert await store.read(communities.managers, made.id) == [marie]


async def test_an_open_community_is_found_like_people_and_a_closed_one_is_not(
    store: Store, person: Person, clock: Clock
) -> None:
    marie, made = await person("marie"), await _founded(store)

    async def listed() -> tuple[bool, bool]:
        """In the directory, and to other nodes; whoever types its name finds it all the same."""
        clock.forward(minutes=1)
        people = await store.read(directory.people, marie.id, order="new", limit=9)
        found = await store.read(directory.matching, "presse", limit=9)
        told = {each.account_id: each.is_listed for each in await store.read(directory.revised_here, after=0, limit=9)}
        assert [each.id for each in found] == [made.id]
        return made.id in [each.id for each in people], told[made.id]

    assert await listed() == (True, True)
    last = (await store.read(directory.revised_here, after=0, limit=9))[-1].revision
    assert await store.read(directory.listed_here) == 1  # people are counted
    assert await store.read(directory.colleagues, AccountId(0), limit=9) == [marie.id]
    await store.write(communities.close, made.id)
    assert await listed() == (False, False)
    (told,) = await store.read(directory.revised_here, after=last, limit=9)
    assert (told.account_id, told.is_listed) == (made.id, False)
    await store.write(communities.reopen, made.id)
    assert await listed() == (True, True)


async def test_a_community_in_which_nothing_is_written_sleeps(store: Store, clock: Clock) -> None:
    made = await _founded(store)
    clock.forward(days=59)
    (found,) = await store.read(community_life.hosted)
    assert (found.username, found.members, found.sleeping_since(now=clock())) == ("presse", 0, None)
    clock.forward(days=2)
    assert found.sleeping_since(now=clock()) == made.created_at
    await store.write(communities.close, made.id)
    assert (await store.read(community_life.one, made.id)).sleeping_since(now=clock()) is None


async def test_a_community_that_nobody_leads_any_more_is_named(store: Store, person: Person) -> None:
    marie, paul, made = await person("marie"), await person("paul"), await _founded(store)

    async def unled() -> list[str]:
        return [each.username for each in await store.read(community_life.unled)]

    assert await unled() == ["presse"]
    for each in (marie, paul):
        await store.write(communities.add_manager, made.id, each.id)
    await store.write(staff.disable, marie.id)
    assert await unled() == []
    await store.write(staff.disable, paul.id)
    assert await unled() == ["presse"]
    await store.write(communities.close, made.id)
    assert await unled() == []


async def test_how_several_are_led_is_asked_at_once(store: Store, person: Person) -> None:
    marie, paul = await person("marie"), await person("paul@tokyo.example")
    press, other = await _founded(store), await _founded(store, "archives")
    for leader in (marie, paul):
        await store.write(communities.add_manager, press.id, leader.id)
    led = await store.read(community_life.leading, [press.id, other.id, marie.id])
    assert {each: found.managers for each, found in led.items()} == {press.id: [marie, paul], other.id: []}


async def test_members_are_those_who_were_accepted(store: Store, person: Person) -> None:
    marie, made = await person("marie"), await _founded(store)
    await store.write(follows.ask, marie.id, made.id, uri="https://paris.example/follows/1")
    assert not await store.read(communities.is_member, made.id, marie.id)
    await store.write(follows.accept, marie.id, made.id)
    assert await store.read(communities.is_member, made.id, marie.id)


async def test_a_ban_ends_with_its_time_or_when_it_is_lifted(store: Store, person: Person, clock: Clock) -> None:
    marie, paul, made = await person("marie"), await person("paul"), await _founded(store)
    await store.write(communities.ban, made.id, marie.id, uri="https://b/1", until=clock() + timedelta(days=1))
    await store.write(communities.ban, made.id, paul.id, uri="https://b/2", until=None)
    assert [ban.account_id for ban in await store.read(communities.bans, made.id)] == [paul.id, marie.id]
    clock.forward(days=2)
    assert await store.read(communities.banned, made.id, marie.id) is None
    assert (await store.read(communities.banned, made.id, paul.id)) is not None
    assert [await store.write(communities.lift_ban, made.id, paul.id) for _ in range(2)] == [True, False]
    assert await store.read(communities.bans, made.id) == []


async def test_a_conversation_is_locked_once_and_opened_by_the_same_community(
    store: Store, person: Person, write: Write
) -> None:
    marie, made, other = await person("marie"), await _founded(store), await _founded(store, "visas")
    post = await write(marie)
    assert [await store.write(communities.lock, made.id, post.id, uri="https://l/1") for _ in range(2)] == [True, False]
    assert await store.read(communities.locked_by, post.id) == made.id
    assert not await store.write(communities.unlock, other.id, post.id)
    assert await store.write(communities.unlock, made.id, post.id)
    assert await store.read(communities.locked_by, post.id) is None


async def test_what_stands_first_does_so_once(store: Store, person: Person, write: Write) -> None:
    marie, made = await person("marie"), await _founded(store)
    post = await write(marie)
    assert [await store.write(communities.pin, made.id, post.id) for _ in range(2)] == [True, False]
    assert [await store.write(communities.unpin, made.id, post.id) for _ in range(2)] == [True, False]


async def test_what_a_member_has_proven_goes_with_the_post(store: Store, person: Person, write: Write) -> None:
    ken = await person("ken@tokyo.example")
    post = await write(ken, "For us")
    for document in ('{"type":"Create"}', '{"type":"Update"}'):
        await store.write(communities.keep_proven, post.id, document)
        assert await store.read(communities.proven, post.id) == document
    await store.write(tombstones.remove, post, owner_uri=ken.uri)
    assert await store.read(communities.proven, post.id) is None
