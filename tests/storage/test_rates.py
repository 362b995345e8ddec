"""Allowances: never more than allowed, however many processes ask; and seldom asked of the database."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from storage.events import ChangedElsewhere
from storage.opening import open_store
from storage.rates import Counted, Rate, Shares
from storage.store import Store, Unit
from tests.databases import PostgresqlServer

RATE = Rate(1500, timedelta(minutes=5))
FEW = Rate(3, timedelta(seconds=30))


class Still:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Still:  # for `store` as well
    return Still()


@pytest.fixture
def shares(store: Store, clock: Still) -> Shares:
    return Shares(store, now=clock)


async def let_in(shares: Shares, name: str, rate: Rate) -> int:
    """How many come in until one is refused."""
    number = 0
    while (await shares.take(name, rate)).wait == 0:
        number += 1
    return number


async def test_a_bucket_runs_dry_and_fills_again(shares: Shares, clock: Still) -> None:
    assert [(await shares.take("marie", FEW)).left for _ in range(3)] == [2, 1, 0]
    refused = await shares.take("marie", FEW)
    assert (refused.wait, refused.left, refused.full_at) == (10, 0, clock() + timedelta(seconds=30))
    clock.forward(9)
    assert (await shares.take("marie", FEW)).wait == 1
    clock.forward(1)
    assert (await shares.take("marie", FEW)) == Counted(0, 0, clock() + timedelta(seconds=30))
    clock.forward(1000)
    assert (await shares.take("marie", FEW)).left == 2


async def test_names_are_counted_apart(shares: Shares) -> None:
    assert await let_in(shares, "marie", FEW) == 3
    assert (await shares.take("ken", FEW)).left == 2


async def test_a_clock_that_was_put_back_locks_nobody_out(shares: Shares, clock: Still) -> None:
    assert await let_in(shares, "marie", FEW) == 3
    clock.forward(-3600)
    assert (await shares.take("marie", FEW)).wait == 0


async def test_many_at_once_are_let_in_up_to_the_last(shares: Shares) -> None:
    counted = await asyncio.gather(*(shares.take("marie", RATE) for _ in range(1600)))
    assert sum(each.wait == 0 for each in counted) == 1500


async def test_who_goes_away_while_the_database_is_asked_leaves_the_others_be(shares: Shares) -> None:
    first = asyncio.create_task(shares.take("marie", FEW))
    second = asyncio.create_task(shares.take("marie", FEW))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).wait == 0


# ---- several processes ------------------------------------------------------------------------------------------------


Two = tuple[Store, Store]


@pytest.fixture
async def two(postgresql: PostgresqlServer, clock: Still) -> AsyncIterator[Two]:
    address = postgresql.create("template")
    stores = [await open_store(address, clock=clock) for _ in range(2)]
    yield stores[0], stores[1]
    for store in stores:
        await store.close()
    postgresql.drop(address)


async def test_two_processes_let_in_no_more_than_one_and_no_fewer(two: Two, clock: Still) -> None:
    one, other = (Shares(store, now=clock) for store in two)
    let = 0
    while True:
        both = await one.take("marie", RATE), await other.take("marie", RATE)
        let += sum(each.wait == 0 for each in both)
        if all(each.wait for each in both):
            break
    assert let == 1500


async def test_what_is_said_to_be_left_is_left(two: Two, clock: Still) -> None:
    one, other = (Shares(store, now=clock) for store in two)
    chance = Random(1)
    for spent in range(1, 1400):
        store, shares = chance.choice(((two[0], one), (two[1], other)))
        await store.up_to_date()
        counted = await shares.take("marie", RATE)
        # What the other process holds is not counted in.
        assert 1500 - spent - 150 <= counted.left <= 1500 - spent


async def test_when_signals_were_lost_only_what_is_held_is_said_to_be_left(two: Two, clock: Still) -> None:
    one = Shares(two[0], now=clock)
    assert (await one.take("marie", RATE)).left == 1499
    one._hear([ChangedElsewhere()])
    assert (await one.take("marie", RATE)).left == 148


async def test_the_database_is_asked_seldom(two: Two, clock: Still) -> None:
    one = Shares(two[0], now=clock)
    before = two[0].meters().commits.units
    assert await let_in(one, "marie", RATE) == 1500
    assert two[0].meters().commits.units - before < 70
    before = two[0].meters().commits.units
    for _ in range(1000):
        assert (await one.take("marie", RATE)).wait
    assert two[0].meters().commits.units == before


async def test_at_no_time_do_processes_hold_more_together_than_a_bucket(two: Two, clock: Still) -> None:
    """However requests and pauses fall: in any stretch of time no more come in than a bucket and what it regains."""
    one, other = (Shares(store, now=clock) for store in two)
    rate, chance = Rate(40, timedelta(seconds=40)), Random(2)
    came: list[datetime] = []
    for _ in range(1500):
        shares = chance.choice((one, other))
        if (await shares.take("marie", rate)).wait == 0:
            came.append(clock())
        if chance.random() < 0.2:
            clock.forward(chance.choice((0.1, 0.5, 3, 20)))
    for first, since in enumerate(came):
        for last in range(first, len(came)):
            assert last - first + 1 <= 40 + (came[last] - since).total_seconds()


async def test_buckets_that_are_full_are_swept(two: Two, clock: Still) -> None:
    one = Shares(two[0], now=clock)
    await one.take("marie", FEW)
    clock.forward(3600)
    await one.take("ken", FEW)
    assert await two[0].read(_names) == ["ken"]


async def test_nothing_is_kept_where_there_is_one_process(sqlite_store: Store) -> None:
    one = Shares(sqlite_store, now=Still())
    assert await let_in(one, "marie", FEW) == 3
    assert await sqlite_store.read(_names) == []


def _names(unit: Unit) -> list[str]:
    return unit.all(str, "select name from allowances")


def test_a_rate_that_does_not_divide_is_rounded_against_the_caller() -> None:
    assert Rate(7, timedelta(minutes=1)).interval == 8_571_429
