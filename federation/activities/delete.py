"""Delete: a post, the leave to quote one (FEP-044f), or a whole account goes (ActivityPub 6.4, 7.4).

Of what somebody else wrote, it is how the managers of a community take it out of that community (FEP-1b12, "Moderation").
"""

from collections.abc import Sequence
from typing import ClassVar, Literal

from federation import audience as audiences
from federation import leading, quoting, redistributed
from federation.activities.update import Update
from federation.activity import Activity, PassedOn
from federation.audience import Audience
from federation.errors import Ignored, NotAllowed
from federation.hosts import same_origin
from federation.signatures import proofs
from federation.vocabulary import Uri
from storage import accounts, posts, quotes, tombstones
from storage.accounts import Account
from storage.errors import NotFound
from storage.ids import PostId
from storage.posts import Holds, Post
from storage.quotes import Quote
from storage.store import Unit
from storage.visibility import OPEN


class Delete(Activity):
    """Its owner takes a thing back. A tombstone stays for ever, so that a late copy finds the door closed."""

    may_be_of_suspended: ClassVar[bool] = True
    may_be_of_gone: ClassVar[bool] = True

    type: Literal["Delete"] = "Delete"
    object: Uri  # the post, its tombstone, a stamp, or the actor itself

    def decides_in(self, unit: Unit, /) -> Account | None:
        """The community that somebody else's post leaves."""
        post = posts.by_uri(unit, self.object)
        return None if post is None or self._is_own(unit, post) else leading.where_it_stands(unit, self, post)

    def authorize(self, unit: Unit, /) -> None:
        """The stored owner, and nobody else of the same node; a manager, for what stands in the community.

        Raises NotAllowed; Ignored when it is gone already.
        """
        if (community := self.decides_in(unit)) is not None:
            leading.demand(unit, self, community)
            return
        if not same_origin(self.object, self.actor):
            raise NotAllowed(self.actor, self.object, "foreign-object")
        if tombstones.is_buried(unit, self.object, by=self.actor):
            raise Ignored("removed-already")
        post = posts.by_uri(unit, self.object)
        if post is not None and post.author_id != self.performer(unit).id:
            raise NotAllowed(self.actor, self.object, "not-the-owner")
        other = accounts.by_uri(unit, self.object)
        if other is not None and self.object != self.actor:
            raise NotAllowed(self.actor, self.object, "not-the-owner")
        quote = self._quote(unit) if post is None else None
        owner = quoting.owner_of(unit, quote) if quote is not None else None
        if owner is not None and owner.uri != self.actor:
            raise NotAllowed(self.actor, self.object, "not-the-owner")

    def audience(self, unit: Unit, /) -> Audience:
        """Everybody who was told of it; of an account, everybody who follows it; of what leaves a community, its node."""
        if (community := self.decides_in(unit)) is not None:
            return leading.told(community)
        if self.object == self.actor:
            return Audience(followers_of=frozenset({self.performer(unit).id}))
        post = posts.by_uri(unit, self.object)
        if post is not None:
            return audiences.of_post(unit, post)
        quote = self._quote(unit)
        return audiences.NOBODY if quote is None else quoting.told_of_revocation(unit, quote)

    def continues(self, unit: Unit, /) -> PostId | None:
        """What the post answered, if it was for all."""
        post = posts.by_uri(unit, self.object)
        is_told = post is not None and post.reach in OPEN and self._is_own(unit, post)
        return post.reply_to if post is not None and is_told else None

    def apply(self, unit: Unit, /) -> None:
        """The post goes; an unknown one is remembered as gone; an account goes with all it wrote."""
        post = posts.by_uri(unit, self.object)
        if post is not None and (community := self.decides_in(unit)) is not None:
            if leading.counts(self, community):
                redistributed.take_out(unit, post, community)
            return
        if self.object == self.actor:
            actor = self.performer(unit)
            accounts.mark_gone(unit, actor.id)
            tombstones.remove_all_of(unit, actor.id)
            tombstones.bury(unit, self.object, owner_uri=self.actor)
            return
        if post is None:
            if (quote := self._quote(unit)) is not None:
                quoting.revoke(unit, quote)
            tombstones.bury(unit, self.object, owner_uri=self.actor)
        else:
            quote = quotes.find(unit, post.id) if post.holds & Holds.QUOTE else None
            if quote is not None:  # what it quoted is quoted once less
                quotes.remove(unit, quote)
            tombstones.remove(unit, post, owner_uri=self.actor)

    def passes_on(self, unit: Unit, /) -> PassedOn | None:
        """That leave to quote was taken back, by who quotes, here, to the readers of the quote: with the owner's own proof."""
        quote = self._quote_of_here(unit)
        if quote is None or not proofs.has_proof(self.document):
            return None
        post = posts.get(unit, quote.post_id)
        return PassedOn(post.author_id, audiences.of_post(unit, post))

    def answers(self, unit: Unit, /) -> Sequence[Activity]:
        """What has no proof is not believed from others: then who quotes says it in their own words."""
        quote = self._quote_of_here(unit)
        if quote is None or proofs.has_proof(self.document):
            return ()
        return (Update.read(quoting.unstamped(unit, quote)),)

    def _is_own(self, unit: Unit, post: Post) -> bool:
        try:
            return self.performer(unit).id == post.author_id
        except NotFound:  # a manager of a third node, whom a community names
            return False

    def _quote(self, unit: Unit) -> Quote | None:
        return quotes.by_stamp(unit, self.object)

    def _quote_of_here(self, unit: Unit) -> Quote | None:
        """The quote by somebody here whose leave somebody elsewhere takes back."""
        quote = None if self.performer(unit).is_local or self.object == self.actor else self._quote(unit)
        return quote if quote is not None and posts.get(unit, quote.post_id).is_local else None


def of(uri: str, *, by: str) -> Delete:
    """The Delete that is seen where a post's own origin shows that it is gone. by: the stored author."""
    return Delete.read({"id": f"{uri}#delete", "type": "Delete", "actor": by, "object": uri})
