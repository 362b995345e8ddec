"""Announcements: what administrators tell everybody of this node, until each has put it away or it is over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from storage.errors import NotFound
from storage.events import AnnouncementPublished, AnnouncementReacted, AnnouncementWithdrawn
from storage.ids import AccountId
from storage.store import Unit

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Announcement:
    """One of them. source: Markdown.  content: safe HTML.  ends_at: from when it is shown no more."""

    id: int
    source: str
    content: str
    starts_at: datetime | None
    ends_at: datetime | None
    all_day: bool
    published_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji under an announcement. count: of how many people.  mine: the reader's among them."""

    announcement: int
    emoji: str
    count: int
    mine: bool


SELECT = """
select a.id, a.source, a.content, a.starts_at, a.ends_at, a.all_day, a.published_at, a.updated_at from announcements a
"""
CURRENT = "(a.ends_at is null or a.ends_at > :now)"
PUT_AWAY = "exists (select 1 from announcement_reads x where x.announcement_id = a.id and x.account_id = :reader)"


def publish(unit: Unit, *, source: str, content: str, ends_at: datetime | None, all_day: bool = False) -> Announcement:
    """Tell everybody something. ends_at: aware; None for until it is withdrawn.  all_day: whether it ends with a day."""
    new = unit.new_id()
    sql = """
    insert into announcements (id, source, content, ends_at, all_day, published_at, updated_at)
    values (:id, :source, :content, :ends, :all_day, :now, :now)
    """
    unit.run(sql, id=new, source=source, content=content, ends=ends_at, all_day=int(all_day), now=unit.now)
    unit.after_commit(AnnouncementPublished(new))
    return get(unit, new)


def withdraw(unit: Unit, identifier: int) -> None:
    """Take an announcement away. Raises NotFound."""
    if not unit.run("delete from announcements where id = :id", id=identifier):
        raise NotFound
    unit.after_commit(AnnouncementWithdrawn(identifier))


def get(unit: Unit, identifier: int) -> Announcement:
    """The announcement with this id, over or not. Raises NotFound."""
    found = unit.one(Announcement, f"{SELECT} where a.id = :id", id=identifier)
    if found is None:
        raise NotFound
    return found


def every(unit: Unit) -> list[Announcement]:
    """All that were not withdrawn, those that are over too, newest first."""
    return unit.all(Announcement, f"{SELECT} order by a.id desc")


def current(unit: Unit, reader: AccountId, *, put_away: bool) -> list[Announcement]:
    """What is told to a person now, newest first. put_away: also what they have put away."""
    unread = "" if put_away else f"and not {PUT_AWAY}"
    sql = f"{SELECT} where {CURRENT} {unread} order by a.id desc limit :most"
    return unit.all(Announcement, sql, reader=reader, now=unit.now, most=MOST_SHOWN)


def read_by(unit: Unit, reader: AccountId, identifiers: Iterable[int]) -> set[int]:
    """Which of these a person has put away."""
    sql = "select announcement_id from announcement_reads where account_id = :reader and announcement_id in :ids"
    return set(unit.all(int, sql, reader=reader, ids=list(identifiers)))


def dismiss(unit: Unit, identifier: int, reader: AccountId) -> None:
    """Put an announcement away for one person. Raises NotFound."""
    get(unit, identifier)
    sql = """
    insert into announcement_reads (announcement_id, account_id, read_at) values (:id, :reader, :now)
    on conflict (announcement_id, account_id) do nothing
    """
    unit.run(sql, id=identifier, reader=reader, now=unit.now)


def react(unit: Unit, identifier: int, account: AccountId, emoji: str) -> None:
    """Put an emoji under an announcement, once. Raises NotFound."""
    get(unit, identifier)
    sql = """
    insert into announcement_reactions (id, announcement_id, account_id, emoji, created_at)
    values (:new, :id, :account, :emoji, :now) on conflict (announcement_id, account_id, emoji) do nothing
    """
    if unit.run(sql, new=unit.new_id(), id=identifier, account=account, emoji=emoji, now=unit.now):
        unit.after_commit(AnnouncementReacted(identifier, emoji))


def unreact(unit: Unit, identifier: int, account: AccountId, emoji: str) -> None:
    """Take one's emoji away. Raises NotFound when there is no such announcement."""
    get(unit, identifier)
    sql = """
    delete from announcement_reactions where announcement_id = :id and account_id = :account and emoji = :emoji
    """
    if unit.run(sql, id=identifier, account=account, emoji=emoji):
        unit.after_commit(AnnouncementReacted(identifier, emoji))


def reactions(unit: Unit, reader: AccountId, identifiers: Iterable[int]) -> list[Reaction]:
    """The emoji under these announcements, those that came first before others."""
    sql = """
    select announcement_id, emoji, count(*), max(case when account_id = :reader then 1 else 0 end)
    from announcement_reactions where announcement_id in :ids
    group by announcement_id, emoji order by min(id)
    """
    return unit.all(Reaction, sql, reader=reader, ids=list(identifiers))


def count_of(unit: Unit, identifier: int, emoji: str) -> int:
    """How many people have put this emoji under an announcement."""
    sql = "select count(*) from announcement_reactions where announcement_id = :id and emoji = :emoji"
    return unit.one(int, sql, id=identifier, emoji=emoji) or 0
