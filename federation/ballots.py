"""A vote: a Create of a Note that has a name and no text, and answers a poll; several at once as a list. Source: FEP-9967.

It goes to the author of the poll and nobody else, is counted at the author's node, and is never shown as a post. A vote of
somebody here is noted here too, so that they see what they chose.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from federation import notes, questions, reacting
from federation.activity import Activity
from federation.errors import Ignored, Malformed, NotAllowed
from federation.strict_json import JsonObject
from federation.vocabulary import MOST_OPTIONS, as_list, types_of, value_or_id
from storage import polls, posts
from storage.errors import NotFound
from storage.polls import Poll
from storage.posts import Holds, Post
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class Vote:
    """One choice. uri: the id of the note.  option: what was chosen, as its author wrote it."""

    uri: str
    option: str


@dataclass(frozen=True, slots=True)
class Ballot:
    """What somebody chose at once. poll: the id of the question."""

    poll: str
    votes: Sequence[Vote]


def is_vote(value: object) -> bool:
    """Whether an object is a vote: a note with a name, an answer to something, without any text."""
    if not isinstance(value, Mapping) or not value.get("name") or "Note" not in types_of(value):
        return False
    return isinstance(value_or_id(value.get("inReplyTo")), str) and not (
        value.get("content") or value.get("contentMap")
    )


def first_of(value: object) -> object:
    """The first of several votes, so that a list of them is taken as one activity; anything else as it is."""
    if isinstance(value, list) and 1 < len(value) <= MOST_OPTIONS and all(map(is_vote, value)):
        return value[0]
    return value


def named(document: JsonObject) -> JsonObject:
    """The same Create, where each vote that has no id of its own has one that follows from the activity's."""
    sent, uri = document.get("object"), document.get("id")
    votes = as_list(sent)
    if not isinstance(uri, str) or not votes or not all(map(is_vote, votes)):
        return document
    given = [vote if vote.get("id") else {**vote, "id": f"{uri}/{place}"} for place, vote in enumerate(votes)]
    return {**document, "object": given if isinstance(sent, list) else given[0]}


def read(value: object, *, actor: str) -> Ballot:
    """The votes in the object of a Create.

    value: a vote, or a list of votes.  Raises Malformed; NotAllowed: somebody else's vote.
    """
    sent: list[dict[str, Any]] = value if isinstance(value, list) else [value]  # type: ignore[list-item]  # Any: as received
    found = [notes.read(each) for each in sent]
    for note in found:
        notes.demand_own(note, actor)
    answered = {note.in_reply_to for note in found}
    poll = answered.pop()
    if answered or poll is None:
        raise Malformed("The votes of one activity are for one poll.", code="several-polls")
    return Ballot(poll, [Vote(note.id, note.name) for note in found])


def poll_post(unit: Unit, ballot: Ballot) -> Post:
    """The post that is voted on. Raises Ignored: it is not here, or no poll."""
    found = posts.by_uri(unit, ballot.poll)
    if found is None or not found.holds & Holds.POLL:
        raise Ignored("not-a-poll")
    return found


def demand_valid(unit: Unit, activity: Activity, ballot: Ballot) -> None:
    """The poll is here and open, its author or the voter is of this node, and the voter may see it and choose this.

    Raises NotFound, NotAllowed; Ignored: too late, no such option, or chosen before.
    """
    post, voter = poll_post(unit, ballot), activity.performer(unit)
    if not post.is_local and not voter.is_local:
        raise Ignored("not-our-poll")
    reacting.demand_visible(unit, activity, post)
    if post.author_id == voter.id:
        raise NotAllowed(voter.uri, post.uri, "own-poll")
    poll = _poll(unit, post)
    if not poll.is_open(unit.now):
        raise Ignored("poll-closed")
    chosen, before = set(positions(unit, post, ballot)), polls.chosen_by(unit, voter.id, post.id)
    if not poll.multiple and len(chosen) > 1:
        raise Ignored("one-choice-only")
    if chosen <= before or (before and not poll.multiple):
        raise Ignored("voted-already")


def count(unit: Unit, activity: Activity, ballot: Ballot) -> None:
    """Note what was chosen; at the author's node, have others told of it soon."""
    post, voter = poll_post(unit, ballot), activity.performer(unit)
    poll = _poll(unit, post)
    chosen = zip(ballot.votes, positions(unit, post, ballot), strict=True)
    is_new = [polls.vote(unit, voter.id, poll, position, uri=vote.uri) for vote, position in chosen]
    if any(is_new) and post.is_local and not poll.hides_totals:
        polls.tell_soon(unit, poll)


def positions(unit: Unit, post: Post, ballot: Ballot) -> list[int]:
    """Which options were chosen. Raises Ignored: one of them is not offered."""
    offered: dict[str, int] = {}
    for option in polls.options(unit, [post.id]):
        offered.setdefault(option.title, option.position)
    try:
        return [offered[questions.title_of(vote.option)] for vote in ballot.votes]
    except KeyError as error:
        raise Ignored("no-such-option") from error


def _poll(unit: Unit, post: Post) -> Poll:
    found = polls.find(unit, post.id)
    if found is None:
        raise NotFound
    return found
