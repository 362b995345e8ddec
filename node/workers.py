"""Several processes on one machine: a parent that starts workers, watches them, and puts new ones in their places.

    parent ─┬─ the listening socket, inherited by every worker: whoever is free takes the next connection
            │
            ├─ line ─► worker 0      each a fresh interpreter: the same command, told its number
            ├─ line ─► worker 1
            └─ …

**The socket** is the parent's, and is never closed while it lives. So a worker that stops or dies takes no connection with it
that waits to be accepted: another takes it. (With a socket for each worker, as SO_REUSEPORT has it, they would be cut off.)

**The line** is a pair of sockets. A worker says on it that it answers; when the parent's end is gone, so is the parent, and
the worker stops.

**A worker that dies** is replaced at once, or after a pause when it had not lived long. **SIGHUP** replaces all, one after the
other: the new one answers before the old one is told to leave, and the old one has ended before the next is replaced. When a
new one does not come up, the old ones go on. A new worker reads the program and the settings anew. **SIGTERM** stops all.
"""

import asyncio
import contextlib
import errno
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from federation.roles import ALL_ROLES
from node import observe
from node.errors import BadSettings, NodeError
from node.server import AddressInUse, AddressNotOurs
from node.settings import Settings

READY = b"."
BACKLOG = 1024
START_SECONDS = 60.0
STOP_SECONDS = 30.0
"""How long a worker may take to end, more than it needs for requests and leases."""

LONG_ENOUGH_SECONDS = 10.0
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 15.0


class WorkersFailed(NodeError):
    """A worker ended before it answered; it has said why."""

    code = "workers-failed"


def demand_possible(settings: Settings) -> None:
    """Refuse what a node on SQLite cannot do.  Raises BadSettings."""
    if settings.postgresql or (settings.workers == 1 and settings.roles == ALL_ROLES):
        return
    message = (
        "A node on SQLite is one process that does everything. To run several, move the node to PostgreSQL first: "
        "legation migrate --to postgresql://USER@HOST/DATABASE"
    )
    raise BadSettings(message)


def pause_before(deaths: int) -> float:
    """Seconds to wait before a worker is replaced. deaths: of workers in its place that had not lived long, in a row."""
    return min(FIRST_PAUSE_SECONDS * 2.0 ** (deaths - 1), LONGEST_PAUSE_SECONDS) if deaths else 0.0


