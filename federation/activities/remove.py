"""Remove: somebody no longer pins a post of theirs, or shows a tag (ActivityPub 6.7); or a community's managers do (FEP-1b12)."""

from typing import Literal

from federation import featured, led_lists
from federation.activity import Activity
from federation.audience import Audience
from federation.vocabulary import Uri
from storage import featured_tags, pins
from storage.accounts import Account
from storage.store import Unit


class Remove(Activity):
    """A post stands among the others again; a tag no longer stands on a profile; somebody leads a community no longer."""

    type: Literal["Remove"] = "Remove"
    object: Uri  # the post, the page of the tag, or the person
    target: Uri  # the collection of what its author has pinned, or one of a community's

    def decides_in(self, unit: Unit, /) -> Account | None:
        """The community whose collection it is."""
        return led_lists.community_of(unit, self, self.target)

    def authorize(self, unit: Unit, /) -> None:
        """One's own post or tag, in one's own collection. Raises NotFound, NotAllowed, Malformed; Ignored: it is not there."""
        if (led := led_lists.find(unit, self, self.target)) is not None:
            led_lists.authorize_remove(unit, self, led, self.object)
            return
        if featured.tag_in(self.document):
            featured.demand_collection(self.performer(unit), self.target)
            return
        featured.demand_own(unit, self.performer(unit), target=self.target, post=self.object)

    def audience(self, unit: Unit, /) -> Audience:
        """Followers; of a community, its node."""
        if (led := led_lists.find(unit, self, self.target)) is not None:
            return led_lists.told(unit, led, self.object)
        return Audience(followers_of=frozenset({self.performer(unit).id}))

    def apply(self, unit: Unit, /) -> None:
        """Take the pin or the tag away, if there is one."""
        if (led := led_lists.find(unit, self, self.target)) is not None:
            led_lists.remove(unit, self, led, self.object)
            return
        actor = self.performer(unit)
        if tag := featured.tag_in(self.document):
            if (shown := featured.shown(unit, actor, tag)) is not None:
                featured_tags.remove(unit, actor.id, shown.id)
            return
        pins.remove(unit, actor.id, featured.demand_own(unit, actor, target=self.target, post=self.object).id)
