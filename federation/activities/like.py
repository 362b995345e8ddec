"""Like: somebody finds a post useful, or puts an emoji under it (ActivityPub 6.8, 7.10; FEP-c0e0)."""

from typing import Annotated, Literal

from pydantic import BeforeValidator

from federation import emoji, reacting
from federation.activity import Activity
from federation.audience import Audience
from federation.vocabulary import Uri
from storage import notifications, reactions
from storage.store import Unit


class Like(Activity):
    """A favourite, or with `content` a reaction; told to the author of the post."""

    type: Literal["Like"] = "Like"
    object: Uri  # the post
    content: Annotated[str, BeforeValidator(emoji.text_of)] = ""

    def authorize(self, unit: Unit, /) -> None:
        """The post must be here and the actor must be able to see it. Raises NotFound; Ignored when undone before."""
        post = reacting.post_of(unit, self.object)
        reacting.demand_visible(unit, self, post)
        if self._emoji:
            reacting.demand_room(unit, self, post)

    def audience(self, unit: Unit, /) -> Audience:
        """The author of the post, and the communities it is for."""
        return reacting.told(unit, reacting.post_of(unit, self.object))

    def apply(self, unit: Unit, /) -> None:
        """Note it once, and tell the author."""
        actor, post = self.performer(unit), reacting.post_of(unit, self.object)
        if self._emoji:
            reacting.keep(unit, self, post, self._emoji)
        elif reactions.add(unit, actor.id, post.id, uri=self.id):
            notifications.tell(unit, post.author_id, "favourite", by=actor.id, post=post.id)

    @property
    def _emoji(self) -> str | None:
        """Content that is no emoji makes a Like a favourite, as it is to those who do not know reactions."""
        return emoji.read(self.content)
