"""In which order communities are listed: those in which something was written last come first.

All of them are looked at for it, so it is made for everybody together, and remembered for a few minutes.
"""

from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from storage import community_lists
from storage.ids import AccountId
from storage.store import Store

GOOD_FOR = timedelta(minutes=5)


class CommunityOrder:
    """Put in order when somebody asks, and what is remembered is too old."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._made: datetime | None = None
        self._order: list[AccountId] = []

    async def at(self, now: datetime) -> list[AccountId]:
        """The communities at this moment."""
        if self._made is None or not self._made <= now < self._made + GOOD_FOR:
            self._order, self._made = await self._store.read_slowly(community_lists.in_order), now
        return self._order

    def forget(self) -> None:
        """One was founded, closed down or opened again here: whoever asks next sees it."""
        self._made = None


COMMUNITY_ORDER: Final = web.AppKey("community_order", CommunityOrder)
