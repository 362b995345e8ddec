"""Conversations made whole: what was written in a thread and never came here is fetched, each post from its own node.

    a reader opens a thread ─┐
    a reply came from afar ──┼─► ask ─► queue ─► missing ancestors ─► its collection (`context`), else `replies` of each post
    a peer has come back ────┘                       └─► each post that is not here: fetched, checked as any, kept

Nobody waits for it: a thread is shown as it is, and is whole at the next look. Each thread is asked for at most once in
`COOL_DOWN`, by whichever process, and costs at most `MOST_FETCHES` requests; where a reply from afar is the cause, only what
is left of that activity's own budget, and whoever opens the thread has the rest fetched. What did not come is noted with the reason
(`storage.contexts`), so that the page can say it; when the peer in question is back, it is asked for again. In the same turn the
leave is asked for of quotes in the thread that nobody is known to have agreed to, at most `MOST_QUOTES` of them.

A node is told of every answer in the threads that began with it, as long as the others' software names the conversation;
of those that do not, the `replies` are looked through.

Source: FEP-7888, FEP-f228; decision 21.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import orjson

from federation import collections, conversations, copies
from federation.client import Budget, Client
from federation.communities import conversation_uri
from federation.errors import BadHost, BudgetSpent, NotThere, PeerNotAdmitted, Unreachable
from federation.gathering import Gathering
from federation.hosts import host_of, same_origin
from federation.strict_json import JsonObject
from federation.vocabulary import value_or_id
from storage import contexts, posts, quotes, tombstones
from storage.contexts import Missing
from storage.errors import NotFound, StorageTrouble
from storage.events import Event, PeerReturned, ThreadTorn
from storage.ids import Host, PostId
from storage.posts import Post
from storage.store import Store, Unit
from storage.visibility import OPEN, Reach

COOL_DOWN = timedelta(minutes=15)
RETURNS_COUNT_EVERY = timedelta(minutes=5)
MOST_FETCHES = 200
MOST_SECONDS = 300.0
MOST_WAITING = 256
THREADS_AT_ONCE = 4
POSTS_AT_ONCE = 4
DEEPEST = 10
MOST_QUOTES = 20


@dataclass(frozen=True, slots=True)
class Start:
    """What is known of a thread before it is asked for.

    conversation: where it is kept.  ours: that this is here.  parent: what its first post answers, if that is not here.
    first: the first post, as it came, where it answers something or is for members of a community.  communities: of other
    nodes, for whose members it is: ids.
    """

    conversation: str | None
    ours: bool
    parent: str | None
    first: JsonObject | None = None
    communities: Sequence[str] = ()


@dataclass(slots=True)
class Crawl:
    """One thread being made whole. away: hosts that have not answered; they are not asked again.  first: as of `Start`."""

    budget: Budget
    missing: dict[str, Missing] = field(default_factory=dict)
    away: set[str] = field(default_factory=set)
    conversation: str | None = None
    first: JsonObject | None = None

    def miss(self, uri: str, error: Unreachable, *, is_list: bool = False) -> None:
        """Note what did not come, unless its node says that it is not there for us."""
        reason = reason_of(error)
        if reason is None:
            return
        with suppress(BadHost):
            host = host_of(uri)
            if error.temporary:
                self.away.add(host)
            self.missing[uri] = Missing(uri, host, reason, is_list)

    def is_away(self, uri: str) -> bool:
        """Whether a URI is at a node that has not answered a moment ago; then it is noted as missing."""
        try:
            host = host_of(uri)
        except BadHost:
            return True
        if host in self.away:
            self.missing.setdefault(uri, Missing(uri, host, "away"))
        return host in self.away


def reason_of(error: Unreachable) -> str | None:
    """Why something did not come, in one word for whoever reads the thread; None where there is nothing to tell."""
    match error:
        case NotThere():
            return None  # gone, or not for us: that looks alike
        case PeerNotAdmitted():
            return None if error.code == "own-host" else "not-admitted"
        case BudgetSpent():
            return "later"
        case _:
            return "away" if error.temporary else "unreadable"


class Backfill:
    """Makes threads whole, in the background."""

    def __init__(self, store: Store, client: Client, gathering: Gathering, *, now: Callable[[], datetime]) -> None:
        """now: aware, UTC."""
        self._now = now
        self._store = store
        self._client = client
        self._gathering = gathering
        self._waiting: dict[PostId, int] = {}
        self._working: set[PostId] = set()
        self._wake = asyncio.Event()
        self._returned: set[Host] = set()
        self._asked_again: dict[Host, datetime] = {}
        store.listen(self._hear, here_only=True)

    def ask(self, post: PostId, *, fetches: int = MOST_FETCHES) -> None:
        """Have the thread of a post made whole some time soon. Never waits; where too many wait, it is not done.

        fetches: how many requests that may take.
        """
        if post in self._waiting or len(self._waiting) < MOST_WAITING:
            self._waiting[post] = max(fetches, self._waiting.get(post, 0))
            self._wake.set()

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits and nothing is being fetched."""
        return not (self._waiting or self._working or self._returned)

    async def fill_for_ever(self) -> None:
        """Make threads whole for as long as the process runs."""
        async with asyncio.TaskGroup() as group:
            for _ in range(THREADS_AT_ONCE):
                group.create_task(self._work(), name="make threads whole")

    def _hear(self, events: Iterable[Event]) -> None:
        for event in events:
            match event:
                case ThreadTorn(post, fetches):
                    self.ask(post, fetches=fetches)
                case PeerReturned(host):
                    self._returned.add(host)
                    self._wake.set()
                case _:
                    pass

    async def _work(self) -> None:
        while True:
            while self._returned:
                await self._ask_again(self._returned.pop())
            if not self._waiting:
                self._wake.clear()
                await self._wake.wait()
                continue
            post = next(iter(self._waiting))
            fetches = self._waiting.pop(post)
            self._working.add(post)
            try:
                with suppress(StorageTrouble, NotFound):  # it is asked for again by whoever opens it next
                    await self._fill(post, fetches)
            finally:
                self._working.discard(post)

    async def _ask_again(self, host: Host) -> None:
        now = self._now()
        if now - self._asked_again.get(host, now - COOL_DOWN) < RETURNS_COUNT_EVERY:
            return  # it comes and goes, or can reach us and not be reached
        self._asked_again[host] = now
        with suppress(StorageTrouble):
            for thread in await self._store.write(_reopen, host):
                self.ask(thread)

    # ---- one thread --------------------------------------------------------------------------------------------------

    async def _fill(self, post: PostId, fetches: int) -> None:
        start = await self._store.read(_start, post)
        if start is None or not await self._store.write(_begin, post):
            return
        crawl = Crawl(Budget(fetches, MOST_SECONDS))
        try:
            if fetches == MOST_FETCHES:  # somebody looks at it
                await self._renew(crawl, post)
            start = await self._upwards(crawl, post, start)
            crawl.conversation, crawl.first = start.conversation, start.first
            await self._below(crawl, post, start)
            await self._quotes(crawl, post)
        finally:
            goes_on = fetches < MOST_FETCHES and crawl.budget.fetches <= 0
            await self._store.write(_end, post, list(crawl.missing.values()), goes_on=goes_on)

    async def _renew(self, crawl: Crawl, post: PostId) -> None:
        """Have the post that was opened, and the first of its thread, as their own nodes show them now."""
        for uri in await self._store.read(_of_others, post):
            if not crawl.is_away(uri):
                try:
                    await self._gathering.renew(uri, budget=crawl.budget)
                except Unreachable as error:
                    crawl.miss(uri, error)
                crawl.missing.pop(uri, None)  # it is here; what is not known is how it stands today

    async def _upwards(self, crawl: Crawl, post: PostId, start: Start) -> Start:
        """Fetch what the thread's first post answers, as far as that goes."""
        for _ in range(DEEPEST):
            if start.parent is None or crawl.is_away(start.parent):
                break
            try:
                await self._gathering.post(start.parent, answered_by=start.first, budget=crawl.budget)
            except Unreachable as error:
                crawl.miss(start.parent, error)
                break
            found = await self._store.read(_start, post)
            if found is None or found.parent == start.parent:
                return found or Start(start.conversation, start.ours, None)
            start = found
        return start

    async def _below(self, crawl: Crawl, post: PostId, start: Start) -> None:
        uri = start.conversation
        if uri is None or start.ours:
            await self._walk(crawl, post, conversation=uri)
            return
        items = await collections.read(self._client, uri, within=uri, budget=crawl.budget)
        if items.trouble is not None and start.first is not None:
            for community in start.communities:
                listed = conversation_uri(community, str(start.first["id"]))
                kept = await collections.read(self._client, listed, within=community, budget=crawl.budget)
                await self._fetch(crawl, kept.ids)
        if items.is_cut:
            crawl.missing[uri] = Missing(uri, host_of(uri), "too-long", is_list=True)
        if items.trouble is not None:
            crawl.miss(uri, items.trouble, is_list=True)
        await self._fetch(crawl, items.ids)
        if items.trouble is not None:
            await self._walk(crawl, post, conversation=None)

    async def _walk(self, crawl: Crawl, post: PostId, *, conversation: str | None) -> None:
        """Look through the `replies` of each post, then of those that came, and so on."""
        waiting = await self._store.read(_lists, post, conversation)
        for _ in range(DEEPEST):
            came: list[Post] = []
            for owner, replies in waiting:
                if crawl.is_away(owner):
                    crawl.missing.pop(owner, None)  # the post is here; its answers are what nobody knows
                    continue
                items = await collections.read(self._client, replies, within=owner, budget=crawl.budget)
                if items.trouble is not None:
                    crawl.miss(owner, items.trouble)
                    crawl.missing.pop(owner, None)
                came += await self._fetch(crawl, items.ids)
            if not came or crawl.budget.fetches <= 0:
                return
            waiting = await self._store.read(_lists_of, [each.id for each in came])

    async def _quotes(self, crawl: Crawl, post: PostId) -> None:
        """Ask again for the leave of quotes that are shown as links since whoever gave it was away."""
        for text in await self._store.read(_pending_quotes, post):
            if crawl.budget.fetches > 0:
                await self._gathering.quote(orjson.loads(text), budget=crawl.budget)

    async def _fetch(self, crawl: Crawl, uris: Sequence[str]) -> list[Post]:
        """Fetch those of these posts that are not here, each from its own origin; some at once, kept in their order."""
        came: list[Post] = []
        unknown = await self._store.read(tombstones.unknown_among, uris)
        for first in range(0, len(unknown), POSTS_AT_ONCE):
            wanted = [uri for uri in unknown[first : first + POSTS_AT_ONCE] if not crawl.is_away(uri)]
            for uri, found in zip(
                wanted, await asyncio.gather(*(self._ask(crawl, uri) for uri in wanted)), strict=True
            ):
                try:
                    if isinstance(found, Unreachable):
                        raise found
                    came.append(await self._gathering.answer(found, named_by=crawl.conversation, budget=crawl.budget))
                except Unreachable as error:
                    crawl.miss(uri, error)
        return came

    async def _ask(self, crawl: Crawl, uri: str) -> JsonObject | Unreachable:
        try:
            return await self._gathering.document(uri, beside=crawl.first, budget=crawl.budget)
        except Unreachable as error:
            return error


