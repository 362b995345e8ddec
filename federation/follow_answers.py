"""Which follow an Accept or a Reject speaks of: found among ours, never believed from an embedded copy.

Source: ActivityPub 7.6 and 7.7; CVE-2025-30741 for what happens when an answer is believed.
"""

from typing import Any

from federation.errors import Ignored
from federation.vocabulary import value_or_id
from storage import accounts, follows
from storage.accounts import Account
from storage.follows import Follow
from storage.ids import AccountId
from storage.store import Unit


def embedded(value: object) -> object:
    """The object of an answer as a document, also when only its id was sent."""
    return value if isinstance(value, dict) else {"id": value}


def find(unit: Unit, answered: dict[str, Any], *, answered_by: Account) -> Follow:
    """The follow that this actor answers.

    answered: the Follow as sent back, or its id alone.  Raises Ignored: there is none, or it asks for somebody else.
    """
    by_id = unit.one(
        AccountId,
        "select follower_id from follows where uri = :uri and followed_id = :followed",
        uri=str(answered.get("id")),
        followed=answered_by.id,
    )
    follower = by_id if by_id is not None else _named(unit, answered, answered_by)
    found = follows.between(unit, follower, answered_by.id) if follower is not None else None
    if found is None:
        raise Ignored("no-such-follow")
    return found


def follower_of(unit: Unit, answered: dict[str, Any], *, answered_by: Account) -> AccountId:
    """Who asked, of the follow that this actor answers; also when it was never kept. Raises Ignored."""
    named = _named(unit, answered, answered_by)
    return named if named is not None else find(unit, answered, answered_by=answered_by).follower_id


def _named(unit: Unit, answered: dict[str, Any], answered_by: Account) -> AccountId | None:
    """The follower whom the embedded Follow names, if it does ask for this actor."""
    if value_or_id(answered.get("object")) != answered_by.uri:
        return None
    follower = accounts.by_uri(unit, str(value_or_id(answered.get("actor"))))
    return None if follower is None else follower.id
