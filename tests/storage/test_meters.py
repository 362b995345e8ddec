"""What an engine counts of its own work."""

import asyncio
import time

import pytest

from storage.meters import Durations
from storage.store import Store, Unit


def put(unit: Unit, name: str) -> None:
    unit.run("insert into tombstones (uri, owner_uri, at) values (:name, :name, :now)", name=name, now=unit.now)


def fail(unit: Unit) -> None:
    put(unit, "failed")
    raise LookupError


def test_a_bound_is_inside_its_class() -> None:
    durations = Durations((0.1, 1.0))
    for seconds in (0.0, 0.1, 0.10001, 1.0, 1.5, 1e9):
        durations.add(seconds)
    assert durations.up_to_each() == [(0.1, 2), (1.0, 4), (float("inf"), 6)]
    assert durations.seconds == pytest.approx(1e9 + 2.70001)


async def test_commits_and_the_units_in_them_are_counted(store: Store) -> None:
    before = store.meters().commits
    units, commits = before.units, sum(before.seconds.counts)
    await asyncio.gather(*(store.write(put, str(number)) for number in range(20)))
    after = store.meters().commits
    assert after.units - units == 20
    assert 1 <= sum(after.seconds.counts) - commits <= 20
    assert after.seconds.seconds > 0


async def test_a_unit_that_failed_is_not_counted_as_kept(store: Store) -> None:
    units = store.meters().commits.units
    with pytest.raises(LookupError):
        await store.write(fail)
    assert (store.meters().commits.units - units, store.meters().commits.failed) == (0, 0)


def linger(unit: Unit) -> None:
    time.sleep(0.05)
    unit.one(int, "select 1")


async def test_who_waits_for_a_reader_or_the_writer_is_seen(store: Store) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(2):  # the second wave comes while the first is worked on
            for _ in range(8):
                group.create_task(store.read(linger))
                group.create_task(store.write(linger))
            await asyncio.sleep(0.01)
        waiting = store.meters()
    assert waiting.reads_waiting > 0
    assert waiting.writes_waiting > 0
    assert (store.meters().reads_waiting, store.meters().writes_waiting) == (0, 0)
