"""What the federation can tell, beside what storage tells: how talking to peers goes."""

from dataclasses import dataclass

from storage.events import Event
from storage.ids import Host


@dataclass(frozen=True, slots=True)
class ActivitySettled(Event):
    """An activity of a peer was dealt with."""

    uri: str
    host: Host


@dataclass(frozen=True, slots=True)
class ActivityQuarantined(Event):
    """An activity of a peer could not be applied five times, and was set aside."""

    uri: str
    host: Host
    error: str


@dataclass(frozen=True, slots=True)
class RequestRefused(Event):
    """A request of a peer was not taken."""

    host: str
    code: str
    internal: str


@dataclass(frozen=True, slots=True)
class Delivered(Event):
    """A peer has taken an activity."""

    uri: str
    host: Host
    seconds: float


@dataclass(frozen=True, slots=True)
class DeliveryFailed(Event):
    """A peer has not taken an activity; `dead` when it never will."""

    uri: str
    host: Host
    reason: str
    dead: bool
