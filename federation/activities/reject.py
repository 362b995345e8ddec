"""Reject: somebody does not, or no longer, let others read them, come to an event (ActivityPub 7.7), or quote a post (FEP-044f)."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator

from federation import follow_answers, invite_answers, join_answers, quoting
from federation.activity import Activity
from federation.audience import Audience
from storage import attendances, follows, notifications, posts, quotes
from storage.attendances import Attendance
from storage.quotes import ACCEPTED, REJECTED
from storage.store import Unit


class Reject(Activity):
    """A follow, a place, a quote or an invitation is refused; after an Accept, it ends."""

    may_be_of_suspended: ClassVar[bool] = True
    may_be_of_gone: ClassVar[bool] = True
    may_be_unnamed: ClassVar[bool] = True

    type: Literal["Reject"] = "Reject"
    object: Annotated[dict[str, Any], BeforeValidator(follow_answers.embedded)]  # Any: what was asked, or its id alone

    def authorize(self, unit: Unit, /) -> None:
        """The actor is the one who was asked. Raises Ignored: nobody asked for that."""
        if quoting.is_request(self.object):
            quoting.find(unit, self.object, answered_by=self.performer(unit))
        elif self._joined(unit) is None and self._invited(unit) is None and not self.performer(unit).is_local:
            follow_answers.find(unit, self.object, answered_by=self.performer(unit))

    def audience(self, unit: Unit, /) -> Audience:
        """Who asked."""
        if quoting.is_request(self.object):
            return Audience(frozenset({quoting.find(unit, self.object, answered_by=self.performer(unit)).quoter.id}))
        if (joined := self._joined(unit)) is not None:
            return Audience(frozenset({joined.account_id}))
        if (invited := self._invited(unit)) is not None:
            return Audience(frozenset({posts.get(unit, invited.post_id).author_id}))
        follower = follow_answers.follower_of(unit, self.object, answered_by=self.performer(unit))
        return Audience(frozenset({follower}))

    def apply(self, unit: Unit, /) -> None:
        """The follower no longer sees what goes to followers; somebody is not expected; the quote stays a link."""
        followed = self.performer(unit)
        if quoting.is_request(self.object):
            quote = quoting.find(unit, self.object, answered_by=followed).quote
            if quote.state == ACCEPTED:
                quoting.revoke(unit, quote)
            else:
                quotes.settle(unit, quote, REJECTED)
            return
        if (joined := self._joined(unit)) is not None:
            if attendances.answer(unit, joined, attendances.REFUSED):
                notifications.tell(unit, joined.account_id, "event_answer", by=followed.id, post=joined.post_id)
            return
        if (invited := self._invited(unit)) is not None:
            attendances.remove(unit, invited)
            return
        follows.remove(unit, follow_answers.follower_of(unit, self.object, answered_by=followed), followed.id)

    def _invited(self, unit: Unit) -> Attendance | None:
        return invite_answers.find(unit, self.object, answered_by=self.performer(unit))

    def _joined(self, unit: Unit) -> Attendance | None:
        return join_answers.find_or_invited(unit, self.object, answered_by=self.performer(unit))
