"""Events: plan one, want to come, not come after all, and as its organiser decide who comes."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from federation import documents, outbox
from federation.activities import invite as inviting
from federation.activities import join as joining
from federation.activities.accept import Accept
from federation.activities.invite import MOST_INVITED
from federation.activities.join import Join
from federation.activities.leave import Leave
from federation.activities.reject import Reject
from federation.errors import Unreachable
from federation.occasions import LONGEST_EVENT, LONGEST_PLACE, is_timezone
from federation.strict_json import JsonObject
from node.context import Node
from node.errors import Invalid
from storage import accounts, attendances, occasions, posts, visibility
from storage.accounts import Account
from storage.attendances import Attendance
from storage.errors import NotFound
from storage.ids import AccountId, PostId
from storage.occasions import CONFIRMED, FREE, INVITE, RESTRICTED, STATUSES, KeptOccasion, Occasion
from storage.posts import Post
from storage.store import Unit
from storage.visibility import Reach

MOST_PEOPLE = 100_000
EARLIEST_YEAR, LATEST_YEAR = 2000, 2199


def planned(
    *,
    starts_at: str,
    ends_at: str = "",
    timezone: str = "",
    place: str = "",
    join_mode: str = "",
    capacity: str = "",
    status: str = "",
) -> Occasion:
    """An event from what somebody typed.

    starts_at, ends_at: ISO 8601; without an offset, by the clock of the time zone.  timezone: IANA name, UTC when not said.
    join_mode: free, restricted or invite.  capacity: a number of people, or nothing.  Raises Invalid, with the field's name.
    """
    if timezone and not is_timezone(timezone):
        raise Invalid("timezone", "ERR_INVALID", "A time zone is written as Europe/Paris")
    begins = _moment("starts_at", starts_at, timezone)
    ends = _moment("ends_at", ends_at, timezone) if ends_at.strip() else None
    if ends is not None and not begins <= ends <= begins + LONGEST_EVENT:
        raise Invalid("ends_at", "ERR_EVENT_ENDS", "An event ends after it begins, and within a year")
    if len(place.strip()) > LONGEST_PLACE:
        raise Invalid("place", "ERR_TOO_LONG", f"Place is too long (maximum is {LONGEST_PLACE} characters)")
    if join_mode and join_mode not in (FREE, RESTRICTED, INVITE):
        raise Invalid("join_mode", "ERR_INCLUSION", "Join mode is free, restricted or invite")
    if status and status not in STATUSES:
        raise Invalid("status", "ERR_INCLUSION", f"Status is one of: {', '.join(STATUSES)}")
    return Occasion(
        starts_at=begins,
        ends_at=ends,
        timezone=timezone or None,
        place=" ".join(place.split()),
        status=status or CONFIRMED,
        join_mode=join_mode or FREE,
        capacity=_number(capacity),
    )


def _moment(field: str, text: str, timezone: str) -> datetime:
    wrong = Invalid(
        field, "ERR_INVALID" if field == "starts_at" else "ERR_EVENT_ENDS", "A time is written as 2026-11-27T14:00"
    )
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise wrong from error
    if not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
        raise wrong
    aware = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(timezone) if timezone else UTC)
    return aware.astimezone(UTC).replace(microsecond=0)


def _number(text: str) -> int | None:
    wanted = text.strip()
    if not wanted:
        return None
    if not (wanted.isascii() and wanted.isdecimal() and 1 <= int(wanted[:9]) <= MOST_PEOPLE):
        raise Invalid("capacity", "ERR_INVALID", f"Capacity is a number from 1 to {MOST_PEOPLE}")
    return int(wanted[:9])


async def join(node: Node, me: Account, post: PostId) -> None:
    """Say that one wants to come; a second time changes nothing. Raises NotFound, Invalid."""
    await node.store.write(_join, me, post)


async def leave(node: Node, me: Account, post: PostId) -> None:
    """Say that one does not come after all. Raises NotFound."""
    await node.store.write(_leave, me, post)


async def accept(node: Node, me: Account, post: PostId, other: AccountId) -> None:
    """Have somebody come to one's own event. Raises NotFound; Invalid: there is no room."""
    await node.store.write(_accept, me, post, other)


async def answer_perhaps(node: Node, me: Account, post: PostId, other: AccountId) -> None:
    """Tell somebody that it is not settled yet whether they come to one's own event. Raises NotFound."""
    await node.store.write(_answer_perhaps, me, post, other)


async def refuse(node: Node, me: Account, post: PostId, other: AccountId) -> None:
    """Have somebody not come to one's own event. Raises NotFound."""
    await node.store.write(_refuse, me, post, other)


async def invite(node: Node, me: Account, post: PostId, people: Sequence[AccountId]) -> None:
    """Ask people to come to one's own event; who was asked already is not asked again.

    Raises NotFound; Invalid: nobody is named, too many, or somebody could not read the event.
    """
    await node.store.write(_invite, me, post, people)


async def people_named(node: Node, text: str) -> list[AccountId]:
    """Those whom somebody has typed, as @name or @name@node. Raises Invalid: it is nobody's name."""
    found: list[AccountId] = []
    for handle in text.replace(",", " ").split():
        name, _, host = handle.removeprefix("@").partition("@")
        try:
            found.append((await node.federation.person(name, host)).id)
        except Unreachable as error:
            raise Invalid("people", "ERR_NOT_FOUND", f"Nobody is found under {handle}") from error
    return found


