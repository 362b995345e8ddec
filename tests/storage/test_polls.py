"""Polls: each person once, counts that hold under haste, and moments at which something is due."""

import asyncio
from datetime import timedelta

from storage import notifications, polls, posts
from storage.events import PostAltered
from storage.ids import AccountId, PostId
from storage.pages import Page
from storage.polls import Offer, Poll
from storage.posts import Holds
from storage.store import Store, Unit
from tests.storage.conftest import Clock, Person, Write

HOUR = timedelta(hours=1)


async def asked(store: Store, clock: Clock, post: PostId, **more: object) -> Poll:
    offer = Offer(("Midi", "Soir"), ends_at=clock() + HOUR, **more)  # type: ignore[arg-type]  # as the test says
    await store.write(polls.put, post, offer)
    return await poll_of(store, post)


async def poll_of(store: Store, post: PostId) -> Poll:
    found = await store.read(polls.find, post)
    assert found is not None
    return found


async def stands(store: Store, post: PostId) -> tuple[list[int], int]:
    options = await store.read(polls.options, [post])
    return [option.votes_count for option in options], (await poll_of(store, post)).voters_count


async def vote(store: Store, account: AccountId, poll: Poll, position: int) -> bool:
    return await store.write(polls.vote, account, poll, position, uri=f"urn:{account}:{position}")


async def test_each_person_chooses_one_thing_once_or_several_things_once_each(
    store: Store, clock: Clock, person: Person, write: Write
) -> None:
    marie, paul, ken = [await person(name) for name in ("marie", "paul", "ken@tokyo.example")]
    single, several = await write(marie), await write(marie)
    one = await asked(store, clock, single.id)
    many = await asked(store, clock, several.id, multiple=True)
    assert [await vote(store, paul.id, one, position) for position in (0, 0, 1)] == [True, False, False]
    assert [await vote(store, paul.id, many, position) for position in (0, 0, 1)] == [True, False, True]
    assert await vote(store, ken.id, many, 1)
    assert await stands(store, single.id) == ([1, 0], 1)
    assert await stands(store, several.id) == ([1, 2], 2)
    ids = [single.id, several.id]
    assert await store.read(polls.own, paul.id, ids) == {single.id: (0,), several.id: (0, 1)}
    assert await store.read(polls.own, marie.id, ids) == {}
    assert await store.read(polls.chosen_among, several.id, [marie.id, paul.id, ken.id]) == {
        paul.id: (0, 1),
        ken.id: (1,),
    }


async def test_votes_at_the_same_moment_are_all_counted_and_nobody_twice(
    store: Store, clock: Clock, person: Person, write: Write
) -> None:
    post = await write(await person("marie"))
    poll = await asked(store, clock, post.id)
    people = [await person(f"p{number}@tokyo.example") for number in range(6)]
    noted = await asyncio.gather(*(vote(store, each.id, poll, position) for each in people for position in (0, 1)))
    assert sum(noted) == 6
    totals, voters = await stands(store, post.id)
    assert (sum(totals), voters) == (6, 6)


async def test_other_options_reset_the_votes_and_no_options_leave_no_poll(
    store: Store, clock: Clock, person: Person, write: Write
) -> None:
    post, paul = await write(await person("marie")), await person("paul")
    await vote(store, paul.id, await asked(store, clock, post.id), 0)
    assert (await store.read(posts.get, post.id)).holds == Holds.POLL
    await asked(store, clock, post.id)
    assert await stands(store, post.id) == ([0, 0], 0)
    assert await store.read(polls.own, paul.id, [post.id]) == {}
    await store.write(polls.remove, post.id)
    assert (await store.read(posts.get, post.id)).holds == Holds(0)
    assert await store.read(polls.find, post.id) is None


