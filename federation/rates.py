"""How often a peer may come: a bucket of tokens for each, refilled steadily."""

import time
from dataclasses import dataclass

from storage.ids import Host

MOST_BUCKETS = 10_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Rates:
    """Counts what comes from each peer."""

    def __init__(self, *, per_minute: int) -> None:
        """per_minute: how many a peer may send on average; as many may come at once."""
        self._most = float(per_minute)
        self._per_second = per_minute / 60
        self._buckets: dict[Host, _Bucket] = {}

    def take(self, host: Host) -> float | None:
        """Count one. Returns None when it may come in, else the seconds after which it may."""
        now = time.monotonic()
        bucket = self._buckets.get(host)
        if bucket is None:
            if len(self._buckets) >= MOST_BUCKETS:
                self._buckets.clear()
            bucket = self._buckets[host] = _Bucket(self._most, now)
        bucket.tokens = min(self._most, bucket.tokens + (now - bucket.at) * self._per_second)
        bucket.at = now
        if bucket.tokens < 1:
            return (1 - bucket.tokens) / self._per_second
        bucket.tokens -= 1
        return None
