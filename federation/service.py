"""The federation of one node, put together: what the faces call, and the tasks that run for as long as the node does."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from aiohttp.abc import AbstractResolver

from federation.addresses import Egress
from federation.allowlist import Allowlist
from federation.applier import Applier
from federation.backfill import Backfill
from federation.carrying import Carrier
from federation.client import Budget, Client
from federation.delivery import Delivery
from federation.directories import Directories
from federation.errors import BadHost, FederationError, NotThere, Unauthenticated, Unreachable
from federation.gathering import Gathering
from federation.hearsay import Hearsay
from federation.hosts import canonical_host, host_of
from federation.inbox import Arrival, Inbox
from federation.intake import Intake
from federation.knocks import Knocks
from federation.own_keys import OwnKeys
from federation.peer_keys import PeerKeys
from federation.poll_watch import PollWatch
from federation.profiles import Profiles
from federation.rates import Rates
from federation.readmission import Readmission
from federation.roles import ALL_ROLES, Role
from federation.signatures import proofs
from federation.signatures.keys import Kind, PrivateKey
from federation.signatures.proofs import Proven
from federation.strict_json import JsonObject
from federation.synchronising import Synchronising
from storage import accounts, deliveries, journal, peers, posts
from storage.accounts import Account
from storage.errors import StorageError, StorageTrouble
from storage.events import Event
from storage.ids import Host
from storage.posts import Post
from storage.rates import Rate
from storage.store import Store, Unit
from storage.vault import Vault

GREETINGS_AT_ONCE = 8
TROUBLE_PAUSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands, and what it may reach.

    base_url: its public address, no closing slash.  account_domain: the domain of its people's handles.
    open_webfinger: whether everybody may ask who is behind a handle.
    """

    base_url: str
    account_domain: Host
    name: str
    version: str
    egress: Egress
    allow_addresses: bool
    activities_per_minute: int
    unproven_per_minute: int
    unasked_per_hour: int
    open_webfinger: bool = False

    @property
    def host(self) -> Host:
        """The node's own host, as it stands in others' allowlists."""
        return host_of(self.base_url)


