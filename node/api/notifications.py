"""What one is told, and how far one has read."""

from node.api import entities
from node.api.answers import Answerable, Paged
from node.api.callers import Caller
from node.api.endpoints import endpoint
from node.api.parameters import Id, Limited, LongPage, Parameters, Several
from storage import notifications
from storage.errors import NotFound
from storage.ids import AccountId

UNKNOWN_TO_MANY = frozenset(
    {"emoji_reaction", "moderation_warning", "quote", "quoted_update", *notifications.OF_EVENTS}
)
"""Kinds that the Mastodon API of the level that we claim does not have: only for apps that ask for them by name."""

TIMELINES = ("home", "notifications")


class Kinds(Parameters):
    """Which kinds of notifications are wanted."""

    types: Several[str] = []  # noqa: RUF012  pydantic copies defaults
    exclude_types: Several[str] = []  # noqa: RUF012  as above


class Wanted(LongPage, Kinds):
    """Which notifications are wanted. include_filtered: also what waits for a decision about somebody."""

    account_id: Id | None = None
    include_filtered: bool = False


class Counted(Limited, Kinds):
    """How far to count, and what."""

    default = 100
    maximum = 1000


class LastRead(Parameters):
    """The last thing that was read."""

    last_read_id: Id


class Marks(Parameters):
    """How far each timeline was read."""

    home: LastRead | None = None
    notifications: LastRead | None = None


class Timelines(Parameters):
    """Which marks are wanted."""

    timeline: Several[str] = []  # noqa: RUF012  pydantic copies defaults


@endpoint("GET", "/api/v1/notifications", scope="read:notifications")
async def several(caller: Caller, wanted: Wanted) -> Answerable:
    """What one is told, newest first."""
    kinds = kinds_of(wanted)
    if not kinds:
        return Paged([])
    by = AccountId(wanted.account_id) if wanted.account_id is not None else None
    filtered = wanted.include_filtered
    store = caller.node.store
    found = await store.read(notifications.of, caller.me.id, wanted.part, kinds=kinds, by=by, filtered=filtered)
    shown = await entities.notifications(caller.node, caller.me, found)
    return Paged.by(shown, [each.id for each in found])


@endpoint("GET", "/api/v1/notifications/unread_count", scope="read:notifications")
async def unread_count(caller: Caller, query: Counted) -> Answerable:
    """How many came since one last looked."""
    kinds = kinds_of(query)
    return {"count": await caller.node.store.read(notifications.unread, caller.me.id, most=query.limit, kinds=kinds)}


@endpoint("GET", "/api/v1/notifications/{id}", scope="read:notifications")
async def one(caller: Caller, *, id: int) -> Answerable:
    """One of them."""
    found = await caller.node.store.read(notifications.one, caller.me.id, id)
    shown = await entities.notifications(caller.node, caller.me, [found]) if found else []
    if not shown:
        raise NotFound
    return shown[0]


@endpoint("POST", "/api/v1/notifications/clear", scope="write:notifications")
async def clear(caller: Caller) -> Answerable:
    """Empty the list."""
    await caller.node.store.write(notifications.clear, caller.me.id)
    return {}


@endpoint("POST", "/api/v1/notifications/{id}/dismiss", scope="write:notifications")
async def dismiss(caller: Caller, *, id: int) -> Answerable:
    """Take one off the list."""
    await caller.node.store.write(notifications.dismiss, caller.me.id, id)
    return {}


@endpoint("GET", "/api/v1/markers", scope="read:statuses")
async def markers(caller: Caller, wanted: Timelines) -> Answerable:
    """How far one has read."""
    found = await caller.node.store.read(notifications.markers, caller.me.id)
    return {name: entities.marker(mark) for name, mark in found.items() if name in wanted.timeline}


@endpoint("POST", "/api/v1/markers", scope="write:statuses")
async def mark(caller: Caller, marks: Marks) -> Answerable:
    """Note how far one has read."""
    noted = {}
    for name in TIMELINES:
        read: LastRead | None = getattr(marks, name)
        if read is not None:
            found = await caller.node.store.write(notifications.mark, caller.me.id, name, last_read=read.last_read_id)
            noted[name] = entities.marker(found)
    return noted


def kinds_of(wanted: Kinds) -> frozenset[str]:
    """Which kinds are meant; unknown ones are none."""
    asked = wanted.types or notifications.KINDS - UNKNOWN_TO_MANY
    return notifications.KINDS.intersection(asked).difference(wanted.exclude_types)
