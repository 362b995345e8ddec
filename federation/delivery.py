"""We tell our peers: every activity at least once, in order, however long a peer is away.

The queue is rows in the database and nothing else (`storage.deliveries`). What one account has to tell one peer is a lane;
this process leases the lanes that it serves, so that any number of processes may share the queue.

    a commit queues rows ──► wake ──► turn: write down what became of rows, take lanes ──► a task for each lane: send in order
                              ▲                                                                   │
                              ├── what became of each row, which of its lane comes to an end ◄────┘
                              └── the earliest `retry_at` of a peer that waits

A turn is one transaction for whatever has gathered since the last: so 170 peers that answer within a moment cost a few
commits, and a lane goes on with its next row without waiting for any.

**Order.** A lane's rows go one after the other, each after the answer to the one before. Lanes go side by side, so that a
distant peer is not sent five activities a second: four to a peer at first, one more with each answer, up to 32. After a
failure the peer gets one lane, in the whole node, until it answers well again.

**Leases** are renewed while the process lives, given back when it stops, and run out 30 seconds after it died. A process
that was too slow to renew sends nothing more of a lane. What it had sent may be sent again by another: in order, since both
begin with the first row that nobody has written down as taken.

**Waiting.** A peer that does not answer, or answers that it cannot just now, is left alone: 5 seconds, then twice as
long each time, up to 15 minutes, give or take a fifth. While it waits it costs a timer, and holds nobody up. The wait
ends at once when the peer is heard from (a signed request of its own), when an administrator says so, when the peer is
allowed again, and when a process that delivers starts. While an administrator lets exchange with a peer rest, its rows stay.

**Giving up.** An answer that will not change (4xx, but not 401, 403, 408, 425, 429) makes that one activity a dead
letter; a 410 from somebody's own inbox ends what they follow here, too. 401 and 403 mean that the peer's administrator has not allowed us yet, or that a clock is wrong: those wait.
After 90 days without success what is older becomes a dead letter too. Dead letters wait for an administrator.

**Dying.** A row goes only after the peer's 2xx. Killed in between, the same activity is sent again with the same id, and
the peer's journal knows it. So: at least once on the wire, exactly once in effect.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus

from federation import departures, followers
from federation.allowlist import Allowlist
from federation.client import Client
from federation.errors import Unreachable
from federation.events import Delivered, DeliveryFailed, working_on
from federation.finishing import to_its_end
from federation.own_keys import KEPT_FOR, OwnKeys
from federation.proving import Proving
from federation.signatures.keys import Kind, PrivateKey
from federation.synchronising import Claims
from storage import deliveries, keys, peers, rates
from storage.deliveries import Delivery as Row
from storage.errors import StorageTrouble
from storage.events import ChangedElsewhere, DeliveriesQueued, Event, PeerChanged
from storage.ids import Host
from storage.store import Store, Unit

MOST_LANES = 1_024
LANES_AT_FIRST = 4
MOST_LANES_OF_PEER = 32
ROWS_OF_LANE = 16
GATHER_SECONDS = 0.01
LEASE = timedelta(seconds=30)
RENEW_SECONDS = 10.0
LOOK_SECONDS = 30.0
"""How often the queue is looked at without having been told to: for leases that ran out."""

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


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a peer must be left alone. asked: seconds that it named itself."""

    reason: str
    asked: float | None = None


@dataclass(slots=True)
class News:
    """What is to be written down at the next turn, of the rows that this process holds.

    taken: by their peers.  dead: never to be taken, and why.  tried: in vain.  failed: peers to be left alone.
    gone: inboxes that are no more.  left: rows of lanes that were given up for now.  ended: peers to which a lane has become free.
    skews: by how many seconds the clocks of those that have answered are ahead of ours.
    """

    taken: list[Row] = field(default_factory=list)
    dead: list[tuple[Row, str]] = field(default_factory=list)
    tried: list[Row] = field(default_factory=list)
    failed: dict[Host, Failure] = field(default_factory=dict)
    gone: set[tuple[Host, str]] = field(default_factory=set)
    left: list[Row] = field(default_factory=list)
    ended: set[Host] = field(default_factory=set)
    skews: dict[Host, int] = field(default_factory=dict)

    def and_then(self, later: "News") -> "News":
        """These and later ones."""
        return News(
            self.taken + later.taken,
            self.dead + later.dead,
            self.tried + later.tried,
            self.failed | later.failed,
            self.gone | later.gone,
            self.left + later.left,
            self.ended | later.ended,
            self.skews | later.skews,
        )


