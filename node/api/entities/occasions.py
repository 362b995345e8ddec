"""Events in posts: when and where, and whether the reader comes."""

from collections.abc import Mapping, Sequence

import orjson

from node.api.entities.parts import Entity, moment_or_none, timestamp
from storage import attendances
from storage.ids import AccountId, PostId
from storage.occasions import KeptOccasion
from storage.store import Unit


def event(found: KeptOccasion | None) -> Entity | None:
    """When and where, for those who know events."""
    if found is None:
        return None
    return {
        "starts_at": timestamp(found.starts_at),
        "ends_at": moment_or_none(found.ends_at),
        "timezone": found.timezone,
        "place": found.place,
        "status": found.status,
        "join_mode": found.join_mode,
        "capacity": found.capacity,
        "attending_count": max(0, found.attending_count),
    }


def attending(unit: Unit, events: Sequence[PostId]) -> dict[PostId, dict[AccountId, str]]:
    """What people of this node were answered about these events."""
    found: dict[PostId, dict[AccountId, str]] = {post: {} for post in events}
    for own in attendances.of_people_here(unit, events):
        found[own.post][own.account] = own.state
    return found


def attendance(reader: AccountId, attending: Mapping[AccountId, str]) -> bytes:
    """Whether the reader comes to an event: what they were answered, or null."""
    return b',"legation_attendance":' + orjson.dumps(attending.get(reader))
