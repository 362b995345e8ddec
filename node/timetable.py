"""Posts what was to be posted later, when its time has come.

    ScheduleChanged ─► when is the next one due? ─► sleep until then ─► post it                         one unit

Nothing looks in vain: this sleeps until the earliest is due, and is woken when that changes; from time to time it looks all the
same, for a clock that was put right meanwhile. Several processes may look: one of them posts (`storage.scheduled.take`).
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence

from federation.errors import FederationError
from federation.roles import Role
from node import observe
from node.actions import scheduling
from node.context import Node
from node.errors import Invalid
from storage import scheduled
from storage.errors import NotFound, StorageTrouble
from storage.events import ChangedElsewhere, Event, ScheduleChanged
from storage.scheduled import Scheduled
from storage.store import Unit

LOOK_SECONDS = 300.0
AFTER_TROUBLE_SECONDS = 30.0
AT_ONCE = 20


class Timetable:
    """Looks after the posts of a node that wait for their time."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._wake = asyncio.Event()
        node.store.listen(self._hear)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Post what is due for as long as the context lasts; nothing in a process that sends nothing."""
        if Role.DELIVERY not in self._node.settings.roles:
            yield
            return
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(self._watch_for_ever(), name="post what is due")
            try:
                yield
            finally:
                watching.cancel()

    def _hear(self, events: Sequence[Event]) -> None:
        if any(isinstance(event, ScheduleChanged | ChangedElsewhere) for event in events):
            self._wake.set()

    async def _watch_for_ever(self) -> None:
        while True:
            self._wake.clear()
            try:
                for found in await self._node.store.read(scheduled.due, most=AT_ONCE):
                    await self._post(found)
                seconds = await self._node.store.read(_seconds_to_next)
            except StorageTrouble:
                seconds = AFTER_TROUBLE_SECONDS
            except Exception:  # noqa: BLE001  a worker's turn: what was not posted is due still
                observe.LOG.exception("PostingLaterFailed")
                seconds = AFTER_TROUBLE_SECONDS
            if seconds > 0:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(min(seconds, LOOK_SECONDS)):
                        await self._wake.wait()

    async def _post(self, found: Scheduled) -> None:
        try:
            await scheduling.post(self._node, found)
        except (Invalid, NotFound, FederationError) as error:
            await self._node.store.write(scheduled.fail, found.id)
            code = getattr(error, "code", type(error).__name__)
            observe.tell(
                logging.WARNING, "PostNotPosted", {"scheduled": found.id, "account": found.account_id, "code": code}
            )


def _seconds_to_next(unit: Unit) -> float:
    due = scheduled.next_due(unit)
    return LOOK_SECONDS if due is None else (due - unit.now).total_seconds()
