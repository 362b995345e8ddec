"""Which Join an Accept, a Reject or a TentativeAccept speaks of: found among ours, never believed from an embedded copy."""

from typing import Any

from federation.vocabulary import value_or_id
from storage import accounts, attendances, posts
from storage.accounts import Account
from storage.attendances import Attendance
from storage.store import Unit


def find(
    unit: Unit, answered: dict[str, Any], *, answered_by: Account
) -> Attendance | None:  # Any: the Join as sent back
    """The wish to come that this organiser answers; None when it is no Join, or one to somebody else's event."""
    found = attendances.by_uri(unit, str(answered.get("id") or "")) or _named(unit, answered)
    if found is None or posts.get(unit, found.post_id).author_id != answered_by.id:
        return None
    return found


def _named(unit: Unit, answered: dict[str, Any]) -> Attendance | None:  # Any: as above
    if answered.get("type") != "Join":
        return None
    attendee = accounts.by_uri(unit, str(value_or_id(answered.get("actor"))))
    post = posts.by_uri(unit, str(value_or_id(answered.get("object"))))
    return attendances.between(unit, attendee.id, post.id) if attendee and post else None
