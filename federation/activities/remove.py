"""Remove: somebody no longer pins a post of theirs, or shows a tag (ActivityPub 6.7)."""

from typing import Literal

from federation import featured
from federation.activity import Activity
from federation.audience import Audience
from federation.vocabulary import Uri
from storage import featured_tags, pins
from storage.store import Unit


class Remove(Activity):
    """A post stands among the others again; a tag no longer stands on a profile."""

    type: Literal["Remove"] = "Remove"
    object: Uri  # the post, or the page of the tag
    target: Uri  # the collection of what its author has pinned

    def authorize(self, unit: Unit, /) -> None:
        """One's own post or tag, in one's own collection. Raises NotFound, NotAllowed, Malformed."""
        if featured.tag_in(self.document):
            featured.demand_collection(self.performer(unit), self.target)
            return
        featured.demand_own(unit, self.performer(unit), target=self.target, post=self.object)

    def audience(self, unit: Unit, /) -> Audience:
        """Followers."""
        return Audience(followers_of=frozenset({self.performer(unit).id}))

    def apply(self, unit: Unit, /) -> None:
        """Take the pin or the tag away, if there is one."""
        actor = self.performer(unit)
        if tag := featured.tag_in(self.document):
            if (shown := featured.shown(unit, actor, tag)) is not None:
                featured_tags.remove(unit, actor.id, shown.id)
            return
        pins.remove(unit, actor.id, featured.demand_own(unit, actor, target=self.target, post=self.object).id)