async def test_a_poll_is_told_at_once_then_once_a_minute_then_when_it_ends(
    store: Store, clock: Clock, person: Person, write: Write
) -> None:
    post, people = await write(await person("marie")), [await person(f"p{number}@tokyo.example") for number in range(3)]
    ends = (await asked(store, clock, post.id)).ends_at
    assert await store.read(polls.next_due) == ends
    assert await store.write(polls.take_due) is None
    for each in people:
        await vote(store, each.id, await poll_of(store, post.id), 0)
        await store.write(polls.tell_soon, await poll_of(store, post.id))
        taken = await store.write(polls.take_due)
        assert (taken is None) == (each is not people[0])
    told, due = (await poll_of(store, post.id)).told_at, await store.read(polls.next_due)
    assert told is not None
    assert due == told + polls.TELL_EVERY
    clock.forward(minutes=1)
    again = await store.write(polls.take_due)
    assert again is not None
    assert again.closed_at is None
    assert await store.read(polls.next_due) == ends
    clock.forward(hours=1)
    last = await store.write(polls.take_due)
    assert last is not None
    assert last.closed_at is not None
    assert await store.read(polls.next_due) is None


async def test_several_processes_close_a_poll_once(store: Store, clock: Clock, person: Person, write: Write) -> None:
    marie = await person("marie")
    for _ in range(3):
        await asked(store, clock, (await write(marie)).id)
    clock.forward(hours=2)
    taken = await asyncio.gather(*(store.write(polls.take_due) for _ in range(8)))
    closed = [found.post_id for found in taken if found is not None]
    while (found := await store.write(polls.take_due)) is not None:  # what was passed over while another had it
        closed.append(found.post_id)
    assert len(closed) == len(set(closed)) == 3


async def test_a_longer_poll_ends_later_and_one_that_its_node_closed_is_not_looked_at(
    store: Store, clock: Clock, person: Person, write: Write
) -> None:
    post = await write(await person("ken@tokyo.example"))
    await asked(store, clock, post.id)
    later = clock() + 3 * HOUR
    await store.write(polls.change, post.id, Offer((), ends_at=later))
    clock.forward(hours=2)
    taken = await store.write(polls.take_due)  # at the first end
    assert taken is not None
    assert (taken.closed_at, await store.read(polls.next_due)) == (None, later)
    await store.write(polls.change, post.id, Offer((), ends_at=later, closed_at=clock()))
    assert await store.read(polls.next_due) is None
    assert (await poll_of(store, post.id)).closed_at is not None


async def test_the_end_is_told_to_voters_of_this_node_who_want_to_hear_it_once(
    store: Store, clock: Clock, person: Person, write: Write
) -> None:
    marie, paul, lea, ken = [await person(name) for name in ("marie", "paul", "lea", "ken@tokyo.example")]
    post = await write(marie)
    poll = await asked(store, clock, post.id)
    for voter in (paul, lea, ken):
        await vote(store, voter.id, poll, 0)
    await store.write(_mute, lea.id, marie.id)
    for _ in range(2):
        await store.write(notifications.tell_poll_ended, post.id, by=marie.id)
    told = [len(await store.read(notifications.of, each.id, Page(10))) for each in (marie, paul, lea, ken)]
    assert told == [1, 1, 0, 0]


async def test_an_earlier_version_keeps_what_it_offered(store: Store, person: Person, write: Write) -> None:
    post = await write(await person("marie"))
    writing = posts.Writing("<p>x</p>", "", sensitive=False, language=None, source="x")
    await store.write(posts.edit, post, writing, edited=post.published_at)
    await store.write(polls.note_version, post.id, ["Midi", "Soir"])
    assert [version.options for version in await store.read(posts.versions, post.id)] == ['["Midi","Soir"]']


async def test_a_vote_makes_what_was_remembered_of_the_post_old(
    store: Store, clock: Clock, person: Person, write: Write
) -> None:
    post, paul = await write(await person("marie")), await person("paul")
    poll, heard = await asked(store, clock, post.id), []  # type: ignore[var-annotated]  # events of any kind
    store.listen(heard.extend)
    await vote(store, paul.id, poll, 1)
    assert PostAltered(post.id) in heard


def _mute(unit: Unit, me: AccountId, other: AccountId) -> None:
    sql = "insert into mutes (id, account_id, target_id, created_at, notifications) values (:id, :me, :other, :now, 1)"
    unit.run(sql, id=unit.new_id(), me=me, other=other, now=unit.now)
