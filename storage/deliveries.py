"""What this node has to tell its peers: each activity once, and one row for each inbox that must hear of it, as a rule one at each peer.

What one account has to tell one peer is a lane. Its rows are taken in the order of their ids, which is the order in which
things happened. A row goes when the peer has taken the activity; it becomes a dead letter when the peer will never take it,
and then waits for an administrator.

**Several processes** deliver. A process takes a lane by leasing its first rows (`take`), renews the lease while it lives, and
nobody else touches the lane meanwhile. The lease of a process that died runs out.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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

    uri: the activity's id.  body: the exact JSON to send.  inboxes: host and inbox address, one pair for each inbox.
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


def next_retry(unit: Unit) -> datetime | None:
    """When the next peer that is being left alone may be tried again, if something waits for it."""
    sql = """
    select p.retry_at from peers p where p.allowed = 1 and p.paused = 0 and p.retry_at > :now
        and exists (select 1 from deliveries d where d.host = p.host and d.dead_at is null)
    order by p.retry_at limit 1
    """
    return unit.one(datetime, sql, now=unit.now)


# From lane to lane by one seek each: a peer for which very much waits costs no more than its accounts are many.
HEADS = """
with recursive lane (host, failures, actor) as (
    select p.host, p.failures, (select min(d.actor_id) from deliveries d where d.host = p.host and d.dead_at is null)
    from peers p where p.allowed = 1 and p.paused = 0 and (p.retry_at is null or p.retry_at <= :now) and {chosen}
    union all
    select l.host, l.failures, (
        select min(d.actor_id) from deliveries d where d.host = l.host and d.dead_at is null and d.actor_id > l.actor)
    from lane l where l.actor is not null
)
select h.id, h.host, h.failures from (
    select d.id, d.host, l.failures, row_number() over (partition by d.host order by d.id) as place from lane l
    join deliveries d on d.id = (
        select min(e.id) from deliveries e where e.host = l.host and e.actor_id = l.actor and e.dead_at is null)
    where not exists (
        select 1 from deliveries o where o.leased_by is not null and o.host = l.host and o.actor_id = l.actor
            and o.leased_until > :now)) h
where h.place <= :widest
order by h.place, h.id limit :most
"""
HEADS_OF_ALL = HEADS.format(chosen="1 = 1")
HEADS_OF_SOME = HEADS.format(chosen="p.host in :hosts")

HELD = """
select distinct host from deliveries where leased_by is not null and leased_until > :now and host in :hosts
"""

FREE = "d.dead_at is null and (d.leased_until is null or d.leased_until <= :now)"

LEASE = f"""
update deliveries set leased_by = :by, leased_until = :until
where id in (select d.id from deliveries d where d.id in :ids and {FREE} for update skip locked)
returning id
"""

OF_LANES = f"""
select d.id, d.host, d.inbox, d.actor_id, x.uri, x.body, d.attempts, d.created_at
from deliveries h
join deliveries d on d.host = h.host and d.actor_id = h.actor_id and d.id >= h.id
join activities x on x.id = d.activity_id
where h.id in :heads and (d.id = h.id or {FREE}) and d.id <= coalesce((
    select e.id from deliveries e where e.host = h.host and e.actor_id = h.actor_id and e.dead_at is null and e.id >= h.id
    order by e.id limit 1 offset :further), d.id)
