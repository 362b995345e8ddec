"""How often somebody may ask: a bucket of tokens for each caller and kind of request, refilled steadily.

A kind is an `Allowance`; how large it is stands in the settings. Who is signed in is counted by account, everybody else
by address. The buckets live in memory: after a restart everybody begins with full ones, which harms nobody.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from node.api.errors import TooOften
from node.settings import Settings

MOST_BUCKETS = 50_000


class Allowance(Enum):
    """The kinds of requests that are counted apart."""

    CALLS = "calls"
    POSTS = "posts"
    DELETIONS = "deletions"
    REGISTRATIONS = "registrations"


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in so much time; as many may come at once."""

    most: int
    within: timedelta

    @property
    def per_second(self) -> float:
        """How fast a bucket fills again."""
        return self.most / self.within.total_seconds()


@dataclass(frozen=True, slots=True)
class Standing:
    """How a caller stands after a request.  fresh_at: when everything may be asked for again; aware, UTC."""

    most: int
    remaining: int
    fresh_at: datetime

    def headers(self) -> dict[str, str]:
        """As apps read it: Mastodon's header names, the time in ISO 8601."""
        return {
            "X-RateLimit-Limit": str(self.most),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": self.fresh_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Buckets:
    """Counts what callers ask for."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """clock: seconds, never goes back."""
        self._clock = clock
        self._buckets: dict[tuple[Allowance, str], _Bucket] = {}

    def take(self, allowance: Allowance, who: str, rate: Rate, *, now: datetime) -> Standing:
        """Count one request.  Raises TooOften."""
        moment = self._clock()
        bucket = self._bucket(allowance, who, rate, moment)
        bucket.tokens = min(rate.most, bucket.tokens + (moment - bucket.at) * rate.per_second)
        bucket.at = moment
        if bucket.tokens < 1:
            refusal = TooOften(retry_after=math.ceil((1 - bucket.tokens) / rate.per_second))
            refusal.headers |= self._standing(bucket, rate, now).headers()
            raise refusal
        bucket.tokens -= 1
        return self._standing(bucket, rate, now)

    def _bucket(self, allowance: Allowance, who: str, rate: Rate, moment: float) -> _Bucket:
        found = self._buckets.get((allowance, who))
        if found is None:
            if len(self._buckets) >= MOST_BUCKETS:
                self._forget_oldest()
            found = self._buckets[allowance, who] = _Bucket(float(rate.most), moment)
        return found

    def _forget_oldest(self) -> None:
        """Half of them go: whoever asked longest ago has the fullest buckets, and loses nothing."""
        kept = sorted(self._buckets.items(), key=lambda one: one[1].at)[MOST_BUCKETS // 2 :]
        self._buckets = dict(kept)

    def _standing(self, bucket: _Bucket, rate: Rate, now: datetime) -> Standing:
        wait = timedelta(seconds=(rate.most - bucket.tokens) / rate.per_second)
        return Standing(rate.most, int(bucket.tokens), now + wait)


def rate_of(settings: Settings, allowance: Allowance) -> Rate:
    """How much of a kind the settings allow."""
    match allowance:
        case Allowance.CALLS:
            return Rate(settings.api_calls_per_5_minutes, timedelta(minutes=5))
        case Allowance.POSTS:
            return Rate(settings.posts_per_3_hours, timedelta(hours=3))
        case Allowance.DELETIONS:
            return Rate(settings.deletions_per_30_minutes, timedelta(minutes=30))
        case Allowance.REGISTRATIONS:
            return Rate(settings.app_registrations_per_hour, timedelta(hours=1))
