"""Posts what was to be posted later, when its time has come.

    ScheduleChanged ─► when is the next one due? ─► sleep until then (`node.watching`) ─► post it        one unit

Several processes may look: one of them posts (`storage.scheduled.take`). What cannot be posted is noted as such, and holds up
nothing that comes after it.
"""

import contextlib
import logging
from datetime import datetime

from node import observe
from node.actions import scheduling
from node.context import Node
from node.watching import Watcher
from storage import scheduled
from storage.errors import StorageTrouble
from storage.events import ScheduleChanged
from storage.scheduled import Scheduled

AT_ONCE = 20


class Timetable:
    """Looks after the posts of a node that wait for their time."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._watcher = Watcher(
            node, "post what is due", self._turn, woken_by=ScheduleChanged, trouble="PostingLaterFailed"
        )

    def running(self) -> contextlib.AbstractAsyncContextManager[None]:
        """Post what is due for as long as the context lasts; nothing in a process that sends nothing."""
        return self._watcher.running()

    async def _turn(self) -> datetime | None:
        for found in await self._node.store.read(scheduled.due, most=AT_ONCE):
            await self._post(found)
        return await self._node.store.read(scheduled.next_due)

    async def _post(self, found: Scheduled) -> None:
        try:
            await scheduling.post(self._node, found)
        except StorageTrouble:
            raise
        except Exception as error:  # noqa: BLE001  a worker's turn: whatever is wrong with one, the next is posted
            await self._node.store.write(scheduled.fail, found.id)
            code = getattr(error, "code", type(error).__name__)
            facts = {"scheduled": found.id, "account": found.account_id, "code": code}
            observe.tell(logging.WARNING, "PostNotPosted", facts)
