"""Hub: who listens in this process, what they are told, and whether they still may listen.

**Telling.** Events of commits, from all processes, are worked through in their order. When more of them wait than a node can
tell of in time, or the database does not answer, all listeners are parted with: they come again and read what they missed.

**Whether they may** is asked when a stream begins, at once when a person's sign-ins change, in whichever process, and once a
minute for all of them in one question.  Source: security requirements F6 and G3.
"""

import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from typing import Final, Self

from aiohttp import web

from node import observe
from node.api.errors import TooOften
from node.context import Node
from node.streaming import announcing, telling
from node.streaming.open_stream import Ending, OpenStream
from storage import oauth, staff
from storage.errors import StorageTrouble
from storage.events import (
    AnnouncementPublished,
    AnnouncementReacted,
    AnnouncementWithdrawn,
    ChangedElsewhere,
    Event,
    FiltersChanged,
    NotificationsMerged,
    Notified,
    PostAdded,
    PostEdited,
    PostRemoved,
    SessionEnded,
    SessionsEnded,
    StaffChanged,
)
from storage.ids import AccountId

MOST_EVENTS = 10_000
MOST_OF_ONE_PERSON = 50
CHECK_SECONDS = 60.0
MOST_NOTED = 10_000
WAIT_SECONDS = 60