class Federation:
    """Everything that talks to peers, on one store."""

    def __init__(
        self,
        place: Place,
        store: Store,
        vault: Vault,
        *,
        now: Callable[[], datetime],
        tell: Callable[[Event], None],
        resolver: AbstractResolver | None = None,
        tls: ssl.SSLContext | None = None,
        name: str = "",
    ) -> None:
        """Made on a running loop.

        now: aware, UTC.  tell: hears what happens with peers.  resolver: finds addresses, the system's when None.
        tls: which certificates of peers are believed, the system's when None.
        name: of this process, in leases; at most 32 characters, never used before; one is made when there is none.
        """
        name = name or uuid4().hex
        self.place = place
        self.tell = tell
        self.store = store
        self._group: asyncio.TaskGroup | None = None
        self.allowlist = Allowlist(store)
        self.keys = OwnKeys(store, vault, now=now)
        knocks = Knocks(store)
        self.client = Client(
            own=place.host,
            admitted=self.allowlist.may_ask,
            egress=place.egress,
            signer=self._node_key,
            knocks=knocks,
            now=now,
            software=f"Legation/{place.version} (+{place.base_url}/)",
            resolver=resolver,
            tls=tls,
        )
        self.gathering = Gathering(store, self.client, prove=self._prove)
        self.backfill = Backfill(store, self.client, self.gathering, now=now)
        self.peer_keys = PeerKeys(store, self.gathering, own=place.host, now=now)
        rates = Rates(
            store, per_minute=place.activities_per_minute, unproven_per_minute=place.unproven_per_minute, now=now
        )
        self.applier = Applier(
            store,
            self.gathering,
            name=name,
            prove=self._prove,
            is_busy=self._is_busy,
            tell=tell,
            share=Rate(place.unasked_per_hour, timedelta(hours=1)),
        )
        self.profiles = Profiles(store, self.client, self.gathering, spawn=self._spawn, now=now)
        self.synchronising = Synchronising(store, self.client, spawn=self._spawn, tell=tell)
        self.carrier = Carrier(store)
        self.readmission = Readmission(store, domain=place.account_domain)
        self.inbox = Inbox(
            self.allowlist,
            self.peer_keys,
            Intake(store),
            knocks,
            Hearsay(store, self.gathering, self.allowlist),
            store=store,
            rates=rates,
            now=now,
            tell=tell,
            remember=self.applier.remember,
            notice=self.synchronising.notice,
        )
        self.delivery = Delivery(store, self.client, self.keys, self.allowlist, name=name, tell=tell)
        self.poll_watch = PollWatch(store)
        self.directories = Directories(
            store, self.client, scheme="http" if place.egress.plain_http else "https", tell=tell
        )

    @contextlib.asynccontextmanager
    async def running(
        self, roles: frozenset[Role] = ALL_ROLES, *, instead_of: Sequence[str] = ()
    ) -> AsyncIterator[None]:
        """Do what this process is for, for as long as the context lasts. The client is closed by whoever made this.

        roles: what the process does. Every process can answer peers and take what they tell; what one takes, another that
        has the role may apply or deliver.  instead_of: names of processes that have died: what they held is free again now,
        and not only when their leases run out.
        """
        for name in instead_of:
            await self.store.write(_free_leases, name)
        known = await self.store.read(peers.allowed_hosts)
        async with asyncio.TaskGroup() as group:
            self._group = group
            tasks = [group.create_task(work, name=name) for name, work in self._work_of(roles, known).items()]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                self._group = None

    def _work_of(self, roles: frozenset[Role], known: Sequence[Host]) -> dict[str, Coroutine[None, None, None]]:
        # In each process, since each has readers: whoever asks first for a thread fetches for all.
        work: dict[str, Coroutine[None, None, None]] = {
            "make threads whole": _through_trouble(self.backfill.fill_for_ever)
        }
        if Role.INBOX in roles:
            work["apply"] = _through_trouble(self.applier.apply_for_ever)
            work["carry followers"] = _through_trouble(self.carrier.carry_for_ever)
            work["tell of follows that are back"] = _through_trouble(self.readmission.tell_for_ever)
            work["watch polls"] = _through_trouble(self.poll_watch.watch_for_ever)
        if Role.DELIVERY in roles:
            work["deliver"] = _through_trouble(self.delivery.deliver_for_ever)
            work["read directories"] = _through_trouble(self.directories.read_for_ever)
            work["greet peers"] = self._greet(known)
        return work

    def notice(self, arrival: Arrival) -> None:
        """A peer has asked for this node's own actor, signed: once the signature is verified, the peer counts as back."""
        self._spawn(self._verify_greeting(arrival), "note a greeting")

    async def person(self, username: str, host: str, *, budget: Budget | None = None) -> Account:
        """Somebody by their handle, asked for at their node when not known here.

        host: '' or this node's own domain for people here.  Raises NotThere and the other Unreachable errors.
        """
        where = self.host_of_handle(host)
        found = await self.store.read(accounts.by_handle, username, where)
        if found is not None:
            return found
        if not where:
            raise NotThere(username)
        return await self.gathering.named(username, Host(where), budget=budget or Budget())

    async def known(self, uri: str) -> Account | Post:
        """An account or a post by its address, if it is known here. Raises NotThere."""
        account = await self.store.read(accounts.by_uri, uri)
        post = await self.store.read(posts.by_address, uri) if account is None else None
        found = account or post
        if found is None:
            raise NotThere(uri)
        return found

    async def thing(self, uri: str, *, budget: Budget | None = None) -> Account | Post:
        """An account or a post by its address, fetched from its node when not known here. Raises Unreachable."""
        with contextlib.suppress(NotThere):
            return await self.known(uri)
        return await self.gathering.anything(uri, budget=budget or Budget())

    def host_of_handle(self, host: str) -> Host | str:
        """The host part of a handle as it is kept: '' for this node. Raises NotThere when it is no host at all."""
        if not host:
            return ""
        try:
            canonical = canonical_host(host, allow_addresses=self.place.allow_addresses)
        except BadHost as error:
            raise NotThere(host) from error
        return "" if canonical in (self.place.account_domain, self.place.host) else canonical

    def _spawn(self, work: Coroutine[None, None, None], name: str) -> None:
        """Do something beside what is being answered, for as long as this runs."""
        if self._group is None:
            work.close()
        else:
            self._group.create_task(work, name=name)

    async def _prove(self, document: JsonObject, budget: Budget) -> Proven:
        """Who vouches for a document that came inside another. Raises Unauthenticated, NotAdmitted, TemporarilyUnavailable."""
        try:
            await self.allowlist.demand(host_of(proofs.author_of(document) or ""))
        except BadHost as error:
            raise Unauthenticated(error.reason, code="bad-proof") from error
        return await self.peer_keys.prove(document, budget=budget)

    def _is_busy(self) -> bool:
        return self.inbox.is_busy()

    async def _verify_greeting(self, arrival: Arrival) -> None:
        with contextlib.suppress(FederationError, StorageError):
            signer = await self.inbox.identify(arrival)
            await self.store.write(peers.greeted, {signer.host: self.inbox.skew_of(signer)})

    async def _node_key(self, kind: Kind) -> PrivateKey:
        return await self.keys.key((await self.store.read(accounts.node_actor)).id, kind)

    async def _greet(self, hosts: Sequence[Host]) -> None:
        """Say to each peer that this node is back, so that what waits there for us comes at once."""
        room = asyncio.Semaphore(GREETINGS_AT_ONCE)

        async def greet(host: Host) -> None:
            scheme = "http" if self.place.egress.plain_http else "https"
            async with room:
                with contextlib.suppress(Unreachable):
                    await self.client.get_document(f"{scheme}://{host}/actor", budget=Budget(fetches=2, seconds=10.0))

        async with asyncio.TaskGroup() as group:
            for host in hosts:
                group.create_task(greet(host), name=f"greet {host}")


def _free_leases(unit: Unit, name: str) -> None:
    journal.give_all_back(unit, by=name)
    deliveries.give_all_back(unit, by=name)


async def _through_trouble(work: Callable[[], Awaitable[None]]) -> None:
    """Go on with work that never ends, also after the disk was full or the database busy for a while."""
    while True:
        try:
            await work()
        except* StorageTrouble:
            await asyncio.sleep(TROUBLE_PAUSE_SECONDS)
