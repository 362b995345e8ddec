"""Join: somebody wants to come to an event (ActivityPub vocabulary; FEP-8a8e, Mobilizon)."""

from collections.abc import Sequence
from typing import Literal

from pydantic import PrivateAttr

from federation import join_answers, reacting
from federation.activities.accept import Accept
from federation.activities.reject import Reject
from federation.activities.tentative_accept import TentativeAccept
from federation.activity import Activity
from federation.audience import Audience
from federation.errors import NotAllowed
from federation.vocabulary import Uri
from storage import accounts, attendances, notifications, occasions
from storage.accounts import Account
from storage.errors import NotFound
from storage.occasions import FREE, KeptOccasion
from storage.posts import Post
from storage.store import Unit


class Join(Activity):
    """A wish to come. Where everybody may, the organiser's node answers at once, as long as there is room; where nobody may, too."""

    type: Literal["Join"] = "Join"
    object: Uri  # the event

    _was_invited: bool = PrivateAttr(default=False)
    _comes_in_vain: bool = PrivateAttr(default=False)

    def authorize(self, unit: Unit, /) -> None:
        """The event must be here, be visible to the actor, and take people. Raises NotFound, NotAllowed; Ignored: taken back.

        Whoever asks from elsewhere to come to an event of this node that takes nobody is told so by its organiser.
        """
        post, occasion = self._event(unit)
        reacting.demand_visible(unit, self, post)
        actor = self.performer(unit)
        if post.author_id == actor.id:
            raise NotAllowed(self.actor, self.object, "own-event")
        if not self._may_come(unit, post, occasion) and (actor.is_local or not post.is_local):
            raise NotAllowed(self.actor, self.object, "takes-nobody")

    def audience(self, unit: Unit, /) -> Audience:
        """The organiser."""
        return Audience(frozenset({self._event(unit)[0].author_id}))

    def apply(self, unit: Unit, /) -> None:
        """Note the wish, and tell the organiser who has to decide."""
        actor, (post, occasion) = self.performer(unit), self._event(unit)
        known = attendances.between(unit, actor.id, post.id)
        self._was_invited = known is not None and known.state == attendances.INVITED
        self._comes_in_vain = not self._may_come(unit, post, occasion)
        is_new = attendances.ask(unit, actor.id, post.id, uri=self.id)
        if is_new and occasion.join_mode != FREE and not self._comes_in_vain:
            notifications.tell(unit, post.author_id, "event_join", by=actor.id, post=post.id)

    def answers(self, unit: Unit, /) -> Sequence[Activity]:
        """Of a free event of this node, or to who was invited: Accept while there is room, Reject then. Who was accepted is told so again.

        Of one that takes nobody: Reject.
        """
        actor, (post, occasion) = self.performer(unit), self._event(unit)
        organiser = accounts.get(unit, post.author_id)
        known = attendances.between(unit, actor.id, post.id)
        if not organiser.is_local or known is None:
            return ()
        if known.state == attendances.COMING:
            return (acceptance(unit, actor, organiser, post, uri=self.id),)
        if self._comes_in_vain:
            return (refusal(unit, actor, organiser, post, uri=self.id),)
        if occasion.join_mode != FREE and not self._was_invited:
            return ()
        answer = acceptance if has_room(unit, occasion) else refusal
        return (answer(unit, actor, organiser, post, uri=self.id),)

    def _may_come(self, unit: Unit, post: Post, occasion: KeptOccasion) -> bool:
        if occasion.is_over(unit.now):
            return False
        known = attendances.between(unit, self.performer(unit).id, post.id)
        is_invited = known is not None and known.state == attendances.INVITED
        return occasion.takes_people or (is_invited and occasion.takes_invited)

    def _event(self, unit: Unit) -> tuple[Post, KeptOccasion]:
        post = reacting.post_of(unit, self.object)
        found = occasions.find(unit, post.id)
        if found is None:
            raise NotFound
        return post, found


def has_room(unit: Unit, occasion: KeptOccasion) -> bool:
    """Whether one more person may come to an event of this node; nobody else can take the place before this is committed."""
    unit.lock(f"places at {occasion.post_id}")
    return occasion.capacity is None or attendances.coming(unit, occasion.post_id) < occasion.capacity


def acceptance(unit: Unit, attendee: Account, organiser: Account, post: Post, *, uri: str) -> Accept:
    """The Accept of a Join with this id, by the organiser."""
    return Accept.read(join_answers.document(unit, "Accept", attendee, organiser, post, uri=uri))


def tentative(unit: Unit, attendee: Account, organiser: Account, post: Post, *, uri: str) -> TentativeAccept:
    """The TentativeAccept of a Join with this id, by the organiser, who decides later."""
    return TentativeAccept.read(join_answers.document(unit, "TentativeAccept", attendee, organiser, post, uri=uri))


def refusal(unit: Unit, attendee: Account, organiser: Account, post: Post, *, uri: str) -> Reject:
    """The Reject of a Join with this id, by the organiser."""
    return Reject.read(join_answers.document(unit, "Reject", attendee, organiser, post, uri=uri))
