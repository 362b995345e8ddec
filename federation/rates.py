"""How often a peer may come: an allowance for each, refilled steadily. All processes of a node count together."""

from collections.abc import Callable
from datetime import datetime, timedelta

from storage.ids import Host
from storage.rates import Rate, Shares
from storage.store import Store


class Rates:
    """Counts what comes from each peer."""

    def __init__(self, store: Store, *, per_minute: int, now: Callable[[], datetime]) -> None:
        """per_minute: how many a peer may send on average; as many may come at once.  now: aware, UTC."""
        self._rate = Rate(per_minute, timedelta(minutes=1))
        self._shares = Shares(store, now=now)

    async def take(self, host: Host) -> float | None:
        """Count one. Returns None when it may come in, else the seconds after which it may.  Raises StorageTrouble."""
        return (await self._shares.take(f"peer {host}", self._rate)).wait or None