def event_of(unit: Unit, identifier: PostId, *, reader: AccountId) -> tuple[Post, KeptOccasion]:
    """The event that a post, or its sharing, is. Raises NotFound, alike for hidden, absent, and no event."""
    named = posts.visible(unit, identifier, reader=reader)
    post = posts.visible(unit, named.boost_of, reader=reader) if named.boost_of is not None else named
    found = occasions.find(unit, post.id)
    if found is None:
        raise NotFound
    return post, found


def own_event(unit: Unit, me: Account, identifier: PostId) -> tuple[Post, KeptOccasion]:
    """The same, if it is one's own. Raises NotFound."""
    post, found = event_of(unit, identifier, reader=me.id)
    if post.author_id != me.id:
        raise NotFound
    return post, found


def _join(unit: Unit, me: Account, identifier: PostId) -> None:
    post, occasion = event_of(unit, identifier, reader=me.id)
    known = attendances.between(unit, me.id, post.id)
    if known is not None and known.state == attendances.INVITED:
        _answer_invitation(unit, me, post, occasion, known)
        return
    if known is not None and known.state != attendances.REFUSED:
        return
    if post.author_id == me.id:
        raise Invalid("base", "ERR_OWN_EVENT", "This is your own event")
    if not occasion.takes_people or occasion.is_over(unit.now):
        raise Invalid("base", "ERR_TAKES_NOBODY", "One cannot sign up for this event here")
    organiser = accounts.get(unit, post.author_id)
    uri = f"{me.uri}#joins/{unit.new_id()}"
    outbox.perform(unit, Join.read(documents.act("Join", me, post.uri, uri=uri, to=[organiser.uri])))


def _answer_invitation(unit: Unit, me: Account, post: Post, occasion: KeptOccasion, known: Attendance) -> None:
    if not occasion.takes_invited or occasion.is_over(unit.now):
        raise Invalid("base", "ERR_TAKES_NOBODY", "One cannot sign up for this event here")
    outbox.perform(unit, Accept.read(_answered(unit, "Accept", me, post, known)))


def _answered(unit: Unit, kind: str, me: Account, post: Post, known: Attendance) -> JsonObject:
    organiser = accounts.get(unit, post.author_id)
    asked = documents.act("Invite", organiser, post.uri, uri=known.uri, to=[me.uri])
    uri = f"{me.uri}#{kind.lower()}s/{unit.new_id()}"
    return documents.act(kind, me, {**asked, "target": me.uri}, uri=uri, to=[organiser.uri])


def _leave(unit: Unit, me: Account, identifier: PostId) -> None:
    post, _ = event_of(unit, identifier, reader=me.id)
    known = attendances.between(unit, me.id, post.id)
    if known is not None and known.state == attendances.INVITED:
        outbox.perform(unit, Reject.read(_answered(unit, "Reject", me, post, known)))
    elif known is not None:
        organiser = accounts.get(unit, post.author_id)
        uri = f"{me.uri}#leaves/{unit.new_id()}"
        outbox.perform(unit, Leave.read(documents.act("Leave", me, post.uri, uri=uri, to=[organiser.uri])))


def _invite(unit: Unit, me: Account, identifier: PostId, people: Sequence[AccountId]) -> None:
    post, occasion = own_event(unit, me, identifier)
    if not occasion.takes_invited or occasion.is_over(unit.now):
        raise Invalid("base", "ERR_TAKES_NOBODY", "One cannot sign up for this event here")
    found = accounts.by_ids(unit, people)
    asked = [found[one] for one in dict.fromkeys(people) if one in found and one != me.id]
    if not asked or len(asked) > MOST_INVITED:
        raise Invalid("people", "ERR_BLANK", f"Name the people to invite, at most {MOST_INVITED} at a time")
    for one in asked:
        if (post.reach is Reach.NODE and not one.is_local) or not visibility.may_see(unit, post.id, reader=one.id):
            raise Invalid(
                "people", "ERR_CANNOT_READ", f"{one.handle} cannot read this event: name them in its text first"
            )
    known = {one.id for one in asked if attendances.between(unit, one.id, post.id) is not None}
    if new := [one for one in asked if one.id not in known]:
        outbox.perform(unit, inviting.of(unit, me, post, new))


def _accept(unit: Unit, me: Account, identifier: PostId, other: AccountId) -> None:
    post, occasion = own_event(unit, me, identifier)
    asked = _waiting(unit, post, other)
    if asked.state == attendances.COMING:
        return
    if not joining.has_room(unit, occasion):
        raise Invalid("base", "ERR_NO_ROOM", "There is no room left. Raise the number of places first")
    outbox.perform(unit, joining.acceptance(unit, accounts.get(unit, other), me, post, uri=asked.uri))


def _answer_perhaps(unit: Unit, me: Account, identifier: PostId, other: AccountId) -> None:
    post, _ = own_event(unit, me, identifier)
    asked = _waiting(unit, post, other)
    outbox.perform(unit, joining.tentative(unit, accounts.get(unit, other), me, post, uri=asked.uri))


def _refuse(unit: Unit, me: Account, identifier: PostId, other: AccountId) -> None:
    post, _ = own_event(unit, me, identifier)
    asked = _asked(unit, post, other)
    outbox.perform(unit, joining.refusal(unit, accounts.get(unit, other), me, post, uri=asked.uri))


def _waiting(unit: Unit, post: Post, other: AccountId) -> Attendance:
    """Somebody who wants to come; who was asked to answers themselves. Raises NotFound."""
    found = _asked(unit, post, other)
    if found.state == attendances.INVITED:
        raise NotFound
    return found


def _asked(unit: Unit, post: Post, other: AccountId) -> Attendance:
    found = attendances.between(unit, other, post.id)
    if found is None:
        raise NotFound
    return found
