"""Add: somebody pins a post of theirs, or shows a tag on their profile (ActivityPub 6.6; Mastodon's `featured` collection)."""

from collections.abc import Sequence
from typing import Literal

from federation import featured
from federation.activity import Activity, Wanted
from federation.audience import Audience
from federation.errors import Ignored
from federation.hosts import same_origin
from federation.vocabulary import Uri
from storage import accounts, featured_tags, follows, pins, posts, tags, tombstones
from storage.accounts import Account
from storage.store import Unit

MOST_PINS = 20
"""Of somebody elsewhere; other software lets people pin a handful."""
MOST_TAGS = 20


class Add(Activity):
    """A post is shown first on its author's profile; a tag stands there."""

    type: Literal["Add"] = "Add"
    object: Uri  # the post, or the page of the tag
    target: Uri  # the collection of what its author has pinned

    def wants(self, unit: Unit, /) -> Sequence[Wanted]:
        """The post, when somebody here follows its author and it is not here."""
        actor = None if featured.tag_in(self.document) else accounts.by_uri(unit, self.actor)
        if actor is None or not same_origin(self.object, self.actor) or not follows.has_local_follower(unit, actor.id):
            return ()
        known = posts.by_uri(unit, self.object) or tombstones.find(unit, self.object)
        return () if known else [Wanted(self.object, required=False)]

    def authorize(self, unit: Unit, /) -> None:
        """One's own post, open to all, or a tag; in one's own collection.

        Raises NotFound, NotAllowed, Malformed; Ignored: pinned already, taken back before, or more than anybody needs.
        """
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
        if pins.count(unit, actor.id) >= MOST_PINS:
            raise Ignored("too-many-pins")

    def audience(self, unit: Unit, /) -> Audience:
        """Followers."""
        return Audience(followers_of=frozenset({self.performer(unit).id}))

    def apply(self, unit: Unit, /) -> None:
        """Note it."""
        actor = self.performer(unit)
        if tag := featured.tag_in(self.document):
            featured_tags.add(unit, actor.id, tags.named(unit, tag).id)
            return
        pins.add(unit, actor.id, featured.demand_own(unit, actor, target=self.target, post=self.object).id)

    def _authorize_tag(self, unit: Unit, actor: Account, tag: str) -> None:
        featured.demand_collection(actor, self.target)
        if featured.shown(unit, actor, tag) is not None:
            raise Ignored("shown-already")
        if len(featured_tags.of(unit, actor.id)) >= MOST_TAGS:
            raise Ignored("too-many-tags")
