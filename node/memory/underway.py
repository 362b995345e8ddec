"""What is being read now, so that others who want the same wait for it instead of reading it too."""

import asyncio
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from storage.ids import PostId


class Underway:
    """Posts that somebody is reading."""

    def __init__(self) -> None:
        self._reading: dict[PostId, asyncio.Future[None]] = {}

    async def awaited(self, posts: Collection[PostId]) -> bool:
        """Wait for whoever reads some of these. Returns False at once when nobody does."""
        for post in posts:
            if (reading := self._reading.get(post)) is not None:
                await asyncio.shield(reading)
                return True
        return False

    @contextmanager
    def announced(self, posts: Collection[PostId]) -> Iterator[None]:
        """Say that these are being read; however that ends, whoever waits looks again."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        for post in posts:
            self._reading[post] = done
        try:
            yield
        finally:
            for post in posts:
                del self._reading[post]
            done.set_result(None)
