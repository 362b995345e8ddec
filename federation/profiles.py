"""What somebody elsewhere shows on their profile is read when somebody here looks at it.

    a reader opens a profile ─► look ─► who they are now, where what is known is a day old
                                        └─► their tags (`featuredTags`) and what they have pinned (`featured`);
                                            of a community, who leads it (`attributedTo`)

Nobody waits for it: the profile is shown as it is known, and is as its own node has it at the next look. What changes meanwhile
comes by itself where somebody here follows them (Add, Remove, Update); this is for all the others, and for what was there before.
A profile is read once a day by each process, and once more when the actor has changed.

Source: Mastodon's `featuredTags` and `featured`.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from federation import collections, featured
from federation.client import Budget, Client
from federation.collections import Items
from federation.errors import BadHost, Unreachable
from federation.gathering import Gathering
from federation.hosts import same_origin
from federation.strict_json import JsonObject
from federation.vocabulary import value_or_id
from storage import accounts, communities, tombstones
from storage.accounts import Account
from storage.communities import KIND
from storage.errors import NotFound, StorageTrouble
from storage.ids import AccountId
from storage.store import Store

GOOD_FOR = timedelta(hours=24)
PAUSE = timedelta(minutes=15)
"""At least so long a profile is not read again, whatever became of it."""

MOST_REMEMBERED = 4_096
MOST_AT_ONCE = 4
MOST_WAITING = 64
MOST_FETCHES = 30
MOST_SECONDS = 60.0

Spawn = Callable[[Coroutine[None, None, None], str], None]


@dataclass(frozen=True, slots=True)
class _Looked:
    """When a profile was read, and as which version of the actor; None where it could not be."""

    at: datetime
    actor_of: datetime | None = None


class Profiles:
    """Reads profiles of other nodes, in the background."""

    def __init__(
        self, store: Store, client: Client, gathering: Gathering, *, spawn: Spawn, now: Callable[[], datetime]
    ) -> None:
        """spawn: does something beside what is being answered.  now: aware, UTC."""
        self._store = store
        self._client = client
        self._gathering = gathering
        self._spawn = spawn
        self._now = now
        self._looked: dict[AccountId, _Looked] = {}
        self._waiting = 0
        self._room = asyncio.Semaphore(MOST_AT_ONCE)

    def look(self, account: Account) -> None:
        """Somebody looks at a profile: have it read some time soon, if it should be. Never waits; where too many wait, it is not done.

        account: as it is kept just now.
        """
        if account.is_local or account.gone_at is not None or self._waiting >= MOST_WAITING:
            return
        now, before = self._now(), self._looked.get(account.id)
        if before is not None:
            age = now - before.at
            if age < PAUSE or (before.actor_of == account.refreshed_at and age < GOOD_FOR):
                return
        if len(self._looked) >= MOST_REMEMBERED:
            del self._looked[next(iter(self._looked))]
        self._looked[account.id] = _Looked(now)
        self._waiting += 1
        self._spawn(self._read_in_turn(account), f"read the profile of {account.uri}")

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits and nothing is being read."""
        return not self._waiting

    async def _read_in_turn(self, account: Account) -> None:
        try:
            async with self._room:
                with suppress(Unreachable, StorageTrouble, NotFound):  # then it is as it was known, until the next look
                    await self._read(account)
        finally:
            self._waiting -= 1

    async def _read(self, account: Account) -> None:
        budget = Budget(MOST_FETCHES, MOST_SECONDS)
        if self._now() - account.refreshed_at > GOOD_FOR:
            account = await self._gathering.actor(account.uri, budget=budget)
        elif account.kind == KIND:
            await self._read_leaders(account, budget)
        kept = await self._store.read(accounts.document_of, account.id)
        actor: JsonObject = orjson.loads(kept) if kept else {}
        tags = await self._listed(account, actor, "featuredTags", budget)
        # What a community shows first is its members', and comes by what its managers do.
        pinned = None if account.kind == KIND else await self._listed(account, actor, "featured", budget)
        if tags is not None:
            await self._store.write(featured.keep_tags, account.id, tags.things, is_whole=tags.is_whole)
        if pinned is not None:
            await self._bring(account, pinned.ids[: featured.MOST_PINS], budget)
            await self._store.write(featured.keep_pins, account.id, pinned.ids, is_whole=pinned.is_whole)
        if all(listed is None or listed.trouble is None for listed in (tags, pinned)):
            self._looked[account.id] = _Looked(self._now(), account.refreshed_at)

    async def _read_leaders(self, community: Account, budget: Budget) -> None:
        """Who leads a community is read with its actor; of one that is known from a directory alone, it has not been."""
        led = await self._store.read(communities.find, community.id)
        if led is not None and led.managers_uri:
            await self._gathering.leaders(community.uri, collection=led.managers_uri, budget=budget)

    async def _listed(self, account: Account, actor: JsonObject, name: str, budget: Budget) -> Items | None:
        """What stands in a collection of an actor; None where there is none that is theirs."""
        collection = actor.get(name)
        identifier = value_or_id(collection)
        if not isinstance(collection, str | dict) or not isinstance(identifier, str):
            return None
        with suppress(BadHost):
            if same_origin(identifier, account.uri):
                return await collections.read(self._client, collection, within=account.uri, budget=budget)
        return None

    async def _bring(self, account: Account, uris: list[str], budget: Budget) -> None:
        """Fetch those of these posts of somebody that are not here."""
        for uri in await self._store.read(tombstones.unknown_among, uris):
            with suppress(BadHost, Unreachable):
                if same_origin(uri, account.uri):
                    await self._gathering.post(uri, budget=budget)
