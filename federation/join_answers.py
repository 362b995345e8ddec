"""Which Join an Accept, a Reject or a TentativeAccept speaks of: found among ours, never believed from an embedded copy."""

from typing import Any

from federation import documents
from federation.strict_json import JsonObject
from federation.vocabulary import value_or_id
from storage import accounts, attendances, occasions, posts
from storage.accounts import Account
from storage.attendances import Attendance
from storage.posts import Post
from storage.store import Unit


def find(
    unit: Unit, answered: dict[str, Any], *, answered_by: Account
) -> Attendance | None:  # Any: the Join as sent back
    """The wish to come that this organiser answers; None when it is no Join, or one to somebody else's event."""
    found = find_or_invited(unit, answered, answered_by=answered_by)
    return found if found is not None and found.state != attendances.INVITED else None


def find_or_invited(
    unit: Unit, answered: dict[str, Any], *, answered_by: Account
) -> Attendance | None:  # Any: as above
    """The same, or an invitation that was not answered yet, which its organiser may withdraw, and nobody else take up."""
    found = _named(unit, answered) or attendances.by_uri(unit, str(answered.get("id") or ""))
    if found is None or posts.get(unit, found.post_id).author_id != answered_by.id:
        return None
    return found


def document(unit: Unit, kind: str, attendee: Account, organiser: Account, post: Post, *, uri: str) -> JsonObject:
    """What an organiser of this node answers to a Join with this id. kind: Accept, TentativeAccept or Reject."""
    joined = documents.act("Join", attendee, post.uri, uri=uri, to=[organiser.uri])
    answer_id = f"{organiser.uri}#{kind.lower()}s/{unit.new_id()}"
    return documents.act(kind, organiser, joined, uri=answer_id, to=[attendee.uri])


def is_room_for_all(unit: Unit, post: Post) -> bool:
    """Whether no more people are expected at an event of this node than it has places; nobody else comes before this is committed."""
    unit.lock(f"places at {post.id}")
    occasion = occasions.find(unit, post.id)
    return occasion is None or occasion.capacity is None or attendances.coming(unit, post.id) <= occasion.capacity


def _named(unit: Unit, answered: dict[str, Any]) -> Attendance | None:  # Any: as above
    if answered.get("type") != "Join":
        return None
    attendee = accounts.by_uri(unit, str(value_or_id(answered.get("actor"))))
    post = posts.by_uri(unit, str(value_or_id(answered.get("object"))))
    return attendances.between(unit, attendee.id, post.id) if attendee and post else None
