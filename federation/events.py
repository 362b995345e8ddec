"""What the federation can tell, beside what storage tells: how talking to peers goes.

Facts for logs and metrics, told where they happen and formatted in `node.observe` and `node.metrics`. They say which
activity, which peer, how long; never what was written. `working_on` says of everything that happens inside it which
activity it belongs to.
"""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass

from storage.events import Event
from storage.ids import Host

ACTIVITY: ContextVar[str] = ContextVar("activity", default="")
"""The id of the activity that is being worked on, for log lines written meanwhile."""

PEER: ContextVar[str] = ContextVar("peer", default="")
"""The host of the peer it came from or goes to."""


@contextlib.contextmanager
def working_on(activity: str, peer: str) -> Iterator[None]:
    """Have whatever is logged inside, however deep, carry the activity's id and the peer's host."""
    activity_before, peer_before = ACTIVITY.set(activity), PEER.set(peer)
    try:
        yield
    finally:
        ACTIVITY.reset(activity_before)
        PEER.reset(peer_before)


@dataclass(frozen=True, slots=True)
class SignatureVerified(Event):
    """A request of a peer was signed by the key it names. scheme: the name of the way in which it was signed."""

    host: Host
    scheme: str


@dataclass(frozen=True, slots=True)
class ActivityReceived(Event):
    """An activity of a peer passed every check and is kept. type: as `Create`."""

    uri: str
    host: Host
    type: str


@dataclass(frozen=True, slots=True)
class ActivitySettled(Event):
    """An activity of a peer was dealt with.

    type: as `Create`.  outcome: `applied`, `ignored` or `refused`.  seconds: from its arrival to now, None when unknown.
    """

    uri: str
    host: Host
    type: str = ""
    outcome: str = "applied"
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class ActivityQuarantined(Event):
    """An activity of a peer could not be applied five times, and was set aside."""

    uri: str
    host: Host
    error: str
    type: str = ""


@dataclass(frozen=True, slots=True)
class RequestRefused(Event):
    """A request of a peer was not taken. address: where it came from.  inbox: whether it told something, rather than asked."""

    address: str
    code: str
    internal: str
    inbox: bool = False


@dataclass(frozen=True, slots=True)
class Delivered(Event):
    """A peer has taken an activity. seconds: from sending it to the answer."""

    uri: str
    host: Host
    seconds: float


@dataclass(frozen=True, slots=True)
class DeliveryFailed(Event):
    """A peer has not taken an activity; `dead` when it never will. seconds: from sending it to knowing, if it was sent."""

    uri: str
    host: Host
    reason: str
    dead: bool
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class DirectoryNotRead(Event):
    """The directory of another node could not be read; it is tried again later."""

    host: Host
    reason: str


@dataclass(frozen=True, slots=True)
class FollowersReconciled(Event):
    """Who of this node follows somebody was set right, since their node has another list.

    followed: the id of whom they follow.  ended, granted: follows of this node.  undone: follows that only the peer knew.
    """

    followed: str
    host: Host
    ended: int
    granted: int
    undone: int
