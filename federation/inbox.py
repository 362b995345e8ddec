"""A peer tells us something: checked, kept, answered 202, and then applied.

    POST inbox ─► CHECKS, cheap before costly ─► journal (committed) ─► 202
                                                   │
                  apply_next ◄─────────────────────┘   wants · authorize · apply · answers, one transaction

Nothing is fetched before the allowlist was asked, and nothing is written before the signature was verified. A second
copy of an activity gets 202 and changes nothing. What one actor did is applied in the order it came; an activity that
raises is tried five times and then set aside, and the next ones go on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from federation import outbox, signatures, strict_json
from federation.activity import Activity, Wanted
from federation.client import Budget
from federation.errors import (
    BadHost,
    FederationError,
    Ignored,
    Malformed,
    NotAdmitted,
    NotAllowed,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unreachable,
    UnsupportedType,
)
from federation.events import ActivityQuarantined, ActivitySettled
from federation.gathering import Gathering
from federation.peer_keys import PeerKeys
from federation.rates import Rates
from federation.signatures import SignedRequest, Signer
from federation.strict_json import JsonObject
from federation.vocabulary import value_or_id
from storage import accounts, journal, peers
from storage.errors import NotFound, StorageTrouble
from storage.events import Event, Received
from storage.ids import Host
from storage.journal import Entry
from storage.store import Store, Unit

LARGEST_BODY = 1024 * 1024
MOST_ATTEMPTS = 5
MOST_AT_ONCE = 32
BATCH = 200

ACTIVITY_TYPES = frozenset({"application/activity+json", "application/ld+json"})
ACTIVITY_PROFILE = "https://www.w3.org/ns/activitystreams"


NOWHERE = Host("")


@dataclass(slots=True)
class Arrival:
    """A request on its way through the checks; each check fills in what it has found out.

    request: as received.  host: where it claims to come from.  document: its body.  signer: who signed it.
    """

    request: SignedRequest
    content_type: str
    host: Host = NOWHERE
    document: JsonObject = field(default_factory=dict)
    signer: Signer | None = None
    activity: Activity | None = None
    settled: bool = False


class Inbox:
    """Takes what peers tell, and applies it."""

    def __init__(
        self, store: Store, keys: PeerKeys, gathering: Gathering, *, rates: Rates, tell: Callable[[Event], None]
    ) -> None:
        """An inbox.

        rates: how many activities a peer may send.  tell: hears of what became of each activity.
        """
        self._store = store
        self._keys = keys
        self._gathering = gathering
        self._rates = rates
        self._tell = tell
        self._wake = asyncio.Event()
        self._busy: set[str] = set()
        self._room = asyncio.Semaphore(MOST_AT_ONCE)
        store.listen(self._hear)

    async def receive(self, arrival: Arrival) -> None:
        """Take a request durably, or refuse it. Raises Refused; StorageTrouble when it cannot be kept."""
        for check in CHECKS:
            await check(self, arrival)
            if arrival.settled:
                return
        activity, signer = arrival.activity, arrival.signer
        if activity is None or signer is None:
            return  # a type that this node does not know: lawful, and nothing to do
        await self._store.write(_keep, activity, arrival)

    async def identify(self, arrival: Arrival) -> Signer:
        """Who asks to read something: the checks that need no body. Raises Refused."""
        await self._demand_allowed(arrival)
        await self._demand_signature(arrival)
        assert arrival.signer is not None
        return arrival.signer

    # ---- the checks, in their one order (CHECKS below) -------------------------------------------------------------

    async def _demand_size(self, arrival: Arrival) -> None:
        if len(arrival.request.body) > LARGEST_BODY:
            raise TooLarge

    async def _demand_type(self, arrival: Arrival) -> None:
        media_type, _, parameters = arrival.content_type.partition(";")
        if media_type.strip().lower() not in ACTIVITY_TYPES:
            raise UnsupportedType
        if media_type.strip().lower().endswith("ld+json") and ACTIVITY_PROFILE not in parameters:
            raise UnsupportedType

    async def _demand_allowed(self, arrival: Arrival) -> None:
        try:
            arrival.host = signatures.key_host(arrival.request)
        except BadHost as error:
            raise Unauthenticated(error.reason, code="bad-key-id") from error
        if not await self._store.read(peers.is_allowed, arrival.host):
            message = f"{arrival.host} is not on this node's list of allowed peers. Ask its administrator to allow it."
            raise NotAdmitted(message)

    async def _demand_rate(self, arrival: Arrival) -> None:
        wait = self._rates.take(arrival.host)
        if wait is not None:
            raise TooManyRequests(retry_after=max(1, round(wait)))

    async def _drop_farewells(self, arrival: Arrival) -> None:
        """An unknown actor deletes itself: its key is gone with it, and there is nothing here to delete."""
        if b'"Delete"' not in arrival.request.body:
            return
        document = strict_json.loads(arrival.request.body)
        actor = value_or_id(document.get("actor"))
        if (
            document.get("type") != "Delete"
            or not isinstance(actor, str)
            or value_or_id(document.get("object")) != actor
        ):
            return
        arrival.settled = await self._store.read(accounts.by_uri, actor) is None

    async def _demand_signature(self, arrival: Arrival) -> None:
        arrival.signer = await self._keys.verify(arrival.request)

    async def _demand_document(self, arrival: Arrival) -> None:
        arrival.document = strict_json.loads(arrival.request.body)

    async def _demand_actor(self, arrival: Arrival) -> None:
        actor = value_or_id(arrival.document.get("actor"))
        if not isinstance(actor, str):
            raise Malformed("The property `actor` is one id.", code="bad-actor")
        if arrival.signer is None or actor != arrival.signer.actor:
            raise Unauthenticated("The key that signed this does not belong to the actor.", code="not-the-actor")

    async def _demand_activity(self, arrival: Arrival) -> None:
        arrival.activity = Activity.parse(arrival.document)

    # ---- applying what the journal holds ---------------------------------------------------------------------------

    async def apply_for_ever(self) -> None:
        """Apply what comes, for as long as the node runs."""
        async with asyncio.TaskGroup() as group:
            while True:
                self._wake.clear()
                await self._start_waiting(group)
                await self._wait()

    def _hear(self, events: Iterable[Event]) -> None:
        if any(isinstance(event, Received) for event in events):
            self._wake.set()

    async def _start_waiting(self, group: asyncio.TaskGroup) -> None:
        chains: dict[str, list[Entry]] = {}
        for entry in await self._store.read(journal.waiting, limit=BATCH, unless=self._busy):
            chains.setdefault(entry.actor_uri, []).append(entry)
        for actor, entries in chains.items():
            await self._room.acquire()
            self._busy.add(actor)
            group.create_task(self._apply_chain(actor, entries), name=f"apply {actor}")

    async def _wait(self) -> None:
        retry = await self._store.read(_seconds_to_retry)
        with suppress(TimeoutError):
            async with asyncio.timeout(retry):
                await self._wake.wait()

    async def _apply_chain(self, actor: str, entries: list[Entry]) -> None:
        try:
            for entry in entries:
                if not await self.apply_next(entry):
                    break
        finally:
            self._busy.discard(actor)
            self._room.release()
            self._wake.set()

    async def apply_next(self, entry: Entry) -> bool:
        """Apply one activity of the journal. Returns False when the actor's next ones must wait for it."""
        try:
            missing = await self._store.write(_apply, entry, missing_is_fine=False)
            if missing:
                await self._gather(missing)
                await self._store.write(_apply, entry, missing_is_fine=True)
        except StorageTrouble:
            await asyncio.sleep(1.0)  # the place, not the activity: it is tried again for as long as it takes
            return False
        except Exception as error:  # noqa: BLE001  a worker's turn: what one activity raises must not stop the others
            return await self._try_later(entry, error)
        self._tell(ActivitySettled(entry.uri, entry.host))
        return True

    async def _gather(self, missing: Iterable[Wanted]) -> None:
        budget = Budget()
        for wanted in missing:
            try:
                await self._gathering.anything(wanted.uri, budget=budget)
            except Unreachable as error:
                if wanted.required and error.temporary:
                    raise

    async def _try_later(self, entry: Entry, error: Exception) -> bool:
        if entry.attempts + 1 >= MOST_ATTEMPTS:
            await self._store.write(journal.settle, entry.id, journal.QUARANTINED, error=repr(error))
            self._tell(ActivityQuarantined(entry.uri, entry.host, repr(error)))
            return True
        wait = timedelta(seconds=5 * 4**entry.attempts)
        await self._store.write(_postpone, entry, wait=wait, error=repr(error))
        return False


