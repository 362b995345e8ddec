"""EmojiReact: a reaction as Pleroma and its kin send it (FEP-c0e0). This node itself sends a Like with `content`."""

from typing import Annotated, Literal

from pydantic import BeforeValidator

from federation import emoji, reacting
from federation.activity import Activity
from federation.audience import Audience
from federation.errors import Ignored
from federation.vocabulary import Uri
from storage.store import Unit


class EmojiReact(Activity):
    """Somebody puts an emoji under a post."""

    type: Literal["EmojiReact"] = "EmojiReact"
    object: Uri  # the post
    content: Annotated[str, BeforeValidator(emoji.text_of)] = ""

    def authorize(self, unit: Unit, /) -> None:
        """The post must be here and the actor must be able to see it. Raises NotFound; Ignored: no emoji, or undone before."""
        if emoji.read(self.content) is None:
            raise Ignored("not-an-emoji")
        post = reacting.post_of(unit, self.object)
        reacting.demand_visible(unit, self, post)
        reacting.demand_room(unit, self, post)

    def audience(self, unit: Unit, /) -> Audience:
        """The author of the post, and the communities it is for."""
        return reacting.told(unit, reacting.post_of(unit, self.object))

    def apply(self, unit: Unit, /) -> None:
        """Note it once, and tell the author."""
        found = emoji.read(self.content)
        if found is not None:
            reacting.keep(unit, self, reacting.post_of(unit, self.object), found)
