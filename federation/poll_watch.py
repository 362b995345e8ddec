"""Polls end in time, and others are told how they stand: at most once a minute, and at the end.

    PollDue ─► when is the next one due? ─► sleep until then ─► take it ─► Update(Question), notifications     one unit

**Nothing looks in vain.** The moment stands in one indexed column (`polls.due_at`); this sleeps until the earliest of them, and
is woken when that changes. From time to time it looks all the same, for a clock that was put right meanwhile.

**Exactly once.** The transaction that takes a poll does all that is due for it. A process that dies in it leaves nothing of it
behind; of several processes, the one that has the row does it, and the others pass it over.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress

import orjson

from federation import documents, outbox, questions
from federation.activities.update import Update
from federation.errors import FederationError
from storage import accounts, notifications, polls, posts
from storage.accounts import Account
from storage.errors import NotFound
from storage.events import ChangedElsewhere, Event, PollDue
from storage.posts import Post
from storage.store import Store, Unit

LOOK_SECONDS = 300.0


class PollWatch:
    """Looks after the polls of a node."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._wake = asyncio.Event()
        store.listen(self._hear)

    async def watch_for_ever(self) -> None:
        """Do what is due, when it is due, for as long as the process runs."""
        while True:
            self._wake.clear()
            seconds = await self._store.read(_seconds_to_next)
            if seconds <= 0:
                await self._store.write(attend)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(min(seconds, LOOK_SECONDS)):
                    await self._wake.wait()

    def _hear(self, events: Iterable[Event]) -> None:
        if any(isinstance(event, PollDue | ChangedElsewhere) for event in events):
            self._wake.set()


def attend(unit: Unit) -> None:
    """Do what is due for one poll, if it is due for any: tell how it stands, and when it has ended, those who voted."""
    poll = polls.take_due(unit)
    if poll is None:
        return
    post = posts.get(unit, poll.post_id)
    author = accounts.get(unit, post.author_id)
    if author.is_local and (poll.closed_at is not None or not poll.hides_totals):
        with (
            suppress(FederationError, NotFound),
            unit.attempt(),
        ):  # an author who may no longer act: it ends all the same
            _tell_how_it_stands(unit, author, post)
    if poll.closed_at is not None:
        notifications.tell_poll_ended(unit, post.id, by=author.id)


def _tell_how_it_stands(unit: Unit, author: Account, post: Post) -> None:
    kept = posts.document(unit, post.id)
    if kept is None:
        raise NotFound
    note = questions.as_it_stands(unit, post, orjson.loads(kept))
    uri = f"{post.uri}#polls/{unit.new_id()}"
    outbox.perform(unit, Update.read(documents.about("Update", author, note, uri=uri)))


def _seconds_to_next(unit: Unit) -> float:
    due = polls.next_due(unit)
    return LOOK_SECONDS if due is None else (due - unit.now).total_seconds()
