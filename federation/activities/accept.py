"""Accept: somebody lets a follower read them, or somebody come to an event (ActivityPub 7.6)."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from federation import follow_answers, join_answers
from federation.activity import Activity
from federation.audience import Audience
from storage import attendances, follows, notifications
from storage.attendances import Attendance
from storage.store import Unit


class Accept(Activity):
    """A follow or a place is granted: by the one who is followed, or the organiser, and only where it was asked for."""

    type: Literal["Accept"] = "Accept"
    object: Annotated[dict[str, Any], BeforeValidator(follow_answers.embedded)]  # Any: the Follow, or its id alone

    def authorize(self, unit: Unit, /) -> None:
        """The actor is the one who was asked. Raises Ignored: nothing of the kind is waiting."""
        if self._joined(unit) is None:
            follow_answers.find(unit, self.object, answered_by=self.performer(unit))

    def audience(self, unit: Unit, /) -> Audience:
        """The one who asked."""
        if (joined := self._joined(unit)) is not None:
            return Audience(frozenset({joined.account_id}))
        found = follow_answers.find(unit, self.object, answered_by=self.performer(unit))
        return Audience(frozenset({found.follower_id}))

    def apply(self, unit: Unit, /) -> None:
        """From now on the follower sees what goes to followers; or somebody is expected."""
        if (joined := self._joined(unit)) is not None:
            if attendances.answer(unit, joined, attendances.COMING):
                by = self.performer(unit).id
                notifications.tell(unit, joined.account_id, "event_answer", by=by, post=joined.post_id)
            return
        found = follow_answers.find(unit, self.object, answered_by=self.performer(unit))
        if follows.accept(unit, found.follower_id, found.followed_id):
            notifications.tell(unit, found.followed_id, "follow", by=found.follower_id)

    def _joined(self, unit: Unit) -> Attendance | None:
        return join_answers.find(unit, self.object, answered_by=self.performer(unit))