# ---- the parent ------------------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Worker:
    """A process that serves.  number: its place.  line: the parent's end.  began: by the monotonic clock.

    name: under which it holds leases.
    """

    number: int
    name: str
    process: asyncio.subprocess.Process
    line: socket.socket
    began: float

    async def answers(self) -> bool:
        """Wait until it answers; False when it ends before."""
        try:
            async with asyncio.timeout(START_SECONDS):
                return await asyncio.get_running_loop().sock_recv(self.line, 1) == READY
        except (TimeoutError, OSError):
            return False

    async def end(self, *, by: signal.Signals) -> None:
        """Tell it to end, and wait until it has; kill it when it does not."""
        self.tell(by)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self.process.wait()
        except TimeoutError:
            observe.tell(logging.ERROR, "WorkerKilled", {"worker": self.number, "pid": self.process.pid})
            self.tell(signal.SIGKILL)
            await self.process.wait()

    def tell(self, what: signal.Signals) -> None:
        """Send it a signal, if it is there."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(what)


class Workers:
    """The workers of this machine."""

    def __init__(self, number: int, *, sockets: Sequence[socket.socket]) -> None:
        """number: how many.  sockets: listening, for all of them; none, where they have no port."""
        self._number = number
        self._sockets = sockets
        self._alive: set[Worker] = set()
        self._places: dict[int, Worker] = {}
        self._died: list[list[str]] = [[] for _ in range(number)]
        self._replacing = [asyncio.Lock() for _ in range(number)]
        self._stopping = asyncio.Event()
        self._renewing = asyncio.Event()

    async def run(self, *, ready: Callable[[], None]) -> None:
        """Run them until this process is told to stop (SIGTERM or SIGINT).

        ready: is called once all of them answer.  Raises WorkersFailed when one does not come up at first.
        """
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._stopping.set)
        loop.add_signal_handler(signal.SIGHUP, self._renewing.set)
        work = asyncio.create_task(self._work(ready), name="workers")
        told = asyncio.create_task(self._stopping.wait(), name="told to stop")
        try:
            await asyncio.wait({work, told}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                await work
        finally:
            for task in (work, told):
                task.cancel()
            await asyncio.gather(work, told, return_exceptions=True)
            await asyncio.gather(*(worker.end(by=signal.SIGTERM) for worker in self._alive))
            for worker in tuple(self._alive):
                self._forget(worker)

    async def _work(self, ready: Callable[[], None]) -> None:
        for number in range(self._number):
            self._places[number] = await self._start(number)
        if not all(await asyncio.gather(*(self._confirm(worker) for worker in self._places.values()))):
            raise WorkersFailed(WorkersFailed.__doc__)
        ready()
        async with asyncio.TaskGroup() as group:
            for number in range(self._number):
                group.create_task(self._keep(number), name=f"keep worker {number}")
            group.create_task(self._renew_for_ever(), name="replace workers when told")

    async def _start(self, number: int) -> Worker:
        """Start a worker: the command that started this process, and who it is."""
        ours, theirs = socket.socketpair()
        ours.settimeout(0)
        name = uuid4().hex
        inherited = [theirs.fileno(), *(each.fileno() for each in self._sockets)]
        told = Inherited.as_told(number, name, self._died[number], inherited)
        with theirs:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *sys.orig_argv[1:],
                "--inherited",
                told,
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=inherited,
                process_group=0,  # what a terminal says, it says to the parent
            )
        worker = Worker(number, name, process, ours, time.monotonic())
        self._alive.add(worker)
        return worker

    async def _keep(self, number: int) -> None:
        """Replace the worker in a place whenever it has ended without having been told to."""
        deaths = 0
        while True:
            worker = self._places[number]
            code = await worker.process.wait()
            self._forget(worker)
            if self._places[number] is not worker:
                continue
            self._died[number].append(worker.name)
            lived = time.monotonic() - worker.began
            deaths = deaths + 1 if lived < LONG_ENOUGH_SECONDS else 0
            pause = pause_before(deaths)
            facts = {
                "worker": number,
                "pid": worker.process.pid,
                "code": code,
                "seconds": round(lived, 1),
                "pause": pause,
            }
            observe.tell(logging.ERROR, "WorkerDied", facts)
            await asyncio.sleep(pause)
            async with self._replacing[number]:
                if self._places[number] is worker:
                    self._places[number] = await self._start(number)
                    await self._confirm(self._places[number])

    async def _renew_for_ever(self) -> None:
        while True:
            await self._renewing.wait()
            self._renewing.clear()
            for number in range(self._number):
                if not await self._renew(number):
                    observe.tell(logging.ERROR, "WorkersNotReplaced", {"worker": number})
                    break
            else:
                observe.tell(logging.INFO, "WorkersReplaced", {"workers": self._number})

    async def _renew(self, number: int) -> bool:
        """Put a new worker in the place of one that goes on until the new one answers. False when it does not."""
        async with self._replacing[number]:
            old, new = self._places[number], await self._start(number)
            if not await self._confirm(new):
                return False
            self._places[number] = new
        await old.end(by=signal.SIGHUP)
        self._forget(old)
        return True

    async def _confirm(self, worker: Worker) -> bool:
        """Wait until a worker answers. One that does not is ended."""
        if await worker.answers():
            self._died[worker.number] = []
            observe.tell(logging.INFO, "WorkerStarted", {"worker": worker.number, "pid": worker.process.pid})
            return True
        await worker.end(by=signal.SIGTERM)
        self._forget(worker)
        return False

    def _forget(self, worker: Worker) -> None:
        self._alive.discard(worker)
        worker.line.close()


def listening(host: str, port: int) -> list[socket.socket]:
    """Sockets that listen at an address, to be inherited. port: 0 for any free one.  Raises AddressInUse, AddressNotOurs."""
    made: list[socket.socket] = []
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            found = socket.socket(family, kind, protocol)
            made.append(found)
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                found.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            found.bind(address)
            found.listen(BACKLOG)
    except OSError as trouble:
        for each in made:
            each.close()
        if trouble.errno == errno.EADDRINUSE:
            problem = f"Another program listens on {host}:{port} already: stop it, or choose another port."
            raise AddressInUse(problem) from trouble
        problem = f"This machine does not let us listen on {host}:{port}: choose another address or port."
        raise AddressNotOurs(problem) from trouble
    return made


# ---- a worker --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Inherited:
    """What a worker has from its parent.

    number: its place.  name: its own.  instead_of: names of those who died in its place.
    line: to the parent.  sockets: that all workers share.
    """

    number: int
    name: str
    instead_of: tuple[str, ...]
    line: socket.socket
    sockets: tuple[socket.socket, ...]

    @staticmethod
    def as_told(number: int, name: str, instead_of: Sequence[str], descriptors: Sequence[int]) -> str:
        """What the parent writes, and `told` reads. descriptors: of the line and the sockets."""
        return f"{number}:{name}:{','.join(instead_of)}:{','.join(map(str, descriptors))}"

    @classmethod
    def told(cls, text: str) -> "Inherited":
        """What stands in a text that `as_told` made."""
        number, name, instead_of, descriptors = text.split(":")
        line, *sockets = (socket.socket(fileno=int(each)) for each in descriptors.split(","))
        for each in (line, *sockets):
            os.set_inheritable(each.fileno(), False)  # noqa: FBT003  the system's own signature
            each.settimeout(0)
        return cls(int(number), name, tuple(filter(None, instead_of.split(","))), line, tuple(sockets))

    def close(self) -> None:
        """Let go of it; the parent's own go on."""
        for each in (self.line, *self.sockets):
            each.close()

    def say_ready(self) -> None:
        """Tell the parent that this worker answers."""
        with contextlib.suppress(OSError):  # it is gone, which is heard elsewhere
            self.line.send(READY)

    def when_alone(self, then: Callable[[], object]) -> None:
        """Have a function called once the parent is gone."""
        loop = asyncio.get_running_loop()

        def hear() -> None:
            loop.remove_reader(self.line)
            then()

        loop.add_reader(self.line, hear)
