"""Announce: somebody shares a post with their followers (ActivityPub 7.11), or a community what a member did (FEP-1b12)."""

from collections.abc import Sequence
from typing import Literal

from pydantic import PrivateAttr

from federation import redistributed
from federation.activity import Activity, Wanted
from federation.audience import Audience, reach_of
from federation.errors import Ignored, NotAllowed
from federation.vocabulary import Moment, Uri
from storage import accounts, follows, notifications, posts, tombstones
from storage.errors import NotFound
from storage.posts import Post
from storage.store import Unit
from storage.visibility import OPEN, Reach


class Announce(Activity):
    """A post is shared: only its id travels, and it is shown as its own author's node tells it."""

    type: Literal["Announce"] = "Announce"
    object: Uri  # the post
    published: Moment | None = None

    _inner: Activity | None = PrivateAttr(default=None)

    def inner(self) -> Activity | None:
        """What a member did, where a community sends it on; None where a post is shared. Raises Malformed."""
        if self._inner is None:
            self._inner = redistributed.activity_in(self.document)
            if self._inner is not None:
                self._inner.comes_by(self.actor)
        return self._inner

    def wants(self, unit: Unit, /) -> Sequence[Wanted]:
        """The post, from its own origin, when somebody here follows the one who shares it."""
        if (inner := self.inner()) is not None:
            return redistributed.wants(unit, inner, group=self.actor)
        sharer = accounts.by_uri(unit, self.actor)
        if sharer is None or not follows.has_local_follower(unit, sharer.id):
            return ()
        known = posts.by_uri(unit, self.object) or tombstones.find(unit, self.object)
        return () if known else [Wanted(self.object, required=True)]

    def authorize(self, unit: Unit, /) -> None:
        """Only what is open to everybody, or one's own, may be shared; and never wider than it was.

        Raises NotFound, NotAllowed; Ignored: undone before, shared already, or nobody here is concerned.
        """
        if (inner := self.inner()) is not None:
            if self.performer(unit).is_local:
                return  # a community of this node has judged it when it was told of it (`hosting`)
            vouched = redistributed.is_vouched(inner, group=self.actor, proven=self._proven)
            redistributed.authorize(unit, inner, group=self.performer(unit), vouched=vouched)
            return
        sharer, post = self.performer(unit), self._post(unit)
        if sharer.is_local and sharer.moved_to:
            raise NotAllowed(self.actor, sharer.moved_to, "moved-away")
        own_to_followers = post.reach is Reach.FOLLOWERS and post.author_id == sharer.id
        if post.reach not in OPEN and not own_to_followers:
            raise NotAllowed(self.actor, self.object, "not-open-to-all")
        if own_to_followers and reach_of(sharer, to=self.to, cc=self.cc) in OPEN:
            raise NotAllowed(self.actor, self.object, "wider-than-the-post")
        if tombstones.is_buried(unit, self.id, by=self.actor):
            raise Ignored("undone-already")
        if posts.share_by(unit, sharer.id, post.id) is not None:
            raise Ignored("shared-already")
        if not (sharer.is_local or post.is_local or follows.has_local_follower(unit, sharer.id)):
            raise Ignored("unsolicited")

    def audience(self, unit: Unit, /) -> Audience:
        """One's followers, and the author of the post; of a community, its members."""
        if self.inner() is not None:
            return Audience(followers_of=frozenset({self.performer(unit).id}))
        return Audience(frozenset({self._post(unit).author_id}), frozenset({self.performer(unit).id}))

    def apply(self, unit: Unit, /) -> None:
        """Keep the sharing as a row of its own, and tell the author."""
        if (inner := self.inner()) is None:
            post = self._post(unit)
            self._share(unit, post)
            notifications.tell(unit, post.author_id, "reblog", by=self.performer(unit).id, post=post.id)
            return
        if not self.performer(unit).is_local:
            redistributed.apply(unit, inner, group=self.performer(unit))
        if (begun := redistributed.shared(unit, inner, self.performer(unit))) is not None:
            self._share(unit, begun)

    def _share(self, unit: Unit, post: Post) -> None:
        sharer = self.performer(unit)
        reach = reach_of(sharer, to=self.to, cc=self.cc)
        if post.reach is Reach.COMMUNITY:  # what is for members is shown to them alone, whatever the community says
            reach = Reach.FOLLOWERS
        elif post.reach is Reach.UNLISTED and reach in OPEN:  # what stands in no list for all is put into none
            reach = Reach.UNLISTED
        posts.share(
            unit,
            uri=self.id,
            author=sharer.id,
            is_local=sharer.is_local,
            post=post,
            reach=reach,
            published=self.published or unit.now,
        )

    def _post(self, unit: Unit) -> Post:
        found = posts.by_uri(unit, self.object)
        if found is None or found.boost_of is not None:
            raise NotFound
        return found
