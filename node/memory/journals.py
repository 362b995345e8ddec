"""The newest ids of each active reader's journal, kept while the reader comes back, fed by new posts.

    a post is added ─► readers who follow its author: one more id is pending
    a reader asks   ─► only the pending ids go through the filters: those that need no more than what is remembered of the
                       post and the reader here (`Journal.takes`), the others in `storage.timelines`

Journals are read, not written (`storage.timelines`): this is a memory in front of that, for those who are reading now. A
journal goes when whom its reader follows, blocks or mutes changes, when the next mute ends by itself, when it would hold
more than `MOST_PENDING` unread ids, and when readers who came later need its place. The journal of somebody who follows tags is
not kept: anybody's posts may come there.
"""

from bisect import bisect_left
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime

from node.memory.rendered import RenderedPost
from node.memory.shelf import Changes, Shelf
from node.memory.tags import Tag, home, reader
from storage import timelines
from storage.events import (
    AccountLeft,
    ChangedElsewhere,
    Event,
    PostAdded,
    PostEdited,
    PostRemoved,
    PostsRemoved,
    PostTied,
    RelationChanged,
)
from storage.ids import AccountId, PostId
from storage.pages import NEWEST, Page
from storage.store import Store
from storage.timelines import Newest
from storage.visibility import Reach

KEPT = 40
"""How many ids are read at first, and left when there are too many: as many as the longest page."""

MOST_IDS = 240
MOST_PENDING = 200
MOST_READERS = 5_000
MOST_SOURCES = 300_000
"""Of all journals together: some 40 MB when so many people read at once who follow so many."""

MOST_RECENT = 5_000


class Journal:
    """The upper end of one person's journal.

    ids: oldest first, all that are shown from `floor` upwards.  pending: what came since, and with which change.
    """

    __slots__ = (
        *("away", "floor", "hides_nodes", "ids", "in_languages", "pending", "reader", "sources", "until"),
        "without_shares",
    )

    def __init__(self, reader: AccountId, newest: Newest) -> None:
        self.reader = reader
        self.ids = newest.ids[::-1]
        self.floor = 0 if newest.whole else self.ids[0] if self.ids else NEWEST
        self.sources = frozenset(newest.sources)
        self.without_shares = frozenset(newest.without_shares)
        self.in_languages = frozenset(newest.in_languages)
        self.away = frozenset(newest.away)
        self.hides_nodes = newest.hides_nodes
        self.until = newest.until
        self.pending: dict[PostId, int] = {}

    def part(self, page: Page) -> list[PostId] | None:
        """A page, newest first; None when a part of it lies below what is kept."""
        first = bisect_left(self.ids, page.above + 1)
        last = bisect_left(self.ids, page.below)
        is_covered = page.above >= self.floor - 1
        if page.upwards:
            return self.ids[first : min(last, first + page.limit)][::-1] if is_covered else None
        if last - first < page.limit and not is_covered:
            return None
        return self.ids[max(first, last - page.limit) : last][::-1]

    def takes(self, post: RenderedPost, original: RenderedPost | None) -> bool | None:
        """Whether a post of one of the sources stands here, as `timelines.SHOWN_AT_HOME` says; None: ask the database.

        original: what it shares.
        """
        if post.original is not None and (original is None or original.reach is Reach.COMMUNITY):
            return None
        if original is not None and self._keeps_away(post, original):
            return False
        if post.author == self.reader:
            return True
        if post.author in self.away:
            return False
        if post.is_answer and post.answered != post.author and post.answered not in self.sources:
            return False
        return None if self._is_unclear(post, original) else True

    def _is_unclear(self, post: RenderedPost, original: RenderedPost | None) -> bool:
        """Whether it hangs on what only the database knows: whom a post is addressed to, its language, an author's node.

        original: what it shares; shared by a community, it may stand here by itself.
        """
        is_hidden_perhaps = original is not None and (self.hides_nodes or original.author in self.sources)
        return post.reach in (Reach.MENTIONED, Reach.COMMUNITY) or post.author in self.in_languages or is_hidden_perhaps

    def _keeps_away(self, share: RenderedPost, original: RenderedPost) -> bool:
        is_open = original.reach in (Reach.ALL_NODES, Reach.UNLISTED)
        return not is_open or share.author in self.without_shares or original.author in self.away

    def insert(self, post: PostId) -> None:
        """Have a post that is shown stand in its place, once."""
        at = bisect_left(self.ids, post)
        if post > self.floor and (at == len(self.ids) or self.ids[at] != post):
            self.ids.insert(at, post)
        if len(self.ids) > MOST_IDS:
            del self.ids[:-KEPT]
            self.floor = self.ids[0]

    def remove(self, post: PostId) -> None:
        """Have a post stand here no more."""
        self.pending.pop(post, None)
        at = bisect_left(self.ids, post)
        if at < len(self.ids) and self.ids[at] == post:
            del self.ids[at]

    def has(self, post: PostId) -> bool:
        """Whether a post is known to stand here, or lies too low to be kept here."""
        at = bisect_left(self.ids, post)
        return post < self.floor or (at < len(self.ids) and self.ids[at] == post)


