"""How far the directories of other nodes are known here, how many people each holds, and when it is asked for next."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.ids import Host
from storage.store import Unit

FIRST_AFTER = timedelta(minutes=1)
"""How long after a node was admitted: its administrator has time to admit this one too."""

FIRST_AFTER_MILLISECONDS = int(FIRST_AFTER.total_seconds() * 1000)

NEXT = f"coalesce(d.next_at, p.changed_at + {FIRST_AFTER_MILLISECONDS})"


@dataclass(frozen=True, slots=True)
class Known:
    """A directory of another node. cursor: where to go on reading it, an address; '' for its beginning."""

    host: Host
    cursor: str


def take_due(unit: Unit, *, until: datetime) -> Known | None:
    """A directory that is to be read now, if there is one; no other process takes it before `until`."""
    unit.lock("directories of other nodes")
    sql = f"""
    select p.host, coalesce(d.cursor, '') from peers p left join directories d on d.host = p.host
    where p.allowed = 1 and {NEXT} <= :now order by {NEXT}, p.host limit 1
    """
    found = unit.one(Known, sql, now=unit.now)
    if found is not None:
        keep(unit, found.host, cursor=found.cursor, next_at=until)
    return found


def next_due(unit: Unit) -> datetime | None:
    """When the next directory is to be read; None where no node is admitted."""
    sql = f"select min({NEXT}) from peers p left join directories d on d.host = p.host where p.allowed = 1 having count(*) > 0"
    return unit.one(datetime, sql)


def keep(unit: Unit, host: Host, *, cursor: str, next_at: datetime, people: int | None = None) -> None:
    """Note how far a directory is known, and when to go on. people: how many it says that it holds; None leaves that as it is."""
    sql = """
    insert into directories (host, cursor, next_at, people) values (:host, :cursor, :next_at, :people)
    on conflict (host) do update set cursor = excluded.cursor, next_at = excluded.next_at,
        people = coalesce(excluded.people, directories.people)
    """
    unit.run(sql, host=host, cursor=cursor, next_at=next_at, people=people)


def read(unit: Unit) -> frozenset[Host]:
    """The nodes whose directories have been read: what only nodes of this software have."""
    return frozenset(unit.all(Host, "select host from directories where people is not null"))


def postpone(unit: Unit, host: Host, *, until: datetime) -> None:
    """Go on with a directory later, where one was."""
    unit.run("update directories set next_at = :until where host = :host", host=host, until=until)
