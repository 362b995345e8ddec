"""Posts that are to be posted later: kept as they were drafted, taken once when their time has come.

Whoever takes a row posts it in the same transaction (`take`), so that it is posted once, however many processes look, and not
lost with a process that dies. What cannot be posted stays, and is tried no more until its author gives it another time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage import media
from storage.drafts import FILES_FOR
from storage.errors import NotFound
from storage.events import ScheduleChanged
from storage.ids import AccountId
from storage.pages import Page, paged
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A post that is to be posted later.

    draft: JSON, as `node.actions.scheduling` writes it.  key: with which an app makes sure that it is kept once.
    application, app_id: what it was written with.  failed_at: when it could not be posted.
    """

    id: int
    account_id: AccountId
    draft: str
    key: str | None
    application: str | None
    app_id: int | None
    due_at: datetime
    failed_at: datetime | None


NAMES = "id, account_id, draft, key, application, app_id, due_at, failed_at"
SELECT = f"select {', '.join(f's.{name}' for name in NAMES.split(', '))} from scheduled_posts s"


def add(
    unit: Unit,
    account: AccountId,
    draft: str,
    *,
    due: datetime,
    files: Sequence[int],
    key: str | None,
    application: str | None,
    app: int | None,
) -> Scheduled:
    """Keep a draft until its time. See `Scheduled`.

    files: the author's uploads in it. They stay for longer than that: the node may be away at that time, and what cannot be
    posted is gone on with.
    """
    new = unit.new_id()
    sql = """
    insert into scheduled_posts (id, account_id, draft, key, application, app_id, due_at, created_at)
    values (:id, :account, :draft, :key, :application, :app, :due, :now)
    """
    unit.run(
        sql, id=new, account=account, draft=draft, key=key, application=application, app=app, due=due, now=unit.now
    )
    media.keep_loose(unit, account, files, until=due + FILES_FOR)
    unit.after_commit(ScheduleChanged(account))
    return get(unit, account, new)


def get(unit: Unit, account: AccountId, identifier: int) -> Scheduled:
    """One of somebody's own. Raises NotFound."""
    found = unit.one(
        Scheduled, f"{SELECT} where s.id = :id and s.account_id = :account", id=identifier, account=account
    )
    if found is None:
        raise NotFound
    return found


def by_key(unit: Unit, account: AccountId, key: str) -> Scheduled | None:
    """The one that an app has sent with this key."""
    return unit.one(Scheduled, f"{SELECT} where s.account_id = :account and s.key = :key", account=account, key=key)


def of(unit: Unit, account: AccountId, part: Page) -> list[Scheduled]:
    """What somebody has put off, the latest to be written first."""
    return paged(unit, Scheduled, f"{SELECT} where s.account_id = :account", "s.id", part, account=account)


def count(unit: Unit, account: AccountId) -> int:
    """How many posts somebody has put off."""
    return unit.one(int, "select count(*) from scheduled_posts where account_id = :account", account=account) or 0


def put_off(unit: Unit, found: Scheduled, *, until: datetime, files: Sequence[int]) -> Scheduled:
    """Give it another time."""
    sql = "update scheduled_posts set due_at = :due, failed_at = null where id = :id"
    unit.run(sql, id=found.id, due=until)
    media.keep_loose(unit, found.account_id, files, until=until + FILES_FOR)
    unit.after_commit(ScheduleChanged(found.account_id))
    return get(unit, found.account_id, found.id)


def cancel(unit: Unit, found: Scheduled, *, files: Sequence[int]) -> None:
    """Do not post it. files: its uploads, which go like any that hang on nothing.  Raises NotFound: it was posted meanwhile."""
    if not unit.run("delete from scheduled_posts where id = :id", id=found.id):
        raise NotFound
    media.keep_loose(unit, found.account_id, files, until=unit.now)


def forget_all(unit: Unit, account: AccountId) -> None:
    """Forget everything that somebody has put off: they left."""
    unit.run("delete from scheduled_posts where account_id = :account", account=account)


def due(unit: Unit, *, most: int) -> list[Scheduled]:
    """Those whose time has come, the earliest first."""
    sql = f"{SELECT} where s.failed_at is null and s.due_at <= :now order by s.due_at, s.id limit :most"
    return unit.all(Scheduled, sql, now=unit.now, most=most)


def next_due(unit: Unit) -> datetime | None:
    """When the next one is to be posted."""
    sql = "select s.due_at from scheduled_posts s where s.failed_at is null order by s.due_at limit 1"
    return unit.one(datetime, sql)


def take(unit: Unit, identifier: int) -> bool:
    """Take one whose time has come, to post it in this unit. Returns False where another has, or it was put off meanwhile."""
    sql = "delete from scheduled_posts where id = :id and failed_at is null and due_at <= :now"
    return unit.run(sql, id=identifier, now=unit.now) > 0


def fail(unit: Unit, identifier: int) -> None:
    """Note that one cannot be posted."""
    sql = "update scheduled_posts set failed_at = :now where id = :id and failed_at is null and due_at <= :now"
    unit.run(sql, id=identifier, now=unit.now)
