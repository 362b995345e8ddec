"""Follow: somebody asks to read somebody (ActivityPub 6.5, 7.5)."""

from collections.abc import Sequence
from typing import Literal

from federation import documents
from federation.activities.accept import Accept
from federation.activities.reject import Reject
from federation.activity import Activity
from federation.audience import Audience
from federation.errors import Ignored, NotAllowed
from federation.vocabulary import Uri
from storage import accounts, blocked_nodes, communities, follows, notifications, relations, tombstones
from storage.accounts import NODE_ACTOR_KIND, Account
from storage.errors import NotFound
from storage.store import Unit


class Follow(Activity):
    """A wish to read somebody; nothing is shown to the follower before the followed one's node has accepted."""

    type: Literal["Follow"] = "Follow"
    object: Uri  # the actor to follow

    def authorize(self, unit: Unit, /) -> None:
        """Anybody may ask; whether it is granted is the answer. Raises NotFound, NotAllowed, Ignored (undone before)."""
        followed = self._followed(unit)
        if self.actor == self.object or followed.kind == NODE_ACTOR_KIND:
            raise NotAllowed(self.actor, self.object, "cannot-be-followed")
        if followed.suspended_at is not None:
            raise NotFound
        if tombstones.is_buried(unit, self.id, by=self.actor):
            raise Ignored("undone-already")
        follower = self.performer(unit)
        if follower.is_local and _keep_apart(unit, follower, followed):
            raise NotAllowed(self.actor, self.object, "blocked")
        if follower.is_local and is_banned(unit, follower, followed):
            raise NotAllowed(self.actor, self.object, "banned-from-community")
        if follower.is_local and followed.moved_at is not None and followed.moved_to:
            raise NotAllowed(self.actor, self.object, "moved-away")

    def is_unasked(self, unit: Unit, /) -> bool:
        """Whoever is to be followed has not asked for it; asking again is no more than that."""
        return follows.between(unit, self.performer(unit).id, self._followed(unit).id) is None

    def audience(self, unit: Unit, /) -> Audience:
        """The one to be followed."""
        return Audience(frozenset({self._followed(unit).id}))

    def apply(self, unit: Unit, /) -> None:
        """Note the wish; asking again renews it."""
        follower, followed = self.performer(unit), self._followed(unit)
        if _is_closed(unit, follower, followed):
            return
        follows.ask(unit, follower.id, followed.id, uri=self.id)
        if not (followed.locked and followed.is_local):
            return
        if followed.kind == communities.KIND:
            notifications.tell_managers(unit, followed.id, by=follower.id)
        else:
            notifications.tell(unit, followed.id, "follow_request", by=follower.id)

    def answers(self, unit: Unit, /) -> Sequence[Activity]:
        """Accept at once from people here who take every follower; Reject where one has blocked the other, has moved, or is banned."""
        follower, followed = self.performer(unit), self._followed(unit)
        if not followed.is_local:
            return ()
        if _is_closed(unit, follower, followed):
            return (refusal(unit, follower, followed, uri=self.id),)
        known = follows.between(unit, follower.id, followed.id)
        if followed.locked and (known is None or known.accepted_at is None):
            return ()
        return (acceptance(unit, follower, followed, uri=self.id),)

    def _followed(self, unit: Unit) -> Account:
        found = accounts.by_uri(unit, self.object)
        if found is None or found.gone_at is not None:
            raise NotFound
        return found


def _is_closed(unit: Unit, follower: Account, followed: Account) -> bool:
    """Whether nobody follows here any more: the person works elsewhere, or one of the two keeps the other away."""
    has_moved = followed.is_local and followed.moved_to is not None
    return has_moved or _keep_apart(unit, follower, followed) or is_banned(unit, follower, followed)


def is_banned(unit: Unit, follower: Account, followed: Account) -> bool:
    """Whether a community of this node keeps somebody out. Of others, their node decides anew each time that it is asked."""
    is_hosted = followed.is_local and followed.kind == communities.KIND
    return is_hosted and communities.banned(unit, followed.id, follower.id) is not None


def _keep_apart(unit: Unit, one: Account, other: Account) -> bool:
    """Whether one of two people has blocked the other, or hides the other's node."""
    if relations.blocked_between(unit, one.id, other.id):
        return True
    return blocked_nodes.has(unit, one.id, other.host) or blocked_nodes.has(unit, other.id, one.host)


def acceptance(unit: Unit, follower: Account, followed: Account, *, uri: str) -> Accept:
    """The Accept of a Follow with this id, by the one who is followed."""
    accepted = documents.act("Follow", follower, followed.uri, uri=uri, to=[followed.uri])
    accept_id = f"{followed.uri}#accepts/{unit.new_id()}"
    return Accept.read(documents.act("Accept", followed, accepted, uri=accept_id, to=[follower.uri]))


def refusal(unit: Unit, follower: Account, followed: Account, *, uri: str) -> Reject:
    """The Reject of a Follow with this id, by the one who is, or was to be, followed."""
    refused = documents.act("Follow", follower, followed.uri, uri=uri, to=[followed.uri])
    reject_id = f"{followed.uri}#rejects/{unit.new_id()}"
    return Reject.read(documents.act("Reject", followed, refused, uri=reject_id, to=[follower.uri]))
