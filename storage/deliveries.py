"""What this node has to tell its peers: each activity once, and one row for each peer that must hear of it.

Rows are taken in the order of their ids, which is the order in which things happened. A row goes when the peer has
taken the activity; it becomes a dead letter when the peer will never take it, and then waits for an administrator.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from storage.events import DeliveriesQueued
from storage.ids import AccountId, Host
from storage.store import Unit, Value


@dataclass(frozen=True, slots=True)
class Delivery:
    """An activity on its way to a peer."""

    id: int
    host: Host
    inbox: str
    actor_id: AccountId
    activity_uri: str
    body: bytes
    attempts: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A delivery that was given up, and why."""

    id: int
    host: Host
    activity_uri: str
    attempts: int
    created_at: datetime
    dead_at: datetime
    error: str


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for a host, and since when."""

    host: Host
    waiting: int
    oldest_at: datetime


def add(unit: Unit, *, uri: str, actor: AccountId, body: bytes, inboxes: Iterable[tuple[Host, str]]) -> None:
    """Queue an activity for peers.

    uri: the activity's id.  body: the exact JSON to send.  inboxes: host and inbox address, one pair a peer.
    """
    chosen = list(inboxes)
    if not chosen:
        return
    activity = unit.new_id()
    keep = "insert into activities (id, uri, actor_id, body, created_at) values (:id, :uri, :actor, :body, :now)"
    unit.run(keep, id=activity, uri=uri, actor=actor, body=body, now=unit.now)
    queue = """
    insert into deliveries (id, host, activity_id, actor_id, inbox, created_at)
    values (:id, :host, :activity, :actor, :inbox, :now)
    """
    shared: dict[str, Value] = {"activity": activity, "actor": actor, "now": unit.now}
    unit.each(queue, [{"id": unit.new_id(), "host": host, "inbox": inbox, **shared} for host, inbox in chosen])
    unit.after_commit(DeliveriesQueued(tuple(host for host, _ in chosen)))


def hosts_due(unit: Unit) -> list[Host]:
    """The peers that something waits for and that may be tried now."""
    sql = """
    select p.host from peers p where p.allowed = 1 and (p.retry_at is null or p.retry_at <= :now)
        and exists (select 1 from deliveries d where d.host = p.host and d.dead_at is null)
    order by p.host
    """
    return unit.all(Host, sql, now=unit.now)


def next_retry(unit: Unit) -> datetime | None:
    """When the next peer that is being left alone may be tried again, if something waits for it."""
    sql = """
    select p.retry_at from peers p where p.allowed = 1 and p.retry_at > :now
        and exists (select 1 from deliveries d where d.host = p.host and d.dead_at is null)
    order by p.retry_at limit 1
    """
    return unit.one(datetime, sql, now=unit.now)


def due(unit: Unit, host: Host, *, limit: int, after: int = 0) -> list[Delivery]:
    """What waits for a peer, oldest first; nothing when the peer is not on the allowlist."""
    sql = """
    select d.id, d.host, d.inbox, d.actor_id, x.uri, x.body, d.attempts, d.created_at
    from deliveries d join activities x on x.id = d.activity_id
    where d.host = :host and d.dead_at is null and d.id > :after
        and exists (select 1 from peers p where p.host = :host and p.allowed = 1)
    order by d.id limit :limit
    """
    return unit.all(Delivery, sql, host=host, limit=limit, after=after)


def done(unit: Unit, deliveries: Iterable[int]) -> None:
    """These were taken by their peer; an activity that all have taken is kept no longer."""
    rows = [{"id": identifier} for identifier in deliveries]
    unit.each(
        """
        delete from activities where id = (select activity_id from deliveries where id = :id) and not exists (
            select 1 from deliveries o where o.activity_id = activities.id and o.id <> :id)
        """,
        rows,
    )
    unit.each("delete from deliveries where id = :id", rows)


def tried(unit: Unit, identifier: int) -> None:
    """One more attempt was made."""
    unit.run("update deliveries set attempts = attempts + 1 where id = :id", id=identifier)


def give_up(unit: Unit, identifier: int, *, error: str) -> None:
    """Make a delivery a dead letter."""
    sql = "update deliveries set dead_at = :now, error = :error, attempts = attempts + 1 where id = :id"
    unit.run(sql, id=identifier, now=unit.now, error=error[:500])


def give_up_older(unit: Unit, moment: datetime, *, error: str) -> int:
    """Make everything that has waited since before a moment a dead letter. Returns how many."""
    sql = "update deliveries set dead_at = :now, error = :error where dead_at is null and created_at < :moment"
    return unit.run(sql, now=unit.now, error=error, moment=moment)


def waiting_by_host(unit: Unit) -> list[Queue]:
    """The queue to each peer that has one."""
    sql = "select host, count(*), min(created_at) from deliveries where dead_at is null group by host order by host"
    return unit.all(Queue, sql)


def dead(unit: Unit, host: Host | None = None, *, limit: int = 1000) -> list[DeadLetter]:
    """Dead letters, newest first; of one peer, or of all."""
    sql = """
    select d.id, d.host, x.uri, d.attempts, d.created_at, d.dead_at, coalesce(d.error, '')
    from deliveries d join activities x on x.id = d.activity_id
    where d.dead_at is not null and (:host is null or d.host = :host) order by d.dead_at desc, d.id desc limit :limit
    """
    return unit.all(DeadLetter, sql, host=host, limit=limit)


def retry(unit: Unit, host: Host | None = None) -> int:
    """Queue dead letters again and end the wait of their peers. Returns how many."""
    one = "(:host is null or host = :host)"
    unit.run(f"update peers set retry_at = null, failures = 0 where {one}", host=host)
    changed = unit.run(
        f"update deliveries set dead_at = null, error = null where dead_at is not null and {one}", host=host
    )
    unit.after_commit(DeliveriesQueued((host,) if host else ()))
    return changed


def drop(unit: Unit, host: Host | None = None) -> int:
    """Throw dead letters away for good. Returns how many."""
    found = [letter.id for letter in dead(unit, host, limit=1_000_000)]
    done(unit, found)
    return len(found)


def waiting_for(unit: Unit, activity_prefix: str) -> int:
    """How many peers have not yet taken the activities whose ids begin so."""
    sql = """
    select count(*) from deliveries d join activities x on x.id = d.activity_id
    where d.dead_at is null and x.uri >= :prefix and x.uri < :prefix || '~'
    """
    return unit.one(int, sql, prefix=activity_prefix) or 0
