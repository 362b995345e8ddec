"""Create: somebody writes a post (ActivityPub 6.2, 7.2), or votes in a poll (FEP-9967)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, PrivateAttr

from federation import ballots, conversations, membership, notes, on_behalf, quoting
from federation.activity import Activity, How, Wanted
from federation.audience import GROUP, NOBODY, TO_NAMED, Audience, reach_of
from federation.ballots import Ballot
from federation.errors import Ignored, NotAllowed
from federation.strict_json import JsonObject
from federation.vocabulary import Embedded, Note, types_of
from storage import communities, follows, posts, tombstones
from storage import conversations as thread_rows
from storage.accounts import Account
from storage.errors import NotFound
from storage.ids import AccountId, PostId
from storage.store import Unit
from storage.visibility import OPEN, Reach


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What was asked for many posts together; it holds for those of which nothing is here, and in this unit alone.

    is_followed: whether somebody of this node follows the author.  is_listened_to: whether anybody wants to be told of each post.
    """

    unit: Unit
    is_followed: bool
    is_listened_to: bool


class Create(Activity):
    """A post comes into being; its audience is the one its author signed. A vote is told to the poll's author alone."""

    type: Literal["Create"] = "Create"
    object: Annotated[Embedded, BeforeValidator(ballots.first_of)]

    _read: Note | None = PrivateAttr(default=None)
    _foreseen: Foreseen | None = PrivateAttr(default=None)
    _followed: tuple[Unit, bool] | None = PrivateAttr(default=None)
    _is_known: bool = PrivateAttr(default=False)

    @classmethod
    def read(cls, document: JsonObject) -> Self:
        """This activity from a document; a vote may come without an id of its own. Raises Malformed."""
        return super().read(ballots.named(document))

    def wants(self, unit: Unit, /) -> Sequence[Wanted]:
        """The post itself when only its id was sent; what it answers, so that the thread is whole; what it quotes, and by whose leave."""
        if self._ballot:
            return ()
        if not types_of(self.object):
            told = Wanted(str(self.object["id"]), required=True, how=How.IF_FOR_US)
            return [told] if self._is_unknown(unit) else ()
        note, missing = self.note(), list[Wanted]()
        parent = note.in_reply_to
        if parent is not None and not (posts.by_uri(unit, parent) or tombstones.find(unit, parent)):
            missing.append(Wanted(parent, required=False, document=self.object))
        missing += [Wanted(uri, required=False) for uri in quoting.missing(unit, note)]
        return missing if missing and self._concerns_us(unit, note) else ()

    def authorize(self, unit: Unit, /) -> None:
        """Its author tells it, from the author's own node, and somebody here is concerned.

        Raises NotAllowed, NotFound, Malformed; Ignored: known already, removed, or nobody here asked for it.
        """
        if not types_of(self.object):
            # Its own node does not show it, or it concerns nobody here.
            raise Ignored("not-kept" if self._is_unknown(unit) else "fetched-by-id")
        if self._ballot:
            demand_present(self, unit)
            ballots.demand_valid(unit, self, self._ballot)
            return
        note = self.note()
        notes.demand_own(note, self.actor)
        demand_present(self, unit)
        self._is_known = False
        if self._foreseen_in(unit) is None and (before := tombstones.already(unit, note.id, by=self.actor)) is not None:
            self._is_known = before == "known-already" and self._is_to_be_sent_on(unit, note)
            if not self._is_known:
                raise Ignored(before)
        if not self._concerns_us(unit, note):
            raise Ignored("unsolicited")
        self.demand_taken(unit)

    def audience(self, unit: Unit, /) -> Audience:
        """Followers, the people named, and the author of what is answered; nobody elsewhere for this node only."""
        if self._ballot:
            return Audience(frozenset({ballots.poll_post(unit, self._ballot).author_id}))
        author, note = self.performer(unit), self.note()
        named = notes.people_of(unit, note, author)
        reach = reach_of(author, to=note.to, cc=note.cc, people=named)
        if reach is Reach.NODE:
            return NOBODY
        people = {account.id for account in named.values()} | self._answered(unit, note, reach)
        return Audience(frozenset(people), frozenset(() if reach in TO_NAMED else (author.id,)))

    def apply(self, unit: Unit, /) -> None:
        """Keep the post and tell those of this node whom it names; or count the vote."""
        if self._ballot:
            ballots.count(unit, self, self._ballot)
            return
        if self._is_known:
            return
        foreseen = self._foreseen_in(unit)
        is_listened_to = foreseen is None or foreseen.is_listened_to
        post = notes.keep(unit, self.note(), self.object, self.performer(unit), is_listened_to=is_listened_to)
        for group in on_behalf.groups(unit, self.object, author=self.actor):
            on_behalf.share(unit, post, group)

    @property
    def post_uri(self) -> str | None:
        """The id of the post, where it came with the activity; None for a vote, and for a post that must be fetched."""
        is_post = types_of(self.object) and not ballots.is_vote(self.object)
        return str(self.object["id"]) if is_post else None

    def foresee(self, author: Account, foreseen: Foreseen) -> None:
        """Learn what else this would ask when it is applied. author: the account of the actor."""
        self._performer, self._foreseen = (foreseen.unit, author), foreseen

    def _foreseen_in(self, unit: Unit) -> Foreseen | None:
        known = self._foreseen
        return known if known is not None and known.unit is unit else None

    def continues(self, unit: Unit, /) -> PostId | None:
        """What the post answers, if the post is for all; nothing, for a vote."""
        if self._ballot:
            return None
        note = self.note()
        if note.in_reply_to is None or reach_of(self.performer(unit), to=note.to, cc=note.cc) not in OPEN:
            return None
        parent = posts.by_uri(unit, note.in_reply_to)
        return None if parent is None else parent.id

    @property
    def _ballot(self) -> Ballot | None:
        return ballots.read(self.document.get("object"), actor=self.actor) if ballots.is_vote(self.object) else None

    def note(self) -> Note:
        """The post, as it is understood. Raises Malformed."""
        if self._read is None:
            self._read = notes.read(self.object)
        return self._read

    def is_unasked(self, unit: Unit, /) -> bool:
        """Whether nobody here follows its author, so that it is here for those whom it names or answers. A vote is asked for."""
        return self._ballot is None and not self.group and not self._is_followed(unit, self.performer(unit))

    def comes_to(self, addressee: Account) -> None:
        """A post that names nobody for whom it is, is for whoever's own inbox it came to. A post by its id alone says it itself."""
        if types_of(self.object) and not self._ballot:
            self._read = self.note().model_copy(update={"to": (addressee.uri,)})

    def concerns_us(self, unit: Unit, /) -> bool:
        """Whether anybody here follows who wrote the post, is named by it, or has written or read what it answers. Raises Malformed."""
        return self._concerns_us(unit, self.note())

    def _is_to_be_sent_on(self, unit: Unit, note: Note) -> bool:
        """Whether a post begins a conversation of a community of this node, and was fetched before its author told of it."""
        post = posts.by_uri(unit, note.id)
        if post is None or post.reply_to_uri is not None or post.author_id != self.performer(unit).id:
            return False
        sharing = {each.id for each in thread_rows.communities_of(unit, post.id)}
        return any(each.id not in sharing for each in communities.hosted_among(unit, {*note.to, *note.cc}))

    def _is_unknown(self, unit: Unit) -> bool:
        uri = str(self.object["id"])
        return posts.by_uri(unit, uri) is None and tombstones.find(unit, uri) is None

    def _concerns_us(self, unit: Unit, note: Note) -> bool:
        if self.group:
            return True
        try:
            author = self.performer(unit)
        except NotFound:
            return _reaches_us(unit, note, followers="")
        if author.is_local or self._is_followed(unit, author):
            return True
        if on_behalf.groups(unit, self.object, author=self.actor):
            return True
        return _reaches_us(unit, note, followers=author.followers_uri)

    def demand_taken(self, unit: Unit, /) -> None:
        """What is for the members of a community of this node alone is kept if that community takes it; nothing is said in what it locked.

        Raises NotAllowed.
        """
        author, note = self.performer(unit), self.note()
        locking = communities.locking_above(unit, note.in_reply_to) if note.in_reply_to else None
        if locking is not None and not communities.is_manager(unit, locking, author.id):
            raise NotAllowed(self.actor, note.id, membership.LOCKED)
        if reach_of(author, to=note.to, cc=note.cc) is not Reach.MENTIONED:
            return
        parent = posts.by_uri(unit, note.in_reply_to) if note.in_reply_to else None
        for account in notes.people_of(unit, note, author).values():
            if account.is_local and account.kind == GROUP and account.uri in note.to:
                thread = parent.thread_id if parent else None
                if (code := membership.refusal(unit, account.id, author.id, thread=thread)) is not None:
                    raise NotAllowed(self.actor, note.id, code)

    def _is_followed(self, unit: Unit, author: Account) -> bool:
        foreseen = self._foreseen_in(unit)
        if foreseen is not None:
            return foreseen.is_followed
        if self._followed is None or self._followed[0] is not unit:
            self._followed = (unit, follows.has_local_follower(unit, author.id))
        return self._followed[1]

    def _answered(self, unit: Unit, note: Note, reach: Reach) -> set[AccountId]:
        parent = posts.by_uri(unit, note.in_reply_to) if note.in_reply_to else None
        if parent is None or reach not in OPEN:
            return set()
        # The first author's node keeps the whole conversation for the others.
        return {parent.author_id, *(first.author_id for first in posts.by_ids(unit, [parent.thread_id]))}


def _reaches_us(unit: Unit, note: Note, *, followers: str) -> bool:
    """Whether a post names somebody here, or answers what is here. followers: the id of those of its author, if it is known."""
    if any(account.is_local for account in notes.named_by(unit, note, followers=followers).values()):
        return True
    if note.in_reply_to is None:
        return False
    if posts.by_uri(unit, note.in_reply_to) is not None:
        return True
    return note.context is not None and conversations.begun_here(unit, note.context) is not None


def demand_present(activity: Activity, unit: Unit) -> None:
    """Whoever works at another node now writes there. Raises NotAllowed."""
    try:
        author = activity.performer(unit)
    except NotFound:
        return
    if author.is_local and author.moved_to:
        raise NotAllowed(activity.actor, author.moved_to, "moved-away")


def of(document: JsonObject) -> Create:
    """The Create that a post fetched from its own origin stands for."""
    return Create.read(
        {"id": f"{document['id']}#create", "type": "Create", "actor": on_behalf.author_of(document), "object": document}
    )