# ---- units -----------------------------------------------------------------------------------------------------------


def _start(unit: Unit, post: PostId) -> Start | None:
    """What there is to ask for; None where a thread has everything that it can have."""
    thread = posts.get(unit, post).thread_id
    conversation = conversations.of_thread(unit, thread)
    ours = conversation is not None and conversations.begun_here(unit, conversation) is not None
    parent = _absent_parent(unit, thread)
    is_whole = ours and parent is None and not contexts.strangers(unit, thread, conversation=conversation, limit=1)
    if is_whole and not quotes.pending_in(unit, thread, limit=1):
        return None
    found = posts.by_ids(unit, [thread])
    is_for_members = bool(found) and found[0].reach is Reach.COMMUNITY
    kept = posts.document(unit, thread) if parent is not None or is_for_members else None
    first: JsonObject | None = orjson.loads(kept) if kept else None
    groups = copies.communities_of(unit, first) if first is not None and is_for_members else ()
    return Start(conversation, ours, parent, first, groups)


def _of_others(unit: Unit, post: PostId) -> list[str]:
    """Of a post and the first of its thread, the ids of those that are another node's and for all to read."""
    found = posts.by_ids(unit, {post, posts.get(unit, post).thread_id})
    return [each.uri for each in found if not each.is_local and each.reach in OPEN and each.boost_of is None]


