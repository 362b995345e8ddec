"""Lock: managers of a community end a conversation in it: nothing more is said there (Lemmy; FEP-1b12, "Moderation")."""

from typing import Literal

from federation import leading
from federation.activity import Activity
from federation.audience import Audience
from federation.errors import Ignored
from federation.vocabulary import Uri
from storage import communities, posts, tombstones
from storage.accounts import Account
from storage.errors import NotFound
from storage.posts import Post
from storage.store import Unit


class Lock(Activity):
    """A conversation of a community is read, and no longer answered."""

    type: Literal["Lock"] = "Lock"
    object: Uri  # the first post of the conversation

    def decides_in(self, unit: Unit, /) -> Account | None:
        """The community in which the conversation takes place."""
        return leading.where_it_stands(unit, self, posts.by_uri(unit, self.object))

    def authorize(self, unit: Unit, /) -> None:
        """A manager, in a conversation of the community.

        Raises NotFound, NotAllowed; Ignored: locked already, undone before, no whole conversation, or for others to say.
        """
        community, thread = leading.demand(unit, self, self.decides_in(unit)), self._thread(unit)
        if tombstones.is_buried(unit, self.id, by=self.actor):
            raise Ignored("undone-already")
        if leading.counts(self, community) and communities.locked_by(unit, thread.id) is not None:
            raise Ignored("locked-already")

    def audience(self, unit: Unit, /) -> Audience:
        """The community's node, which tells its members."""
        return leading.told(leading.demand(unit, self, self.decides_in(unit)))

    def apply(self, unit: Unit, /) -> None:
        """Note it, where it counts."""
        community = leading.demand(unit, self, self.decides_in(unit))
        if leading.counts(self, community):
            communities.lock(unit, community.id, self._thread(unit).id, uri=self.id)

    def _thread(self, unit: Unit) -> Post:
        found = posts.by_uri(unit, self.object)
        if found is None:
            raise NotFound
        if found.reply_to_uri is not None:  # Lemmy can end the answers to one answer; here a conversation is one
            raise Ignored("no-whole-conversation")
        return found
