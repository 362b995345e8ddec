"""Update: a post is edited, a poll stands otherwise, or somebody's profile has changed (ActivityPub 6.3, 7.3)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar, Literal

from federation import actors, attachments, custom_emoji, leading, notes, questions, quoting, totals
from federation import audience as audiences
from federation.activities import create
from federation.activity import Activity, Wanted
from federation.audience import GROUP, Audience
from federation.errors import BadDocument, Ignored, Malformed, NotAllowed
from federation.strict_json import JsonObject
from federation.vocabulary import ACTOR_TYPES, Embedded, Note, first_id, types_of
from storage import attendances, notifications, polls, post_people, posts, quotes, tombstones
from storage.ids import PostId
from storage.posts import Holds, Post
from storage.store import Unit
from storage.visibility import OPEN, Reach

OVERTAKES_WITHIN = timedelta(hours=24)
"""How old a post may be that an edit makes known."""


class Update(Activity):
    """What an owner says now, in place of what was said before; what was said before is kept as a version."""

    may_be_of_suspended: ClassVar[bool] = True

    type: Literal["Update"] = "Update"
    object: Embedded

    @property
    def _is_profile(self) -> bool:
        return bool(types_of(self.object) & ACTOR_TYPES)

    def authorize(self, unit: Unit, /) -> None:
        """The stored owner, with something newer. Raises NotAllowed, Malformed, Ignored."""
        if self._is_profile:
            self._authorize_profile(unit)
            return
        if not types_of(self.object):
            raise Ignored("nothing-embedded")
        note = notes.read(self.object)
        notes.demand_own(note, self.actor)
        if tombstones.is_buried(unit, note.id, by=self.actor):
            raise Ignored("removed-already")
        known = posts.by_uri(unit, note.id)
        if known is None:
            self._authorize_as_new(unit, note)
            return
        if known.author_id != self.performer(unit).id:
            raise NotAllowed(self.actor, note.id, "not-the-owner")
        if not (
            _is_newer(note, known)
            or self._tells_totals(unit, known, note)
            or quoting.brings_news(unit, known, note, self.performer(unit))
            or totals.brings_news(known, note, self.object)
        ):
            raise Ignored("not-newer")

    def wants(self, unit: Unit, /) -> Sequence[Wanted]:
        """What a post answers that is told of for the first time; what any quotes now, and by whose leave; who leads a community."""
        if self._is_profile:
            is_led = GROUP in types_of(self.object)
            return leading.leaders_wanted(self.actor, first_id(self.object.get("attributedTo"))) if is_led else ()
        if not types_of(self.object):
            return ()
        note = notes.read(self.object)
        if posts.by_uri(unit, note.id) is not None:
            return [Wanted(uri, required=False) for uri in quoting.missing(unit, note)]
        if not _is_recent(unit, note):
            return ()
        return create.of(self.object).wants(unit)

    def audience(self, unit: Unit, /) -> Audience:
        """Everybody who was told of the post and those it names now; one's followers, for a profile."""
        if self._is_profile:
            return Audience(followers_of=frozenset({self.performer(unit).id}))
        note = notes.read(self.object)
        named = frozenset(account.id for account in notes.people_of(unit, note, self.performer(unit)).values())
        post = self._post(unit, note)
        voters = frozenset(polls.voters(unit, post.id) if post.holds & Holds.POLL else ())
        return audiences.of_post(unit, post) | Audience(named | voters)

    def apply(self, unit: Unit, /) -> None:
        """Replace the words; author and time of publication stay, and the audience unless its author makes it smaller."""
        if self._is_profile:
            if not self.performer(unit).is_local:  # here, the account was changed by its owner already
                # By a key that was known when this came: with any other it would not have been taken.
                actors.keep(unit, self.object, vouched=True)
            return
        note = notes.read(self.object)
        if posts.by_uri(unit, note.id) is None:
            create.of(self.object).apply(unit)
            return
        post = self._post(unit, note)
        author = self.performer(unit)
        # The same words: only what stands beside them is new.
        is_newer = _is_newer(note, post)
        if is_newer and not author.is_local:
            notes.narrow(unit, post, note, author)
            post = self._post(unit, note)
        is_news_beside = not is_newer and quoting.brings_news(unit, post, note, author)
        quoting.renew(unit, post, note, author)
        if is_news_beside:
            quotes.keep_document(unit, post.id, notes.as_kept(self.object))
        if self._tells_totals(unit, post, note):
            questions.keep(unit, post, note)
        elif is_newer:
            self._edit(unit, note, post)
        totals.keep(unit, post, self.object)

    def _edit(self, unit: Unit, note: Note, post: Post) -> None:
        before = {named.account_id for named in post_people.mentions_of(unit, [post.id])}
        people = notes.people_of(unit, note, self.performer(unit))
        mentioned = [people[uri].id for uri in note.mentions if uri in people]
        offered = questions.offered(unit, post)
        posts.edit(
            unit,
            post,
            notes.writing_of(note),
            edited=note.updated or unit.now,
            mentioned=mentioned,
            document=notes.as_kept(self.object),
        )
        if offered:
            polls.note_version(unit, post.id, offered)
        notes.keep_title(unit, post, note)
        questions.keep(unit, post, note)
        notes.keep_occasion(unit, post, note, self.object)
        attachments.keep(unit, post, note, self.performer(unit))
        custom_emoji.keep_of_post(unit, post, self.object, self.performer(unit))
        notes.tell(unit, posts.get(unit, post.id), [account for account in mentioned if account not in before])
        coming = attendances.people(unit, post.id) if post.holds & Holds.EVENT else []
        for account in {*posts.sharers(unit, post.id), *coming}:
            notifications.tell(unit, account, "update", by=post.author_id, post=post.id)
        for quote in quotes.by_people_here(unit, post.uri) if post.holds & Holds.QUOTED else ():
            notifications.tell(unit, quote.author, "quoted_update", by=post.author_id, post=quote.post)

    def is_unasked(self, unit: Unit, /) -> bool:
        """As its Create, where it counts as that."""
        if self._is_profile or not types_of(self.object) or posts.by_uri(unit, notes.read(self.object).id) is not None:
            return False
        return create.of(self.object).is_unasked(unit)

    def continues(self, unit: Unit, /) -> PostId | None:
        """What the post answers, if the post is for all, and still is."""
        if self._is_profile:
            return None
        post = posts.by_uri(unit, notes.read(self.object).id)
        if post is None:
            return create.of(self.object).continues(unit)
        return post.reply_to if self.reach(unit, post) in OPEN else None

    def reach(self, unit: Unit, post: Post, /) -> Reach:
        """For whom a post is after this edit of it."""
        if post.is_local:
            return post.reach
        return notes.reach_now(unit, post, notes.read(self.object), self.performer(unit))

    def _tells_totals(self, unit: Unit, post: Post, note: Note) -> bool:
        """How a poll stands, and nothing else: no edit, whatever `updated` says."""
        return questions.offers_the_same(unit, post, note) and notes.says_the_same(unit, post, note)

    def _authorize_as_new(self, unit: Unit, note: Note) -> None:
        """An edit that overtook its post is the post: what was said first comes too late. Raises as Create; Ignored."""
        if not _is_recent(unit, note):
            raise Ignored("unknown-post")
        create.of(self.object).authorize(unit)

    def _authorize_profile(self, unit: Unit) -> None:
        try:
            actor = actors.read(self.object)
        except BadDocument as error:
            raise Malformed("The actor cannot be read.", code=error.code, internal=str(error)) from error
        if actor.id != self.actor:
            raise NotAllowed(self.actor, actor.id, "not-the-owner")
        before = actors.said_at(unit, self.performer(unit))
        if actor.updated is not None and before is not None and actor.updated < before:
            raise Ignored("not-newer")

    def _post(self, unit: Unit, note: Note) -> Post:
        found = posts.by_uri(unit, note.id)
        if found is None:
            raise Ignored("unknown-post")
        return found


def of(document: JsonObject, *, by: str) -> Update:
    """The Update that a post fetched once more from its own origin stands for. by: the stored author."""
    return Update.read({"id": f"{document['id']}#update", "type": "Update", "actor": by, "object": document})


def _is_recent(unit: Unit, note: Note) -> bool:
    return note.published is not None and note.published > unit.now - OVERTAKES_WITHIN


def _is_newer(note: Note, known: Post) -> bool:
    return note.updated is not None and note.updated > (known.edited_at or known.published_at)
