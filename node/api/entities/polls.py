"""Polls: rendered once for all readers; whether a reader voted, and for what, is put in.

While a poll hides its totals, those of its options are null to everybody; how many voted is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from node.api.entities.parts import Entity, moment_or_none
from storage import polls
from storage.ids import PostId
from storage.polls import Option, Poll
from storage.posts import Version
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class Asked:
    """A poll and what it offers, in order."""

    poll: Poll
    options: Sequence[Option]


def asked(unit: Unit, among: Sequence[PostId]) -> dict[PostId, Asked]:
    """The polls of these posts: two queries, however many they are."""
    offered: dict[PostId, list[Option]] = {}
    for option in polls.options(unit, among):
        offered.setdefault(option.post_id, []).append(option)
    return {poll.post_id: Asked(poll, offered.get(poll.post_id, ())) for poll in polls.of(unit, among)}


def body(found: Asked, *, now: datetime, custom: Sequence[Entity] = ()) -> bytes:
    """A poll for all readers, without the closing brace. now: aware, UTC.  custom: the emoji in its options."""
    poll, is_open = found.poll, found.poll.is_open(now)
    hidden = poll.hides_totals and is_open
    given = sum(option.votes_count for option in found.options)
    entity = {
        "id": str(poll.post_id),
        "expires_at": moment_or_none(poll.ends_at or poll.closed_at),
        "expired": not is_open,
        "multiple": poll.multiple,
        "votes_count": max(given, poll.voters_count) if hidden else given,
        "voters_count": poll.voters_count,
        "options": [
            {"title": option.title, "votes_count": None if hidden else option.votes_count} for option in found.options
        ],
        "emojis": list(custom),
    }
    return orjson.dumps(entity)[:-1]


def for_reader(rendered: bytes, chosen: Sequence[int], *, is_own: bool) -> bytes:
    """The field of a post. chosen: what the reader voted for.  is_own: whoever asks has no vote, and sees how it stands."""
    voted = b"true" if chosen or is_own else b"false"
    return b"".join(
        (b',"poll":', rendered, b',"voted":', voted, b',"own_votes":', orjson.dumps(list(chosen)), b"}"),
    )


def offered_before(version: Version) -> list[str]:
    """What an earlier version of a post offered."""
    return [str(title) for title in orjson.loads(version.options)] if version.options else []


def part_of_version(titles: Sequence[str]) -> Entity:
    """What a version of a post says of its poll; nothing, where it had none."""
    return {"poll": {"options": [{"title": title} for title in titles]}} if titles else {}
