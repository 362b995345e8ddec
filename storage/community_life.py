"""What is told of communities: by whom they are led and how, and how lively those of this node are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage import accounts, communities
from storage.accounts import Account
from storage.communities import Community
from storage.errors import NotFound
from storage.ids import AccountId
from storage.store import Unit

SLEEPS_AFTER = timedelta(days=60)
"""After how long without a word somebody should ask whether a community is still needed."""


@dataclass(frozen=True, slots=True)
class Leading:
    """How a community is led, and by whom: the longest first."""

    community: Community
    managers: Sequence[Account]


@dataclass(frozen=True, slots=True)
class _Manager:
    community_id: AccountId
    account_id: AccountId


def leading(unit: Unit, chosen: Iterable[AccountId]) -> dict[AccountId, Leading]:
    """How several communities are led, and by whom, by id, in three queries; what is no community is left out."""
    known = communities.find_all(unit, chosen)
    sql = (
        "select community_id, account_id from community_managers where community_id in :ids order by since, account_id"
    )
    rows = unit.all(_Manager, sql, ids=list(known))
    people = accounts.by_ids(unit, {each.account_id for each in rows})
    present = [each for each in rows if people[each.account_id].gone_at is None]
    return {
        each.id: Leading(each, [people[row.account_id] for row in present if row.community_id == each.id])
        for each in known.values()
    }


@dataclass(frozen=True, slots=True)
class Hosted:
    """A community of this node, and how lively it is. is_closed: its managers decide who comes in.

    last_at: when something was last shared in it.  closed_at: since when nothing is written in it any more.
    """

    id: AccountId
    username: str
    name: str
    founded_at: datetime
    members: int
    is_closed: bool
    is_for_members: bool
    managers_write_only: bool
    last_at: datetime | None
    closed_at: datetime | None

    def sleeping_since(self, *, now: datetime) -> datetime | None:
        """Since when nothing has been written in it, where that is long; None for one that lives, or was closed."""
        last = self.last_at or self.founded_at
        return last if self.closed_at is None and now - last >= SLEEPS_AFTER else None


HOSTED = """
select a.id, a.username, a.display_name, a.created_at, a.followers_count, a.locked, c.is_for_members, c.managers_write_only,
    a.last_post_at, c.closed_at
from accounts a join communities c on c.account_id = a.id where a.host = '' and a.gone_at is null
"""


def hosted(unit: Unit) -> list[Hosted]:
    """The communities of this node, by name."""
    return unit.all(Hosted, f"{HOSTED} order by lower(a.username)")


def one(unit: Unit, community: AccountId) -> Hosted:
    """One of them. Raises NotFound."""
    found = unit.one(Hosted, f"{HOSTED} and a.id = :id", id=community)
    if found is None:
        raise NotFound
    return found


UNLED = f"""
{HOSTED} and c.closed_at is null and not exists (
    select 1 from community_managers m join accounts l on l.id = m.account_id
    where m.community_id = a.id and l.gone_at is null and l.moved_to is null and l.suspended_at is null
        and (l.host <> '' or exists (select 1 from staff s where s.account_id = l.id and s.disabled_at is null)))
"""


def unled(unit: Unit) -> list[Hosted]:
    """The communities of this node that nobody leads any more who works for the ministry still, by name; closed ones need nobody."""
    return unit.all(Hosted, f"{UNLED} order by lower(a.username)")
