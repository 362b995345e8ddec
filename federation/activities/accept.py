"""Accept: somebody lets a follower read them (ActivityPub 7.6)."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from federation import follow_answers
from federation.activity import Activity
from federation.audience import Audience
from storage import follows, notifications
from storage.store import Unit


class Accept(Activity):
    """A follow is granted. Only the one who is followed can, and only a follow that was asked for."""

    type: Literal["Accept"] = "Accept"
    object: Annotated[dict[str, Any], BeforeValidator(follow_answers.embedded)]  # Any: the Follow, or its id alone

    def authorize(self, unit: Unit, /) -> None:
        """The actor is the one whom the follow asks for. Raises Ignored: no such follow is waiting."""
        follow_answers.find(unit, self.object, answered_by=self.performer(unit))

    def audience(self, unit: Unit, /) -> Audience:
        """The follower."""
        found = follow_answers.find(unit, self.object, answered_by=self.performer(unit))
        return Audience(frozenset({found.follower_id}))

    def apply(self, unit: Unit, /) -> None:
        """From now on the follower sees what goes to followers."""
        found = follow_answers.find(unit, self.object, answered_by=self.performer(unit))
        if follows.accept(unit, found.follower_id, found.followed_id):
            notifications.tell(unit, found.followed_id, "follow", by=found.follower_id)
