"""Posts that wait for their time, on both databases."""

import asyncio
from datetime import timedelta

import pytest

from storage import scheduled
from storage.errors import NotFound
from storage.events import Event, ScheduleChanged
from storage.pages import Page
from storage.store import Store
from tests.storage.conftest import Clock, Person


async def test_whoever_takes_it_is_the_only_one(store: Store, person: Person, clock: Clock) -> None:
    marie = await person("marie")
    heard: list[Event] = []
    store.listen(heard.extend)
    due = clock() + timedelta(minutes=10)
    kept = [
        await store.write(scheduled.add, marie.id, "{}", due=due, files=[], key=key, application=None, app=None)
        for key in ("a", "b", None)
    ]
    assert heard == [ScheduleChanged(marie.id)] * 3
    assert await store.read(scheduled.next_due) == kept[0].due_at
    assert await store.read(scheduled.due, most=10) == []
    assert await store.write(scheduled.take, kept[0].id) is False
    clock.forward(minutes=11)
    assert await store.read(scheduled.due, most=2) == kept[:2]
    taken = await asyncio.gather(*(store.write(scheduled.take, kept[0].id) for _ in range(6)))
    assert sorted(taken) == [False] * 5 + [True]
    await store.write(scheduled.fail, kept[1].id)
    assert await store.write(scheduled.take, kept[1].id) is False
    moved = await store.write(scheduled.put_off, kept[1], until=clock() + timedelta(hours=1), files=[])
    assert moved.failed_at is None
    assert await store.read(scheduled.by_key, marie.id, "b") == moved
    assert [each.id for each in await store.read(scheduled.of, marie.id, Page(10))] == [kept[2].id, kept[1].id]
    await store.write(scheduled.cancel, moved, files=[])
    assert await store.read(scheduled.count, marie.id) == 1
    with pytest.raises(NotFound):  # it was posted, or taken off the list, in the moment since it was looked up
        await store.write(scheduled.cancel, moved, files=[])
    await store.write(scheduled.forget_all, marie.id)
    assert await store.read(scheduled.count, marie.id) == 0
