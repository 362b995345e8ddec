"""Makes the copies that people ask for, one after the other, and throws them away after a day.

    ExportsChanged ─► take one (a lease) ─► write it into a file of this machine ─► put it with the other files ─► finished
                                │ after each part: how far it is; the lease goes on
                                └ the process dies: the lease runs out, and another begins anew

It sleeps until there is something to make or to throw away (`node.watching`). Where several processes share a node, each takes
what no other has.
"""

import contextlib
import logging
from datetime import datetime
from uuid import uuid4

from node import observe
from node.context import Node
from node.exports import archive
from node.watching import Watcher
from storage import accounts, belongings, exports
from storage.events import ExportsChanged
from storage.exports import Export
from storage.ids import AccountId
from storage.store import Unit


class LeaseLost(Exception):
    """Somebody else makes this copy now, or nobody wants it any more."""


class Exporter:
    """Looks after the copies of a node."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._name = uuid4().hex
        self._watcher = Watcher(node, "make copies", self._turn, woken_by=ExportsChanged, trouble="ExportsFailed")

    def running(self) -> contextlib.AbstractAsyncContextManager[None]:
        """Make copies for as long as the context lasts; none in a process that sends nothing."""
        return self._watcher.running()

    async def _turn(self) -> datetime | None:
        await self._throw_away()
        while (found := await self._node.store.write(exports.take, by=self._name)) is not None:
            await self._make(found)
        return await self._node.store.read(exports.next_look)

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