class Hub:
    """The listeners of one process."""

    def __init__(self, node: Node) -> None:
        """Made after the node's memory, which must forget before anything is told."""
        self._node = node
        self._open: dict[AccountId, set[OpenStream]] = {}
        self._events: deque[Event] = deque()
        self._bell = asyncio.Event()
        self._to_check: set[OpenStream] = set()
        self._check_bell = asyncio.Event()
        self._uses_noted: dict[str, datetime] = {}
        self._checked_all_at = asyncio.get_running_loop().time()
        self._is_stopping = False
        self.endings: Counter[str] = Counter()
        node.store.listen(self.hear)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Tell what happens, for as long as the context lasts."""
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._tell_for_ever(), name="tell those who listen"),
                group.create_task(self._check_for_ever(), name="check those who listen"),
            ]
            try:
                yield self
            finally:
                for task in tasks:
                    task.cancel()

    async def stop(self, _: web.Application | None = None) -> None:
        """Part with everybody, since the node stops."""
        self._is_stopping = True
        self._end_all(Ending.STOPPING)

    @contextlib.contextmanager
    def opened(self, stream: OpenStream) -> Iterator[None]:
        """Count a listener in, and out at the end.  Raises TooOften: the person has too many streams already."""
        theirs = self._open.get(stream.account.id, set())
        if len(theirs) >= MOST_OF_ONE_PERSON:
            raise TooOften(retry_after=WAIT_SECONDS)
        self._open.setdefault(stream.account.id, theirs).add(stream)
        self._check(stream)  # what it has shown may have been taken back since it was looked at
        if self._is_stopping:
            stream.end(Ending.STOPPING)
        try:
            yield
        finally:
            stream.end(Ending.LEFT)
            self._to_check.discard(stream)
            theirs.discard(stream)
            if not theirs:
                self._open.pop(stream.account.id, None)
            self.endings[(stream.ending or Ending.LEFT).name.lower()] += 1

    def open_by_transport(self) -> Counter[str]:
        """How many listen, by the way in which they do."""
        return Counter(stream.transport for theirs in self._open.values() for stream in theirs)

    # ---- telling ---------------------------------------------------------------------------------------------------

    def hear(self, events: Sequence[Event]) -> None:
        """Note what is to be told; where nobody listens, nothing is."""
        if not self._open:
            return
        for event in dict.fromkeys(events):  # a commit that changes a filter in several places is told of once
            match event:
                case SessionsEnded() | SessionEnded() | StaffChanged():
                    self._check(*self._open.get(event.account, ()))
                case ChangedElsewhere():
                    self._check(*self._all())
                case PostAdded() | PostEdited() | PostRemoved() | Notified() | NotificationsMerged() | FiltersChanged():
                    self._events.append(event)
                case AnnouncementPublished() | AnnouncementReacted() | AnnouncementWithdrawn():
                    self._events.append(event)
                case _:
                    continue
        if len(self._events) > MOST_EVENTS:
            self._events.clear()
            self._end_all(Ending.MISSED)
        self._bell.set()

    async def _tell_for_ever(self) -> None:
        while True:
            await self._bell.wait()
            self._bell.clear()
            while self._events:
                await self._tell(self._events.popleft())

    async def _tell(self, event: Event) -> None:
        try:
            # Who comes and goes meanwhile changes nothing of this.
            streams = {account: tuple(theirs) for account, theirs in self._open.items()}
            match event:
                case PostAdded():
                    await telling.of_post(self._node, streams, event.post, event="update")
                case PostEdited():
                    await telling.of_post(self._node, streams, event.post, event="status.update")
                case PostRemoved():
                    await telling.of_removal(self._node, streams, event)
                case FiltersChanged():
                    telling.of_filters(streams, event.account)
                case Notified():
                    await telling.of_notification(self._node, streams, event)
                case NotificationsMerged():
                    await telling.of_merging(self._node, streams, event.account)
                case AnnouncementPublished() | AnnouncementReacted() | AnnouncementWithdrawn():
                    await announcing.tell(self._node, streams, event)
                case _:
                    return
        except StorageTrouble:
            self._end_all(Ending.MISSED)
        except Exception:  # noqa: BLE001  a listener's turn: one thing that cannot be told must not silence the others
            observe.LOG.exception("TellingFailed")
            self._end_all(Ending.MISSED)

    # ---- whether they may ------------------------------------------------------------------------------------------

    def _all(self) -> list[OpenStream]:
        return [stream for theirs in self._open.values() for stream in theirs]

    def _end_all(self, why: Ending) -> None:
        for stream in self._all():
            stream.end(why)

    def _check(self, *streams: OpenStream) -> None:
        self._to_check.update(streams)
        self._check_bell.set()

    async def _check_for_ever(self) -> None:
        while True:
            streams = await self._next_to_check()
            try:
                await self._end_those_who_may_not(streams)
            except StorageTrouble:  # who cannot be known to be good is not
                self._end_all(Ending.MISSED)

    async def _next_to_check(self) -> list[OpenStream]:
        """Those about whom something has changed, or all of them after a minute."""
        left = self._checked_all_at + CHECK_SECONDS - asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(max(0.0, left)):
                await self._check_bell.wait()
        except TimeoutError:
            self._checked_all_at = asyncio.get_running_loop().time()
            self._to_check.update(self._all())
        self._check_bell.clear()
        streams = list(self._to_check)
        self._to_check.clear()
        return streams

    async def _end_those_who_may_not(self, streams: Sequence[OpenStream]) -> None:
        tokens = [stream.proof.digest for stream in streams if not stream.proof.is_session]
        sessions = [stream.proof.digest for stream in streams if stream.proof.is_session]
        good = await self._node.store.read(oauth.good_among, tokens) if tokens else set()
        if sessions:
            good |= await self._node.store.read(staff.good_sessions, sessions)
        for stream in streams:
            if stream.proof.digest not in good:
                stream.end(Ending.REVOKED)
        # A token with which somebody listens is in use, which is written down once in a while.
        due = sorted({digest for digest in tokens if digest in good and self._is_use_due(digest)})
        if due:
            with contextlib.suppress(StorageTrouble):  # a full disk must not stop anybody from listening
                await self._node.store.write(oauth.note_uses, due)

    def _is_use_due(self, digest: str) -> bool:
        now, noted = self._node.now(), self._uses_noted.get(digest)
        if noted is not None and now - noted < oauth.USE_NOTED_EVERY:
            return False
        if len(self._uses_noted) >= MOST_NOTED:
            self._uses_noted.clear()
        self._uses_noted[digest] = now
        return True


STREAMS: Final = web.AppKey("streams", Hub)
