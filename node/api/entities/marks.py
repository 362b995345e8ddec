"""What a reader did with posts: liked, shared, voted, kept as a bookmark; and what they want to hear nothing of."""

from itertools import product

from node.api.entities import filters
from node.context import Node
from node.memory import RenderedPost, wishes
from node.memory import tags as of
from node.memory.memory import MOST_MARKS, Mark, Marks
from node.memory.wishes import Wishes
from storage import filters as filter_rows
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
    muted, wanted = thread_marks.muted(unit, reader), filter_rows.in_force(unit, reader)
    if not muted and not wanted:
        return wishes.NONE
    ends = [each.filter.expires_at for each in wanted if each.filter.expires_at is not None]
    return Wishes(frozenset(muted), [filters.in_force(each) for each in wanted], min(ends, default=None))


def kept_away(found: Wishes, original: RenderedPost, *, reader: AccountId) -> bytes:
    """What an entity says of what its reader wants kept away. original: the post itself, or what it shares."""
    if found is wishes.NONE:
        return NOTHING_KEPT_AWAY
    muted = b"true" if original.thread in found.muted else b"false"
    return b',"muted":' + muted + b',"filtered":' + filters.results(found, original, reader=reader)
