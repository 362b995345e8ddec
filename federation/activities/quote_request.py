"""QuoteRequest: somebody asks whether a post of theirs may quote another's (FEP-044f)."""

from collections.abc import Sequence
from typing import Literal

from federation import documents, notes, quoting
from federation.activities.accept import Accept
from federation.activities.reject import Reject
from federation.activity import Activity, How, Wanted
from federation.audience import Audience
from federation.errors import Ignored, NotAllowed
from federation.hosts import same_origin
from federation.vocabulary import Embedded, Note, Uri, types_of
from storage import accounts, follows, posts, quote_stamps, quotes, tombstones, visibility
from storage.accounts import Account
from storage.errors import NotFound
from storage.posts import Post
from storage.store import Unit
from storage.visibility import Reach


class QuoteRequest(Activity):
    """A question to the author of a post; the answer is an Accept with a stamp, or a Reject."""

    type: Literal["QuoteRequest"] = "QuoteRequest"
    object: Uri  # the post that is quoted
    instrument: Embedded  # the post that quotes

    def wants(self, unit: Unit, /) -> Sequence[Wanted]:
        """The post that quotes, when only its id was sent and the question is for somebody here."""
        uri = str(self.instrument["id"])
        quoted = posts.by_uri(unit, self.object)
        if types_of(self.instrument) or quoted is None or not quoted.is_local or not same_origin(uri, self.actor):
            return ()
        return () if posts.by_uri(unit, uri) else [Wanted(uri, required=True, how=How.IF_FOR_US, naming=quoted.uri)]

    def authorize(self, unit: Unit, /) -> None:
        """One's own post, which quotes what one may see. Whether it may is the answer.

        Raises NotFound, NotAllowed, Malformed; Ignored: nobody here is asked, or the post was taken back.
        """
        actor, quoted = self.performer(unit), self._quoted(unit)
        if not (quoted.is_local or actor.is_local):
            raise Ignored("unsolicited")
        stays_here = quoted.reach is Reach.NODE and not actor.is_local
        if stays_here or not visibility.may_see(unit, quoted.id, reader=actor.id):
            raise NotFound
        if tombstones.is_buried(unit, str(self.instrument["id"]), by=self.actor):
            raise Ignored("removed-already")
        self._demand_quoting(unit, actor)

    def is_unasked(self, unit: Unit, /) -> bool:
        """Whether nobody here follows who quotes: it is kept for whoever is quoted."""
        return not follows.has_local_follower(unit, self.performer(unit).id)

    def audience(self, unit: Unit, /) -> Audience:
        """The author of what is quoted."""
        return Audience(frozenset({self._quoted(unit).author_id}))

    def apply(self, unit: Unit, /) -> None:
        """Keep the post that quotes, if it is not here yet, and that leave was asked for."""
        post = posts.by_uri(unit, str(self.instrument["id"]))
        if post is None:
            post = notes.keep(unit, self._note(), self.instrument, self.performer(unit))
        quotes.ask(unit, post.id, self.id)

    def answers(self, unit: Unit, /) -> Sequence[Activity]:
        """Accept where the author of this node lets everybody, or this one, quote the post; else Reject."""
        quoter, quoted = self.performer(unit), self._quoted(unit)
        post = posts.by_uri(unit, str(self.instrument["id"]))
        if not quoted.is_local or post is None:
            return ()
        owner = accounts.get(unit, quoted.author_id)
        stamp = quote_stamps.find(unit, quoted.id, post.uri)
        is_taken_back = stamp is not None and stamp.revoked_at is not None
        if is_taken_back or quoting.goes_further(unit, post, quoted):
            return (self._refusal(unit, quoter, owner),)
        if quoting.leave(unit, quoted, quoter) != quoting.AUTOMATIC:
            return (self._refusal(unit, quoter, owner),)
        return (self._acceptance(unit, quoter, owner, stamp.id if stamp else unit.new_id()),)

    def _quoted(self, unit: Unit) -> Post:
        found = posts.by_uri(unit, self.object)
        if found is None or found.boost_of is not None:
            raise NotFound
        return found

    def _note(self) -> Note:
        return notes.read(self.instrument)

    def _demand_quoting(self, unit: Unit, actor: Account) -> None:
        known = posts.by_uri(unit, str(self.instrument["id"]))
        if known is None:
            note = self._note()
            notes.demand_own(note, self.actor)
            quoted_uri = note.quote
        else:
            if known.author_id != actor.id:
                raise NotAllowed(self.actor, known.uri, "not-the-author")
            quote = quotes.find(unit, known.id)
            quoted_uri = quote.quoted_uri if quote is not None else None
        if quoted_uri != self.object:
            raise NotAllowed(self.actor, self.object, "quotes-something-else")

    def _acceptance(self, unit: Unit, quoter: Account, owner: Account, number: int) -> Accept:
        uri = f"{owner.uri}#accepts/{unit.new_id()}"
        act = documents.act("Accept", owner, dict(self._asked()), uri=uri, to=[quoter.uri])
        return Accept.read({**act, "result": quoting.stamp_uri(owner, number)})

    def _refusal(self, unit: Unit, quoter: Account, owner: Account) -> Reject:
        uri = f"{owner.uri}#rejects/{unit.new_id()}"
        return Reject.read(documents.act("Reject", owner, dict(self._asked()), uri=uri, to=[quoter.uri]))

    def _asked(self) -> dict[str, str]:
        """The question as it is sent back: by its ids."""
        instrument = str(self.instrument["id"])
        return {
            "id": self.id,
            "type": self.type,
            "actor": self.actor,
            "object": self.object,
            "instrument": instrument,
        }