class Delivery:
    """Serves every peer that something waits for."""

    def __init__(
        self,
        store: Store,
        client: Client,
        keys: OwnKeys,
        allowlist: Allowlist,
        *,
        name: str,
        tell: Callable[[Event], None],
    ) -> None:
        """name: of this process, in leases.  tell: hears of each delivery, and of each that failed."""
        self._store = store
        self._client = client
        self._keys = keys
        self._proving = Proving(keys)
        self._claims = Claims(store)
        self._allowlist = allowlist
        self._tell = tell
        self._name = name
        self._wake = asyncio.Event()
        self._news = News()
        self._queued: set[Host] = set()
        self._look_at_all = True
        self._lanes: Counter[Host] = Counter()
        self._width: dict[Host, int] = {}
        self._leased_until = 0.0
        self._soon: asyncio.TimerHandle | None = None
        store.listen(self._hear)

    async def deliver_for_ever(self) -> None:
        """Deliver for as long as the process runs; then let others have what it holds."""
        await self._store.write(peers.end_waits)
        self._look_at_all = True
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._give_up_for_ever(), name="give up old deliveries")
                group.create_task(self._renew_for_ever(), name="renew leases of deliveries")
                while True:
                    self._wake.clear()
                    for lane in await self._take_turn():
                        group.create_task(self._serve(lane), name=f"deliver to {lane[0].host}")
                    await self._wait()
        finally:
            await self._leave()

    def _hear(self, events: Iterable[Event]) -> None:
        for event in events:
            match event:
                case DeliveriesQueued(hosts) if hosts:
                    self._queued.update(hosts)
                case PeerChanged(host):
                    self._queued.add(host)
                case DeliveriesQueued() | ChangedElsewhere():
                    self._look_at_all = True
                case _:
                    continue
            self._wake.set()

    def _wake_soon(self) -> None:
        """Have a turn taken in a moment, for all that is heard from peers until then."""
        if self._soon is None:
            self._soon = asyncio.get_running_loop().call_later(GATHER_SECONDS, self._wake_now)

    def _wake_now(self) -> None:
        self._soon = None
        self._wake.set()

    async def _wait(self) -> None:
        if self._wake.is_set():
            return
        seconds = await self._store.read(_seconds_to_retry)
        try:
            async with asyncio.timeout(min(LOOK_SECONDS, seconds)):
                await self._wake.wait()
        except TimeoutError:
            self._look_at_all = True

    async def _leave(self) -> None:
        news, self._news = self._news, News()
        try:
            await self._store.write(_leave, news, by=self._name)
        except StorageTrouble:  # written down when this begins again, or sent again by whoever takes the lanes over
            self._news = news.and_then(self._news)

    # ---- turns -----------------------------------------------------------------------------------------------------

    async def _take_turn(self) -> list[list[Row]]:
        """Write down the news and take what may be sent. Returns lanes."""
        news, self._news = self._news, News()
        hosts: list[Host] | None = sorted(self._queued | news.ended)
        if self._look_at_all:
            hosts = None
        self._queued, self._look_at_all = set(), False
        began = time.monotonic()
        try:
            rows = await to_its_end(self._write_turn(news, hosts))
        except BaseException:
            self._news, self._look_at_all = news.and_then(self._news), True
            raise
        if not self._lanes:
            self._leased_until = began + LEASE.total_seconds()
        lanes: dict[tuple[Host, int], list[Row]] = {}
        for row in rows:
            lanes.setdefault((row.host, row.actor_id), []).append(row)
        self._lanes.update(host for host, _ in lanes)
        return list(lanes.values())

    async def _write_turn(self, news: News, hosts: list[Host] | None) -> list[Row]:
        most = MOST_LANES - self._lanes.total()
        return await self._store.write(_turn, news, hosts, by=self._name, room=self._room(), most=most)

    def _room(self) -> dict[Host, int]:
        """How many more lanes may go to each peer that is served already."""
        return {host: self._width.get(host, LANES_AT_FIRST) - lanes for host, lanes in self._lanes.items()}

    # ---- one lane --------------------------------------------------------------------------------------------------

    async def _serve(self, lane: Sequence[Row]) -> None:
        """Send a lane's rows in order, for as long as the peer takes them."""
        host, left = lane[0].host, list(lane)
        try:
            while left and await self._may_send(host):
                row = left[0]
                with working_on(row.activity_uri, host):
                    if not await self._send(row):
                        break
                left.pop(0)
        except StorageTrouble:
            await asyncio.sleep(1.0)  # the disk is full or busy: the queue is where it was
        except Exception as error:  # noqa: BLE001  a worker's turn: what one peer causes must not stop the others
            self._leave_alone(left[0], Failure(repr(error)), began=None)
        finally:
            self._news.left.extend(left)
            self._news.ended.add(host)
            self._lanes[host] -= 1
            if not self._lanes[host]:
                del self._lanes[host]
            self._wake_soon()

    async def _may_send(self, host: Host) -> bool:
        return (
            host not in self._news.failed
            and time.monotonic() < self._leased_until
            and await self._allowlist.is_open(host)  # removed or paused a moment ago: the rest stays in the queue
        )

    async def _send(self, row: Row) -> bool:
        """One attempt. Returns whether the peer may be sent the next one."""
        began = time.monotonic()

        async def key_for(kind: Kind) -> PrivateKey:
            return await self._keys.key(row.actor_id, kind, at=row.created_at)

        claim = await self._claims.of(row)
        fields = {followers.NAME: str(claim)} if claim else {}
        try:
            answer = await self._client.post(row.inbox, await self._proving.proven(row), key_for, fields=fields)
        except Unreachable as error:
            return self._leave_alone(row, Failure(error.code), began=began)
        if answer.skew_seconds is not None:
            self._news.skews[row.host] = answer.skew_seconds
        if 200 <= answer.status < 300:  # noqa: PLR2004
            return self._note_taken(row, began=began)
        reason = f"{answer.status} {answer.detail}".strip()
        if answer.status == HTTPStatus.GONE:
            self._news.gone.add((row.host, row.inbox))
        if 400 <= answer.status < 500 and answer.status not in NOT_YET:  # noqa: PLR2004
            return self._give_up(row, reason, began=began)
        return self._leave_alone(row, Failure(reason, answer.retry_after), began=began)

    def _note_taken(self, row: Row, *, began: float) -> bool:
        self._news.taken.append(row)
        width = self._width.get(row.host, LANES_AT_FIRST)
        if width < MOST_LANES_OF_PEER:
            self._width[row.host] = width + 1
            if self._lanes[row.host] >= width:  # more may have waited for room
                self._queued.add(row.host)
        self._wake_soon()
        self._tell(Delivered(row.activity_uri, row.host, time.monotonic() - began))
        return True

    def _give_up(self, row: Row, reason: str, *, began: float) -> bool:
        self._news.dead.append((row, reason))
        self._wake_soon()
        self._tell(DeliveryFailed(row.activity_uri, row.host, reason, dead=True, seconds=time.monotonic() - began))
        return True

    def _leave_alone(self, row: Row, failure: Failure, *, began: float | None) -> bool:
        self._news.tried.append(row)
        self._news.failed[row.host] = failure
        self._width[row.host] = 1
        seconds = None if began is None else time.monotonic() - began
        self._tell(DeliveryFailed(row.activity_uri, row.host, failure.reason, dead=False, seconds=seconds))
        return False

    # ---- beside ----------------------------------------------------------------------------------------------------

    async def _renew_for_ever(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            began = time.monotonic()
            with suppress(StorageTrouble):
                if self._lanes:
                    await self._store.write(_renew, by=self._name)
                    self._leased_until = began + LEASE.total_seconds()

    async def _give_up_for_ever(self) -> None:
        while True:
            await self._store.write(_forget_old)
            await asyncio.sleep(GIVE_UP_EVERY_SECONDS)


# ---- units -----------------------------------------------------------------------------------------------------------


def _turn(
    unit: Unit, news: News, hosts: list[Host] | None, /, *, by: str, room: dict[Host, int], most: int
) -> list[Row]:
    _write_down(unit, news, by=by)
    if most <= 0 or hosts == []:
        return []
    return deliveries.take(
        unit,
        hosts,
        by=by,
        until=unit.now + LEASE,
        room=room,
        room_of_others=LANES_AT_FIRST,
        widest=MOST_LANES_OF_PEER,
        most=most,
        rows_of_each=ROWS_OF_LANE,
    )


def _write_down(unit: Unit, news: News, *, by: str) -> None:
    if news.taken:
        deliveries.done(unit, [row.id for row in news.taken])
        peers.sent(unit, {row.host for row in news.taken}.difference(news.failed))
    for row, reason in news.dead:
        deliveries.give_up(unit, row.id, error=reason)
    departures.from_inboxes(unit, sorted(news.gone))
    if news.tried:
        deliveries.tried(unit, [row.id for row in news.tried])
    for host, failure in sorted(news.failed.items()):
        _wait_for(unit, host, failure)
    if news.skews:
        peers.clocks(unit, news.skews)
    if news.left:
        deliveries.give_back(unit, [row.id for row in news.left], by=by)


def _wait_for(unit: Unit, host: Host, failure: Failure) -> None:
    peer = peers.get(unit, host)
    if peer is None or (peer.retry_at is not None and peer.retry_at > unit.now):
        return  # another lane has failed a moment before: that is one failure of the peer
    moment = retry_at(peer.failures + 1, now=unit.now, jitter=random.uniform(-1, 1), asked=failure.asked)  # noqa: S311
    peers.failed(unit, host, retry_at=moment, error=failure.reason)


def _leave(unit: Unit, news: News, *, by: str) -> None:
    _write_down(unit, news, by=by)
    deliveries.give_all_back(unit, by=by)


def _renew(unit: Unit, *, by: str) -> None:
    deliveries.renew(unit, by=by, until=unit.now + LEASE)


def _forget_old(unit: Unit) -> None:
    keys.destroy_retired(unit, before=unit.now - KEPT_FOR)
    deliveries.give_up_older(unit, unit.now - PATIENCE, error="no answer for 90 days")
    deliveries.sweep(unit, before=unit.now - timedelta(hours=1))
    rates.sweep(unit)


def _seconds_to_retry(unit: Unit) -> float:
    moment = deliveries.next_retry(unit)
    return LOOK_SECONDS if moment is None else max(0.05, (moment - unit.now).total_seconds())
