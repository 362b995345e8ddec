"""The charter, the steps of welcome, a newcomer's first page, and what came since the last visit, on both databases."""

from collections import Counter
from datetime import timedelta

import pytest

from storage import beginnings, directory, house, notifications, relations, visits, welcomes
from storage.beginnings import Candidate, spread
from storage.ids import AccountId, PostId
from storage.store import Store
from storage.visibility import Reach
from tests.storage.conftest import Clock, Person, Write
from tests.storage.test_timelines import follow


async def test_the_charter_is_owed_until_it_is_accepted_and_again_when_it_changes(
    store: Store, person: Person, clock: Clock
) -> None:
    marie = await person("marie")

    async def owes() -> bool:
        return await store.read(welcomes.owes_charter, marie.id, since=clock())

    assert not await owes()  # there is none
    rule = await store.write(house.add_rule, text="On reste poli.", hint="")
    before = clock()
    assert await owes()
    await store.write(welcomes.accept_charter, marie.id, as_of=clock())
    assert not await owes()
    clock.forward(hours=1)
    await store.write(house.add_rule, text="On signe.", hint="")
    # Whoever was signed in by then goes on with their work.
    assert not await store.read(welcomes.owes_charter, marie.id, since=before)
    assert await owes()
    await store.write(welcomes.accept_charter, marie.id, as_of=clock())
    await store.write(house.remove_rule, rule.id)
    assert await owes()

    shown_at = clock()
    clock.forward(minutes=1)
    await store.write(house.add_rule, text="On date.", hint="")
    await store.write(welcomes.accept_charter, marie.id, as_of=shown_at)
    assert await owes()  # the rule that came while they were reading was not on their page
    await store.write(welcomes.accept_charter, marie.id, as_of=clock() + timedelta(days=1))
    assert not await owes()
    clock.forward(minutes=1)
    await store.write(house.add_rule, text="On relit.", hint="")
    assert await owes()


async def test_the_steps_go_forward_and_end(store: Store, person: Person, clock: Clock) -> None:
    marie = await person("marie")
    assert await store.read(welcomes.of, marie.id) is None
    await store.write(welcomes.accept_charter, marie.id, as_of=clock())
    assert await store.write(welcomes.begin, marie.id)
    assert not await store.write(welcomes.begin, marie.id)
    for step, then in ((3, 3), (2, 3), (5, 5)):
        await store.write(welcomes.reach, marie.id, step)
        found = await store.read(welcomes.of, marie.id)
        assert found is not None
        assert (found.step, found.is_open) == (then, True)
    await store.write(welcomes.finish, marie.id)
    found = await store.read(welcomes.of, marie.id)
    assert found is not None
    assert not found.is_open
    assert found.charter_at is not None


@pytest.mark.parametrize(
    ("written", "limit", "expected"),
    [
        ([], 5, []),
        ([(9, 1), (8, 1), (7, 1), (6, 2), (5, 3)], 4, [9, 6, 5, 8]),
        ([(9, 1), (8, 1), (7, 1)], 2, [9, 8]),
        ([(3, 2), (9, 1), (4, 2)], 9, [9, 4, 3]),
        ([(9, 1)], 0, []),
    ],
)
def test_everybody_has_a_turn(written: list[tuple[int, int]], limit: int, expected: list[int]) -> None:
    candidates = [Candidate(PostId(post), AccountId(author)) for post, author in written]
    assert spread(candidates, limit=limit) == expected


