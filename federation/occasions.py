"""An Event as others write it, read with care, and as this node writes it. Source: FEP-8a8e; Mobilizon's names beside it."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, ValidationError

from federation.documents import timestamp
from federation.html import plain
from federation.strict_json import JsonObject
from federation.vocabulary import Model, Moment, Text, as_list
from storage.occasions import CANCELLED, CONFIRMED, EXTERNAL, FREE, JOIN_MODES, OPEN_END, TENTATIVE, Occasion

LONGEST_PLACE = 500
MOST_PEOPLE = 1_000_000
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


STATUS = {CONFIRMED: "EventScheduled", TENTATIVE: "EventTentative", CANCELLED: "EventCancelled"}


def _place(value: object) -> str:
    """A place as one line: a text, a Place with its name and address, a list of these."""
    match value:
        case str():
            return value
        case {"name": str(name), "address": address} if address and (where := _place(address)) != name:
            return f"{name}, {where}" if where else name
        case {"name": str(name)}:
            return name
        case {"streetAddress": _} | {"addressLocality": _} | {"addressCountry": _}:
            assert isinstance(value, dict)
            parts = (value.get(part) for part in ("streetAddress", "postalCode", "addressLocality", "addressCountry"))
            return ", ".join(part for part in parts if isinstance(part, str) and part)
        case [first, *_]:
            return _place(first)
        case _:
            return ""


def _number(value: object) -> object:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_PEOPLE else None


def _word(value: object) -> str:
    return next((part for part in as_list(value) if isinstance(part, str)), "")


Number = Annotated[int | None, BeforeValidator(_number)]
Word = Annotated[str, BeforeValidator(_word)]


class Event(Model):
    """What an Event says beside the words that every post has."""

    start_time: Moment
    end_time: Moment | None = None
    display_end_time: Annotated[bool, BeforeValidator(lambda value: value is not False)] = True
    timezone: Word = ""
    location: Annotated[Text, BeforeValidator(_place)] = ""
    event_status: Word = ""
    ical_status: Annotated[Word, Field(alias="ical:status")] = ""
    join_mode: Word = ""
    external_participation_url: Word = ""
    maximum_attendee_capacity: Number = None
    participant_count: Number = None


def read(document: dict[str, Any]) -> tuple[Occasion, int | None] | None:  # Any: an object as received
    """When and where an Event takes place, and how many come if it says so; None when it cannot be read."""
    try:
        event = Event.model_validate(document)
    except ValidationError:
        return None
    if not EARLIEST < event.start_time < LATEST:
        return None
    ends = event.end_time if event.display_end_time else None
    if ends is not None and not event.start_time <= ends < LATEST:
        ends = None
    occasion = Occasion(
        starts_at=event.start_time,
        ends_at=ends,
        timezone=event.timezone if is_timezone(event.timezone) else None,
        place=plain(event.location, longest=LONGEST_PLACE),
        status=_status(event.event_status or event.ical_status),
        join_mode=event.join_mode if event.join_mode in JOIN_MODES else _otherwise(event),
        capacity=event.maximum_attendee_capacity or None,
    )
    return occasion, event.participant_count


def _otherwise(event: Event) -> str:
    return EXTERNAL if event.external_participation_url else FREE


def _status(word: str) -> str:
    """`CANCELLED`, `EventCancelled` and their like; schema.org's addresses too."""
    if "cancel" in word.lower():
        return CANCELLED
    return TENTATIVE if word.lower().endswith(("tentative", "postponed")) else CONFIRMED


def is_timezone(name: str) -> bool:
    """Whether this is the IANA name of a time zone that this machine knows."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError):  # ZoneInfoNotFoundError is neither, and a KeyError
        return False
    except KeyError:
        return False
    return bool(name)


def described(occasion: Occasion, *, organiser: str, attending: int) -> JsonObject:
    """What an Event says beside the words that every post has.

    organiser: actor id.  attending: how many come.
    """
    zone = ZoneInfo(occasion.timezone) if occasion.timezone and is_timezone(occasion.timezone) else UTC
    document: JsonObject = {
        "startTime": _at(occasion.starts_at, zone),
        "endTime": _at(occasion.ends_at or occasion.starts_at + OPEN_END, zone),
        "displayEndTime": occasion.ends_at is not None,
        "organizers": {"type": "Collection", "totalItems": 1, "items": [organiser]},
        "eventStatus": STATUS[occasion.status],
        "ical:status": occasion.status.upper(),
        "joinMode": occasion.join_mode,
        "participantCount": attending,
    }
    if occasion.timezone:
        document["timezone"] = occasion.timezone
    if occasion.place:
        document["location"] = {"type": "Place", "name": occasion.place}
    if occasion.capacity:
        document["maximumAttendeeCapacity"] = occasion.capacity
    return document


def _at(moment: datetime, zone: Any) -> str:  # Any: a ZoneInfo or UTC, which share no useful name
    if zone is UTC:
        return timestamp(moment)
    return moment.astimezone(zone).isoformat(timespec="seconds")


LONGEST_EVENT = timedelta(days=366)
"""Of one that is made here; longer is a slip of the pen."""
