"""Block: somebody elsewhere keeps somebody here away (ActivityPub 6.9).

This node tells nobody of its people's blocks, since that would tell the one who is blocked; what a peer tells is honoured.
"""

from typing import Any, Literal

from federation.activity import Activity
from federation.audience import NOBODY, Audience
from federation.errors import Ignored, NotAllowed
from federation.vocabulary import Uri
from storage import accounts, notifications, relations, tombstones
from storage.accounts import NODE_ACTOR_KIND, Account
from storage.errors import NotFound
from storage.store import Unit


class Block(Activity):
    """Neither reads the other, and follows between the two end both ways."""

    type: Literal["Block"] = "Block"
    object: Uri  # who is kept away
    target: Any = None  # Any: with a target, it is a community that somebody is kept out of, which is another thing

    def authorize(self, unit: Unit, /) -> None:
        """Anybody may keep anybody else away from themselves.

        Raises NotFound: nobody here; NotAllowed: oneself, or a node; Ignored: undone before, or about a community.
        """
        if self.target is not None:
            raise Ignored("about-a-community")
        blocked = self._blocked(unit)
        if self.actor == self.object or blocked.kind == NODE_ACTOR_KIND:
            raise NotAllowed(self.actor, self.object, "cannot-be-blocked")
        if tombstones.is_buried(unit, self.id, by=self.actor):
            raise Ignored("undone-already")

    def audience(self, unit: Unit, /) -> Audience:
        """Nobody is told."""
        del unit
        return NOBODY

    def apply(self, unit: Unit, /) -> None:
        """The one who is blocked sees nothing more of the other, not even what was told before."""
        blocker, blocked = self.performer(unit), self._blocked(unit)
        relations.block(unit, blocker.id, blocked.id, uri=self.id)
        notifications.forget_all(unit, blocked.id, by=blocker.id)

    def _blocked(self, unit: Unit) -> Account:
        found = accounts.by_uri(unit, self.object)
        if found is None or not found.is_local:
            raise NotFound
        return found
