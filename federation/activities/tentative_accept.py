"""TentativeAccept: an organiser says that somebody may perhaps come (ActivityStreams vocabulary; Mobilizon)."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from federation import follow_answers, join_answers
from federation.activity import Activity
from federation.audience import Audience
from federation.errors import Ignored
from storage import attendances, notifications
from storage.attendances import Attendance
from storage.store import Unit


class TentativeAccept(Activity):
    """A Join stands, and is not settled."""

    type: Literal["TentativeAccept"] = "TentativeAccept"
    object: Annotated[dict[str, Any], BeforeValidator(follow_answers.embedded)]  # Any: the Join, or its id alone

    def authorize(self, unit: Unit, /) -> None:
        """The actor is the organiser of the event. Raises Ignored: nobody asked them."""
        self._joined(unit)

    def audience(self, unit: Unit, /) -> Audience:
        """The one who asked."""
        return Audience(frozenset({self._joined(unit).account_id}))

    def apply(self, unit: Unit, /) -> None:
        """Note it, and tell whoever asked."""
        joined = self._joined(unit)
        if attendances.answer(unit, joined, attendances.PERHAPS):
            by = self.performer(unit).id
            notifications.tell(unit, joined.account_id, "event_answer", by=by, post=joined.post_id)

    def _joined(self, unit: Unit) -> Attendance:
        found = join_answers.find(unit, self.object, answered_by=self.performer(unit))
        if found is None:
            raise Ignored("no-such-join")
        return found
