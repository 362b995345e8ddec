"""Where scrapers ask: a listener of its own, apart from what the world reaches, and what is measured for them meanwhile.

Each process of a node has a port of its own, the first `metrics_listen`, the next ones following: so a figure is always the
figure of one process, a process that died is missed by name, and no figure is lost or doubled when one begins anew.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from importlib import import_module

from aiohttp import hdrs, web

from node.metrics.counting import Metrics
from node.protection import SOFTWARE
from node.server import LIMITS, AddressInUse, Limits, Serving, start
from storage import backlog
from storage.backlog import Backlog
from storage.errors import StorageError
from storage.meters import Durations
from storage.store import Store

ASKED_EVERY = timedelta(seconds=15)
REST_FACTOR = 20
PATIENCE_SECONDS = 5.0
LATE_EVERY_SECONDS = 0.25
TRY_AGAIN_SECONDS = 1.0

IN_USE = "MetricsAddressInUse"

LOG = logging.getLogger("legation")


class Questions:
    """What waits, asked of the database no oftener than every 15 seconds, however many scrape."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        """now: aware, UTC."""
        self._store = store
        self._now = now
        self._turn = asyncio.Lock()
        self._known: Backlog | None = None
        self._next: datetime | None = None

    async def backlog(self) -> Backlog | None:
        """What waits; None when the database could not say in time."""
        async with self._turn:
            if self._next is None or not self._next - ASKED_EVERY <= self._now() < self._next:
                await self._ask()
            return self._known

    async def _ask(self) -> None:
        began = time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                self._known = await self._store.read_slowly(backlog.read)
        except (StorageError, TimeoutError):
            self._known = None
        # A database that answers slowly is asked seldom: watching it must not be what it suffers from.
        rest = timedelta(seconds=REST_FACTOR * (time.monotonic() - began))
        self._next = self._now() + max(ASKED_EVERY, rest)


@contextlib.asynccontextmanager
async def scraped(
    metrics: Metrics, store: Store, *, now: Callable[[], datetime], address: tuple[str, int]
) -> AsyncIterator["Listener"]:
    """Answer scrapers for as long as the context lasts.

    now: aware, UTC.  address: where to listen.  Raises AddressNotOurs. An address that is still in use, as by the process
    that this one takes the place of, is tried again every second meanwhile.
    """
    listener = Listener(application(metrics, Questions(store, now)), address)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(measure_lateness(metrics.late), name="measure the event loop")]
        if not await listener.try_once():
            LOG.warning(IN_USE, {"listen": f"{address[0]}:{address[1]}"})
            tasks.append(group.create_task(listener.try_for_ever(), name="wait for the address of metrics"))
        try:
            yield listener
        finally:
            for task in tasks:
                task.cancel()
            await listener.stop()


class Listener:
    """The socket of scrapers, as soon as its address is free."""

    def __init__(self, app: web.Application, address: tuple[str, int]) -> None:
        self._app = app
        self._address = address
        self._serving: Serving | None = None

    @property
    def port(self) -> int | None:
        """Where it listens; None while the address is still in use."""
        return self._serving.port if self._serving else None

    async def try_once(self) -> bool:
        """Listen, if the address is free. Raises AddressNotOurs."""
        host, port = self._address
        try:
            self._serving = await start(self._app, host=host, port=port)
        except AddressInUse:
            return False
        return True

    async def try_for_ever(self) -> None:
        """Listen as soon as the address is free."""
        while not await self.try_once():  # noqa: ASYNC110  the system gives no event for an address that is free again
            await asyncio.sleep(TRY_AGAIN_SECONDS)

    async def stop(self) -> None:
        """Answer no more."""
        if self._serving is not None:
            await self._serving.stop()


def application(metrics: Metrics, questions: Questions) -> web.Application:
    """A web application that answers GET /metrics and nothing else."""
    exposition = import_module("node.metrics.exposition")  # loads a library that nodes without scrapers do without

    async def tell(_: web.Request) -> web.Response:
        told = exposition.families(metrics.figures(await questions.backlog()))
        body = await asyncio.to_thread(exposition.text, told)  # people are answered meanwhile
        headers = {hdrs.CONTENT_TYPE: exposition.CONTENT_TYPE, hdrs.SERVER: SOFTWARE, hdrs.CACHE_CONTROL: "no-store"}
        return web.Response(body=body, headers=headers)

    app = web.Application(client_max_size=0)
    app[LIMITS] = Limits(connections=32, connections_per_address=32, stop_seconds=1.0)
    app.add_routes([web.get("/metrics", tell, allow_head=False)])
    return app


async def measure_lateness(late: Durations) -> None:
    """Ask to be called after a moment, again and again, and count how much later it was."""
    while True:
        due = time.perf_counter() + LATE_EVERY_SECONDS
        await asyncio.sleep(LATE_EVERY_SECONDS)
        late.add(max(0.0, time.perf_counter() - due))
