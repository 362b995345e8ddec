"""What storage can tell: facts that are true once a commit is durable.

Upper floors listen (streams, delivery, caches). An event says which rows to look at, never what they contain.
"""

from dataclasses import dataclass

from storage.ids import AccountId, EmojiId, Host, PostId


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
    """A post is gone; its tombstone stays.

    The rest says where it stood, which nobody can ask the database any more. reach: as `visibility.Reach`.
    people: to whom it was addressed by name.  tags: that it carried, in lower case.
    """

    post: PostId
    author: AccountId
    reach: int
    is_local: bool
    is_share: bool
    people: tuple[AccountId, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PostsRemoved(Event):
    """Everything that somebody wrote and shared is gone, and what others shared of it."""

    author: AccountId


@dataclass(frozen=True, slots=True)
class PostAltered(Event):
    """Something about a post has changed that is not its text: how often it was answered, shared, liked; what it answers."""

    post: PostId


@dataclass(frozen=True, slots=True)
class PostTied(Event):
    """A reply has found what it answers, so that more people may be shown it."""

    post: PostId
    author: AccountId


@dataclass(frozen=True, slots=True)
class ThreadTorn(Event):
    """A reply was fetched, whose conversation may have more in it than is here.

    fetches: how many requests may still be made for what has led to it.
    """

    post: PostId
    fetches: int


@dataclass(frozen=True, slots=True)
class Reacted(Event):
    """A person has shared a post, found it useful or voted in its poll, or no longer has."""

    account: AccountId
    post: PostId


@dataclass(frozen=True, slots=True)
class FiltersChanged(Event):
    """What a person wants to be warned of, or not to read, is something else now."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class ThreadMuted(Event):
    """A person wants to be told of nothing more in a conversation, or of everything again."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class PollDue(Event):
    """When a poll must be looked at next has changed."""

    post: PostId


@dataclass(frozen=True, slots=True)
class ScheduleChanged(Event):
    """When the next post that somebody has put off is to be posted may have changed."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class ExportsChanged(Event):
    """Somebody wants a copy of what is theirs, or has one now."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class AccountChanged(Event):
    """What somebody says of themselves has changed; how many they follow and are followed by is not meant."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class EmojiChanged(Event):
    """A custom emoji of another node has another picture."""

    emoji: EmojiId


@dataclass(frozen=True, slots=True)
class AccountLeft(Event):
    """Somebody has gone for good, and every follow from and to them has ended."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class AccountMoved(Event):
    """Somebody works at another node now, under another account; whoever follows the old one is to follow that."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class StandingChanged(Event):
    """Moderators have restricted an account, or have ended that: who sees what of it is another now."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class Notified(Event):
    """A member of staff has something new to be told."""

    account: AccountId
    notification: int


@dataclass(frozen=True, slots=True)
class NotificationsMerged(Event):
    """What waited for a person's decision stands in their list now."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class AnnouncementPublished(Event):
    """Everybody of this node is told something new."""

    announcement: int


@dataclass(frozen=True, slots=True)
class AnnouncementReacted(Event):
    """An emoji was put under an announcement, or taken away."""

    announcement: int
    emoji: str


@dataclass(frozen=True, slots=True)
class AnnouncementWithdrawn(Event):
    """An announcement is gone."""

    announcement: int


@dataclass(frozen=True, slots=True)
class PushesQueued(Event):
    """There is something to send to apps that are not open."""


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
    """A peer was allowed or removed, or exchange with it rests or goes on."""

    host: Host


@dataclass(frozen=True, slots=True)
class PeerParted(Event):
    """What came from a peer is hidden, and follows from and to its people have ended; or both are over."""

    host: Host


@dataclass(frozen=True, slots=True)
class PeerReturned(Event):
    """A peer that could not be reached for a while answers again, or has knocked."""

    host: Host


@dataclass(frozen=True, slots=True)
class PublicKeyChanged(Event):
    """The key with which somebody elsewhere signs is another now. owner: the id of the actor."""

    owner: str


@dataclass(frozen=True, slots=True)
class PrivateKeyChanged(Event):
    """An account of this node signs with another key now."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class AllowanceTaken(Event):
    """A process has taken a part of somebody's allowance. full_at: when there is all of it again; `storage.rates`."""

    name: str
    full_at: int


@dataclass(frozen=True, slots=True)
class ChangedElsewhere(Event):
    """Another process has changed something, and it is not known what: whatever is remembered may be old."""


@dataclass(frozen=True, slots=True)
class SessionsEnded(Event):
    """A person's sessions and tokens are no longer good; open streams must close."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class SessionEnded(Event):
    """A person has signed out in one place; what they have open elsewhere goes on."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class StaffChanged(Event):
    """What a person may do here, or in which language, has changed; nobody was signed out."""

    account: AccountId
