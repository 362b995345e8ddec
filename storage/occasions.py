"""Events in the calendar's sense: when and where something takes place that a post invites to, and whether one may come.

(`storage.events` are what storage tells; hence another word.)
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage import posts
from storage.events import PostAltered
from storage.ids import PostId
from storage.posts import Holds
from storage.store import Unit

CONFIRMED, TENTATIVE, CANCELLED = "confirmed", "tentative", "cancelled"
STATUSES = (CONFIRMED, TENTATIVE, CANCELLED)

FREE, RESTRICTED, INVITE, EXTERNAL = "free", "restricted", "invite", "external"
JOIN_MODES = (FREE, RESTRICTED, INVITE, EXTERNAL)
"""Whoever wants comes; the organiser decides about each; only who was invited; people sign up somewhere else."""


OPEN_END = timedelta(hours=2)
"""After so long programs may take an event without an end for over; people are not shown it."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """When and where. timezone: IANA name, None when not said.  place: as text.  capacity: people, None for no limit."""

    starts_at: datetime
    ends_at: datetime | None = None
    timezone: str | None = None
    place: str = ""
    status: str = CONFIRMED
    join_mode: str = FREE
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class KeptOccasion:
    """The same, as it is kept. attending_count: how many come, as its organiser's node says."""

    post_id: PostId
    starts_at: datetime
    ends_at: datetime | None
    timezone: str | None
    place: str
    status: str
    join_mode: str
    capacity: int | None
    attending_count: int

    @property
    def occasion(self) -> Occasion:
        """What its organiser says of it."""
        return Occasion(
            self.starts_at, self.ends_at, self.timezone, self.place, self.status, self.join_mode, self.capacity
        )

    @property
    def takes_people(self) -> bool:
        """Whether one may ask to come by this network, as long as it is not over."""
        return self.status != CANCELLED and self.join_mode in (FREE, RESTRICTED)

    @property
    def takes_invited(self) -> bool:
        """Whether one may come who was invited, as long as it is not over."""
        return self.status != CANCELLED

    def is_over(self, now: datetime) -> bool:
        """Whether it has ended."""
        return has_ended(self.starts_at, self.ends_at, now=now)


def has_ended(starts_at: datetime, ends_at: datetime | None, *, now: datetime) -> bool:
    """Whether an event has ended; one without an end, after as long as programs take such an event to last."""
    return (ends_at or starts_at + OPEN_END) < now


NAMES = "post_id, starts_at, ends_at, timezone, place, status, join_mode, capacity, attending_count"
OF = f"select {NAMES} from events where post_id in :ids"


def put(unit: Unit, post: PostId, occasion: Occasion, *, attending: int | None = None) -> None:
    """Keep when and where, whatever was kept before. attending: how many come, where the organiser's node says it."""
    sql = """
    insert into events (post_id, starts_at, ends_at, timezone, place, status, join_mode, capacity, attending_count)
    values (:post, :starts_at, :ends_at, :timezone, :place, :status, :join_mode, :capacity,
        coalesce(cast(:attending as integer), 0))
    on conflict (post_id) do update set starts_at = excluded.starts_at, ends_at = excluded.ends_at,
        timezone = excluded.timezone, place = excluded.place, status = excluded.status, join_mode = excluded.join_mode,
        capacity = excluded.capacity, attending_count = coalesce(cast(:attending as integer), events.attending_count)
    """
    unit.run(
        sql,
        post=post,
        starts_at=occasion.starts_at,
        ends_at=occasion.ends_at,
        timezone=occasion.timezone,
        place=occasion.place,
        status=occasion.status,
        join_mode=occasion.join_mode,
        capacity=occasion.capacity,
        attending=attending,
    )
    posts.hold(unit, post, Holds.EVENT)


def remove(unit: Unit, post: PostId) -> None:
    """A post is no event any more; who wanted to come is forgotten."""
    if unit.run("delete from events where post_id = :post", post=post):
        posts.release(unit, post, Holds.EVENT)


def find(unit: Unit, post: PostId) -> KeptOccasion | None:
    """When and where, if a post is an event."""
    return of(unit, [post]).get(post)


def of(unit: Unit, among: Iterable[PostId]) -> dict[PostId, KeptOccasion]:
    """When and where these posts invite to; those that are no events are left out."""
    return {found.post_id: found for found in unit.all(KeptOccasion, OF, ids=list(among))}


def count(unit: Unit, post: PostId, *, by: int) -> None:
    """Count somebody who comes, or no longer does."""
    unit.run("update events set attending_count = attending_count + :by where post_id = :post", by=by, post=post)
    unit.after_commit(PostAltered(post))
