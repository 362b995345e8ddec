"""Which Invite an Accept or a Reject speaks of: found among ours, never believed from an embedded copy."""

from typing import Any

from federation.vocabulary import value_or_id
from storage import attendances, posts
from storage.accounts import Account
from storage.attendances import Attendance
from storage.store import Unit


def find(
    unit: Unit, said: dict[str, Any], *, answered_by: Account
) -> Attendance | None:  # Any: the Invite as sent back
    """The invitation to an event that this person answers; None when it is no Invite, or one of somebody else."""
    found = answered(unit, said, answered_by=answered_by)
    return found if found is not None and found.state == attendances.INVITED else None


def answered(unit: Unit, said: dict[str, Any], *, answered_by: Account) -> Attendance | None:  # Any: as above
    """The same, whatever has become of it since."""
    found = attendances.invited_by(unit, str(said.get("id") or ""), account=answered_by.id)
    if found is None and said.get("type") == "Invite":
        post = posts.by_uri(unit, str(value_or_id(said.get("object"))))
        found = attendances.between(unit, answered_by.id, post.id) if post else None
    return found
