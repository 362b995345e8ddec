"""Accept: somebody lets a follower read them, or somebody come to an event (ActivityPub 7.6), or a post quote theirs (FEP-044f)."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator

from federation import follow_answers, invite_answers, join_answers, leading, quoting
from federation.activities.reject import Reject
from federation.activities.update import Update
from federation.activity import Activity, Wanted
from federation.audience import Audience
from federation.errors import Ignored, NotAllowed
from federation.hosts import same_origin
from federation.vocabulary import first_id
from storage import accounts, attendances, communities, follows, notifications, posts, quote_stamps, quotes, tombstones
from storage.accounts import Account
from storage.attendances import Attendance
from storage.quotes import ACCEPTED, REVOKED
from storage.store import Unit


class Accept(Activity):
    """A follow, a place or a quote is granted, an invitation taken up. Only the one who was asked can, and only what was asked for."""

    may_be_unnamed: ClassVar[bool] = True

    type: Literal["Accept"] = "Accept"
    object: Annotated[dict[str, Any], BeforeValidator(follow_answers.embedded)]  # Any: what was asked, or its id alone
    result: Annotated[str | None, BeforeValidator(first_id)] = None  # the stamp of a quote

    def wants(self, unit: Unit, /) -> Sequence[Wanted]:
        """Who leads a community that lets somebody in, where that is not known, as of one that was found in a directory."""
        community = accounts.by_uri(unit, self.actor)
        if community is None or community.is_local or community.kind != communities.KIND:
            return ()
        led = communities.find(unit, community.id)
        is_known = led is None or bool(communities.managers(unit, community.id))
        return () if is_known else leading.leaders_wanted(self.actor, led.managers_uri if led else "")

    def authorize(self, unit: Unit, /) -> None:
        """The actor is the one who was asked. Raises NotAllowed; Ignored: nobody waits for such an answer, or it was taken back before."""
        if tombstones.is_buried(unit, self.id, by=self.actor):
            raise Ignored("undone-already")
        if quoting.is_request(self.object):
            self._authorize_quote(unit, self.performer(unit))
        elif self._joined(unit) is None and self._invited(unit) is None:
            follow_answers.find(unit, self.object, answered_by=self.performer(unit))

    def audience(self, unit: Unit, /) -> Audience:
        """Who asked."""
        if quoting.is_request(self.object):
            return Audience(frozenset({quoting.find(unit, self.object, answered_by=self.performer(unit)).quoter.id}))
        if (joined := self._joined(unit)) is not None:
            return Audience(frozenset({joined.account_id}))
        if (invited := self._invited(unit)) is not None:
            return Audience(frozenset({posts.get(unit, invited.post_id).author_id}))
        found = follow_answers.find(unit, self.object, answered_by=self.performer(unit))
        return Audience(frozenset({found.follower_id}))

    def apply(self, unit: Unit, /) -> None:
        """From now on the follower sees what goes to followers; somebody is expected; the quote is shown."""
        if quoting.is_request(self.object):
            self._apply_quote(unit, self.performer(unit))
            return
        if (joined := self._joined(unit)) is not None:
            if attendances.answer(unit, joined, attendances.COMING):
                by = self.performer(unit).id
                notifications.tell(unit, joined.account_id, "event_answer", by=by, post=joined.post_id)
            return
        if (invited := self._invited(unit)) is not None:
            attendances.answer(unit, invited, attendances.COMING)
            return
        found = follow_answers.find(unit, self.object, answered_by=self.performer(unit))
        followed = self.performer(unit)
        if not follows.accept(unit, found.follower_id, found.followed_id, uri=self.id):
            return
        if (
            followed.kind == communities.KIND
        ):  # nobody reads what a community is told; and who is let in is kept out no longer
            communities.lift_ban(unit, followed.id, found.follower_id)
        else:
            notifications.tell(unit, found.followed_id, "follow", by=found.follower_id)

    def answers(self, unit: Unit, /) -> Sequence[Activity]:
        """Who quotes, here, tells their readers where the leave stands. Whoever finds no room left is told so."""
        if not quoting.is_request(self.object):
            return self._no_room(unit)
        asked = quoting.find(unit, self.object, answered_by=self.performer(unit))
        return (Update.read(quoting.stamped(unit, asked, str(self.result))),) if asked.quoter.is_local else ()

    def _no_room(self, unit: Unit) -> Sequence[Activity]:
        """The refusal of somebody who was invited to an event of this node, and comes when all places are taken."""
        attendee = self.performer(unit)
        found = invite_answers.answered(unit, self.object, answered_by=attendee)
        post = posts.get(unit, found.post_id) if found is not None else None
        if found is None or post is None or not post.is_local or join_answers.is_room_for_all(unit, post):
            return ()
        organiser = accounts.get(unit, post.author_id)
        return (Reject.read(join_answers.document(unit, "Reject", attendee, organiser, post, uri=found.uri)),)

    def _invited(self, unit: Unit) -> Attendance | None:
        return invite_answers.find(unit, self.object, answered_by=self.performer(unit))

    def _authorize_quote(self, unit: Unit, owner: Account) -> None:
        asked = quoting.find(unit, self.object, answered_by=owner)
        if self.result is None or not same_origin(self.result, self.actor):
            raise NotAllowed(self.actor, self.result or "", "foreign-stamp")
        if asked.quote.state == REVOKED or quoting.goes_further(unit, asked.post, asked.quoted):
            raise Ignored("not-to-be-quoted")
        if asked.quote.state == ACCEPTED and not owner.is_local:
            raise Ignored("accepted-already")

    def _apply_quote(self, unit: Unit, owner: Account) -> None:
        asked = quoting.find(unit, self.object, answered_by=owner)
        if owner.is_local:
            number = quoting.stamp_number(owner, str(self.result))
            quote_stamps.give(unit, asked.quoted.id, asked.post.uri, actor=asked.quoter.uri, identifier=number)
            notifications.tell(unit, owner.id, "quote", by=asked.quoter.id, post=asked.post.id)
        quotes.settle(unit, asked.quote, ACCEPTED, stamp_uri=self.result)

    def _joined(self, unit: Unit) -> Attendance | None:
        return join_answers.find(unit, self.object, answered_by=self.performer(unit))
