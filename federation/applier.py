"""What the journal holds becomes true: each activity once, and what one actor did in the order in which it was told.

    Received ─► turn: take ─► wants · authorize · apply · answers ─► settle      one unit for many activities
                                │ one raised? the turn is taken back and done again, each activity in a savepoint
                                ▼
                stuck: something must be fetched first, or it raised ─► leased ─► worked on alone ─► settled, or later

**Exactly once.** An activity is settled by the transaction that applies it. A process that dies in a turn leaves nothing of
it behind; the database gives the rows to whoever asks next.

**In order.** Only the first unsettled activity of an actor is ever taken, with those after it (`journal.take`); while it is
held, by a turn or by a lease, no process touches what comes later. A lease is renewed while its process lives, given back
when it stops, and runs out when it dies. Who applies a leased activity asks in the same transaction whether the lease is
still its own.

**Failures.** What an actor may not do, or what means nothing here, is settled with its reason. What raises is tried five
times, with growing pauses, and then set aside (`quarantined`); meanwhile its actor waits, and nobody else does.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from federation import forwarding, hosting, outbox, quotas, strict_json
from federation.activity import Activity, How, Wanted
from federation.client import Budget
from federation.errors import FederationError, Ignored, NotAdmitted, Unauthenticated, Unreachable
from federation.events import ActivityQuarantined, ActivitySettled, working_on
from federation.finishing import to_its_end
from federation.foresight import look_ahead
from federation.gathering import Gathering
from federation.signatures.proofs import Proven
from federation.strict_json import JsonObject
from storage import accounts, journal
from storage.errors import NotFound, StorageTrouble, is_of_the_place
from storage.events import ChangedElsewhere, Event, Received
from storage.journal import Entry
from storage.rates import Rate
from storage.store import Store, Unit

MOST_ATTEMPTS = 5
MOST_TOGETHER = 64
TURNS_AT_ONCE = 2
"""Where the database has several writers; while one waits for it, another works."""

MOST_STUCK = 256
MOST_WORKED_ON = 32
MOST_FRESH = 1_000
LARGEST_FRESH = 16_384
LEASE = timedelta(seconds=30)
GATHER_SECONDS = 0.25
RENEW_SECONDS = 10.0
LOOK_SECONDS = 30.0
"""How often the journal is looked at without having been told to: for leases that ran out."""


@dataclass(frozen=True, slots=True)
class Settled:
    """An activity that was dealt with. seconds: from its arrival to now."""

    entry: Entry
    outcome: str
    type: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Stuck:
    """An activity that must be worked on alone. missing: what to fetch first; nothing, when it raised."""

    entry: Entry
    type: str
    missing: tuple[Wanted, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """An activity as it was received, and as it is understood. activity: None when its type is not known here.

    proven: ids of activities inside of it of which their actors' proofs were checked.
    """

    body: bytes
    activity: Activity | None
    proven: frozenset[str] = frozenset()


@dataclass(slots=True)
class Turn:
    """What became of the activities of one turn."""

    taken: int = 0
    settled: list[Settled] = field(default_factory=list)
    stuck: list[Stuck] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)


class Applier:
    """Applies what waits in the journal."""

    def __init__(
        self,
        store: Store,
        gathering: Gathering,
        *,
        name: str,
        prove: Callable[[JsonObject, Budget], Awaitable[Proven]],
        is_busy: Callable[[], bool],
        tell: Callable[[Event], None],
        share: Rate,
    ) -> None:
        """An applier.

        name: of this process, in leases.  prove: who vouches for a document, as `PeerKeys.prove`.  is_busy: whether peers are telling something just now.  tell: hears of what became of each activity.
        share: how much that nobody here has asked for may come from each person elsewhere (`quotas`).
        """
        self._store = store
        self._gathering = gathering
        self._prove = prove
        self._is_busy = is_busy
        self._tell = tell
        self._name = name
        self._share = share
        # One for each that takes turns: what one has heard, and skipped because another held it, the other still looks at.
        self._wakes = [asyncio.Event() for _ in range(TURNS_AT_ONCE if store.is_shared else 1)]
        self._fresh: dict[bytes, Activity] = {}
        self._held: set[int] = set()
        self._less_held = asyncio.Event()
        self._room = asyncio.Semaphore(MOST_WORKED_ON)
        store.listen(self._hear)

    def remember(self, body: bytes, activity: Activity) -> None:
        """Spare reading an activity again that has just been read from these bytes."""
        if len(body) > LARGEST_FRESH:
            return
        if len(self._fresh) >= MOST_FRESH:  # the oldest was applied by another process, or was known
            self._fresh.pop(next(iter(self._fresh)))
        self._fresh[body] = activity

    async def apply_for_ever(self) -> None:
        """Apply what comes, for as long as the process runs; then let others have what is held."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._renew_for_ever(), name="renew leases of activities")
                for wake in self._wakes:
                    group.create_task(self._take_turns(group, wake), name="apply what waits")
        finally:
            self._held.clear()
            with suppress(StorageTrouble):
                await self._store.write(journal.give_all_back, by=self._name)

    async def _take_turns(self, group: asyncio.TaskGroup, wake: asyncio.Event) -> None:
        while True:
            wake.clear()
            turn = await self._take_turn(group)
            if turn.taken < MOST_TOGETHER:
                await self._wait(wake)

    def _hear(self, events: Iterable[Event]) -> None:
        if any(isinstance(event, Received | ChangedElsewhere) for event in events):
            self._wake()

    def _wake(self) -> None:
        for wake in self._wakes:
            wake.set()

    async def _wait(self, wake: asyncio.Event) -> None:
        retry = await self._store.read(_seconds_to_retry)
        with suppress(TimeoutError):
            async with asyncio.timeout(min(LOOK_SECONDS, retry)):
                await wake.wait()
        await self._let_gather()

    async def _let_gather(self) -> None:
        """The door goes first: while peers are telling something, it is answered, and applied together a moment later."""
        until = time.monotonic() + GATHER_SECONDS
        while self._is_busy() and time.monotonic() < until:  # noqa: ASYNC110  it comes and goes with each request
            await asyncio.sleep(GATHER_SECONDS / 50)

    async def _take_turn(self, group: asyncio.TaskGroup) -> Turn:
        while len(self._held) >= MOST_STUCK:
            self._less_held.clear()
            await self._less_held.wait()
        turn = await self._turn()
        for body in turn.bodies:
            self._fresh.pop(body, None)
        for stuck in turn.stuck:
            self._held.add(stuck.entry.id)
            group.create_task(self._work_on(stuck), name=f"apply {stuck.entry.uri}")
        for settled in turn.settled:
            self._tell_settled(settled)
        return turn

    async def _turn(self) -> Turn:
        try:
            return await to_its_end(self._write_turn(apart=False))
        except StorageTrouble:
            raise
        except Exception:  # noqa: BLE001  one of them raised, and all were taken back: again, each apart from the others
            return await to_its_end(self._write_turn(apart=True))

    async def _write_turn(self, *, apart: bool) -> Turn:
        return await self._store.write(
            _turn, self._fresh, by=self._name, limit=MOST_TOGETHER, apart=apart, share=self._share
        )

    # ---- alone -----------------------------------------------------------------------------------------------------

    async def _work_on(self, stuck: Stuck) -> None:
        entry = stuck.entry
        async with self._room:
            with working_on(entry.uri, entry.host):
                await self._try(stuck)
        # Not when it is cancelled: then what is held is given back together (`apply_for_ever`).
        self._held.discard(entry.id)
        self._less_held.set()
        self._wake()

    async def _try(self, stuck: Stuck) -> None:
        entry = stuck.entry
        try:
            result: Settled | Stuck | None = stuck
            if not stuck.missing:
                result = await self._store.write(_alone, entry, by=self._name, missing_is_fine=False, share=self._share)
            if isinstance(result, Stuck):
                proven = await self._gather(result.missing)
                result = await self._store.write(
                    _alone, entry, by=self._name, missing_is_fine=True, proven=proven, share=self._share
                )
        except StorageTrouble:
            await asyncio.sleep(1.0)  # the place, not the activity: it is tried again for as long as it takes
            with suppress(StorageTrouble):
                await self._store.write(journal.give_back, [entry.id], by=self._name)
        except Exception as error:  # noqa: BLE001  a worker's turn: what one activity raises must not stop the others
            await self._try_later(stuck, error)
        else:
            if isinstance(result, Settled):
                self._tell_settled(result)

    async def _gather(self, missing: Iterable[Wanted]) -> frozenset[str]:
        """Bring what is missing; returns the ids of activities whose proof was checked."""
        budget, proven = Budget.to_apply(), set[str]()
        for wanted in missing:
            try:
                await self._bring(wanted, budget)
                if wanted.how is How.PROOF:
                    proven.add(wanted.uri)
            except Unreachable as error:
                if wanted.required and error.temporary:
                    raise
            except (Unauthenticated, NotAdmitted):
                continue  # a proof that is wrong, or of somebody who is no peer's: it proves nothing
        return frozenset(proven)

    async def _bring(self, wanted: Wanted, budget: Budget) -> None:
        match wanted.how:
            case How.ONCE:
                await self._gathering.anything(wanted.uri, answered_by=wanted.document, budget=budget)
            case How.IF_FOR_US:
                await self._gathering.told(wanted.uri, naming=wanted.naming, budget=budget)
            case How.AGAIN:
                await self._gathering.again(wanted.uri, naming=wanted.naming, budget=budget)
            case How.RESTORED:
                await self._gathering.restored(wanted.uri, group=wanted.naming, budget=budget)
            case How.AS_ACT:
                await self._gathering.act(wanted.uri, budget=budget)
            case How.LED:
                await self._gathering.leaders(wanted.uri, collection=wanted.naming, budget=budget)
            case How.PROOF:
                await self._prove(wanted.document or {}, budget)

    async def _try_later(self, stuck: Stuck, error: Exception) -> None:
        entry = stuck.entry
        with suppress(StorageTrouble):  # then its lease runs out, and it is tried again all the same
            if entry.attempts + 1 >= MOST_ATTEMPTS:
                await self._store.write(journal.settle, entry.id, journal.QUARANTINED, error=repr(error))
                self._tell(ActivityQuarantined(entry.uri, entry.host, repr(error), stuck.type))
            else:
                wait = timedelta(seconds=5 * 4**entry.attempts)
                await self._store.write(_postpone, entry, wait=wait, error=repr(error))

    async def _renew_for_ever(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            if self._held:
                with suppress(StorageTrouble):
                    await self._store.write(_renew, frozenset(self._held), by=self._name)

    def _tell_settled(self, settled: Settled) -> None:
        entry = settled.entry
        self._tell(ActivitySettled(entry.uri, entry.host, settled.type, settled.outcome, settled.seconds))


# ---- units -----------------------------------------------------------------------------------------------------------


def _turn(unit: Unit, fresh: Mapping[bytes, Activity], /, *, by: str, limit: int, apart: bool, share: Rate) -> Turn:
    """Apply what may be applied; hold what must be worked on alone.

    apart: each in a savepoint of its own, so that one that raises is held; else all of the turn is taken back.
    """
    apply = _apply_apart if apart else _apply
    entries = journal.take(unit, limit=limit)
    texts = journal.bodies(unit, [entry.id for entry in entries])
    turn = Turn(len(entries), bodies=list(texts.values()))
    held: set[str] = set()
    told = {each.id: _read(texts.get(each.id, b""), fresh) for each in entries}
    if not apart:
        look_ahead(unit, [read.activity for read in told.values() if read.activity is not None])
    for entry in entries:
        if entry.actor_uri in held:
            continue
        result = apply(unit, entry, told[entry.id], missing_is_fine=False, share=share)
        if isinstance(result, Settled):
            turn.settled.append(result)
        else:
            held.add(entry.actor_uri)
            turn.stuck.append(result)
    if entries:
        journal.settle_applied(unit, [each.entry.id for each in turn.settled if each.outcome == journal.APPLIED])
    if turn.stuck:
        journal.lease(unit, [each.entry.id for each in turn.stuck], by=by, until=unit.now + LEASE)
    return turn


def _read(body: bytes, fresh: Mapping[bytes, Activity]) -> Read:
    return Read(body, fresh.get(body) or _parsed(body))


def _apply_apart(unit: Unit, entry: Entry, read: Read, *, missing_is_fine: bool, share: Rate) -> Settled | Stuck:
    try:
        with unit.attempt():
            return _apply(unit, entry, read, missing_is_fine=missing_is_fine, share=share)
    except Exception as error:  # what one activity raises must not stop the others: alone, it is seen what it is
        if is_of_the_place(error):
            raise
        return Stuck(entry, _type_of(read.activity))


def _alone(
    unit: Unit, entry: Entry, *, by: str, missing_is_fine: bool, share: Rate, proven: frozenset[str] = frozenset()
) -> Settled | Stuck | None:
    """Apply one activity that this process holds; None when another has taken it meanwhile."""
    if not journal.leased(unit, entry.id, by=by):
        return None
    body = journal.bodies(unit, [entry.id]).get(entry.id, b"")
    result = _apply(unit, entry, Read(body, _parsed(body), proven), missing_is_fine=missing_is_fine, share=share)
    if isinstance(result, Settled) and result.outcome == journal.APPLIED:
        journal.settle_applied(unit, [entry.id])
    return result


def _apply(unit: Unit, entry: Entry, read: Read, *, missing_is_fine: bool, share: Rate) -> Settled | Stuck:
    """Apply an activity, or say what is missing. What it may not do, or what means nothing here, is settled."""
    activity = read.activity
    if activity is None:
        return _dropped(unit, entry, Ignored("unknown-type"), None)
    activity.believe(read.proven)
    try:
        if entry.addressee is not None:
            activity.comes_to(accounts.get(unit, entry.addressee))
        activity.demand_standing(unit)
        if not missing_is_fine and (missing := tuple(activity.wants(unit))):
            quotas.demand_before_asking(unit, activity, missing, share)
            return Stuck(entry, activity.type, missing)
        activity.authorize(unit)
        quotas.demand(unit, activity, share)
    except (NotFound, FederationError) as error:
        return _dropped(unit, entry, error, activity)
    forwarding.forward(unit, activity, read.body, brought_by=entry.host)
    sent_on = hosting.onward(unit, activity)
    activity.apply(unit)
    outbox.answer(unit, activity, sent_on)
    forwarding.pass_on(unit, activity, read.body, brought_by=entry.host)
    return _settled(unit, entry, journal.APPLIED, activity)


def _dropped(unit: Unit, entry: Entry, error: NotFound | FederationError, activity: Activity | None) -> Settled:
    outcome = journal.IGNORED if isinstance(error, Ignored | NotFound) else journal.REFUSED
    journal.settle(unit, entry.id, outcome, error=f"{error.code}: {error}")
    return _settled(unit, entry, outcome, activity)


def _settled(unit: Unit, entry: Entry, outcome: str, activity: Activity | None) -> Settled:
    seconds = (unit.now - entry.received_at).total_seconds()
    return Settled(entry, outcome, _type_of(activity), max(0.0, seconds))


def _type_of(activity: Activity | None) -> str:
    return "" if activity is None else activity.type


def _parsed(body: bytes) -> Activity | None:
    """The activity in bytes that were taken once; None when this version of the program knows no such activity."""
    try:
        return Activity.parse(strict_json.loads(body))
    except FederationError:
        return None


def _renew(unit: Unit, held: Iterable[int], *, by: str) -> None:
    journal.renew(unit, held, by=by, until=unit.now + LEASE)


def _postpone(unit: Unit, entry: Entry, *, wait: timedelta, error: str) -> None:
    journal.postpone(unit, entry.id, retry_at=unit.now + wait, error=error)


def _seconds_to_retry(unit: Unit) -> float:
    moment: datetime | None = journal.next_retry(unit)
    return LOOK_SECONDS if moment is None else max(0.05, (moment - unit.now).total_seconds())
