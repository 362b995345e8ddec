"""Processes on one PostgreSQL tell each other what was committed: LISTEN and NOTIFY, on one connection of their own.

    commit ─► send(events) ─► one round trip: select pg_notify(…) ─► answered ─► the writer has its answer
                                     │
                                     └─► what others have sent comes back with the same answer, and is told to listeners

PostgreSQL hands a session what was notified before it says that the session's statement is done. So a round trip that began
after a commit was signalled brings that signal: `up_to_date` needs no more than one, and all who wait share it.

A signal says which rows to look at. Nothing depends on it alone: when the connection was lost for a while, listeners are
told `ChangedElsewhere`, and queues are looked at from time to time anyway.
"""

import asyncio
import contextlib
import dataclasses
import os
from collections.abc import Callable, Sequence
from typing import Any, Self
from uuid import uuid4

import orjson
import psycopg

from storage import events as known_events
from storage import presence
from storage.errors import StorageTrouble
from storage.events import ChangedElsewhere, Event

CHANNEL = "legation"
LARGEST_PAYLOAD = 7_900
RECONNECT_SECONDS = 0.2
PATIENCE_SECONDS = 10.0
SEND = f"select pg_notify('{CHANNEL}', said) from unnest(%s::text[]) with ordinality t(said, at) order by at"

Connection = psycopg.AsyncConnection[tuple[Any, ...]]


class Signals:
    """One process' line to the others."""

    def __init__(self, address: str, connection: Connection) -> None:
        """connection: on autocommit, listening already."""
        self._address = address
        self._origin = uuid4().hex[:12]
        self._tell: Callable[[Sequence[Event]], None] = lambda _: None
        self._bell = asyncio.Event()
        self._waiting: list[asyncio.Future[None]] = []
        self._to_say: list[Event] = []
        self._heard: list[Event] = []
        self._connection = connection
        self._talking = asyncio.create_task(self._talk_for_ever(), name="storage-signals")

    @classmethod
    async def open(cls, address: str) -> Self:
        """Listen. address: `postgresql://…`.  Raises StorageTrouble."""
        try:
            return cls(address, await _listening(address))
        except psycopg.OperationalError as error:
            raise StorageTrouble(f"PostgreSQL does not answer: {str(error).strip()}") from error

    def listen(self, tell: Callable[[Sequence[Event]], None]) -> None:
        """Have a function told of what other processes have committed."""
        self._tell = tell

    async def send(self, events: Sequence[Event]) -> None:
        """Tell the other processes; returns once they have been signalled. Never raises: a lost signal is made up for."""
        self._to_say.extend(events)
        with contextlib.suppress(StorageTrouble):
            await self.up_to_date()

    async def up_to_date(self) -> None:
        """Wait until everything that was signalled before this call has been told here. Raises StorageTrouble."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(done)
        self._bell.set()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await done
        except TimeoutError as error:
            raise StorageTrouble("PostgreSQL does not answer.") from error

    async def close(self) -> None:
        """Say what is left to say and hang up."""
        with contextlib.suppress(StorageTrouble):
            await self.send(())
        self._talking.cancel()
        await asyncio.gather(self._talking, return_exceptions=True)
        await self._connection.close()

    async def _talk_for_ever(self) -> None:
        """One round trip at a time: when somebody wants to say or know something, or something came by itself."""
        while True:
            try:
                await self._talk()
            except (psycopg.OperationalError, psycopg.InterfaceError):
                await self._connect_again()
                self._tell([ChangedElsewhere()])
                self._bell.set()

    async def _talk(self) -> None:
        self._connection.add_notify_handler(self._hear)
        while True:
            await self._ring()
            self._bell.clear()
            waiting, self._waiting = self._waiting, []
            said, self._to_say = self._to_say, []
            try:
                await self._connection.execute(SEND, [_payloads(self._origin, said)])
            except BaseException:
                self._waiting[:0], self._to_say[:0] = waiting, said  # said again on the next connection
                raise
            self._tell_heard()
            for each in waiting:
                if not each.done():
                    each.set_result(None)

    async def _ring(self) -> None:
        """Wait for the bell; it rings by itself when the connection has something to read."""
        # psycopg watches the connection's own descriptor while it talks: between talks we watch a copy.
        copy = os.dup(self._connection.fileno())
        loop = asyncio.get_running_loop()
        loop.add_reader(copy, self._bell.set)
        try:
            await self._bell.wait()
        finally:
            loop.remove_reader(copy)
            os.close(copy)

    def _hear(self, notify: psycopg.Notify) -> None:
        origin, said = orjson.loads(notify.payload)
        if origin != self._origin:
            self._heard.extend(_event(each) for each in said)

    def _tell_heard(self) -> None:
        heard, self._heard = self._heard, []
        if heard:
            self._tell(heard)

    async def _connect_again(self) -> None:
        await self._connection.close()
        while True:
            try:
                self._connection = await _listening(self._address)
            except (psycopg.OperationalError, StorageTrouble):
                await asyncio.sleep(RECONNECT_SECONDS)
            else:
                return


async def _listening(address: str) -> Connection:
    connection = await psycopg.AsyncConnection.connect(address, autocommit=True, connect_timeout=5)
    connection.prepare_threshold = 0
    if await (await connection.execute(presence.TOGETHER)).fetchone() != (True,):
        await connection.close()
        raise StorageTrouble(presence.BEING_MOVED)
    await connection.execute(f"listen {CHANNEL}")
    return connection


def _payloads(origin: str, said: Sequence[Event]) -> list[str]:
    """Events as texts that PostgreSQL carries, each at most 8,000 bytes; one that is larger becomes `ChangedElsewhere`."""
    payloads: list[str] = []
    together: list[Any] = []  # Any: names and fields
    size = 0
    for event in said:
        each = _said(event)
        length = len(orjson.dumps(each))
        if length > LARGEST_PAYLOAD - 40:
            each, length = _said(ChangedElsewhere()), 20
        if together and size + length > LARGEST_PAYLOAD - 40:
            payloads.append(orjson.dumps([origin, together]).decode())
            together, size = [], 0
        together.append(each)
        size += length + 1
    if together:
        payloads.append(orjson.dumps([origin, together]).decode())
    return payloads


def _said(event: Event) -> list[Any]:  # Any: a field is an id, a host, or several
    return [type(event).__name__, *(getattr(event, field.name) for field in dataclasses.fields(event))]


def _event(said: list[Any]) -> Event:  # Any: as above
    """The event that another process told; one that this version does not know may have changed anything."""
    kind = getattr(known_events, said[0], None)
    if kind is None:
        return ChangedElsewhere()
    fields = (tuple(field) if isinstance(field, list) else field for field in said[1:])
    made: Event = kind(*fields)
    return made
