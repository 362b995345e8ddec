"""A worker that sleeps until something is due, and is woken when that changes.

    an event that it is woken by ─► a turn: what is due is done ─► when is the next thing due? ─► sleep until then

Nothing looks in vain; from time to time it looks all the same, for a clock that was put right meanwhile.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime

from federation.roles import Role
from node import observe
from node.context import Node
from storage.errors import StorageTrouble
from storage.events import ChangedElsewhere, Event

LOOK_SECONDS = 300.0
AFTER_TROUBLE_SECONDS = 30.0

Turn = Callable[[], Awaitable[datetime | None]]
"""Does what is due. Returns when the next thing is, None where nothing is to come."""


class Watcher:
    """Takes one turn after the other, each when it is due."""

    def __init__(self, node: Node, name: str, turn: Turn, *, woken_by: type[Event], trouble: str) -> None:
        """name: of the task.  woken_by: the event after which something else may be due.

        trouble: said in the log of a turn that failed otherwise than by storage; it is tried again like any other.
        """
        self._node, self._name, self._turn, self._trouble = node, name, turn, trouble
        self._woken_by = woken_by
        self._wake = asyncio.Event()
        node.store.listen(self._hear)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Take turns for as long as the context lasts; none in a process that sends nothing."""
        if Role.DELIVERY not in self._node.settings.roles:
            yield
            return
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(self._watch_for_ever(), name=self._name)
            try:
                yield
            finally:
                watching.cancel()

    def _hear(self, events: Sequence[Event]) -> None:
        if any(isinstance(event, self._woken_by | ChangedElsewhere) for event in events):
            self._wake.set()

    async def _watch_for_ever(self) -> None:
        while True:
            self._wake.clear()
            seconds = await self._seconds_after_a_turn()
            if seconds > 0:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(min(seconds, LOOK_SECONDS)):
                        await self._wake.wait()

    async def _seconds_after_a_turn(self) -> float:
        try:
            due = await self._turn()
        except (StorageTrouble, OSError):
            return AFTER_TROUBLE_SECONDS
        except Exception:  # noqa: BLE001  a worker's turn: what was not done is due still
            observe.LOG.exception(self._trouble)
            return AFTER_TROUBLE_SECONDS
        return LOOK_SECONDS if due is None else (due - self._node.now()).total_seconds()
