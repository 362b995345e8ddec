"""A peer tells us something: checked, kept, answered 202.

    POST inbox ─► CHECKS, cheap before costly ─► intake ─► journal (committed) ─► 202
                                                              ┊
                                                           applier

Nothing is fetched before the allowlist was asked, and nothing is written before the signature was verified. A second
copy of an activity gets 202 and changes nothing. What is kept is what was received, byte for byte; `applier` makes it true.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from federation import audience, followers, proving, signatures, strict_json
from federation.activity import Activity
from federation.allowlist import Allowlist
from federation.client import Budget
from federation.errors import (
    BadHost,
    GoneHere,
    Malformed,
    NotFoundHere,
    TemporarilyUnavailable,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    UnsupportedType,
)
from federation.events import ActivityReceived, SignatureVerified, working_on
from federation.hearsay import Hearsay
from federation.hosts import host_of
from federation.intake import Intake
from federation.knocks import Knocks
from federation.peer_keys import PeerKeys
from federation.rates import Rates
from federation.signatures import SignedRequest, Signer, proofs, rfc9421
from federation.signatures.keys import Kind
from federation.signatures.proofs import Proven
from federation.signatures.replays import Replays
from federation.signatures.ways import Way
from federation.strict_json import JsonObject
from federation.vocabulary import value_or_id
from storage import accounts
from storage.events import Event
from storage.ids import AccountId, Host, parsed
from storage.journal import Arrived
from storage.store import Store

LARGEST_BODY = 1024 * 1024

ACTIVITY_TYPES = frozenset({"application/activity+json", "application/ld+json"})
ACTIVITY_PROFILE = "https://www.w3.org/ns/activitystreams"

OF_ONESELF = ("Delete", "Update")
"""What costs no question where it is about an actor that nobody here knows."""

NOWHERE = Host("")


@dataclass(slots=True)
class Arrival:
    """A request on its way through the checks; each check fills in what it has found out.

    request: as received.  address: what its sender is counted by until it is known who that is.
    addressee: the number in the address of a person's own inbox, '' for the inbox of all.  owner: that person, once it is known who asks.
    host: where it claims to come from.  leaving: the actor that says with it that it is no more, '' for all else.  document: its body.  signer: who signed it.
    proven: who vouches for the document, if it has a proof.  budget: what finding out who vouches may cost.
    """

    request: SignedRequest
    content_type: str
    address: str = ""
    addressee: str = ""
    owner: AccountId | None = None
    host: Host = NOWHERE
    leaving: str = ""
    document: JsonObject = field(default_factory=dict)
    signer: Signer | None = None
    proven: Proven | None = None
    activity: Activity | None = None
    budget: Budget = field(default_factory=Budget.to_know_who)
    settled: bool = False


class Inbox:
    """Takes what peers tell."""

    def __init__(  # noqa: PLR0913  the checks are given all that they ask
        self,
        allowlist: Allowlist,
        keys: PeerKeys,
        intake: Intake,
        knocks: Knocks,
        hearsay: Hearsay,
        *,
        store: Store,
        rates: Rates,
        now: Callable[[], datetime],
        tell: Callable[[Event], None],
        remember: Callable[[bytes, Activity], None],
        notice: Callable[[str, Signer], None],
    ) -> None:
        """An inbox.

        rates: how many activities a peer may send, and how much may come that proves nothing.  now: aware, UTC.  tell: hears of what was verified and what was kept.
        remember: is told of each activity as it was read, so that whoever applies it need not read it again.
        notice: is told what a peer says of its people's followers here.
        """
        self._allowlist = allowlist
        self._keys = keys
        self._intake = intake
        self._knocks = knocks
        self._hearsay = hearsay
        self._replays = Replays()
        self._store = store
        self._rates = rates
        self._now = now
        self._tell = tell
        self._remember = remember
        self._notice = notice
        self._receiving = 0

    def is_busy(self) -> bool:
        """Whether requests are being checked or kept."""
        return self._receiving > 0

    async def receive(self, arrival: Arrival) -> None:
        """Take a request durably, or refuse it. Raises Refused; StorageTrouble when it cannot be kept."""
        self._receiving += 1
        try:
            await self._receive(arrival)
        finally:
            self._receiving -= 1

    async def _receive(self, arrival: Arrival) -> None:
        for check in CHECKS:
            await check(self, arrival)
            if arrival.settled:
                return
        activity, body = arrival.activity, arrival.request.body
        if activity is None:
            return  # a type that this node does not know: lawful, and nothing to do
        assert arrival.signer is not None
        skew = self.skew_of(arrival.signer)
        self._remember(body, activity)
        with working_on(activity.id, arrival.host):
            addressee = None if audience.is_addressed(arrival.document) else arrival.owner
            if await self._intake.keep(Arrived(activity.id, activity.actor, arrival.host, body, skew, addressee)):
                self._tell(ActivityReceived(activity.id, arrival.host, activity.type))
        self._replays.remember(arrival.request)
        if (claim := arrival.request.headers.get(followers.NAME)) is not None:
            self._notice(claim, arrival.signer)

    def skew_of(self, signer: Signer) -> int:
        """By how many seconds the clock of whoever has just signed a request is ahead of ours."""
        return round((signer.signed_at - self._now()).total_seconds())

    async def identify(self, arrival: Arrival) -> Signer:
        """Who asks to read something: the checks that need no body. Raises Refused."""
        await self._demand_allowed(arrival)
        await self._demand_patience(arrival)
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
        await self._allowlist.demand_open(arrival.host)

    async def _demand_patience(self, arrival: Arrival) -> None:
        """From where much came of late that proved nothing, nothing more is looked at for a moment."""
        wait = self._rates.wait_of(arrival.address)
        if wait is not None:
            message = "Too much that proves nothing has come from this address. The request can be repeated later."
            raise TooManyRequests(message, code="too-much-unproven", retry_after=max(1, round(wait)))

    async def _demand_rate(self, arrival: Arrival) -> None:
        """Not before the signature holds: else whoever writes a peer's name on a request would spend what is the peer's."""
        wait = await self._rates.take(arrival.host)
        if wait is not None:
            raise TooManyRequests(retry_after=max(1, round(wait)))

    async def _drop_copies(self, arrival: Arrival) -> None:
        """The very same request once more: the first has done its work."""
        arrival.settled = self._replays.is_known(arrival.request)

    async def _drop_farewells(self, arrival: Arrival) -> None:
        """An unknown actor deletes itself: its key is gone with it. Or has changed: nobody here has what was before."""
        if not any(word in arrival.request.body for word in (b'"Delete"', b'"Update"')):
            return
        try:
            document = strict_json.loads(arrival.request.body)
        except Malformed:
            await self._rates.take_unproven(arrival.address)  # nothing is proven yet, and reading it was work
            raise
        kind, actor = document.get("type"), value_or_id(document.get("actor"))
        if kind not in OF_ONESELF or not isinstance(actor, str) or value_or_id(document.get("object")) != actor:
            return
        arrival.leaving = actor if kind == "Delete" else ""
        arrival.settled = await self._has_left(actor)
        if arrival.settled:
            await self._rates.take_unproven(arrival.address)

    async def _has_left(self, actor: str) -> bool:
        known = await self._store.read(accounts.by_uri, actor)
        return known is None or known.gone_at is not None

    async def _demand_signature(self, arrival: Arrival) -> None:
        try:
            arrival.signer = await self._keys.verify(arrival.request, budget=arrival.budget)
        except TemporarilyUnavailable:
            await self._rates.take_unproven(arrival.address)
            raise
        except Unauthenticated:
            await self._rates.take_unproven(arrival.address)
            # Whoever leaves may have no key to show any more: its node was asked for one, and may have said that it is gone.
            arrival.settled = arrival.leaving != "" and await self._has_left(arrival.leaving)
            if not arrival.settled:
                raise
            return
        self._tell(SignatureVerified(arrival.signer.host, arrival.signer.scheme))
        if arrival.signer.scheme == rfc9421.NAME and arrival.signer.kind is Kind.ED25519:
            await self._knocks.took(arrival.signer.host, Way.MODERN)  # who signs like this reads it too

    async def _demand_addressee(self, arrival: Arrival) -> None:
        """Not before it is known who asks: strangers learn of nobody whether they are here."""
        if not arrival.addressee:
            return
        number = parsed(arrival.addressee)
        account = None if number is None else await self._store.read(accounts.by_id, AccountId(number))
        if account is None or not account.is_local:
            raise NotFoundHere
        if account.gone_at is not None:
            raise GoneHere
        arrival.owner = account.id

    async def _demand_document(self, arrival: Arrival) -> None:
        arrival.document = strict_json.loads(arrival.request.body)

    async def _demand_proof(self, arrival: Arrival) -> None:
        """A proof need not be there; one that is wrong is refused, however good the signature of the request."""
        if not proofs.has_proof(arrival.document):
            return
        author = proofs.author_of(arrival.document)
        try:
            await self._allowlist.demand(host_of(author or ""))
        except BadHost as error:
            raise Unauthenticated(error.reason, code="bad-proof") from error
        arrival.proven = await self._keys.prove(arrival.document, budget=arrival.budget)

    async def _demand_actor(self, arrival: Arrival) -> None:
        actor = value_or_id(arrival.document.get("actor"))
        if not isinstance(actor, str):
            raise Malformed("The property `actor` is one id.", code="bad-actor")
        vouching = {one.actor for one in (arrival.signer, arrival.proven) if one is not None}
        if actor not in vouching:
            arrival.settled = await self._hearsay.look_into(arrival.document, brought_by=arrival.host)
        if actor not in vouching and not arrival.settled:
            raise Unauthenticated("The key that signed this does not belong to the actor.", code="not-the-actor")

    async def _demand_inside(self, arrival: Arrival) -> None:
        """No wrong proof either on the post inside, which its author may have proven by itself. What is somebody else's is dropped later, proven or not."""
        post = proving.carried(arrival.document)
        if post is None or not proofs.has_proof(post):
            return
        if proofs.author_of(post) == value_or_id(arrival.document.get("actor")):
            await self._keys.prove(proofs.taken_out(post), budget=arrival.budget)

    async def _demand_activity(self, arrival: Arrival) -> None:
        arrival.activity = Activity.parse(arrival.document)


Check = Callable[[Inbox, Arrival], Awaitable[None]]

CHECKS: tuple[Check, ...] = (
    Inbox._demand_size,  # noqa: SLF001  the order stands here, once, beside what it orders
    Inbox._demand_type,  # noqa: SLF001
    Inbox._demand_allowed,  # noqa: SLF001
    Inbox._demand_patience,  # noqa: SLF001
    Inbox._drop_copies,  # noqa: SLF001
    Inbox._drop_farewells,  # noqa: SLF001
    Inbox._demand_signature,  # noqa: SLF001
    Inbox._demand_rate,  # noqa: SLF001
    Inbox._demand_addressee,  # noqa: SLF001
    Inbox._demand_document,  # noqa: SLF001
    Inbox._demand_proof,  # noqa: SLF001
    Inbox._demand_actor,  # noqa: SLF001
    Inbox._demand_inside,  # noqa: SLF001
    Inbox._demand_activity,  # noqa: SLF001
)
"""Every check of a request to an inbox, in order: cheap before costly, nothing fetched before the allowlist."""
