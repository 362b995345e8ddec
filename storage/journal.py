"""What peers have told this node: every accepted activity, kept before the peer hears 202.

The id of an activity is unique here for good, so that a second copy changes nothing. Its text is kept until it was
applied. One that cannot be applied again and again is set aside (`quarantined`), so that it holds up nobody.

**Several processes** apply what waits. What one actor did is a chain, in the order of ids, and only its first link is ever
taken: whoever holds that row has the chain. For a moment it is held by the transaction that applies it (`take`); for longer,
as while something must be fetched first, by a lease (`lease`), which runs out when its process dies.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage import peers
from storage.events import Received
from storage.ids import AccountId, Host
from storage.store import Unit, Value

APPLIED = "applied"
IGNORED = "ignored"
REFUSED = "refused"
QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Arrived:
    """An activity that a peer has told.

    skew_seconds: the peer's clock minus ours, where its request told.  addressee: into whose own inbox it came, if it names
    nobody for whom it is.
    """

    uri: str
    actor_uri: str
    host: Host
    body: bytes
    skew_seconds: int | None = None
    addressee: AccountId | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An activity that waits to be applied. addressee: as that of `Arrived`."""

    id: int
    uri: str
    actor_uri: str
    host: Host
    attempts: int
    received_at: datetime
    addressee: AccountId | None


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of activities that arrived together.

    new: the ids of those that were not known.  strangers: hosts that are not on the allowlist; nothing of theirs was kept.
    """

    new: frozenset[str]
    strangers: frozenset[Host]


def keep(unit: Unit, arrived: Sequence[Arrived]) -> Kept:
    """Keep what allowed peers have told, in this order; what is known already changes nothing."""
    allowed = peers.greeted(unit, {each.host: each.skew_seconds for each in arrived})
    rows = {unit.new_id(): each for each in arrived if each.host in allowed}
    new: list[int] = []
    if rows:
        unit.each(ROW, [_row(unit, identifier, each) for identifier, each in rows.items()])
        new = unit.all(int, "select id from journal where id in :ids", ids=list(rows))
    if new:
        unit.each(BODY, [{"id": identifier, "body": rows[identifier].body} for identifier in new])
        unit.after_commit(Received())
    strangers = frozenset(each.host for each in arrived).difference(allowed)
    return Kept(frozenset(rows[identifier].uri for identifier in new), strangers)


def add(unit: Unit, *, uri: str, actor_uri: str, host: Host, body: bytes) -> bool:
    """Keep one activity, whether its host is allowed or not. Returns False when its id is known: then nothing is to be done."""
    new = unit.new_id()
    is_new = unit.run(ROW, **_row(unit, new, Arrived(uri, actor_uri, host, body))) > 0
    if is_new:
        unit.run(BODY, id=new, body=body)
        unit.after_commit(Received())
    return is_new


ROW = """
insert into journal (id, uri, actor_uri, host, received_at, addressee)
values (:id, :uri, :actor, :host, :now, cast(:addressee as bigint))
on conflict (uri) do nothing
"""
BODY = "insert into journal_bodies (id, body) values (:id, :body)"


def _row(unit: Unit, identifier: int, arrived: Arrived) -> dict[str, Value]:
    return {
        "id": identifier,
        "uri": arrived.uri,
        "actor": arrived.actor_uri,
        "host": arrived.host,
        "now": unit.now,
        "addressee": arrived.addressee,
    }


COLUMNS = "j.id, j.uri, j.actor_uri, j.host, j.attempts, j.received_at, j.addressee"

# From actor to actor by one seek each: however much one of them has waiting, the others are found as quickly.
HEADS = """
with recursive chain (actor) as (
    select min(actor_uri) from journal where outcome is null
    union all
    select (select min(j.actor_uri) from journal j where j.outcome is null and j.actor_uri > c.actor)
    from chain c where c.actor is not null
)
select j.actor_uri from chain c
join journal j on j.id = (select min(e.id) from journal e where e.outcome is null and e.actor_uri = c.actor)
where j.outcome is null and (j.retry_at is null or j.retry_at <= :now)
    and (j.leased_until is null or j.leased_until <= :now)
