"""Whose notifications wait for a decision: what a policy has kept apart, by who did it.

A request is nothing of its own: it is there while something of somebody is kept apart, and called by the oldest of it. Accepting
it lets through what is there and what comes; dismissing it takes away what is there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.events import NotificationsMerged
from storage.ids import AccountId, PostId
from storage.pages import Page
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody whose notifications wait. post: the latest that is about one, None when none is."""

    id: int
    from_id: AccountId
    count: int
    created_at: datetime
    updated_at: datetime
    post: PostId | None


REQUESTS = """
select * from (
    select min(n.id) as id, n.from_id as from_id, count(*) as number, min(n.created_at) as created_at,
        max(n.created_at) as updated_at, max(n.post_id) as post_id
    from notifications n where n.account_id = :account and n.filtered = 1 group by n.from_id
) r where
"""


def of(unit: Unit, account: AccountId, part: Page) -> list[Request]:
    """Whose notifications wait for a person's decision, the latest to begin first."""
    order = "asc" if part.upwards else "desc"
    sql = f"{REQUESTS} r.id < :below and r.id > :above order by r.id {order} limit :limit"
    found = unit.all(Request, sql, account=account, below=part.below, above=part.above, limit=part.limit)
    return found[::-1] if part.upwards else found


def one(unit: Unit, account: AccountId, identifier: int) -> Request | None:
    """One of them."""
    return unit.one(Request, f"{REQUESTS} r.id = :id", account=account, id=identifier)


def counts(unit: Unit, account: AccountId) -> tuple[int, int]:
    """How many people's notifications wait, and how many these are."""
    waiting = unit.all(int, f"select number from ({REQUESTS} 1 = 1) counted", account=account)
    return len(waiting), sum(waiting)


def accept(unit: Unit, account: AccountId, identifiers: Sequence[int]) -> None:
    """Let through what these people did and will do, whatever the policy says; ids that are no request are passed over."""
    people = _people(unit, account, identifiers)
    sql = """
    insert into notification_permissions (account_id, from_id, created_at) values (:account, :by, :now)
    on conflict (account_id, from_id) do nothing
    """
    unit.each(sql, [{"account": account, "by": by, "now": unit.now} for by in people])
    told = "update notifications set filtered = 0 where account_id = :account and from_id in :people and filtered = 1"
    if unit.run(told, account=account, people=people):
        unit.after_commit(NotificationsMerged(account))


def dismiss(unit: Unit, account: AccountId, identifiers: Sequence[int]) -> None:
    """Take away what waits of these people; what they do later waits again."""
    sql = "delete from notifications where account_id = :account and from_id in :people and filtered = 1"
    unit.run(sql, account=account, people=_people(unit, account, identifiers))


def _people(unit: Unit, account: AccountId, identifiers: Sequence[int]) -> list[AccountId]:
    sql = f"select from_id from ({REQUESTS} r.id in :ids) chosen order by from_id"
    return unit.all(AccountId, sql, account=account, ids=list(identifiers))
