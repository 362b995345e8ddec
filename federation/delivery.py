"""We tell our peers: every activity at least once, in order, however long a peer is away.

The queue is rows in the database and nothing else (`storage.deliveries`). One task serves one peer, and a peer that has
nothing waiting has no task.

    a commit queues rows ──► wake ──► dispatch: which peers are due? ──► a task for each ──► serve
                                          ▲                                                    │
                                          └── the earliest `retry_at` of a peer that waits ◄───┘

**Order.** A peer's rows are taken by id. What one account did goes in order, each after the answer to the one before;
up to four accounts at once share a peer, so that a slow link does not make a queue of one.

**Waiting.** A peer that does not answer, or answers that it cannot just now, is left alone: 5 seconds, then twice as
long each time, up to 15 minutes, give or take a fifth. While it waits it costs a timer, and holds nobody up. The wait
ends at once when the peer is heard from (a signed request of its own), when an administrator says so, when the peer is
allowed again, and when this node starts.

**Giving up.** An answer that will not change (4xx, but not 401, 403, 408, 425, 429) makes that one activity a dead
letter. 401 and 403 mean that the peer's administrator has not allowed us yet, or that a clock is wrong: those wait.
After 90 days without success what is older becomes a dead letter too. Dead letters wait for an administrator.

**Dying.** A row goes only after the peer's 2xx. Killed in between, the same activity is sent again with the same id, and
the peer's journal knows it. So: at least once on the wire, exactly once in effect.
"""

import asyncio
import random
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from federation.client import Answer, Client
from federation.errors import Unreachable
from federation.events import Delivered, DeliveryFailed
from federation.own_keys import OwnKeys
from storage import accounts, deliveries, peers
from storage.deliveries import Delivery as Row
from storage.errors import StorageTrouble
from storage.events import DeliveriesQueued, Event, PeerChanged
from storage.ids import Host
from storage.store import Store, Unit

PEERS_AT_ONCE = 64
ACCOUNTS_AT_ONCE = 4
BATCH = 64
PATIENCE = timedelta(days=90)
FIRST_WAIT_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 900.0
JITTER = 0.2
GIVE_UP_EVERY_SECONDS = 3600.0

NOT_YET = frozenset({401, 403, 408, 425, 429})
"""Refusals that may end by themselves, or by what the peer's administrator does."""


def retry_at(failures: int, *, now: datetime, jitter: float, asked: float | None = None) -> datetime:
    """When to try a peer again.

    failures: consecutive, ≥ 1.  now: aware, UTC.  jitter: -1 ≤ jitter ≤ 1.  asked: seconds that the peer itself named.
    Returns now + min(5 s × 2^(failures - 1), 15 minutes), a fifth more or less; never sooner than the peer asked, and
    never later than a day.  Never raises.
    """
    wait = min(FIRST_WAIT_SECONDS * 2 ** min(failures - 1, 20), LONGEST_WAIT_SECONDS) * (1 + JITTER * jitter)
    return now + timedelta(seconds=min(max(wait, asked or 0.0), 86_400.0))


