"""The keys with which peers sign: from memory or the database, fetched once when unknown, again when they no longer fit.

A key that was changed by whichever process is forgotten here before the next request is answered: whoever verifies has
waited for `Store.up_to_date`, as the allowlist does.

A key belongs to the actor that shows it, on the same origin; the actor document must name that very key. A key that
could not be found is remembered for a while, so that a broken peer does not make this node knock for every request. Whoever
wants a key that is being asked for waits for the same answer; and where no answer came, nobody is called a liar for it: that
is 503, and is tried again.
Source: `docs/explanation/protocol.md`, "Finding a key"; CVE-2024-23832, CVE-2026-34148, CVE-2026-69132.
"""

import asyncio
import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from datetime import datetime

from federation import hosts, signatures
from federation.client import Budget
from federation.errors import NotAdmitted, TemporarilyUnavailable, Unauthenticated, Unreachable
from federation.gathering import Gathering
from federation.signatures import KeyWanted, PublicKey, SignedRequest, Signer, proofs
from federation.signatures import keys as signing_keys
from federation.signatures.proofs import AssertionKeyWanted, Proven
from federation.strict_json import JsonObject
from storage import keys
from storage.events import ChangedElsewhere, Event, PublicKeyChanged
from storage.ids import Host
from storage.store import Store

FETCH_PAUSE_SECONDS = 300.0
MOST_REMEMBERED = 4_096
MOST_CACHED = 4_096


@dataclass(frozen=True, slots=True)
class _Known:
    key: PublicKey
    proves: bool
    expires_at: datetime | None
    held: bool