async def test_a_newcomer_reads_many_people_at_first(store: Store, person: Person, write: Write) -> None:
    me, loud = await person("me"), await person("loud")
    others = [await person(name) for name in ("anne", "paul", "ken@tokyo.example", "amina@nairobi.example")]
    for other in others:
        for _ in range(5):
            await write(other)
    away = await person("away")
    await write(away)
    await store.write(relations.mute, me.id, away.id, notifications=False, until=None)
    for _ in range(60):
        await write(loud)
    for reach in (Reach.FOLLOWERS, Reach.MENTIONED, Reach.UNLISTED):
        await write(loud, reach=reach)
    await write(others[2], reach=Reach.NODE)
    own = await write(me, reach=Reach.MENTIONED)
    found = await store.read(beginnings.posts, me.id, limit=26)
    assert [post.id for post in found] == sorted((post.id for post in found), reverse=True)
    authors = Counter(post.author_id for post in found)
    assert authors == {me.id: 1, loud.id: 5} | {other.id: 5 for other in others}
    assert own.id in {post.id for post in found}
    assert {post.reach for post in found if post.author_id != me.id} == {Reach.ALL_NODES}


async def test_colleagues_are_offered_until_they_are_followed(store: Store, person: Person, write: Write) -> None:
    me, anne, ken, _ = [await person(name) for name in ("me", "anne", "ken@tokyo.example", "silent@tokyo.example")]
    await write(ken)
    assert await store.read(directory.colleagues, me.id, limit=5) == [anne.id]
    assert [one.id for one in await store.read(directory.elsewhere, me.id, limit=5)] == [ken.id]
    await follow(store, me, anne)
    await follow(store, me, ken)
    assert await store.read(directory.colleagues, me.id, limit=5) == []
    assert await store.read(directory.elsewhere, me.id, limit=5) == []


async def test_what_came_since_is_told_until_it_is_marked(
    store: Store, person: Person, write: Write, clock: Clock
) -> None:
    me, anne, ken = await person("me"), await person("anne"), await person("ken@tokyo.example")
    await follow(store, me, anne)
    long_ago = await write(anne)
    clock.forward(days=8)
    mine = await write(me)
    first, second = await write(anne), await write(anne)
    answer = await write(ken, answers=mine, to=(me,))
    await store.write(notifications.tell, me.id, "mention", by=ken.id, post=answer.id)
    visit = await store.read(visits.gather, me.id)
    assert [post.id for post in visit.posts] == [second.id, first.id]
    assert [(post.id, post.answered) for post in visit.to_me] == [(answer.id, me.id)]
    assert long_ago.id not in {post.id for post in visit.posts}  # nobody has ever said how far they had read
    assert not visit.more
    assert visit.home_upto == second.id
    # What comes between looking and marking is still new.
    late = await write(anne)
    await store.write(visits.mark, me.id, upto=visit.upto, home_upto=visit.home_upto)
    visit = await store.read(visits.gather, me.id)
    assert ([post.id for post in visit.posts], list(visit.to_me)) == ([late.id], [])
    # What an app has read is read.
    await store.write(notifications.mark, me.id, visits.HOME, last_read=late.id)
    assert (await store.read(visits.gather, me.id)).posts == []


async def test_marks_go_forward_and_not_beyond_now(store: Store, person: Person, write: Write, clock: Clock) -> None:
    me = await person("me")
    early, post = await write(me), await write(me)
    await store.write(visits.mark, me.id, upto=post.id, home_upto=post.id)
    for upto in (early.id, 1 << 62, 0):
        await store.write(visits.mark, me.id, upto=upto, home_upto=upto)
    markers = await store.read(notifications.markers, me.id)
    assert {name: (marker.last_read_id, marker.version) for name, marker in markers.items()} == {
        visits.SINCE: (post.id, 1),
        visits.HOME: (post.id, 1),
    }


async def test_an_absence_of_weeks_is_bounded(
    store: Store, person: Person, write: Write, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits, "MOST_POSTS", 12)
    me, anne = await person("me"), await person("anne")
    await follow(store, me, anne)
    old = await write(anne)
    await store.write(visits.mark, me.id, upto=old.id, home_upto=old.id)
    clock.forward(days=40)
    written = [(await write(anne)).id for _ in range(15)]
    visit = await store.read(visits.gather, me.id)
    assert ([post.id for post in visit.posts], visit.more) == (written[::-1][:12], True)
    assert clock() - visit.since < visits.LONGEST + timedelta(seconds=1)
