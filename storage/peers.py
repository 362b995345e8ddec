"""The nodes that this one speaks with: the allowlist, and how each of them is doing.

A host that is not here, or stands here as removed, is a stranger. A removed peer keeps its row and its queue: nothing
goes to it and nothing comes from it, what came is hidden and follows end (`storage.partings`). Exchange with a peer may also rest for a
while (`pause`): it stays on the list, what is for it waits here, and what it sends waits there.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage import partings
from storage.events import DeliveriesQueued, PeerChanged, PeerReturned
from storage.ids import Host
from storage.pages import Page, paged
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class Peer:
    """A node that is, or was, on the allowlist.

    contact: who answers for it, and how they are reached, in the administrator's words.  paused: whether exchange with it rests.
    """

    id: int
    host: Host
    allowed: bool
    changed_at: datetime
    changed_by: str
    software: str | None
    failures: int
    retry_at: datetime | None
    last_error: str | None
    last_sent_at: datetime | None
    last_heard_at: datetime | None
    skew_seconds: int | None
    way: str | None
    contact: str
    paused: bool


SELECT = """
select id, host, allowed, changed_at, changed_by, software, failures, retry_at, last_error, last_sent_at, last_heard_at,
    skew_seconds, way, contact, paused
from peers
"""


def get(unit: Unit, host: Host) -> Peer | None:
    """The peer at this host, allowed or removed."""
    return unit.one(Peer, f"{SELECT} where host = :host", host=host)


def by_id(unit: Unit, identifier: int) -> Peer | None:
    """The peer with this number."""
    return unit.one(Peer, f"{SELECT} where id = :id", id=identifier)


def is_allowed(unit: Unit, host: Host) -> bool:
    """Whether this host is on the allowlist: equality, port included; no wildcard, no sub-domain."""
    return unit.one(int, "select 1 from peers where host = :host and allowed = 1", host=host) is not None


def list_all(unit: Unit) -> list[Peer]:
    """Every peer by name, the removed ones too."""
    return unit.all(Peer, f"{SELECT} order by host")


def allowed_hosts(unit: Unit) -> list[Host]:
    """The allowlist."""
    return unit.all(Host, "select host from peers where allowed = 1")


@dataclass(frozen=True, slots=True)
class Admitted:
    """A host on the allowlist, and whether exchange with it rests."""

    host: Host
    paused: bool


def admitted(unit: Unit) -> list[Admitted]:
    """The allowlist, and with which of them exchange rests."""
    return unit.all(Admitted, "select host, paused from peers where allowed = 1")


def allowed(unit: Unit) -> list[Peer]:
    """The peers on the allowlist, by name."""
    return unit.all(Peer, f"{SELECT} where allowed = 1 order by host")


def allowed_by_id(unit: Unit, page: Page) -> list[Peer]:
    """A part of the allowlist, the newest peer first."""
    return paged(unit, Peer, f"{SELECT} where allowed = 1", "id", page)


def allow(unit: Unit, host: Host, *, by: str) -> Peer:
    """Put a host on the allowlist, or back on it; what waits for it is sent at once, and what came from it is shown again.

    by: who decides, for the record.
    """
    sql = """
    insert into peers (host, id, allowed, changed_at, changed_by) values (:host, :id, 1, :now, :by)
    on conflict (host) do update set allowed = 1, changed_at = excluded.changed_at, changed_by = excluded.changed_by,
        failures = 0, retry_at = null, paused = 0
    """
    before = get(unit, host)
    unit.run(sql, host=host, id=unit.new_id(), now=unit.now, by=by)
    unit.after_commit(PeerChanged(host))
    if before is not None and not before.allowed:
        partings.meet_again(unit, host)
    unit.after_commit(DeliveriesQueued((host,)))
    found = get(unit, host)
    assert found is not None
    return found


def remove(unit: Unit, host: Host, *, by: str) -> bool:
    """Take a host off the allowlist, from the next request on; what came from it is hidden. Returns False when it was not on it."""
    sql = "update peers set allowed = 0, changed_at = :now, changed_by = :by where host = :host and allowed = 1"
    changed = unit.run(sql, host=host, now=unit.now, by=by) > 0
    if changed:
        unit.after_commit(PeerChanged(host))
        partings.part(unit, host)
    return changed


def pause(unit: Unit, host: Host, *, by: str) -> bool:
    """Let exchange with a peer rest, from the next request on. Returns False when it rests already, or is no peer."""
    return _rest(unit, host, by=by, paused=True)


def resume(unit: Unit, host: Host, *, by: str) -> bool:
    """Go on with exchange; what waits for the peer is sent at once. Returns False when it did not rest."""
    resumed = _rest(unit, host, by=by, paused=False)
    if resumed:
        unit.run("update peers set failures = 0, retry_at = null where host = :host", host=host)
        unit.after_commit(DeliveriesQueued((host,)))
    return resumed


def _rest(unit: Unit, host: Host, *, by: str, paused: bool) -> bool:
    sql = """
    update peers set paused = :paused, changed_at = :now, changed_by = :by
    where host = :host and allowed = 1 and paused <> :paused
    """
    changed = unit.run(sql, host=host, now=unit.now, by=by, paused=int(paused)) > 0
    if changed:
        unit.after_commit(PeerChanged(host))
    return changed


LONGEST_CONTACT = 500


def set_contact(unit: Unit, host: Host, contact: str) -> bool:
    """Note who answers for a peer. contact: up to `LONGEST_CONTACT` characters.  Returns False when the host was never allowed."""
    sql = "update peers set contact = :contact where host = :host"
    return unit.run(sql, host=host, contact=contact[:LONGEST_CONTACT]) > 0


def waiting(unit: Unit) -> dict[Host, int]:
    """How many deliveries wait for each host that has any."""
    sql = "select host, count(*) from deliveries where dead_at is null group by host"
    return {found.host: found.number for found in unit.all(Count, sql)}


@dataclass(frozen=True, slots=True)
class Count:
    """A number of something for a host."""

    host: Host
    number: int


def sent(unit: Unit, hosts: Collection[Host]) -> None:
    """Peers have answered: they are well, and their wait is over."""
    away = "select host from peers where failures > 0 and host in :hosts"
    for host in unit.all(Host, away, hosts=sorted(hosts)):
        unit.after_commit(PeerReturned(host))
    sql = "update peers set failures = 0, retry_at = null, last_error = null, last_sent_at = :now where host = :host"
    # In one order everywhere, so that two processes never wait for each other's rows crosswise.
    unit.each(sql, [{"host": host, "now": unit.now} for host in sorted(hosts)])


def failed(unit: Unit, host: Host, *, retry_at: datetime, error: str) -> None:
    """A peer has not answered as it should: it is left alone until `retry_at`."""
    sql = """
    update peers set failures = failures + 1, retry_at = :retry_at, last_error = :error where host = :host
    """
    unit.run(sql, host=host, retry_at=retry_at, error=error[:500])


HEARD_EVERY = timedelta(minutes=1)
"""How often it is written down that a peer that is well was heard from."""


@dataclass(frozen=True, slots=True)
class _Greeted:
    host: Host
    is_news: bool


def greeted(unit: Unit, skews: Mapping[Host, int | None]) -> frozenset[Host]:
    """Of hosts that have knocked with a good signature, those that are on the allowlist; they are noted as `heard`.

    skews: by host, its clock minus ours in seconds, where its request told. What is not news is not written: that a peer
    was heard from a moment ago, and nothing waits for it, says the row already.
    """
    sql = """
    select host, retry_at is not null or coalesce(last_heard_at, 0) <= :before from peers
    where allowed = 1 and host in :hosts
    """
    found = unit.all(_Greeted, sql, hosts=sorted(skews), before=unit.now - HEARD_EVERY)
    for each in found:
        if each.is_news:
            heard(unit, each.host, skew_seconds=skews[each.host])
    return frozenset(each.host for each in found)


def heard(unit: Unit, host: Host, *, skew_seconds: int | None = None) -> None:
    """A peer has knocked, with a good signature: it is there, so what waits for it goes now.

    skew_seconds: its clock minus ours, where its request told.
    """
    sql = """
    update peers set last_heard_at = :now, skew_seconds = coalesce(:skew, skew_seconds), retry_at = null, failures = 0
    where host = :host
    """
    waited = unit.one(int, "select 1 from peers where host = :host and retry_at is not null", host=host)
    unit.run(sql, host=host, now=unit.now, skew=skew_seconds)
    if waited:
        unit.after_commit(DeliveriesQueued((host,)))
    if waited or unit.one(int, "select 1 from missing_posts where host = :host and reason = 'away' limit 1", host=host):
        unit.after_commit(PeerReturned(host))


CLOCK_TOLERANCE_SECONDS = 2
"""Less is the way of the answer, and is not written down."""


def clocks(unit: Unit, skews: Mapping[Host, int]) -> None:
    """Note by how many seconds the clocks of peers are ahead of ours, where that is news."""
    sql = """
    update peers set skew_seconds = :skew
    where host = :host and (skew_seconds is null or abs(skew_seconds - :skew) > :tolerance)
    """
    noted = {"tolerance": CLOCK_TOLERANCE_SECONDS}
    unit.each(sql, [{"host": host, "skew": skew, **noted} for host, skew in sorted(skews.items())])


@dataclass(frozen=True, slots=True)
class Clock:
    """By how many seconds a peer's clock is ahead of ours."""

    host: Host
    ahead: int


