"""What is used and read much these days: counted for everybody together, and remembered for a few minutes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from storage import trends
from storage.ids import PostId
from storage.store import Store, Unit

GOOD_FOR = timedelta(minutes=10)
MOST = 100
"""How many of each are counted: as far as an app may read on."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Tags by id and posts, the most used and liked first. at: when it was counted."""

    at: datetime
    tags: list[int]
    posts: list[PostId]


class Trends:
    """Counts when somebody asks, and what was counted is too old."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._counted: Counted | None = None

    async def at(self, now: datetime) -> Counted:
        """What there is at this moment."""
        if self._counted is None or not self._counted.at <= now < self._counted.at + GOOD_FOR:
            self._counted = await self._store.read_slowly(_count)
        return self._counted


TRENDS: Final = web.AppKey("trends", Trends)


def _count(unit: Unit) -> Counted:
    return Counted(unit.now, trends.tags(unit, limit=MOST), trends.posts(unit, limit=MOST))
