"""How often a peer may come: an allowance for each, refilled steadily. All processes of a node count together.

A peer spends its own allowance with what its signature proves, and nobody else does: else whoever writes its name on a request
would silence it. What proves nothing is counted by the address from which it comes. That is known only afterwards; so an
address that has spent its allowance is let in no further, for as long as it takes until there is one more.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from storage.ids import Host
from storage.rates import Rate, Shares
from storage.store import Store

MOST_REFUSED = 10_000
MINUTE = timedelta(minutes=1)


class Rates:
    """Counts what comes from each peer, and what comes from nobody knows whom."""

    def __init__(self, store: Store, *, per_minute: int, unproven_per_minute: int, now: Callable[[], datetime]) -> None:
        """Allowances that are full.

        per_minute: how many a peer may send on average; as many may come at once.  unproven_per_minute: how many requests
        that prove nothing may come from one address, in the same way.  now: aware, UTC.
        """
        self._rate = Rate(per_minute, MINUTE)
        self._unproven = Rate(unproven_per_minute, MINUTE)
        self._shares = Shares(store, now=now)
        self._now = now
        self._refused_until: dict[str, datetime] = {}

    async def take(self, host: Host) -> float | None:
        """Count one of a peer, whose signature holds. Returns None when it may come in, else the seconds after which it may.

        Raises StorageTrouble.
        """
        return (await self._shares.take(f"peer {host}", self._rate)).wait or None

    def wait_of(self, address: str) -> float | None:
        """In how many seconds an address may come again; None when it may come now. Nothing is counted."""
        until = self._refused_until.get(address)
        if until is None:
            return None
        wait = (until - self._now()).total_seconds()
        if 0 < wait <= MINUTE.total_seconds():
            return wait
        del self._refused_until[address]
        return None

    async def take_unproven(self, address: str) -> None:
        """Count one request that has proven nothing. address: what callers are counted by.  Raises StorageTrouble."""
        counted = await self._shares.take(f"unproven {address}", self._unproven)
        if counted.left > 0 and not counted.wait:
            return
        if len(self._refused_until) >= MOST_REFUSED:
            self._refused_until.clear()
        self._refused_until[address] = self._now() + timedelta(
            seconds=counted.wait or self._unproven.interval / 1_000_000
        )
