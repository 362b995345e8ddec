"""Makes the copies that people ask for, one after the other, and throws them away after a day.

    ExportsChanged ─► take one (a lease) ─► write it into a file of this machine ─► put it with the other files ─► finished
                                │ after each part: how far it is; the lease goes on
                                └ the process dies: the lease runs out, and another begins anew

Nothing looks in vain: this sleeps until there is something to make or to throw away. Where several processes share a node, each
takes what no other has.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from uuid import uuid4

from federation.roles import Role
from node import observe
from node.context import Node
from node.exports import archive
from storage import accounts, belongings, exports
from storage.errors import StorageTrouble
from storage.events import ChangedElsewhere, Event, ExportsChanged
from storage.exports import Export
from storage.ids import AccountId
from storage.store import Unit

LOOK_SECONDS = 300.0
AFTER_TROUBLE_SECONDS = 30.0


class LeaseLost(Exception):
    """Somebody else makes this copy now, or nobody wants it any more."""


class Exporter:
    """Looks after the copies of a node."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._name = uuid4().hex
        self._wake = asyncio.Event()
        node.store.listen(self._hear)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Make copies for as long as the context lasts; none in a process that sends nothing."""
        if Role.DELIVERY not in self._node.settings.roles:
            yield
            return
        async with asyncio.TaskGroup() as group:
            working = group.create_task(self._work_for_ever(), name="make copies")
            try:
                yield
            finally:
                working.cancel()

    def _hear(self, events: Sequence[Event]) -> None:
        if any(isinstance(event, ExportsChanged | ChangedElsewhere) for event in events):
            self._wake.set()

    async def _work_for_ever(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self._throw_away()
                while (found := await self._node.store.write(exports.take, by=self._name)) is not None:
                    await self._make(found)
                seconds = await self._node.store.read(_seconds_to_next)
            except (StorageTrouble, OSError):
                seconds = AFTER_TROUBLE_SECONDS
            except Exception:  # noqa: BLE001  a worker's turn: what was not made is to be made still
                observe.LOG.exception("ExportsFailed")
                seconds = AFTER_TROUBLE_SECONDS
            if seconds > 0:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(min(seconds, LOOK_SECONDS)):
                        await self._wake.wait()

    async def _make(self, found: Export) -> None:
        try:
            await self._write(found)
        except LeaseLost:
            return
        except Exception as error:  # noqa: BLE001  a worker's turn: it is tried again, and given up in the end
            await self._node.store.write(exports.fail, found, by=self._name)
            facts = {"account": found.account_id, "error": type(error).__name__, "attempt": found.attempts + 1}
            observe.tell(logging.WARNING, "ExportFailed", facts)

    async def _write(self, found: Export) -> None:
        node = self._node
        me = await node.store.read(accounts.get, found.account_id)
        total = await node.store.read_slowly(_things, found.account_id)
        with node.library.workbench() as folder:
            path = folder / "copy.zip"

            async def tell(done: int) -> None:
                if not await node.store.write(
                    exports.progress, found, by=self._name, done=done, total=max(done, total)
                ):
                    raise LeaseLost

            await tell(0)
            await archive.write(node, me, path, tell=tell)
            await node.library.files.remove([found.name])  # of a try that was cut off
            await node.library.files.put(found.name, path)
            size = path.stat().st_size
        if not await node.store.write(exports.finish, found, by=self._name, size=size):
            await node.library.files.remove([found.name])

    async def _throw_away(self) -> None:
        for found in await self._node.store.read(exports.old):
            await self._node.library.files.remove([found.name])
            await self._node.store.write(exports.forget, found)


def _things(unit: Unit, account: AccountId) -> int:
    found = belongings.totals(unit, account)
    return found.posts + found.files


def _seconds_to_next(unit: Unit) -> float:
    due = exports.next_look(unit)
    return LOOK_SECONDS if due is None else (due - unit.now).total_seconds()
