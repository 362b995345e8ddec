"""Two nodes keep one list of who follows whom: each post to followers says which followers we think that the other has.

A post for followers goes to a node once, and that node shows it to those who, by its own list, follow the author. Where the
two lists differ, somebody reads what is not for them, or misses what is. So what goes to followers carries a digest of the
list (`followers`); who gets it compares, asks for the list where the digests differ, and sets its own right:

    follows here, and is not listed          the follow ends
    has asked, and is listed                 the follow stands
    is listed, and does not follow           an Undo goes out

Follows are ended only by a whole list that has the very digest that was told; any other may have changed on its way.

Source: FEP-8fcf.
"""

import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass

from federation import collections, documents, followers, strict_json
from federation.client import Budget, Client
from federation.errors import Unreachable
from federation.events import FollowersReconciled
from federation.followers import Claim
from federation.hosts import same_origin
from federation.signatures import Signer, rfc9421
from federation.strict_json import JsonObject
from federation.vocabulary import as_list, value_or_id
from storage import accounts, deliveries, follows
from storage import followers as lists
from storage.accounts import Account
from storage.deliveries import Delivery
from storage.errors import StorageError
from storage.events import AccountLeft, ChangedElsewhere, Event, PeerParted, RelationChanged
from storage.ids import AccountId, Host
from storage.store import Store, Unit

MOST_REMEMBERED = 4_096
MOST_UNDONE = 500
PAUSE_SECONDS = 300.0
"""Between two questions for the followers of one person."""

Spawn = Callable[[Coroutine[None, None, None], str], None]


@dataclass(frozen=True, slots=True)
class _Told:
    """An account of this node, and the digest of its followers at each node that has any."""

    uri: str
    collection: str
    digests: Mapping[Host, str]


class Claims:
    """Says of each delivery to followers which of them we think that the peer has."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[AccountId, _Told] = {}
        self._changes = 0
        store.listen(self._hear)

    async def of(self, delivery: Delivery) -> Claim | None:
        """The claim that goes out with a delivery; None where it is not for followers."""
        told = self._known.get(delivery.actor_id) or await self._read(delivery.actor_id)
        if f'"{told.collection}"'.encode() not in delivery.body:
            return None
        digest = told.digests.get(delivery.host) or followers.digest_of(())
        return Claim(told.collection, partial_uri(told.uri), digest)

    def _hear(self, events: Iterable[Event]) -> None:
        for event in events:
            match event:
                case RelationChanged(_, followed):
                    self._known.pop(followed, None)
                case AccountLeft() | PeerParted() | ChangedElsewhere():
                    self._known.clear()
                case _:
                    continue
            self._changes += 1

    async def _read(self, account: AccountId) -> _Told:
        changes = self._changes
        told = await self._store.read(_told, account)
        if changes == self._changes:  # else it may be an old one already
            if len(self._known) >= MOST_REMEMBERED:
                del self._known[next(iter(self._known))]
            self._known[account] = told
        return told


class Synchronising:
    """Compares what peers say of our people's follows with what is kept here."""

    def __init__(self, store: Store, client: Client, *, spawn: Spawn, tell: Callable[[Event], None]) -> None:
        """spawn: does something beside what is being answered.  tell: hears of what was set right."""
        self._store = store
        self._client = client
        self._spawn = spawn
        self._tell = tell
        self._agreed: dict[str, tuple[AccountId, str]] = {}
        self._asked: dict[str, float] = {}
        store.listen(self._hear)

    def notice(self, value: str, signer: Signer) -> None:
        """Take note of what a peer's verified request says of followers. value: of the header."""
        if signer.scheme == rfc9421.NAME and followers.NAME.lower() not in signer.covered:
            return  # whoever stood in between may have written it
        claim = followers.claim_in(value)
        if claim is None or not same_origin(claim.url, signer.actor):
            return
        agreed = self._agreed.get(signer.actor)
        if agreed is None or agreed[1] != claim.digest:
            self._spawn(self._compare(claim, signer.actor), f"compare followers of {signer.actor}")

    def _hear(self, events: Iterable[Event]) -> None:
        for event in events:
            match event:
                case RelationChanged(_, followed):
                    self._agreed = {uri: each for uri, each in self._agreed.items() if each[0] != followed}
                case AccountLeft() | PeerParted() | ChangedElsewhere():
                    self._agreed.clear()
                case _:
                    pass

    async def _compare(self, claim: Claim, actor: str) -> None:
        try:
            account, ours = await self._store.read(_ours, actor)
            if account is None or account.followers_uri != claim.collection:
                return
            if ours == claim.digest:
                self._agree(account, claim.digest)
            elif self._may_ask(actor):
                await self._ask(claim, account)
        except (Unreachable, StorageError):
            return  # the next post to followers says it again

    def _agree(self, account: Account, digest: str) -> None:
        if len(self._agreed) >= MOST_REMEMBERED:
            del self._agreed[next(iter(self._agreed))]
        self._agreed[account.uri] = account.id, digest

    def _may_ask(self, actor: str) -> bool:
        now = time.monotonic()
        if now - self._asked.get(actor, -PAUSE_SECONDS) < PAUSE_SECONDS:
            return False
        if len(self._asked) >= MOST_REMEMBERED:
            self._asked.clear()
        self._asked[actor] = now
        return True

    async def _ask(self, claim: Claim, account: Account) -> None:
        listed = await self._listed(claim.url)
        if listed is None:
            return
        is_as_told = followers.digest_of(listed) == claim.digest
        done = await self._store.write(_reconcile, account, listed, may_end=is_as_told)
        if any((done.ended, done.granted, done.undone)):
            self._tell(done)

    async def _listed(self, url: str) -> frozenset[str] | None:
        """Everybody in a list of followers; None if it is not whole."""
        # As many pages as of any collection. They are not cut after so many ids: a part of a list is worth nothing here.
        budget, seen = Budget(fetches=collections.MOST_PAGES + 1), set[str]()
        found: list[str] = []
        total: object = None
        page: object = url
        while page is not None:
            document = page if isinstance(page, dict) else await self._page(page, url, budget, seen)
            if document is None:
                return None
            total = document.get("totalItems") if total is None else total
            items = [value_or_id(item) for item in as_list(document.get("orderedItems", document.get("items")))]
            found += [item for item in items if isinstance(item, str)]
            page = document.get("first") or document.get("next")
        return frozenset(found) if total in (None, len(found)) else None

    async def _page(self, page: object, url: str, budget: Budget, seen: set[str]) -> JsonObject | None:
        if not isinstance(page, str) or page in seen or not same_origin(page, url):
            return None
        seen.add(page)
        return (await self._client.get_document(page, budget=budget)).json


