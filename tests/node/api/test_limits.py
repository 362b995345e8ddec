"""Buckets: how often somebody may ask (client API 1.6, security E8). How they are counted: `tests/storage/test_rates.py`."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from node.api.errors import TooOften
from node.api.limits import Allowance, Buckets
from node.settings import Settings
from storage.opening import open_store


class Still:
    """A clock that stands until it is moved."""

    at = datetime(2026, 11, 23, 11, 2, 3, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
async def buckets(database: Path | str, tmp_path: Path) -> AsyncIterator[Buckets]:
    clock = Still()
    store = await open_store(database, clock=clock)
    settings = Settings(data=tmp_path, domain="paris.example", deletions_per_30_minutes=3)
    yield Buckets(settings, store, now=clock)
    await store.close()


async def test_a_bucket_runs_dry(buckets: Buckets) -> None:
    left = [(await buckets.take(Allowance.DELETIONS, "marie")).remaining for _ in range(3)]
    assert left == [2, 1, 0]
    with pytest.raises(TooOften) as caught:
        await buckets.take(Allowance.DELETIONS, "marie")
    assert caught.value.headers == {
        "Retry-After": "600",
        "X-RateLimit-Limit": "3",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": "2026-11-23T11:32:03.000Z",
    }
    with pytest.raises(TooOften):
        buckets.take_at_once(Allowance.DELETIONS, "marie")


async def test_callers_and_kinds_are_counted_apart(buckets: Buckets) -> None:
    for _ in range(3):
        await buckets.take(Allowance.DELETIONS, "marie")
    assert (await buckets.take(Allowance.DELETIONS, "ken")).remaining == 2
    assert (await buckets.take(Allowance.CALLS, "marie")).remaining == 1499


def test_kinds_have_the_length_that_their_settings_name(buckets: Buckets) -> None:
    lengths = {kind: rate.within for kind, rate in buckets._rates.items()}
    assert lengths == {
        Allowance.CALLS: timedelta(minutes=5),
        Allowance.POSTS: timedelta(hours=3),
        Allowance.DELETIONS: timedelta(minutes=30),
        Allowance.REGISTRATIONS: timedelta(hours=1),
        Allowance.MEDIA: timedelta(minutes=30),
    }
