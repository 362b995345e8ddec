"""The shelves of a node, and which event changes what.

shelf      holds                                          made of (goes when one of these changes)
callers    who a token speaks for                         their profile, standing as staff
sessions   whose a cookie is, and if they owe the charter  the same, numbers, relations
posts      posts, rendered                                the post, what it shares, profiles of those it names, emoji
people     accounts, rendered                             profile, numbers
reactions  what a reader has shared, liked, voted for     the reader's own acts
wishes     what a reader wants kept away                  the reader's muted conversations and filters
readers    how many people an audience is                the numbers of the author; good for five minutes
defaults   how somebody's posts begin                     their standing as staff
answers    whole answers, as they were sent               all of these, the token, the journal
drawn      posts as pages show them                       nothing: whatever they are made of is in their key
journals   the newest ids of a reader's journal           see `journals.py`

Whoever reads before keeping takes `changes.now` first: what has changed since then is not kept.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from node.memory import tags
from node.memory.journals import Journals
from node.memory.rendered import RenderedPost
from node.memory.shelf import Changes, Shelf
from node.memory.tags import Tag
from node.memory.underway import Underway
from node.memory.wishes import Wishes
from storage.accounts import Account
from storage.events import (
    AccountChanged,
    AccountLeft,
    ChangedElsewhere,
    EmojiChanged,
    Event,
    FiltersChanged,
    PeerParted,
    PostAdded,
    PostAltered,
    PostEdited,
    PostRemoved,
    PostsRemoved,
    PostTied,
    Reacted,
    RelationChanged,
    SessionEnded,
    SessionsEnded,
    StaffChanged,
    StandingChanged,
    ThreadMuted,
)
from storage.ids import AccountId, PostId
from storage.oauth import Grant
from storage.posting_defaults import Defaults
from storage.readership import Readers
from storage.staff import Member, Session
from storage.store import Store

CALLERS_GOOD_FOR: Final = timedelta(minutes=1)
"""So often the row of a token or a session is looked at again: there stands when it was last used, and when it ends."""

MEBIBYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session of the pages, and whose it is.  has_second_factor: whether they sign in with a second step.

    owes_charter: whether they have yet to accept the charter as it stood when the session began.  defaults: how their posts begin.
    """

    session: Session
    member: Member
    account: Account
    has_second_factor: bool
    owes_charter: bool
    defaults: Defaults


@dataclass(frozen=True, slots=True)
class Remembered:
    """An answer as it was sent, to be sent again.

    head: its header lines, without those that each answer has of its own.  route: which endpoint gave it, for whoever
    counts.  account: for whom.  standing: counts one more request, and gives the header lines about what is left; None when
    that needs the database.
    """

    head: bytes
    body: bytes
    route: Any  # Any: aiohttp's match, kept only to be told with the next request
    account: AccountId
    standing: Callable[[], dict[str, str] | None]


@dataclass(frozen=True, slots=True)
class Lasting:
    """What makes an answer worth remembering: what it is made of, since when, and until when it is good by itself."""

    made_of: Collection[Tag]
    since: int
    until: datetime


MOST_MARKS: Final = 80

MOST_REACTED_TO: Final = 500

Key = tuple[str, bytes, str]
"""Of an answer: the address that was asked for, the digest of what proves who asks, the name by which the node was asked."""

Parts = tuple[str, ...]
"""A part of a page, in pieces: between each two of them something is left open, whose name is a piece too."""

Mark = tuple[bool, bool, tuple[int, ...], bool]
"""Whether a reader has liked and shared a post, what they chose in its poll, and whether it is among their bookmarks."""

Marks = dict[PostId, Mark]
"""What a reader did with posts."""


