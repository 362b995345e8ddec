"""Like: somebody finds a post useful (ActivityPub 6.8, 7.10)."""

from typing import Literal

from federation.activity import Activity
from federation.audience import Audience
from federation.errors import Ignored
from federation.vocabulary import Uri
from storage import notifications, posts, reactions, visibility
from storage.errors import NotFound
from storage.posts import Post
from storage.store import Unit
from storage.visibility import Reach


class Like(Activity):
    """A favourite, told to the author of the post."""

    type: Literal["Like"] = "Like"
    object: Uri  # the post

    def authorize(self, unit: Unit, /) -> None:
        """The post must be here and the actor must be able to see it. Raises NotFound; Ignored when undone before."""
        actor, post = self.performer(unit), self._post(unit)
        stays_here = post.reach is Reach.NODE and not actor.is_local
        if stays_here or not visibility.may_see(unit, post.id, reader=actor.id):
            raise NotFound
        if posts.is_buried(unit, self.id, by=self.actor):
            raise Ignored("undone-already")

    def audience(self, unit: Unit, /) -> Audience:
        """The author of the post."""
        return Audience(frozenset({self._post(unit).author_id}))

    def apply(self, unit: Unit, /) -> None:
        """Note it once, and tell the author."""
        actor, post = self.performer(unit), self._post(unit)
        if reactions.add(unit, actor.id, post.id, uri=self.id):
            notifications.tell(unit, post.author_id, "favourite", by=actor.id, post=post.id)

    def _post(self, unit: Unit) -> Post:
        found = posts.by_uri(unit, self.object)
        if found is None or found.boost_of is not None:
            raise NotFound
        return found
