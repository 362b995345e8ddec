"""Copies of what is somebody's own: asked for, made in the background, kept for a day. One for each person at a time.

    asked ──► leased ──► finished     a process that dies loses its lease, and another begins anew
                 └─────► failed       after three tries

The bytes lie in `storage.files`, under the random name that the row gives them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.events import ExportsChanged
from storage.ids import AccountId
from storage.store import Unit

KEPT_FOR = timedelta(days=1)
LEASE = timedelta(minutes=2)
PAUSE = timedelta(minutes=1)
"""How long nobody tries again what could not be made."""

MOST_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Export:
    """A copy that somebody asked for.

    name: of its bytes.  done, total: how far it is, in posts and files.  size: bytes, once it is finished.
    """

    account_id: AccountId
    name: str
    asked_at: datetime
    done: int
    total: int
    size: int
    attempts: int
    finished_at: datetime | None
    failed_at: datetime | None

    @property
    def is_underway(self) -> bool:
        """Whether it is being made, or waits to be."""
        return self.finished_at is None and self.failed_at is None

    @property
    def ends_at(self) -> datetime | None:
        """Until when it can be fetched; None before it is finished."""
        return None if self.finished_at is None else self.finished_at + KEPT_FOR


SELECT = "select account_id, name, asked_at, done, total, size, attempts, finished_at, failed_at from exports"

TAKE = f"""
{SELECT} where finished_at is null and failed_at is null and (leased_until is null or leased_until <= :now)
order by asked_at limit 1 for update skip locked
"""

GIVE_UP = """
update exports set failed_at = cast(:now as bigint), leased_by = null
where finished_at is null and failed_at is null and attempts >= :most and leased_until <= :now
"""


def ask(unit: Unit, account: AccountId, *, name: str) -> str | None:
    """Have a copy made, instead of the one before; one that is being made goes on.

    name: for its bytes.  Returns the name of bytes that are needed no more.
    """
    unit.lock(f"export of {account}")
    known = unit.one(Export, f"{SELECT} where account_id = :account", account=account)
    if known is not None and known.is_underway:
        return None
    unit.run("delete from exports where account_id = :account", account=account)
    sql = "insert into exports (account_id, name, asked_at) values (:account, :name, :now)"
    unit.run(sql, account=account, name=name, now=unit.now)
    unit.after_commit(ExportsChanged(account))
    return known.name if known is not None else None


def of(unit: Unit, account: AccountId) -> Export | None:
    """The copy that somebody asked for; one that was kept for long enough is none any more."""
    sql = f"{SELECT} where account_id = :account and (finished_at is null or finished_at > :since)"
    return unit.one(Export, sql, account=account, since=unit.now - KEPT_FOR)


def take(unit: Unit, *, by: str) -> Export | None:
    """The next one to be made, leased. by: the process.

    One for which processes have died too often is given up: whatever it is in it, it must not end the next.
    """
    unit.run(GIVE_UP, most=MOST_ATTEMPTS, now=unit.now)
    found = unit.one(Export, TAKE, now=unit.now)
    if found is None:
        return None
    sql = """
    update exports set leased_by = :by, leased_until = :until, attempts = attempts + 1, done = 0
    where account_id = :account
    """
    unit.run(sql, by=by, until=unit.now + LEASE, account=found.account_id)
    return found


def progress(unit: Unit, found: Export, *, by: str, done: int, total: int) -> bool:
    """Note how far it is, and hold it for longer. Returns False where it is this process's no more."""
    sql = """
    update exports set done = :done, total = :total, leased_until = :until
    where account_id = :account and name = :name and leased_by = :by and finished_at is null
    """
    until = unit.now + LEASE
    return unit.run(sql, account=found.account_id, name=found.name, by=by, done=done, total=total, until=until) > 0


def finish(unit: Unit, found: Export, *, by: str, size: int) -> bool:
    """It can be fetched. size: bytes.  Returns False where it is this process's no more."""
    sql = """
    update exports set finished_at = :now, size = :size, done = total, leased_by = null, leased_until = null
    where account_id = :account and name = :name and leased_by = :by and finished_at is null
    """
    if not unit.run(sql, account=found.account_id, name=found.name, by=by, size=size, now=unit.now):
        return False
    unit.after_commit(ExportsChanged(found.account_id))
    return True


def fail(unit: Unit, found: Export, *, by: str) -> None:
    """It could not be made: it is tried again in a while, and given up after the last try."""
    sql = """
    update exports set leased_by = null, leased_until = :later,
        failed_at = case when attempts >= :most then cast(:now as bigint) end
    where account_id = :account and name = :name and leased_by = :by
    """
    unit.run(
        sql,
        account=found.account_id,
        name=found.name,
        by=by,
        most=MOST_ATTEMPTS,
        now=unit.now,
        later=unit.now + PAUSE,
    )
    unit.after_commit(ExportsChanged(found.account_id))


def next_look(unit: Unit) -> datetime | None:
    """When there is something to do next: one to be made, or one to be thrown away."""
    sql = """
    select x.due from (
        select coalesce(leased_until, asked_at) as due from exports where finished_at is null and failed_at is null
        union all select finished_at + :kept from exports where finished_at is not null) x
    order by x.due limit 1
    """
    return unit.one(datetime, sql, kept=KEPT_FOR // timedelta(milliseconds=1))


def old(unit: Unit) -> list[Export]:
    """Those that were kept for long enough."""
    return unit.all(Export, f"{SELECT} where finished_at <= :before limit 100", before=unit.now - KEPT_FOR)


def forget(unit: Unit, found: Export) -> None:
    """Its bytes are gone."""
    sql = "delete from exports where account_id = :account and name = :name"
    unit.run(sql, account=found.account_id, name=found.name)