class Memory:
    """What a node remembers.

    At most: 4,000 callers and 4,000 sessions (2 KiB each), 16 MiB of rendered posts, 8 MiB of accounts, 16 MiB of answers,
    8 MiB of drawn posts, the reactions of 2,000 readers to 80 posts each (20 MiB), the journals of 5,000 readers who follow
    300,000 together (40 MiB). That is some 130 MiB when thousands read at once, and a few where a consulate reads.
    Forgets: what the events of each commit name; everything, when it is not known what another process has changed.
    """

    def __init__(self, store: Store, *, now: Callable[[], datetime]) -> None:
        """now: aware, UTC."""
        self.changes = changes = Changes()
        self.callers: Shelf[str, tuple[Grant, Account]] = Shelf(changes, now=now, most=4_000)
        self.sessions: Shelf[str, SignedIn] = Shelf(changes, now=now, most=4_000)
        self.posts: Shelf[PostId, RenderedPost] = Shelf(changes, now=now, most=20_000, most_bytes=16 * MEBIBYTE)
        self.people: Shelf[AccountId, bytes] = Shelf(changes, now=now, most=20_000, most_bytes=8 * MEBIBYTE)
        self.reactions: Shelf[AccountId, Marks] = Shelf(changes, now=now, most=2_000)
        self.wishes: Shelf[AccountId, Wishes] = Shelf(changes, now=now, most=4_000)
        self.readers: Shelf[AccountId, tuple[Readers, ...]] = Shelf(changes, now=now, most=4_000)
        self.defaults: Shelf[AccountId, Defaults] = Shelf(changes, now=now, most=4_000)
        self.answers: Shelf[Key, Remembered] = Shelf(changes, now=now, most=8_000, most_bytes=16 * MEBIBYTE)
        self.drawn: Shelf[bytes, Parts] = Shelf(changes, now=now, most=4_000, most_bytes=8 * MEBIBYTE)
        self.journals = Journals(store, changes, self.posts, now=now, forget=self.forget)
        self.underway = Underway()
        self._reacted_to: deque[PostId] = deque(maxlen=MOST_REACTED_TO)
        self._shelves: dict[str, Shelf[Any, Any]] = {
            "callers": self.callers,
            "sessions": self.sessions,
            "posts": self.posts,
            "people": self.people,
            "reactions": self.reactions,
            "wishes": self.wishes,
            "readers": self.readers,
            "defaults": self.defaults,
            "answers": self.answers,
            "drawn": self.drawn,
        }
        store.listen(self.hear)

    @property
    def caches(self) -> dict[str, Shelf[Any, Any] | Journals]:
        """Everything that counts its hits and misses, by name."""
        return {**self._shelves, "journals": self.journals}

    def hear(self, events: Sequence[Event]) -> None:
        """Forget what is made of anything that has changed."""
        for event in events:
            if isinstance(event, ChangedElsewhere | PostsRemoved | StandingChanged | PeerParted):
                self.forget_all()
            for tag in changed_by(event):
                self.forget(tag)
            self.journals.hear(event)
            self._mark(event)

    def forget(self, tag: Tag) -> None:
        """Forget everything that is made of this."""
        self.changes.note(tag)
        for shelf in self._shelves.values():
            shelf.forget(tag)

    def _mark(self, event: Event) -> None:
        """To a post that has just come, none of its readers has done anything yet."""
        match event:
            case Reacted():
                self._reacted_to.append(event.post)
            case PostAdded() if (
                event.post not in self._reacted_to
            ):  # events of other processes may come in another order
                for account in {event.author, *self.journals.readers_of(event.author)}:
                    marks = self.reactions.peek(account)
                    if marks is not None and len(marks) < MOST_MARKS:
                        marks[event.post] = (False, False, (), False)
            case _:
                return

    def forget_all(self) -> None:
        """Forget everything."""
        self.changes.note_all()
        for shelf in self._shelves.values():
            shelf.forget_all()
        self.journals.forget_all()


def changed_by(event: Event) -> Iterator[Tag]:
    """What an event has changed, beside journals."""
    match event:
        case PostAdded():
            yield tags.numbers(event.author)
        case PostEdited() | PostTied() | PostAltered():
            yield tags.post(event.post)
        case PostRemoved():
            yield tags.post(event.post)
            yield tags.numbers(event.author)
        case Reacted() | ThreadMuted() | FiltersChanged():
            yield (tags.reader if isinstance(event, Reacted) else tags.wishes)(event.account)
        case RelationChanged():
            for account in (event.account, event.target):
                yield tags.reader(account)
                yield tags.numbers(account)
        case AccountChanged() | EmojiChanged():
            yield tags.profile(event.account) if isinstance(event, AccountChanged) else tags.emoji(event.emoji)
        case AccountLeft():
            yield tags.profile(event.account)
            yield tags.reader(event.account)
        case SessionsEnded() | SessionEnded() | StaffChanged():
            yield tags.staff(event.account)
        case _:
            return
