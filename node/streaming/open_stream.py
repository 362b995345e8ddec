"""One listener: what waits to be sent, and how it ends.

What waits is bounded in number and in bytes. A listener for whom it grows beyond that reads too slowly, and is told so; they
find what they missed in the lists.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from node.api import scopes
from node.streaming.subscriptions import SCOPES, Subscription
from storage.accounts import Account

MOST_WAITING = 500
MOST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Message:
    """Something to tell. event: as apps know it.  payload: JSON, or a bare id; None where the event says it all."""

    stream: Subscription
    event: str
    payload: bytes | None


class Ending(Enum):
    """How a stream ends: the code with which a WebSocket is closed (RFC 6455, 7.4.1), and why in words."""

    LEFT = (1000, "Goodbye")
    STOPPING = (1001, "The node stops or begins anew: connect again in a moment")
    REVOKED = (1008, "The sign-in is no longer good: sign in again")
    SLOW = (1013, "Too much waited to be read: connect again, and read what you missed from the timelines")
    MISSED = (1013, "Something could not be told: connect again, and read what you missed from the timelines")

    @property
    def code(self) -> int:
        """Of the WebSocket."""
        return self.value[0]

    @property
    def words(self) -> str:
        """For whoever reads it."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Proof:
    """What a listener has shown. digest: of a token or, for a page, of a session."""

    digest: str
    is_session: bool


class OpenStream:
    """A listener of this process."""

    def __init__(
        self,
        account: Account,
        proof: Proof,
        granted: frozenset[str],
        *,
        transport: str,
        encode: Callable[[Message], bytes],
    ) -> None:
        """granted: the scopes.  transport: `websocket`, `sse` or `page`.  encode: makes a message what goes over the line."""
        self.account = account
        self.proof = proof
        self.granted = granted
        self.transport = transport
        self.unseen = 0
        self.ending: Ending | None = None
        self._encode = encode
        self._subscriptions: dict[Subscription, None] = {}
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._bell = asyncio.Event()
        self._ended = asyncio.Event()

    @property
    def subscriptions(self) -> Sequence[Subscription]:
        """What the listener wants to hear of."""
        return tuple(self._subscriptions)

    def may(self, wanted: Subscription) -> bool:
        """Whether what the listener has shown is good for this."""
        return scopes.covers(self.granted, SCOPES[wanted.name])

    def subscribe(self, wanted: Subscription) -> None:
        """Tell of this from now on."""
        self._subscriptions[wanted] = None

    def unsubscribe(self, wanted: Subscription) -> None:
        """Tell of this no more."""
        self._subscriptions.pop(wanted, None)

    def put(self, message: Message) -> None:
        """Have something told."""
        self.say(self._encode(message))

    def say(self, line: bytes) -> None:
        """Have bytes sent as they are; or part with a listener for whom too much waits."""
        if self.ending is not None:
            return
        if len(self._waiting) >= MOST_WAITING or self._bytes + len(line) > MOST_BYTES:
            self.end(Ending.SLOW)
            return
        self._waiting.append(line)
        self._bytes += len(line)
        self._bell.set()

    async def take(self) -> bytes:
        """What is to be sent next, as soon as there is something."""
        while not self._waiting:
            self._bell.clear()
            await self._bell.wait()
        line = self._waiting.popleft()
        self._bytes -= len(line)
        return line

    def end(self, why: Ending) -> None:
        """Part with the listener; the first reason counts."""
        if self.ending is None:
            self.ending = why
            self._waiting.clear()
            self._bytes = 0
            self._ended.set()

    async def ended(self) -> Ending:
        """Wait until it ends."""
        await self._ended.wait()
        assert self.ending is not None
        return self.ending