Learn = Callable[[Sequence[PostId]], Awaitable[None]]


class Journals:
    """The journals of those who read now."""

    def __init__(
        self,
        store: Store,
        changes: Changes,
        posts: Shelf[PostId, RenderedPost],
        *,
        now: Callable[[], datetime],
        forget: Callable[[Tag], None],
    ) -> None:
        """posts: what is known of posts.  forget: is told each time when a remembered first page may be another."""
        self._store = store
        self._posts = posts
        self._changes = changes
        self._now = now
        self._forget = forget
        self._kept: OrderedDict[AccountId, Journal] = OrderedDict()
        self._readers_of: dict[AccountId, set[AccountId]] = {}
        self._sources = 0
        self._recent: deque[tuple[int, Event]] = deque(maxlen=MOST_RECENT)
        self._heard = 0
        self.hits = 0
        self.misses = 0

    def __len__(self) -> int:
        return len(self._kept)

    async def page(self, account: AccountId, page: Page, *, learn: Learn | None = None) -> list[PostId]:
        """A page of a person's journal, newest first. The caller has waited for `store.up_to_date()`.

        learn: has posts rendered and remembered; then most of what is pending needs no query.
        """
        journal = self._of(account)
        if journal is None:
            self.misses += 1
            if page.max_id is not None:  # further down, by somebody who has not begun at the top
                return await self._store.read(timelines.home_ids, account, page)
            journal = await self._fill(account)
        else:
            self.hits += 1
            if journal.pending and learn is not None:
                await learn(list(journal.pending))
            if journal.pending:
                await self._settle(account, journal)
        found = journal.part(page)
        if found is None and page.max_id is None and not page.upwards:  # too many were removed from its upper end
            self._drop(account)
            found = (await self._fill(account)).part(page)
        return await self._store.read(timelines.home_ids, account, page) if found is None else found

    def readers_of(self, author: AccountId) -> Collection[AccountId]:
        """Whose journals are kept that somebody's posts come to."""
        return self._readers_of.get(author, ())

    def keeps(self, account: AccountId) -> bool:
        """Whether a person's journal is kept here, so that one hears when it changes."""
        return account in self._kept

    def until(self, account: AccountId) -> datetime | None:
        """Until when a person's journal is good by itself; None when nothing in it ends, or it is not kept."""
        journal = self._kept.get(account)
        return journal.until if journal is not None else None

    def hear(self, event: Event) -> None:
        """Bring the journals up to date with what has changed."""
        match event:
            case PostAdded() | PostEdited() | PostTied() | PostRemoved():
                self._heard += 1
                self._recent.append((self._heard, event))
                for account in self._readers_of.get(event.author, ()):
                    self._apply(event, account, self._kept[account])
                self._drop_overfull(event.author)
            case RelationChanged():
                self._drop(event.account)
                self._drop(event.target)
            case AccountLeft():
                self._heard += 1
                self._recent.append((self._heard, event))
                for account in (event.account, *self._readers_of.get(event.account, ())):
                    self._drop(account)
            case PostsRemoved() | ChangedElsewhere():
                self.forget_all()
            case _:
                return

    def forget_all(self) -> None:
        """Let all of them go."""
        for account in tuple(self._kept):
            self._drop(account)

    def _of(self, account: AccountId) -> Journal | None:
        journal = self._kept.get(account)
        if journal is None:
            return None
        if journal.until is not None and self._now() >= journal.until:
            self._drop(account)
            return None
        self._kept.move_to_end(account)
        return journal

    async def _fill(self, account: AccountId) -> Journal:
        since, heard = self._changes.now, self._heard
        newest = await self._store.read(timelines.newest_at_home, account, most=KEPT)
        journal = Journal(account, newest)
        missed = self._missed(journal, heard)
        if missed is not None and not newest.follows_tags and not self._changes.since(since, (reader(account),)):
            self._keep(account, journal)
            for event in missed:
                self._apply(event, account, journal)
        return journal

    def _missed(self, journal: Journal, heard: int) -> list[Event] | None:
        """What happened to a journal's sources while it was read; None when that is not known, or it is no longer good."""
        if self._heard - heard > len(self._recent):
            return None
        found: list[Event] = []
        for number, event in reversed(self._recent):
            if number <= heard:
                break
            match event:
                case AccountLeft():
                    if event.account in journal.sources:
                        return None
                case PostAdded() | PostEdited() | PostTied() | PostRemoved() if event.author in journal.sources:
                    found.append(event)
        return found[::-1]

    def _apply(self, event: Event, account: AccountId, journal: Journal) -> None:
        match event:
            case PostRemoved():
                journal.remove(event.post)
            case PostAdded() | PostEdited() | PostTied():
                if journal.has(event.post):
                    return
                journal.pending[event.post] = self._heard
            case _:
                return
        self._forget(home(account))

    def _drop_overfull(self, author: AccountId) -> None:
        overfull = [
            account for account in self._readers_of.get(author, ()) if len(self._kept[account].pending) > MOST_PENDING
        ]
        for account in overfull:
            self._drop(account)

    async def _settle(self, account: AccountId, journal: Journal) -> None:
        """Have what is pending go through the filters."""
        for post in list(journal.pending):
            is_taken = self._is_taken(journal, post)
            if is_taken is not None:
                del journal.pending[post]
                if is_taken:
                    journal.insert(post)
        if not journal.pending:
            return
        unclear = dict(journal.pending)
        shown = set(await self._store.read(timelines.shown_at_home, account, list(unclear)))
        for post, heard in unclear.items():
            if journal.pending.get(post) == heard:  # nothing has happened to it meanwhile
                del journal.pending[post]
                if post in shown:
                    journal.insert(post)

    def _is_taken(self, journal: Journal, post: PostId) -> bool | None:
        rendered = self._posts.get(post)
        if rendered is None:
            return None
        original = self._posts.get(rendered.original) if rendered.original is not None else None
        return journal.takes(rendered, original)

    def _keep(self, account: AccountId, journal: Journal) -> None:
        self._drop(account)
        self._kept[account] = journal
        self._sources += len(journal.sources)
        for source in journal.sources:
            self._readers_of.setdefault(source, set()).add(account)
        while len(self._kept) > MOST_READERS or (self._sources > MOST_SOURCES and len(self._kept) > 1):
            self._drop(next(iter(self._kept)))

    def _drop(self, account: AccountId) -> None:
        journal = self._kept.pop(account, None)
        if journal is None:
            return
        self._sources -= len(journal.sources)
        for source in journal.sources:
            readers = self._readers_of[source]
            readers.discard(account)
            if not readers:
                del self._readers_of[source]
        self._forget(home(account))
