"""What storage can tell: facts that are true once a commit is durable.

Upper floors listen (streams, delivery, caches). An event says which rows to look at, never what they contain.
"""

from dataclasses import dataclass

from storage.ids import AccountId, Host, PostId


@dataclass(frozen=True, slots=True)
class Event:
    """Something changed."""


@dataclass(frozen=True, slots=True)
class PostAdded(Event):
    """A post, a reply or a shared post is there."""

    post: PostId
    author: AccountId


@dataclass(frozen=True, slots=True)
class PostEdited(Event):
    """A post's text has changed."""

    post: PostId
    author: AccountId


@dataclass(frozen=True, slots=True)
class PostRemoved(Event):
    """A post is gone; its tombstone stays."""

    post: PostId
    author: AccountId


@dataclass(frozen=True, slots=True)
class Notified(Event):
    """A member of staff has something new to be told."""

    account: AccountId
    notification: int


@dataclass(frozen=True, slots=True)
class RelationChanged(Event):
    """Whom a person follows, blocks or mutes has changed."""

    account: AccountId
    target: AccountId


@dataclass(frozen=True, slots=True)
class DeliveriesQueued(Event):
    """There is something to send to these peers."""

    hosts: tuple[Host, ...]


@dataclass(frozen=True, slots=True)
class Received(Event):
    """Activities from peers wait in the journal."""


@dataclass(frozen=True, slots=True)
class PeerChanged(Event):
    """A peer was allowed or removed."""

    host: Host


@dataclass(frozen=True, slots=True)
class SessionsEnded(Event):
    """A person's sessions and tokens are no longer good; open streams must close."""

    account: AccountId
