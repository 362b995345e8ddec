"""Reject: somebody does not, or no longer, let a follower read them, or somebody come to an event (ActivityPub 7.7)."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator

from federation import follow_answers, join_answers
from federation.activity import Activity
from federation.audience import Audience
from storage import attendances, follows, notifications
from storage.attendances import Attendance
from storage.store import Unit


class Reject(Activity):
    """A follow or a place is refused; after an Accept, it ends."""

    may_be_of_suspended: ClassVar[bool] = True

    type: Literal["Reject"] = "Reject"
    object: Annotated[dict[str, Any], BeforeValidator(follow_answers.embedded)]  # Any: the Follow, or its id alone

    def authorize(self, unit: Unit, /) -> None:
        """The actor is the one whom the follow asks for. Raises Ignored: there is no such follow."""
        if self._joined(unit) is None and not self.performer(unit).is_local:
            follow_answers.find(unit, self.object, answered_by=self.performer(unit))

    def audience(self, unit: Unit, /) -> Audience:
        """The one who asked."""
        if (joined := self._joined(unit)) is not None:
            return Audience(frozenset({joined.account_id}))
        follower = follow_answers.follower_of(unit, self.object, answered_by=self.performer(unit))
        return Audience(frozenset({follower}))

    def apply(self, unit: Unit, /) -> None:
        """The follower no longer sees what goes to followers; or somebody is not expected."""
        followed = self.performer(unit)
        if (joined := self._joined(unit)) is not None:
            if attendances.answer(unit, joined, attendances.REFUSED):
                notifications.tell(unit, joined.account_id, "event_answer", by=followed.id, post=joined.post_id)
            return
        follows.remove(unit, follow_answers.follower_of(unit, self.object, answered_by=followed), followed.id)

    def _joined(self, unit: Unit) -> Attendance | None:
        return join_answers.find(unit, self.object, answered_by=self.performer(unit))