def clocks_of_allowed(unit: Unit, *, most: int) -> list[Clock]:
    """The clocks of the peers on the allowlist of which one is known, those that differ most first."""
    sql = """
    select host, skew_seconds from peers where allowed = 1 and skew_seconds is not null
    order by abs(skew_seconds) desc, host limit :most
    """
    return unit.all(Clock, sql, most=most)


def try_now(unit: Unit, host: Host) -> None:
    """Try this peer again now instead of at `retry_at`; an administrator knows that it is back."""
    unit.run("update peers set retry_at = null where host = :host", host=host)
    unit.after_commit(DeliveriesQueued((host,)))


def end_waits(unit: Unit) -> None:
    """Try every peer again now; the node has just started."""
    unit.run("update peers set retry_at = null where retry_at is not null")


def way_of(unit: Unit, host: Host) -> str | None:
    """How this peer took the last request that was signed for it, in the word that `took` was given."""
    return unit.one(str, "select way from peers where host = :host and way is not null", host=host)


def took(unit: Unit, host: Host, *, way: str) -> None:
    """Note in which way a request must be signed for this peer."""
    unit.run("update peers set way = :way where host = :host", host=host, way=way)


def describe(unit: Unit, host: Host, *, software: str) -> None:
    """Note what a peer says it runs."""
    unit.run("update peers set software = :software where host = :host", host=host, software=software[:100])
