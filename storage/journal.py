"""What peers have told this node: every accepted activity, kept before the peer hears 202.

The id of an activity is unique here for good, so that a second copy changes nothing. Its text is kept until it was
applied. One that cannot be applied again and again is set aside (`quarantined`), so that it holds up nobody.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import orjson

from storage.events import Received
from storage.ids import Host
from storage.store import Unit

APPLIED = "applied"
IGNORED = "ignored"
REFUSED = "refused"
QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Entry:
    """An activity that waits to be applied."""

    id: int
    uri: str
    actor_uri: str
    host: Host
    body: bytes
    attempts: int
    received_at: datetime


def add(unit: Unit, *, uri: str, actor_uri: str, host: Host, body: bytes) -> bool:
    """Keep an accepted activity. Returns False when its id is known: then nothing is to be done."""
    sql = """
    insert into journal (id, uri, actor_uri, host, body, received_at)
    values (:id, :uri, :actor, :host, :body, :now) on conflict (uri) do nothing
    """
    is_new = unit.run(sql, id=unit.new_id(), uri=uri, actor=actor_uri, host=host, body=body, now=unit.now) > 0
    if is_new:
        unit.after_commit(Received())
    return is_new


def waiting(unit: Unit, *, limit: int, unless: Iterable[str] = ()) -> list[Entry]:
    """Activities to apply, oldest first.

    unless: actors whose next activity is being worked on. An actor whose oldest entry waits for its next try is left
    out whole, so that what one actor did is applied in order.
    """
    sql = """
    select j.id, j.uri, j.actor_uri, j.host, j.body, j.attempts, j.received_at from journal j
    where j.outcome is null and j.actor_uri not in (select value from json_each(:busy)) and not exists (
        select 1 from journal e where e.outcome is null and e.actor_uri = j.actor_uri and e.id <= j.id
            and e.retry_at > :now)
    order by j.id limit :limit
    """
    return unit.all(Entry, sql, now=unit.now, limit=limit, busy=orjson.dumps(list(unless)).decode())


def next_retry(unit: Unit) -> datetime | None:
    """When the next activity that is being left alone may be tried again."""
    sql = "select retry_at from journal where outcome is null and retry_at > :now order by retry_at limit 1"
    return unit.one(datetime, sql, now=unit.now)


def settle(unit: Unit, entry: int, outcome: str, *, error: str | None = None) -> None:
    """An activity is dealt with: applied, ignored, refused or quarantined. Its id stays; its text only in quarantine."""
    sql = """
    update journal set outcome = :outcome, error = :error, retry_at = null,
        body = case when :outcome = 'quarantined' then body end
    where id = :id
    """
    unit.run(sql, id=entry, outcome=outcome, error=error and error[:500])


def postpone(unit: Unit, entry: int, *, retry_at: datetime, error: str) -> None:
    """Try an activity again later."""
    sql = "update journal set attempts = attempts + 1, retry_at = :retry_at, error = :error where id = :id"
    unit.run(sql, id=entry, retry_at=retry_at, error=error[:500])


def unsettled(unit: Unit) -> int:
    """How many activities wait to be applied."""
    return unit.one(int, "select count(*) from journal where outcome is null") or 0
