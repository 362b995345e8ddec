"""Work that is not left half-way: a process that stops waits for its last word to the database, and then takes it back."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def to_its_end(work: Coroutine[Any, Any, T]) -> T:  # Any: what a coroutine yields is the loop's
    """The result of work. When whoever waits is cancelled, the work comes to its end first."""
    task = asyncio.get_running_loop().create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # nobody else will ask
        raise
