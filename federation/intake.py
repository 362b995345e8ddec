"""The way into the journal: what arrives at the same time is kept together.

    keep ─┐
    keep ─┼─► waiting ──► one unit (`journal.keep`), one commit ──► each is answered
    keep ─┘      ▲ those that come meanwhile wait for the next

The allowlist is asked once more inside that unit: a peer that was removed while its request was being checked is refused.
"""

import asyncio
from dataclasses import dataclass

from federation.allowlist import refusal
from storage import journal
from storage.errors import StorageBusy
from storage.journal import Arrived
from storage.store import Store

MOST_WAITING = 10_000
MOST_TOGETHER = 256


@dataclass(frozen=True, slots=True)
class _Waiting:
    arrived: Arrived
    answer: asyncio.Future[bool]


class Intake:
    """Keeps what peers tell."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[_Waiting] = []
        self._keeping: asyncio.Task[None] | None = None

    async def keep(self, arrived: Arrived) -> bool:
        """Keep an activity; returns once that is durable: whether it is new. Raises NotAdmitted, StorageTrouble."""
        if len(self._waiting) >= MOST_WAITING:
            raise StorageBusy(StorageBusy.__doc__)
        waiting = _Waiting(arrived, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._keeping is None:
            self._keeping = asyncio.create_task(self._keep_all(), name="keep what arrives")
        return await waiting.answer

    async def _keep_all(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
                await self._keep(batch)
        finally:
            self._keeping = None

    async def _keep(self, batch: list[_Waiting]) -> None:
        try:
            kept = await self._store.write(journal.keep, [each.arrived for each in batch])
        except Exception as error:  # noqa: BLE001  whatever it is, it is each caller's to hear, and the next ones go on
            for each in batch:
                if not each.answer.done():
                    each.answer.set_exception(error)
            return
        for each in batch:
            if each.answer.done():  # its caller went away; what was told is kept all the same
                continue
            if each.arrived.host in kept.strangers:
                each.answer.set_exception(refusal(each.arrived.host))
            else:
                each.answer.set_result(each.arrived.uri in kept.new)
