"""Delete: a post, or a whole account, goes (ActivityPub 6.4, 7.4)."""

from typing import ClassVar, Literal

from federation import audience as audiences
from federation.activity import Activity
from federation.audience import Audience
from federation.errors import Ignored, NotAllowed
from federation.hosts import same_origin
from federation.vocabulary import Uri
from storage import accounts, posts
from storage.ids import PostId
from storage.store import Unit
from storage.visibility import OPEN


class Delete(Activity):
    """Its owner takes a thing back. A tombstone stays for ever, so that a late copy finds the door closed."""

    may_be_of_suspended: ClassVar[bool] = True

    type: Literal["Delete"] = "Delete"
    object: Uri  # the post, its tombstone, or the actor itself

    def authorize(self, unit: Unit, /) -> None:
        """The stored owner, and nobody else of the same node. Raises NotAllowed; Ignored when it is gone already."""
        if not same_origin(self.object, self.actor):
            raise NotAllowed(self.actor, self.object, "foreign-object")
        if posts.is_buried(unit, self.object, by=self.actor):
            raise Ignored("removed-already")
        post = posts.by_uri(unit, self.object)
        if post is not None and post.author_id != self.performer(unit).id:
            raise NotAllowed(self.actor, self.object, "not-the-owner")
        other = accounts.by_uri(unit, self.object)
        if other is not None and self.object != self.actor:
            raise NotAllowed(self.actor, self.object, "not-the-owner")

    def audience(self, unit: Unit, /) -> Audience:
        """Everybody who was told of it; of an account, everybody who follows it."""
        if self.object == self.actor:
            return Audience(followers_of=frozenset({self.performer(unit).id}))
        post = posts.by_uri(unit, self.object)
        return audiences.NOBODY if post is None else audiences.of_post(unit, post)

    def continues(self, unit: Unit, /) -> PostId | None:
        """What the post answered, if it was for all."""
        post = posts.by_uri(unit, self.object)
        return post.reply_to if post is not None and post.reach in OPEN else None

    def apply(self, unit: Unit, /) -> None:
        """The post goes; an unknown one is remembered as gone; an account goes with all it wrote."""
        if self.object == self.actor:
            actor = self.performer(unit)
            accounts.mark_gone(unit, actor.id)
            posts.remove_all_of(unit, actor.id)
            posts.bury(unit, self.object, owner_uri=self.actor)
            return
        post = posts.by_uri(unit, self.object)
        if post is None:
            posts.bury(unit, self.object, owner_uri=self.actor)
        else:
            posts.remove(unit, post, owner_uri=self.actor)


def of(uri: str, *, by: str) -> Delete:
    """The Delete that is seen where a post's own origin shows that it is gone. by: the stored author."""
    return Delete.read({"id": f"{uri}#delete", "type": "Delete", "actor": by, "object": uri})