class PeerKeys:
    """Verifies requests and documents of peers, finding their keys as needed."""

    def __init__(self, store: Store, gathering: Gathering, *, own: Host, now: Callable[[], datetime]) -> None:
        self._store = store
        self._gathering = gathering
        self._own = own
        self._now = now
        self._cached: dict[str, _Known] = {}
        self._changes = 0
        self._asked: dict[str, float] = {}
        self._asking: dict[str, asyncio.Task[None]] = {}
        store.listen(self._hear)

    async def verify(self, request: SignedRequest, *, budget: Budget) -> Signer:
        """Who signed this request, whose host was found on the allowlist before.

        budget: what finding the key may cost.  Raises Unauthenticated; TemporarilyUnavailable when the key could not be
        fetched just now.
        """
        try:
            return await self._verify(request, budget, refreshed=False)
        except Unauthenticated as error:
            key_id = signatures.key_id_of(request)
            if error.code != "wrong-key" or not await self._refresh(key_id, budget):
                raise
            return await self._verify(request, budget, refreshed=True)

    async def prove(self, document: JsonObject, *, budget: Budget) -> Proven:
        """Who vouches for a document that has a proof, and whose author's host was found on the allowlist before.

        Arguments and errors as those of `verify`.
        """
        wanted = next(proofs.verify(document, now=self._now()))
        try:
            return await self._prove(document, wanted, budget, refreshed=False)
        except Unauthenticated as error:
            if error.code != "wrong-proof" or not await self._refresh(wanted.key_id, budget):
                raise
            return await self._prove(document, wanted, budget, refreshed=True)

    def _hear(self, events: Iterable[Event]) -> None:
        for event in events:
            match event:
                case PublicKeyChanged(owner):
                    self._cached = {key_id: known for key_id, known in self._cached.items() if known.key.owner != owner}
                    self._changes += 1
                case ChangedElsewhere():
                    self._cached = {}
                    self._changes += 1
                case _:
                    pass

    async def _verify(self, request: SignedRequest, budget: Budget, *, refreshed: bool) -> Signer:
        steps: Generator[KeyWanted, PublicKey, Signer] = signatures.verify(request, now=self._now())
        known = await self._find(next(steps).key_id, budget, refreshed=refreshed)
        try:
            steps.send(known.key)
        except StopIteration as finished:
            signer: Signer = finished.value
            _demand_confirmed(known)
            return signer
        message = "The signature asks for a second key."
        raise Unauthenticated(message, code="bad-signature-header")

    async def _prove(
        self, document: JsonObject, wanted: AssertionKeyWanted, budget: Budget, *, refreshed: bool
    ) -> Proven:
        known = await self._find(wanted.key_id, budget, refreshed=refreshed)
        if not known.proves:
            message = "The actor does not list the proof's key under `assertionMethod`."
            raise Unauthenticated(message, code="wrong-proof", internal=wanted.key_id)
        steps: Generator[AssertionKeyWanted, PublicKey, Proven] = proofs.verify(document, now=self._now())
        next(steps)
        try:
            steps.send(known.key)
        except StopIteration as finished:
            proven: Proven = finished.value
            _demand_confirmed(known)
            return proven
        message = "The proof asks for a second key."
        raise Unauthenticated(message, code="bad-proof")

    async def _find(self, key_id: str, budget: Budget, *, refreshed: bool) -> _Known:
        if hosts.host_of(key_id) == self._own:
            message = "A key of this node does not sign requests to it."
            raise Unauthenticated(message, code="own-key")
        if not refreshed and (cached := self._cached.get(key_id)) is not None:
            return self._unexpired(cached)
        changes = self._changes
        row = await self._store.read(keys.public, key_id) or await self._fetch(key_id, budget)
        key = PublicKey(row.key_id, row.owner_uri, signing_keys.public_from_pem(row.pem))
        known = _Known(key, row.proves, row.expires_at, row.held)
        if changes == self._changes:  # else it may be an old one already
            self._keep(known)
        return self._unexpired(known)

    def _unexpired(self, known: _Known) -> _Known:
        if known.expires_at is not None and known.expires_at <= self._now():
            raise _no_key(known.key.key_id)
        return known

    def _keep(self, known: _Known) -> None:
        if len(self._cached) >= MOST_CACHED:
            del self._cached[next(iter(self._cached))]
        self._cached[known.key.key_id] = known

    async def _refresh(self, key_id: str, budget: Budget) -> bool:
        """Fetch a key again that no longer fits. False when it is shown no longer, or was asked for a short while ago."""
        try:
            was_asked = await self._ask(key_id, budget)
        except Unreachable as error:
            _demand_lasting(error)
            return False
        if was_asked:
            self._cached.pop(key_id, None)
        return was_asked

    async def _fetch(self, key_id: str, budget: Budget) -> keys.PublicKeyRow:
        try:
            await self._ask(key_id, budget)
        except Unreachable as error:
            _demand_lasting(error)
            raise _no_key(key_id, why=str(error)) from error
        row = await self._store.read(keys.public, key_id)
        if row is None:
            raise _no_key(key_id)
        return row

    async def _ask(self, key_id: str, budget: Budget) -> bool:
        """Fetch whoever has a key: once for all who want it now. False when that was done a short while ago. Raises Unreachable."""
        asking = self._asking.get(key_id)
        if asking is None:
            if not self._may_ask(key_id):
                return False
            asking = self._begin_asking(key_id, budget)
        await asyncio.shield(asking)
        return True

    def _begin_asking(self, key_id: str, budget: Budget) -> asyncio.Task[None]:
        """In a task of its own: whoever has asked may go away, and others wait for the same."""
        asking = asyncio.create_task(self._ask_owner(key_id, budget), name=f"ask for {key_id}")
        self._asking[key_id] = asking

        def forget(_: asyncio.Task[None]) -> None:
            self._asking.pop(key_id, None)
            if not asking.cancelled():
                asking.exception()  # told to those who still wait

        asking.add_done_callback(forget)
        return asking

    async def _ask_owner(self, key_id: str, budget: Budget) -> None:
        try:
            await self._gathering.owner_of_key(key_id.partition("#")[0], budget=budget)
        except Unreachable as error:
            if error.temporary:  # the next who needs it may ask
                self._asked.pop(key_id, None)
            raise

    def _may_ask(self, key_id: str) -> bool:
        now = time.monotonic()
        if now - self._asked.get(key_id, -FETCH_PAUSE_SECONDS) < FETCH_PAUSE_SECONDS:
            return False
        if len(self._asked) >= MOST_REMEMBERED:
            self._asked.clear()
        self._asked[key_id] = now
        return True


def _demand_confirmed(known: _Known) -> None:
    """A good signature by a key of a node that no key known before has vouched for. Raises NotAdmitted."""
    if known.held:
        message = (
            "The key of your node has changed, and no key known here before vouches for the new one. Ask this node's "
            "administrator to compare its fingerprint with yours and to confirm it."
        )
        raise NotAdmitted(message, code="node-key-changed", internal=known.key.key_id)


def _demand_lasting(error: Unreachable) -> None:
    """A key that could not be asked for just now is not said to be missing. Raises TemporarilyUnavailable."""
    if error.temporary:
        raise TemporarilyUnavailable("The key could not be fetched just now.", code="key-not-reachable") from error


def _no_key(key_id: str, *, why: str = "") -> Unauthenticated:
    message = "The actor does not show the key that signed this."
    return Unauthenticated(message, code="no-such-key", internal=f"{key_id}: {why}" if why else key_id)
