"""Remove: somebody no longer pins a post of theirs (ActivityPub 6.7)."""

from typing import Literal

from federation import featured
from federation.activity import Activity
from federation.audience import Audience
from federation.vocabulary import Uri
from storage import pins
from storage.store import Unit


class Remove(Activity):
    """A post stands among the others again."""

    type: Literal["Remove"] = "Remove"
    object: Uri  # the post
    target: Uri  # the collection of what its author has pinned

    def authorize(self, unit: Unit, /) -> None:
        """One's own post, in one's own collection. Raises NotFound, NotAllowed."""
        featured.demand_own(unit, self.performer(unit), target=self.target, post=self.object)

    def audience(self, unit: Unit, /) -> Audience:
        """Followers."""
        return Audience(followers_of=frozenset({self.performer(unit).id}))

    def apply(self, unit: Unit, /) -> None:
        """Take the pin away, if there is one."""
        actor = self.performer(unit)
        pins.remove(unit, actor.id, featured.demand_own(unit, actor, target=self.target, post=self.object).id)