def partial_uri(actor: str) -> str:
    """Where a node finds those of its people who follow somebody of this one."""
    return f"{actor}/followers_synchronization"


def _told(unit: Unit, identifier: AccountId) -> _Told:
    account = accounts.get(unit, identifier)
    at: dict[Host, list[str]] = {}
    for follower in lists.elsewhere(unit, identifier):
        at.setdefault(follower.host, []).append(follower.uri)
    digests = {host: followers.digest_of(uris) for host, uris in at.items()}
    return _Told(account.uri, account.followers_uri, digests)


def _ours(unit: Unit, actor: str) -> tuple[Account | None, str]:
    account = accounts.by_uri(unit, actor)
    here = lists.here(unit, account.id) if account is not None else []
    return account, followers.digest_of(each.uri for each in here if each.is_accepted)


def _reconcile(unit: Unit, account: Account, listed: frozenset[str], *, may_end: bool) -> FollowersReconciled:
    here = lists.here(unit, account.id)
    ended = [each for each in here if may_end and each.is_accepted and each.uri not in listed]
    granted = [each for each in here if not each.is_accepted and each.uri in listed]
    for each in ended:
        follows.remove(unit, each.account, account.id)
    for each in granted:
        follows.accept(unit, each.account, account.id)
    unknown = sorted(listed.difference(each.uri for each in here))[:MOST_UNDONE]
    strangers = [known for known in accounts.by_uris(unit, unknown).values() if known.is_local]
    for stranger in strangers:
        _undo(unit, stranger, account)
    return FollowersReconciled(account.uri, Host(account.host), len(ended), len(granted), len(strangers))


def _undo(unit: Unit, follower: Account, followed: Account) -> None:
    """Tell a node that somebody of this one does not follow, where there is no follow to be undone."""
    follow = documents.act("Follow", follower, followed.uri, uri=f"{follower.uri}#follows/{unit.new_id()}", to=[])
    uri = f"{follower.uri}#undos/{unit.new_id()}"
    undo = documents.act("Undo", follower, follow, uri=uri, to=[followed.uri])
    there = [(Host(followed.host), followed.shared_inbox)]
    deliveries.add(unit, uri=uri, actor=follower.id, body=strict_json.dumps(undo), inboxes=there)
