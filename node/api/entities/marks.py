"""What a reader did with posts: liked, shared, voted, kept as a bookmark; and what they want to hear nothing of."""

from itertools import product

from node.context import Node
from node.memory import RenderedPost, wishes
from node.memory import tags as of
from node.memory.memory import MOST_MARKS, Mark, Marks
from node.memory.wishes import Wishes
from storage import polls, reactions, thread_marks
from storage.ids import AccountId, PostId
from storage.store import Unit

ACTS: dict[tuple[bool, bool, bool], Mark] = {
    (liked, shared, kept): (liked, shared, (), kept) for liked, shared, kept in product((False, True), repeat=3)
}
"""What somebody did with a post that they did not vote in: the same eight for all."""

NOTHING_KEPT_AWAY = b',"muted":false,"filtered":[]'


def read(unit: Unit, reader: AccountId, ids: set[PostId], *, polls_among: set[PostId]) -> Marks:
    """What a reader did with each of these posts."""
    (liked, kept), shared = reactions.chosen(unit, reader, ids), reactions.shared(unit, reader, ids)
    marks: Marks = {post: ACTS[post in liked, post in shared, post in kept] for post in ids}
    if polls_among:
        voted = polls.own(unit, reader, polls_among)
        marks |= {post: (*marks[post][:2], chosen, marks[post][3]) for post, chosen in voted.items() if post in marks}
    return marks


def remember(node: Node, reader: AccountId, marks: Marks, *, since: int) -> None:
    """Remember what somebody did with some posts, as it was read for many people at once. since: before it was read."""
    known = {**(node.memory.reactions.peek(reader) or {}), **marks}
    kept = marks if len(known) > MOST_MARKS else known
    node.memory.reactions.keep(reader, kept, since=since, made_of=(of.reader(reader),))


def wishes_of(unit: Unit, reader: AccountId) -> Wishes:
    """What a reader wants kept away."""
    muted = thread_marks.muted(unit, reader)
    return Wishes(frozenset(muted)) if muted else wishes.NONE


def kept_away(found: Wishes, original: RenderedPost) -> bytes:
    """What an entity says of what its reader wants kept away. original: the post itself, or what it shares."""
    if found is wishes.NONE:
        return NOTHING_KEPT_AWAY
    return b',"muted":true,"filtered":[]' if original.thread in found.muted else NOTHING_KEPT_AWAY