def _pending_quotes(unit: Unit, post: PostId) -> list[str]:
    return quotes.pending_in(unit, posts.get(unit, post).thread_id, limit=MOST_QUOTES)


def _absent_parent(unit: Unit, thread: PostId) -> str | None:
    found = posts.by_ids(unit, [thread])
    parent = found[0].reply_to_uri if found and found[0].reply_to is None else None
    return parent if parent and tombstones.unknown_among(unit, [parent]) else None


def _begin(unit: Unit, post: PostId) -> bool:
    thread, uri = _kept_at(unit, post)
    return contexts.begin(unit, thread, uri=uri, host=host_of(uri), before=unit.now - COOL_DOWN)


def _end(unit: Unit, post: PostId, missing: Sequence[Missing], *, goes_on: bool) -> None:
    thread, uri = _kept_at(unit, post)
    contexts.end(unit, thread, uri=uri, host=host_of(uri), missing=missing)
    if goes_on:
        contexts.allow_again(unit, thread)


def _kept_at(unit: Unit, post: PostId) -> tuple[PostId, str]:
    """The thread of a post, and where it is kept: its collection, or the post from which it is looked through."""
    known = posts.get(unit, post)
    return known.thread_id, conversations.of_thread(unit, known.thread_id) or known.uri


def _reopen(unit: Unit, host: Host) -> list[PostId]:
    return [post.id for post in posts.by_ids(unit, contexts.reopen(unit, host))]


def _lists(unit: Unit, post: PostId, conversation: str | None) -> list[tuple[str, object]]:
    thread = posts.get(unit, post).thread_id
    return _lists_of(unit, contexts.strangers(unit, thread, conversation=conversation, limit=MOST_FETCHES))


def _lists_of(unit: Unit, ids: Sequence[PostId]) -> list[tuple[str, object]]:
    """The `replies` of posts, as their documents have them, each with the id of its post."""
    found: list[tuple[str, object]] = []
    for text in posts.documents(unit, ids):
        document: JsonObject = orjson.loads(text)
        owner, replies = str(document.get("id")), document.get("replies")
        identifier = value_or_id(replies)
        if isinstance(replies, dict) or (isinstance(identifier, str) and _is_of(identifier, owner)):
            found.append((owner, replies))
    return found


def _is_of(uri: str, owner: str) -> bool:
    try:
        return same_origin(uri, owner)
    except BadHost:
        return False