class Delivery:
    """Serves every peer that something waits for."""

    def __init__(self, store: Store, client: Client, keys: OwnKeys, *, tell: Callable[[Event], None]) -> None:
        """tell: hears of each delivery, and of each that failed."""
        self._store = store
        self._client = client
        self._keys = keys
        self._tell = tell
        self._wake = asyncio.Event()
        self._serving: set[Host] = set()
        self._room = asyncio.Semaphore(PEERS_AT_ONCE)
        store.listen(self._hear)

    async def deliver_for_ever(self) -> None:
        """Deliver for as long as the node runs."""
        await self._store.write(peers.end_waits)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._give_up_for_ever(), name="give up old deliveries")
            while True:
                self._wake.clear()
                for host in await self._store.read(deliveries.hosts_due):
                    if host not in self._serving:
                        await self._room.acquire()
                        self._serving.add(host)
                        group.create_task(self._serve(host), name=f"deliver to {host}")
                await self._wait()

    def wake(self) -> None:
        """Look at the queue again: another process may have changed it."""
        self._wake.set()

    def _hear(self, events: Iterable[Event]) -> None:
        if any(isinstance(event, DeliveriesQueued | PeerChanged) for event in events):
            self._wake.set()

    async def _wait(self) -> None:
        seconds = await self._store.read(_seconds_to_retry)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()

    async def _serve(self, host: Host) -> None:
        try:
            await self._serve_queue(host)
        except* StorageTrouble:
            await asyncio.sleep(1.0)  # the disk is full or busy: the queue is where it was
        except* Exception as errors:  # noqa: BLE001  a worker's turn: what one peer causes must not stop the others
            await self._store.write(_wait_for, host, reason=repr(errors.exceptions[0]))
            self._tell(DeliveryFailed("", host, repr(errors.exceptions[0]), dead=False))
        finally:
            self._serving.discard(host)
            self._room.release()
            self._wake.set()

    async def _serve_queue(self, host: Host) -> None:
        while rows := await self._store.read(deliveries.due, host, limit=BATCH):
            if not await self._send_all(host, rows):
                break

    async def _send_all(self, host: Host, rows: list[Row]) -> bool:
        """Send a batch: accounts side by side, each in order. Returns False when the peer must be left alone."""
        lanes: dict[int, list[Row]] = {}
        for row in rows:
            lanes.setdefault(row.actor_id, []).append(row)
        room = asyncio.Semaphore(ACCOUNTS_AT_ONCE)
        well = asyncio.Event()
        well.set()

        async def send_lane(lane: list[Row]) -> None:
            async with room:
                for row in lane:
                    if not well.is_set():
                        return
                    if not await self._send(host, row):
                        well.clear()

        async with asyncio.TaskGroup() as group:
            for lane in lanes.values():
                group.create_task(send_lane(lane))
        return well.is_set()

    async def _send(self, host: Host, row: Row) -> bool:
        """One attempt. Returns whether the peer may be sent the next one."""
        if not await self._store.read(peers.is_allowed, host):
            return False  # removed a moment ago: the rest stays in the queue
        began = time.monotonic()
        try:
            sender = await self._store.read(accounts.get, row.actor_id)
            answer = await self._client.post(row.inbox, row.body, await self._keys.private(sender))
        except Unreachable as error:
            return await self._leave_alone(host, row, reason=error.code, asked=None)
        if 200 <= answer.status < 300:  # noqa: PLR2004
            await self._store.write(_done, host, row)
            self._tell(Delivered(row.activity_uri, host, time.monotonic() - began))
            return True
        return await self._refused(host, row, answer)

    async def _refused(self, host: Host, row: Row, answer: Answer) -> bool:
        reason = f"{answer.status} {answer.detail}".strip()
        if 400 <= answer.status < 500 and answer.status not in NOT_YET:  # noqa: PLR2004
            await self._store.write(deliveries.give_up, row.id, error=reason)
            self._tell(DeliveryFailed(row.activity_uri, host, reason, dead=True))
            return True
        return await self._leave_alone(host, row, reason=reason, asked=answer.retry_after)

    async def _leave_alone(self, host: Host, row: Row, *, reason: str, asked: float | None) -> bool:
        await self._store.write(_failed, host, row, reason=reason, asked=asked)
        self._tell(DeliveryFailed(row.activity_uri, host, reason, dead=False))
        return False

    async def _give_up_for_ever(self) -> None:
        while True:
            await self._store.write(_give_up_old)
            await asyncio.sleep(GIVE_UP_EVERY_SECONDS)


def _done(unit: Unit, host: Host, row: Row) -> None:
    deliveries.done(unit, [row.id])
    peers.sent(unit, host)


def _failed(unit: Unit, host: Host, row: Row, *, reason: str, asked: float | None) -> None:
    deliveries.tried(unit, row.id)
    _wait_for(unit, host, reason=reason, asked=asked)


def _wait_for(unit: Unit, host: Host, *, reason: str, asked: float | None = None) -> None:
    peer = peers.get(unit, host)
    failures = (peer.failures if peer else 0) + 1
    moment = retry_at(failures, now=unit.now, jitter=random.uniform(-1, 1), asked=asked)  # noqa: S311  no secret
    peers.failed(unit, host, retry_at=moment, error=reason)


def _give_up_old(unit: Unit) -> None:
    deliveries.give_up_older(unit, unit.now - PATIENCE, error="no answer for 90 days")


def _seconds_to_retry(unit: Unit) -> float | None:
    moment = deliveries.next_retry(unit)
    return None if moment is None else max(0.05, (moment - unit.now).total_seconds())