Check = Callable[[Inbox, Arrival], Awaitable[None]]

CHECKS: tuple[Check, ...] = (
    Inbox._demand_size,  # noqa: SLF001  the order stands here, once, beside what it orders
    Inbox._demand_type,  # noqa: SLF001
    Inbox._demand_allowed,  # noqa: SLF001
    Inbox._demand_rate,  # noqa: SLF001
    Inbox._drop_farewells,  # noqa: SLF001
    Inbox._demand_signature,  # noqa: SLF001
    Inbox._demand_document,  # noqa: SLF001
    Inbox._demand_actor,  # noqa: SLF001
    Inbox._demand_activity,  # noqa: SLF001
)
"""Every check of a request to an inbox, in order: cheap before costly, nothing fetched before the allowlist."""


def _keep(unit: Unit, activity: Activity, arrival: Arrival) -> None:
    journal.add(
        unit, uri=activity.id, actor_uri=activity.actor, host=arrival.host, body=strict_json.dumps(activity.document)
    )
    peers.heard(unit, arrival.host, skew_seconds=_skew(arrival.request, unit.now))


def _skew(request: SignedRequest, now: datetime) -> int | None:
    """How far the sender's clock is ahead of ours, in seconds, from the date that its signature covers."""
    try:
        return round((parsedate_to_datetime(request.headers["Date"]) - now).total_seconds())
    except (KeyError, ValueError):
        return None


def _parsed(entry: Entry) -> Activity:
    activity = Activity.parse(strict_json.loads(entry.body))
    if activity is None:  # kept by a later version of this program
        raise Ignored("unknown-type")
    return activity


def _apply(unit: Unit, entry: Entry, *, missing_is_fine: bool) -> list[Wanted]:
    """One turn: apply an activity, or say what is missing. What it may not do, or what means nothing here, is settled."""
    try:
        activity = _parsed(entry)
        missing = [] if missing_is_fine else list(activity.wants(unit))
        if missing:
            return missing
        activity.authorize(unit)
    except (NotAllowed, Ignored, NotFound, FederationError) as error:
        outcome = journal.IGNORED if isinstance(error, Ignored | NotFound) else journal.REFUSED
        journal.settle(unit, entry.id, outcome, error=f"{error.code}: {error}")
        return []
    activity.apply(unit)
    outbox.answer(unit, activity)
    journal.settle(unit, entry.id, journal.APPLIED)
    return []


def _postpone(unit: Unit, entry: Entry, *, wait: timedelta, error: str) -> None:
    journal.postpone(unit, entry.id, retry_at=unit.now + wait, error=error)


def _seconds_to_retry(unit: Unit) -> float | None:
    moment: datetime | None = journal.next_retry(unit)
    return None if moment is None else max(0.05, (moment - unit.now).total_seconds())
