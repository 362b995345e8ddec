"""Block: somebody elsewhere keeps somebody here away (ActivityPub 6.9), or a community somebody out (FEP-1b12, "Moderation").

This node tells nobody of its people's blocks, since that would tell the one who is blocked; what a peer tells is honoured.
What keeps somebody out of a community names it as `target`, as Lemmy has it, and is told to its members.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field
from pydantic.aliases import AliasChoices

from federation import leading, redistributed
from federation.activities.follow import refusal
from federation.activity import Activity
from federation.audience import GROUP, NOBODY, Audience
from federation.errors import Ignored, NotAllowed
from federation.vocabulary import Moment, Uri, value_or_id
from storage import accounts, communities, follows, notifications, relations, tombstones
from storage.accounts import NODE_ACTOR_KIND, Account
from storage.errors import NotFound
from storage.store import Unit


class Block(Activity):
    """Neither reads the other, and follows between the two end both ways; or somebody takes no part in a community."""

    type: Literal["Block"] = "Block"
    object: Uri  # who is kept away
    target: Any = None  # Any: with a target, it is a community that somebody is kept out of
    end_time: Annotated[Moment | None, Field(validation_alias=AliasChoices("endTime", "expires"))] = None
    remove_data: bool = False  # whether what they wrote in the community goes from it

    def decides_in(self, unit: Unit, /) -> Account | None:
        """The community that somebody is kept out of."""
        return None if self.target is None else leading.at(unit, self, value_or_id(self.target))

    def authorize(self, unit: Unit, /) -> None:
        """Anybody may keep anybody else away from themselves; managers, anybody but a manager out of their community.

        Raises NotFound: nobody here; NotAllowed: oneself, or a node; Ignored: undone before, or over.
        """
        blocked = self._blocked(unit)
        if self.target is not None:
            self._authorize_ban(unit, blocked)
        elif self.actor == self.object or blocked.kind == NODE_ACTOR_KIND:
            raise NotAllowed(self.actor, self.object, "cannot-be-blocked")
        if tombstones.is_buried(unit, self.id, by=self.actor):
            raise Ignored("undone-already")

    def audience(self, unit: Unit, /) -> Audience:
        """Nobody is told; of a ban the community's node, and that of whoever is kept out."""
        if self.target is None:
            return NOBODY
        community = leading.demand(unit, self, self.decides_in(unit))
        return leading.told(community) | Audience(frozenset({self._blocked(unit).id} if community.is_local else ()))

    def apply(self, unit: Unit, /) -> None:
        """The one who is blocked sees nothing more of the other, not even what was told before; or is no member any more."""
        blocked = self._blocked(unit)
        if self.target is not None:
            self._ban(unit, blocked)
            return
        blocker = self.performer(unit)
        relations.block(unit, blocker.id, blocked.id, uri=self.id)
        notifications.forget_all(unit, blocked.id, by=blocker.id)

    def answers(self, unit: Unit, /) -> Sequence[Activity]:
        """A community of this node ends the membership of whoever is kept out of it."""
        community = self.decides_in(unit)
        if community is None or not community.is_local:
            return ()
        banned = self._blocked(unit)
        known = follows.between(unit, banned.id, community.id)
        return () if known is None else (refusal(unit, banned, community, uri=known.uri),)

    def _authorize_ban(self, unit: Unit, banned: Account) -> None:
        community = leading.demand(unit, self, self.decides_in(unit))
        if banned.kind in (NODE_ACTOR_KIND, GROUP):
            raise NotAllowed(self.actor, self.object, "cannot-be-banned")
        if community.is_local and communities.is_manager(unit, community.id, banned.id):
            raise NotAllowed(self.actor, self.object, "leads-the-community")
        if self.end_time is not None and self.end_time <= unit.now:
            raise Ignored("over-already")

    def _ban(self, unit: Unit, banned: Account) -> None:
        community = leading.demand(unit, self, self.decides_in(unit))
        if not leading.counts(self, community):
            return
        communities.ban(unit, community.id, banned.id, uri=self.id, until=self.end_time)
        if banned.is_local and not community.is_local:
            follows.remove(unit, banned.id, community.id)
        if self.remove_data:
            redistributed.take_out_all(unit, banned, community)

    def _blocked(self, unit: Unit) -> Account:
        found = accounts.by_uri(unit, self.object)
        if found is None or not (found.is_local or self.target is not None):
            raise NotFound
        return found