order by d.id
"""


@dataclass(frozen=True, slots=True)
class _Head:
    id: int
    host: Host
    failures: int


def take(
    unit: Unit,
    hosts: Sequence[Host] | None,
    *,
    by: str,
    until: datetime,
    room: Mapping[Host, int],
    room_of_others: int,
    widest: int,
    most: int,
    rows_of_each: int,
) -> list[Delivery]:
    """Lanes to serve, for this process alone: their first rows, oldest first.

    hosts: only lanes to these peers; None for all.  by: the process.  until: when others may take what is not renewed.
    room, room_of_others: how many lanes to a peer, at most `widest`.  most: lanes in all.  rows_of_each: rows of a lane.
    A peer that has just failed gets one lane in the whole node; one that is left alone, paused or removed gets none.
    """
    if hosts is None:
        found = unit.all(_Head, HEADS_OF_ALL, now=unit.now, most=most, widest=widest)
    else:
        found = unit.all(_Head, HEADS_OF_SOME, now=unit.now, most=most, widest=widest, hosts=hosts)
    chosen = _within(found, room=room, room_of_others=room_of_others, held=_held(unit, found))
    if not chosen:
        return []
    heads = unit.all(int, LEASE, ids=chosen, by=by, until=until, now=unit.now)
    rows = unit.all(Delivery, OF_LANES, heads=heads, now=unit.now, further=rows_of_each - 1)
    if len(rows) > len(heads):
        unit.all(int, LEASE, ids=[row.id for row in rows], by=by, until=until, now=unit.now)
    return rows


def _held(unit: Unit, found: Iterable[_Head]) -> frozenset[Host]:
    """Those of the failing peers to which somebody is sending now."""
    failing = sorted({head.host for head in found if head.failures})
    return frozenset(unit.all(Host, HELD, hosts=failing, now=unit.now)) if failing else frozenset()


def _within(
    found: Iterable[_Head], *, room: Mapping[Host, int], room_of_others: int, held: frozenset[Host]
) -> list[int]:
    taken: Counter[Host] = Counter()
    chosen: list[int] = []
    for head in found:
        most = room.get(head.host, room_of_others)
        if head.failures:
            most = 0 if head.host in held else min(most, 1)
        if taken[head.host] < most:
            taken[head.host] += 1
            chosen.append(head.id)
    return chosen


def renew(unit: Unit, *, by: str, until: datetime) -> None:
    """Keep what a process has leased for longer."""
    sql = "update deliveries set leased_until = :until where leased_by is not null and leased_by = :by"
    unit.run(sql, by=by, until=until)


def give_back(unit: Unit, deliveries: Iterable[int], *, by: str) -> None:
    """Let others have these, which a process has leased."""
    sql = "update deliveries set leased_by = null, leased_until = null where id in :ids and leased_by = :by"
    unit.run(sql, ids=list(deliveries), by=by)


def give_all_back(unit: Unit, *, by: str) -> None:
    """Let others have everything that a process has leased."""
    sql = """
    update deliveries set leased_by = null, leased_until = null where leased_by is not null and leased_by = :by
    returning host
    """
    hosts = sorted(set(unit.all(Host, sql, by=by)))
    if hosts:
        unit.after_commit(DeliveriesQueued(tuple(hosts)))


def done(unit: Unit, deliveries: Iterable[int]) -> None:
    """These were taken by their peer; an activity that all have taken is kept no longer."""
    taken = unit.all(int, "delete from deliveries where id in :ids returning activity_id", ids=sorted(deliveries))
    _forget_alone(unit, taken)


def _forget_alone(unit: Unit, activities: Iterable[int]) -> None:
    orphans = """
    delete from activities where id in :ids and not exists (
        select 1 from deliveries d where d.activity_id = activities.id)
    """
    unit.run(orphans, ids=sorted(set(activities)))


def withdraw(unit: Unit, uri: str) -> None:
    """Send an activity to nobody who has not been tried yet: it is taken back before it went there. uri: the activity's id.

    Whoever was tried may have it, whatever became of the answer; what takes it back must be told to them.
    """
    untried = """
    delete from deliveries where attempts = 0 and (leased_until is null or leased_until <= :now)
        and activity_id = (select id from activities where uri = :uri) returning activity_id
    """
    _forget_alone(unit, unit.all(int, untried, uri=uri, now=unit.now))


def sweep(unit: Unit, *, before: datetime) -> None:
    """Forget activities, queued before a moment, that nobody waits for: two processes were done with the last two peers."""
    orphans = """
    delete from activities where created_at < :before and not exists (
        select 1 from deliveries d where d.activity_id = activities.id)
    """
    unit.run(orphans, before=before)


def tried(unit: Unit, deliveries: Iterable[int]) -> None:
    """One more attempt was made at each of these."""
    unit.run("update deliveries set attempts = attempts + 1 where id in :ids", ids=list(deliveries))


def give_up(unit: Unit, identifier: int, *, error: str) -> None:
    """Make a delivery a dead letter."""
    sql = """
    update deliveries set dead_at = :now, error = :error, attempts = attempts + 1, leased_by = null, leased_until = null
    where id = :id
    """
    unit.run(sql, id=identifier, now=unit.now, error=error[:500])


def give_up_older(unit: Unit, moment: datetime, *, error: str) -> int:
    """Make everything that has waited since before a moment a dead letter. Returns how many."""
    sql = """
    update deliveries set dead_at = :now, error = :error, leased_by = null, leased_until = null
    where dead_at is null and created_at < :moment
    """
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
    where d.dead_at is not null and (cast(:host as text) is null or d.host = :host) order by d.dead_at desc, d.id desc limit :limit
    """
    return unit.all(DeadLetter, sql, host=host, limit=limit)


def retry(unit: Unit, host: Host | None = None) -> int:
    """Queue dead letters again and end the wait of their peers. Returns how many."""
    one = "(cast(:host as text) is null or host = :host)"
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
