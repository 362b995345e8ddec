"""Leave: somebody does not come to an event after all (Mobilizon); the same as the Undo of a Join."""

from typing import Literal

from federation import reacting
from federation.activity import Activity
from federation.audience import Audience
from federation.errors import Ignored
from federation.vocabulary import Uri
from storage import attendances, notifications
from storage.attendances import Attendance
from storage.store import Unit


class Leave(Activity):
    """A place at an event is free again."""

    type: Literal["Leave"] = "Leave"
    object: Uri  # the event

    def authorize(self, unit: Unit, /) -> None:
        """Only one's own place. Raises NotFound; Ignored: there is none."""
        self._place(unit)

    def audience(self, unit: Unit, /) -> Audience:
        """The organiser."""
        return Audience(frozenset({reacting.post_of(unit, self.object).author_id}))

    def apply(self, unit: Unit, /) -> None:
        """As if it had never been asked for."""
        attendances.remove(unit, self._place(unit))
        post = reacting.post_of(unit, self.object)
        notifications.forget(unit, "event_join", by=self.performer(unit).id, post=post.id)

    def _place(self, unit: Unit) -> Attendance:
        post = reacting.post_of(unit, self.object)
        found = attendances.between(unit, self.performer(unit).id, post.id)
        if found is None:
            raise Ignored("not-attending")
        return found
