"""Buckets: how often somebody may ask (client API 1.6, security E8)."""

from datetime import UTC, datetime, timedelta

import pytest

from node.api.errors import TooOften
from node.api.limits import Allowance, Buckets, Rate

NOW = datetime(2026, 11, 23, 11, 2, 3, tzinfo=UTC)
RATE = Rate(3, timedelta(seconds=30))


class Seconds:
    at = 100.0

    def __call__(self) -> float:
        return self.at


def test_a_bucket_runs_dry_and_fills_again() -> None:
    seconds = Seconds()
    buckets = Buckets(seconds)
    left = [buckets.take(Allowance.CALLS, "marie", RATE, now=NOW).remaining for _ in range(3)]
    assert left == [2, 1, 0]
    with pytest.raises(TooOften) as caught:
        buckets.take(Allowance.CALLS, "marie", RATE, now=NOW)
    assert caught.value.headers == {
        "Retry-After": "10",
        "X-RateLimit-Limit": "3",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": "2026-11-23T11:02:33.000Z",
    }
    seconds.at += 10
    assert buckets.take(Allowance.CALLS, "marie", RATE, now=NOW).remaining == 0
    seconds.at += 1000
    assert buckets.take(Allowance.CALLS, "marie", RATE, now=NOW).remaining == 2


def test_callers_and_kinds_are_counted_apart() -> None:
    buckets = Buckets(Seconds())
    for _ in range(3):
        buckets.take(Allowance.CALLS, "marie", RATE, now=NOW)
    assert buckets.take(Allowance.CALLS, "ken", RATE, now=NOW).remaining == 2
    assert buckets.take(Allowance.POSTS, "marie", RATE, now=NOW).remaining == 2
