"""Add: somebody pins a post of theirs, or shows a tag on their profile (ActivityPub 6.6; Mastodon's `featured` collection).

In a community managers do the same with what stands first in it, and with the collection of its managers (FEP-1b12, "Moderation").
"""

from collections.abc import Sequence
from typing import Literal

from federation import featured, led_lists
from federation.activity import Activity, Wanted
from federation.audience import Audience
from federation.errors import Ignored
from federation.hosts import same_origin
from federation.vocabulary import Uri
from storage import accounts, featured_tags, follows, pins, posts, tags, tombstones
from storage.accounts import Account
from storage.store import Unit


class Add(Activity):
    """A post is shown first on its author's profile, or in a community; a tag stands there; somebody leads the community."""

    type: Literal["Add"] = "Add"
    object: Uri  # the post, the page of the tag, or the person
    target: Uri  # the collection of what its author has pinned, or one of a community's

    def decides_in(self, unit: Unit, /) -> Account | None:
        """The community whose collection it is."""
        return led_lists.community_of(unit, self, self.target)

    def wants(self, unit: Unit, /) -> Sequence[Wanted]:
        """The post, when somebody here follows its author and it is not here; what a community adds, where it counts here."""
        if (led := led_lists.find(unit, self, self.target)) is not None:
            return led_lists.wants(unit, self, led, self.object)
        actor = None if featured.tag_in(self.document) else accounts.by_uri(unit, self.actor)
        if actor is None or not same_origin(self.object, self.actor) or not follows.has_local_follower(unit, actor.id):
            return ()
        known = posts.by_uri(unit, self.object) or tombstones.find(unit, self.object)
        return () if known else [Wanted(self.object, required=False)]

    def authorize(self, unit: Unit, /) -> None:
        """One's own post, open to all, or a tag; in one's own collection.

        Raises NotFound, NotAllowed, Malformed; Ignored: pinned already, taken back before, or more than anybody needs.
        """
        if (led := led_lists.find(unit, self, self.target)) is not None:
            led_lists.authorize_add(unit, self, led, self.object)
            return
        actor = self.performer(unit)
        if tag := featured.tag_in(self.document):
            self._authorize_tag(unit, actor, tag)
            return
        post = featured.demand_own(unit, actor, target=self.target, post=self.object)
        featured.demand_open(actor, post)
        if tombstones.is_buried(unit, self.id, by=self.actor):
            raise Ignored("undone-already")
        if pins.is_pinned(unit, post.id):
            raise Ignored("pinned-already")
        if pins.count(unit, actor.id) >= featured.MOST_PINS:
            raise Ignored("too-many-pins")

    def audience(self, unit: Unit, /) -> Audience:
        """Followers; of a community, its node."""
        if (led := led_lists.find(unit, self, self.target)) is not None:
            return led_lists.told(unit, led, self.object)
        return Audience(followers_of=frozenset({self.performer(unit).id}))

    def apply(self, unit: Unit, /) -> None:
        """Note it."""
        if (led := led_lists.find(unit, self, self.target)) is not None:
            led_lists.add(unit, self, led, self.object)
            return
        actor = self.performer(unit)
        if tag := featured.tag_in(self.document):
            featured_tags.add(unit, actor.id, tags.named(unit, tag).id)
            return
        pins.add(unit, actor.id, featured.demand_own(unit, actor, target=self.target, post=self.object).id)

    def _authorize_tag(self, unit: Unit, actor: Account, tag: str) -> None:
        featured.demand_collection(actor, self.target)
        if featured.shown(unit, actor, tag) is not None:
            raise Ignored("shown-already")
        if len(featured_tags.of(unit, actor.id)) >= featured.MOST_TAGS:
            raise Ignored("too-many-tags")
