"""Reject: somebody does not, or no longer, let a follower read them (ActivityPub 7.7)."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator

from federation import follow_answers
from federation.activity import Activity
from federation.audience import Audience
from storage import follows
from storage.store import Unit


class Reject(Activity):
    """A follow is refused; after an Accept, a follower is removed."""

    may_be_of_suspended: ClassVar[bool] = True

    type: Literal["Reject"] = "Reject"
    object: Annotated[dict[str, Any], BeforeValidator(follow_answers.embedded)]  # Any: the Follow, or its id alone

    def authorize(self, unit: Unit, /) -> None:
        """The actor is the one whom the follow asks for. Raises Ignored: there is no such follow."""
        if not self.performer(unit).is_local:
            follow_answers.find(unit, self.object, answered_by=self.performer(unit))

    def audience(self, unit: Unit, /) -> Audience:
        """The follower."""
        follower = follow_answers.follower_of(unit, self.object, answered_by=self.performer(unit))
        return Audience(frozenset({follower}))

    def apply(self, unit: Unit, /) -> None:
        """The follower no longer sees what goes to followers."""
        followed = self.performer(unit)
        follows.remove(unit, follow_answers.follower_of(unit, self.object, answered_by=followed), followed.id)
