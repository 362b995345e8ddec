"""A Question becomes a post with a poll, and a poll of this node a Question again. Source: FEP-9967.

What is chosen in a poll of this node is counted here (`ballots.py`); how a poll of another node stands is what its author says.
"""

from collections.abc import Sequence
from datetime import datetime

import orjson

from federation import documents
from federation.html import plain
from federation.strict_json import JsonObject
from federation.vocabulary import Choice, Note
from storage import notifications, polls, posts
from storage.errors import NotFound
from storage.ids import PostId
from storage.polls import Offer, Poll
from storage.posts import Holds, Post
from storage.store import Unit

LONGEST_OPTION = 200


def offer_of(note: Note, *, now: datetime) -> Offer | None:
    """What a question offers; None for a post of another type, and for a question without answers.

    now: aware, UTC.  A question that says that it will be closed at a later time ends then.
    """
    choices = _choices(note)
    if not choices:
        return None
    ends_at, closed_at = note.end_time, None
    match note.closed:
        case datetime() as closed if closed > now:
            ends_at = closed
        case datetime() as closed:
            closed_at = closed
        case True:
            closed_at = now
        case _:
            pass
    return Offer(
        titles=[title_of(choice.name) for choice in choices],
        multiple=bool(note.any_of),
        ends_at=ends_at,
        closed_at=closed_at,
        hides_totals=closed_at is None and any(choice.votes is None for choice in choices),
    )


def keep(unit: Unit, post: Post, note: Note) -> None:
    """Keep what a post offers now, and how it stands where its author counts.

    Votes stay while the options do. That a poll elsewhere has ended is told to those of this node who voted.
    """
    offer = offer_of(note, now=unit.now)
    before = polls.find(unit, post.id) if post.holds & Holds.POLL else None
    if offer is None:
        if before is not None:
            polls.remove(unit, post.id)
        return
    if before is None or not offers_the_same(unit, post, note):
        polls.put(unit, post.id, offer)
    elif post.is_local and before.closed_at is not None and not _ends_later(offer, unit.now):
        return
    else:
        closed_at = offer.closed_at or (None if _ends_later(offer, unit.now) else before.closed_at)
        polls.change(unit, post.id, Offer((), offer.multiple, offer.ends_at, closed_at, offer.hides_totals))
        if closed_at is not None and before.closed_at is None:
            notifications.tell_poll_ended(unit, post.id, by=post.author_id)
    if not post.is_local:
        _keep_totals(unit, post.id, note)


def offered(unit: Unit, post: Post) -> list[str]:
    """What a post lets people choose from; nothing where it has no poll."""
    if not post.holds & Holds.POLL:
        return []
    return [option.title for option in polls.options(unit, [post.id])]


def offers_the_same(unit: Unit, post: Post, note: Note) -> bool:
    """Whether a note offers what the post offers already."""
    titles = offered(unit, post)
    if not titles or titles != [title_of(choice.name) for choice in _choices(note)]:
        return False
    poll = polls.find(unit, post.id)
    return poll is not None and poll.multiple == bool(note.any_of)


def as_it_stands(unit: Unit, post: Post, document: JsonObject) -> JsonObject:
    """The document of a post of this node as it is today: that of a question with its totals and its end."""
    poll = polls.find(unit, post.id) if post.holds & Holds.POLL else None
    return document if poll is None else {**document, **_asked_now(unit, poll, poll)}


def still_asked(unit: Unit, post: Post, document: JsonObject, offer: Offer) -> JsonObject:
    """The document of a post of this node that is being edited: where it offers the same as before, its votes stay."""
    poll = polls.find(unit, post.id) if post.holds & Holds.POLL else None
    if poll is None or (offered(unit, post), poll.multiple) != (list(offer.titles), offer.multiple):
        return document
    return {**document, **_asked_now(unit, poll, offer)}


def _asked_now(unit: Unit, poll: Poll, until: Poll | Offer) -> JsonObject:
    """What a poll offers and how it stands. until: what says when it ends, and whether its totals are hidden."""
    options = polls.options(unit, [poll.post_id])
    titles, totals = [option.title for option in options], [option.votes_count for option in options]
    offer = Offer(titles, poll.multiple, until.ends_at, poll.closed_at, until.hides_totals)
    return documents.asked(offer, totals, voters_count=poll.voters_count)


def name_of(unit: Unit, post: Post, position: int) -> str:
    """An option of a post by the name that its author gave it, to the letter. Raises NotFound."""
    kept = posts.document(unit, post.id)
    named = _choices(Note.model_validate(orjson.loads(kept))) if kept else ()
    if position >= len(named):
        raise NotFound
    return named[position].name


def _keep_totals(unit: Unit, post: PostId, note: Note) -> None:
    choices = _choices(note)
    totals = [choice.votes or 0 for choice in choices]
    # Who does not count voters: as many as voted for anything, and at least as many as chose the same.
    fewest = max(totals) if note.any_of else min(sum(totals), 2**31 - 1)
    voters_count = fewest if note.voters_count is None else note.voters_count
    if all(choice.votes is None for choice in choices):
        known = {option.position: option.votes_count for option in polls.options(unit, [post])}
        totals = [known[position] for position in range(len(choices))]  # hidden: what people here chose is all we know
    polls.set_totals(unit, post, totals, voters_count=voters_count)


def _choices(note: Note) -> Sequence[Choice]:
    """What can be chosen, if it is a question; options without a name are passed over."""
    if note.type != "Question":
        return ()
    return [choice for choice in note.any_of or note.one_of if title_of(choice.name)]


def title_of(name: str) -> str:
    """An option as it is shown: plain text on one line."""
    return plain(name, longest=LONGEST_OPTION)


def _ends_later(offer: Offer, now: datetime) -> bool:
    return offer.closed_at is None and offer.ends_at is not None and offer.ends_at > now
