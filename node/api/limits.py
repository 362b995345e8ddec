"""How often somebody may ask: an allowance for each caller and kind of request, refilled steadily.

How large it is stands in the settings. Who is signed in is counted by account, everybody else by address. All processes of
a node count together (`storage.rates`).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from aiohttp import web

from node.api.errors import TooOften
from node.settings import Settings
from storage.rates import Counted, Rate, Shares
from storage.store import Store


class Allowance(Enum):
    """The kinds of requests that are counted apart."""

    CALLS = "calls"
    POSTS = "posts"
    DELETIONS = "deletions"
    REGISTRATIONS = "registrations"
    MEDIA = "media"


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


class Buckets:
    """Counts what callers ask for."""

    def __init__(self, settings: Settings, store: Store, *, now: Callable[[], datetime]) -> None:
        """settings: say how much is allowed.  now: aware, UTC."""
        self._rates = rates_of(settings)
        self._shares = Shares(store, now=now)

    async def take(self, allowance: Allowance, who: str) -> Standing:
        """Count one request.  Raises TooOften; StorageTrouble."""
        rate = self._rates[allowance]
        return _standing(rate, await self._shares.take(f"{allowance.value} {who}", rate))

    def take_at_once(self, allowance: Allowance, who: str) -> Standing | None:
        """The same, if it needs no database; None when it does: then nothing was counted.  Raises TooOften."""
        rate = self._rates[allowance]
        counted = self._shares.spend(f"{allowance.value} {who}", rate)
        return None if counted is None else _standing(rate, counted)


BUCKETS = web.AppKey("buckets", Buckets)


def rates_of(settings: Settings) -> dict[Allowance, Rate]:
    """How much of each kind the settings allow."""
    return {
        Allowance.CALLS: Rate(settings.api_calls_per_5_minutes, timedelta(minutes=5)),
        Allowance.POSTS: Rate(settings.posts_per_3_hours, timedelta(hours=3)),
        Allowance.DELETIONS: Rate(settings.deletions_per_30_minutes, timedelta(minutes=30)),
        Allowance.REGISTRATIONS: Rate(settings.app_registrations_per_hour, timedelta(hours=1)),
        Allowance.MEDIA: Rate(settings.media_per_30_minutes, timedelta(minutes=30)),
    }


def _standing(rate: Rate, counted: Counted) -> Standing:
    standing = Standing(rate.most, counted.left, counted.full_at)
    if counted.wait:
        refusal = TooOften(retry_after=math.ceil(counted.wait))
        refusal.headers |= standing.headers()
        raise refusal
    return standing