order by j.id limit :limit
for update of j skip locked
"""


def take(unit: Unit, *, limit: int) -> list[Entry]:
    """Activities to apply in this unit, oldest first: of each actor from the first on, and of nobody whose first is held.

    Until the unit is committed no other has anything of these actors. An actor whose first entry waits for its next try, or
    is leased, is left out whole, so that what one actor did is applied in order.
    """
    actors = unit.all(str, HEADS, now=unit.now, limit=limit)
    if not actors:
        return []
    sql = f"""
    select {COLUMNS} from journal j where j.outcome is null and j.actor_uri in :actors order by j.id limit :limit
    """
    return unit.all(Entry, sql, actors=actors, limit=limit)


def bodies(unit: Unit, entries: Iterable[int]) -> Mapping[int, bytes]:
    """The texts of activities, as they were received, by entry."""
    found = unit.all(_Body, "select id, body from journal_bodies where id in :ids", ids=list(entries))
    return {each.id: each.body for each in found}


@dataclass(frozen=True, slots=True)
class _Body:
    id: int
    body: bytes


def lease(unit: Unit, entries: Iterable[int], *, by: str, until: datetime) -> None:
    """Hold entries, taken in this unit or held by the same process before, beyond the unit.

    by: the process.  until: when others may take them, unless they are leased again before.
    """
    sql = "update journal set leased_by = :by, leased_until = :until where id in :ids and outcome is null"
    unit.run(sql, ids=list(entries), by=by, until=until)


def renew(unit: Unit, entries: Iterable[int], *, by: str, until: datetime) -> None:
    """Hold entries for longer; those that another process has taken meanwhile are left to it."""
    sql = """
    update journal set leased_until = :until where id in :ids and leased_by = :by and outcome is null
    """
    unit.run(sql, ids=list(entries), by=by, until=until)


def leased(unit: Unit, entry: int, *, by: str) -> bool:
    """Whether this process still holds an entry; if it does, nobody can take it before the unit is committed."""
    sql = "select 1 from journal where id = :id and leased_by = :by and outcome is null for update"
    return unit.one(int, sql, id=entry, by=by) is not None


def give_back(unit: Unit, entries: Iterable[int], *, by: str) -> None:
    """Let others have what this process holds."""
    sql = """
    update journal set leased_by = null, leased_until = null where id in :ids and leased_by = :by and outcome is null
    """
    if unit.run(sql, ids=list(entries), by=by):
        unit.after_commit(Received())


def give_all_back(unit: Unit, *, by: str) -> None:
    """Let others have everything that this process holds."""
    sql = "update journal set leased_by = null, leased_until = null where outcome is null and leased_by = :by"
    if unit.run(sql, by=by):
        unit.after_commit(Received())


def waiting(unit: Unit, *, limit: int) -> list[Entry]:
    """Activities that wait to be applied and may be now, oldest first; nothing is taken."""
    sql = f"""
    select {COLUMNS} from journal j
    where j.outcome is null and not exists (
        select 1 from journal e where e.outcome is null and e.actor_uri = j.actor_uri and e.id <= j.id
            and (e.retry_at > :now or e.leased_until > :now))
    order by j.id limit :limit
    """
    return unit.all(Entry, sql, now=unit.now, limit=limit)


def next_retry(unit: Unit) -> datetime | None:
    """When the next activity that is being left alone may be tried again."""
    sql = """
    select retry_at from journal where outcome is null and retry_at is not null and retry_at > :now
    order by retry_at limit 1
    """
    return unit.one(datetime, sql, now=unit.now)


def settle_applied(unit: Unit, entries: Iterable[int]) -> None:
    """These were applied. Their ids stay, their texts go."""
    ids = list(entries)
    sql = """
    update journal set outcome = 'applied', error = null, retry_at = null, leased_by = null, leased_until = null
    where id in :ids
    """
    unit.run(sql, ids=ids)
    unit.run("delete from journal_bodies where id in :ids", ids=ids)


def settle(unit: Unit, entry: int, outcome: str, *, error: str | None = None) -> None:
    """An activity is dealt with: applied, ignored, refused or quarantined. Its id stays; its text only in quarantine."""
    sql = """
    update journal set outcome = :outcome, error = :error, retry_at = null, leased_by = null, leased_until = null
    where id = :id
    """
    unit.run(sql, id=entry, outcome=outcome, error=error and error[:500])
    if outcome != QUARANTINED:
        unit.run("delete from journal_bodies where id = :id", id=entry)


def postpone(unit: Unit, entry: int, *, retry_at: datetime, error: str) -> None:
    """Try an activity again later; whoever is free then may."""
    sql = """
    update journal set attempts = attempts + 1, retry_at = :retry_at, error = :error, leased_by = null,
        leased_until = null
    where id = :id
    """
    unit.run(sql, id=entry, retry_at=retry_at, error=error[:500])


def unsettled(unit: Unit) -> int:
    """How many activities wait to be applied."""
    return unit.one(int, "select count(*) from journal where outcome is null") or 0
