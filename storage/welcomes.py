"""The first days of a member of staff: when they accepted the charter, and how far they are with the steps of welcome.

Whoever has no row has neither been asked nor welcomed. Nothing here is for others to see.
"""

from dataclasses import dataclass
from datetime import datetime

from storage import house
from storage.events import StaffChanged
from storage.ids import AccountId
from storage.store import Unit

STEPS = 5


@dataclass(frozen=True, slots=True)
class Welcome:
    """How far somebody is. step: the one that comes next, 1 to STEPS; 0 before the first.

    charter_at: when they last accepted the charter.  begun_at, done_at: of the steps; done is also who wanted no more of them.
    """

    account_id: AccountId
    charter_at: datetime | None
    step: int
    begun_at: datetime | None
    done_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether the steps were begun and not ended."""
        return self.begun_at is not None and self.done_at is None


def of(unit: Unit, account: AccountId) -> Welcome | None:
    """How far somebody is; None for who was never asked anything."""
    sql = "select account_id, charter_at, step, begun_at, done_at from welcomes where account_id = :account"
    return unit.one(Welcome, sql, account=account)


# ---- the charter ----------------------------------------------------------------------------------------------------


def accept_charter(unit: Unit, account: AccountId, *, as_of: datetime) -> None:
    """Note that somebody accepts the charter as it stood when it was shown to them: what was added since they have not read.

    as_of: aware, UTC; one that is still to come counts as now.
    """
    sql = """
    insert into welcomes (account_id, charter_at, step) values (:account, :at, 0)
    on conflict (account_id) do update set charter_at = excluded.charter_at
    """
    unit.run(sql, account=account, at=min(as_of, unit.now))
    unit.after_commit(StaffChanged(account))


def owes_charter(unit: Unit, account: AccountId, *, since: datetime) -> bool:
    """Whether somebody who signed in at this moment has yet to accept the charter as it stood then.

    since: aware, UTC.  What is changed later is asked about at the next sign-in, so that nobody is stopped in the middle of
    their work.
    """
    changed = house.changed_at(unit)
    if changed is None or changed > since:
        return False
    known = of(unit, account)
    return known is None or known.charter_at is None or known.charter_at < changed


# ---- the steps ------------------------------------------------------------------------------------------------------


def begin(unit: Unit, account: AccountId) -> bool:
    """Note that the steps begin, unless they began before. Returns whether they begin now."""
    sql = """
    insert into welcomes (account_id, step, begun_at) values (:account, 1, :now)
    on conflict (account_id) do update set step = 1, begun_at = excluded.begun_at where welcomes.begun_at is null
    """
    return bool(unit.run(sql, account=account, now=unit.now))


def reach(unit: Unit, account: AccountId, step: int) -> None:
    """Note that somebody comes to a step; going back to an earlier one changes nothing. step: 1 to STEPS."""
    begin(unit, account)
    sql = "update welcomes set step = :step where account_id = :account and step < :step"
    unit.run(sql, account=account, step=step)


def finish(unit: Unit, account: AccountId) -> None:
    """Note that somebody is through with the steps, or wants no more of them."""
    begin(unit, account)
    sql = "update welcomes set done_at = :now where account_id = :account and done_at is null"
    unit.run(sql, account=account, now=unit.now)
