"""Invite: an organiser asks people to come to an event, or a community asks them to join it (ActivityStreams vocabulary)."""

from collections.abc import Sequence
from typing import Literal

from federation import documents, reacting
from federation.activity import Activity, How, Wanted
from federation.audience import GROUP, Audience
from federation.errors import Ignored, NotAllowed
from federation.hosts import same_origin
from federation.vocabulary import Uri, Uris
from storage import accounts, attendances, notifications, occasions, posts, relations, tombstones, visibility
from storage.accounts import Account
from storage.errors import NotFound
from storage.posts import Post
from storage.store import Unit

MOST_INVITED = 100
"""At a time."""


class Invite(Activity):
    """People are asked to come; they answer with an Accept or a Reject of it. Who is asked into a community follows it."""

    type: Literal["Invite"] = "Invite"
    object: Uri  # the event, or the community
    target: Uris = ()  # who is invited; some name them in `to` alone

    def wants(self, unit: Unit, /) -> Sequence[Wanted]:
        """The event or the community, from its own node, when somebody here is invited and it is not here."""
        if not same_origin(self.object, self.actor) or not any(one.is_local for one in self._invited(unit)):
            return ()
        known = posts.by_uri(unit, self.object) or accounts.by_uri(unit, self.object)
        if known or tombstones.find(unit, self.object):
            return ()
        return [Wanted(self.object, required=True, how=How.IF_FOR_US, naming=self.actor)]

    def authorize(self, unit: Unit, /) -> None:
        """The organiser invites those who can see the event; a community's own node to the community.

        Raises NotFound, NotAllowed; Ignored: nobody who is known is invited, or it was taken back before.
        """
        actor = self.performer(unit)
        if tombstones.is_buried(unit, self.id, by=self.actor):
            raise Ignored("undone-already")
        if not actor.is_local and not any(one.is_local for one in self._invited(unit)):
            raise Ignored("unsolicited")
        if self._community(unit) is not None:
            if not same_origin(self.object, self.actor):
                raise NotAllowed(self.actor, self.object, "not-the-organiser")
        elif self._event(unit).author_id != actor.id:
            raise NotAllowed(self.actor, self.object, "not-the-organiser")

    def is_unasked(self, unit: Unit, /) -> bool:
        """Whoever is invited has not asked for it."""
        del unit
        return True

    def audience(self, unit: Unit, /) -> Audience:
        """Those who are invited."""
        return Audience(frozenset(one.id for one in self._invited(unit)))

    def apply(self, unit: Unit, /) -> None:
        """Note whom of them it reaches, and tell them."""
        if (community := self._community(unit)) is not None:
            for one in self._invited(unit):
                if not relations.blocked_between(unit, one.id, self.performer(unit).id):
                    notifications.tell(unit, one.id, "community_invite", by=community.id)
            return
        event = self._event(unit)
        for one in self._invited(unit):
            may_see = visibility.may_see(unit, event.id, reader=one.id)
            if may_see and attendances.invite(unit, one.id, event.id, uri=self.id):
                notifications.tell(unit, one.id, "event_invite", by=event.author_id, post=event.id)

    def _invited(self, unit: Unit) -> list[Account]:
        """Those of the people named that are known here, without the one who invites."""
        named = (self.target or self.to)[:MOST_INVITED]
        found = accounts.by_uris(unit, set(named)) if named else {}
        return [found[uri] for uri in dict.fromkeys(named) if uri in found and uri != self.actor]

    def _community(self, unit: Unit) -> Account | None:
        found = accounts.by_uri(unit, self.object)
        return found if found is not None and found.kind == GROUP else None

    def _event(self, unit: Unit) -> Post:
        post = reacting.post_of(unit, self.object)
        if occasions.find(unit, post.id) is None:
            raise NotFound
        return post


def of(unit: Unit, organiser: Account, event: Post, people: Sequence[Account]) -> Invite:
    """The Invite of these people to an event of this node, by its organiser."""
    uris = [one.uri for one in people]
    act = documents.act("Invite", organiser, event.uri, uri=f"{organiser.uri}#invites/{unit.new_id()}", to=uris)
    return Invite.read({**act, "target": list(uris)})
