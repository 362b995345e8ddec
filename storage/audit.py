"""The audit: who decided what, from where and when. Entries are added, never changed, and each seals the one before.

The digest of an entry covers the digest of the entry before it, so that an entry that was changed, or taken out, breaks the
chain from there on. `verify` walks it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson

from storage.pages import Page, paged
from storage.rows import milliseconds
from storage.store import Unit

BEGINNING = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that was decided."""

    id: int
    at: datetime
    who: str
    source: str
    act: str
    subject: str
    detail: str
    previous: str
    digest: str


SELECT = "select id, at, who, source, act, subject, detail, previous, digest from audit"


def add(unit: Unit, *, who: str, source: str, act: str, subject: str, detail: Mapping[str, str] | None = None) -> None:
    """Note a decision.

    who: a name, or `command`.  source: `web`, `api` or `command`, with an address where there is one.
    act: as `peer.allow`.  subject: what it was about.  detail: before, after, reason; never a secret or a post's text.
    """
    last = unit.one(Entry, f"{SELECT} order by id desc limit 1")
    entry = Entry(
        id=last.id + 1 if last else 1,
        at=unit.now,
        who=who,
        source=source,
        act=act,
        subject=subject,
        detail=orjson.dumps(dict(detail or {}), option=orjson.OPT_SORT_KEYS).decode(),
        previous=last.digest if last else BEGINNING,
        digest="",
    )
    sql = """
    insert into audit (id, at, who, source, act, subject, detail, previous, digest)
    values (:id, :at, :who, :source, :act, :subject, :detail, :previous, :digest)
    """
    unit.run(
        sql,
        id=entry.id,
        at=entry.at,
        who=entry.who,
        source=entry.source,
        act=entry.act,
        subject=entry.subject,
        detail=entry.detail,
        previous=entry.previous,
        digest=_digest(entry),
    )


@dataclass(frozen=True, slots=True)
class Sought:
    """Which entries are wanted; what is empty or None does not matter.

    who: the name.  act: whole, as `peer.allow`, or its family, as `peer`.  about: a part of what it was about.
    since, until: aware, UTC; the first inclusive, the second exclusive.
    """

    who: str = ""
    act: str = ""
    about: str = ""
    since: datetime | None = None
    until: datetime | None = None


def entries(unit: Unit, *, limit: int, before: int | None = None) -> list[Entry]:
    """The latest entries, newest first. before: an entry's id, exclusive."""
    return unit.all(
        Entry, f"{SELECT} where id < :before order by id desc limit :limit", before=before or 1 << 62, limit=limit
    )


def sought(unit: Unit, wanted: Sought, part: Page) -> list[Entry]:
    """The entries that somebody looks for, newest first. What few entries fit may read all of them: read slowly."""
    conditions = ["id > 0"]
    if wanted.who:
        conditions.append("lower(who) = :who")
    if wanted.act:
        conditions.append("(act = :act or act like :family escape '\\')")
    if wanted.about:
        conditions.append("lower(subject) like :about escape '\\'")
    if wanted.since is not None:
        conditions.append("at >= :since")
    if wanted.until is not None:
        conditions.append("at < :until")
    return paged(
        unit,
        Entry,
        f"{SELECT} where {' and '.join(conditions)}",
        "id",
        part,
        who=wanted.who.lower(),
        act=wanted.act,
        family=f"{_literally(wanted.act)}.%",
        about=f"%{_literally(wanted.about.lower())}%",
        since=wanted.since,
        until=wanted.until,
    )


def acts(unit: Unit) -> list[str]:
    """Every kind of decision that is on record, by name."""
    return unit.all(str, "select distinct act from audit order by act")


def _literally(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def verify(unit: Unit) -> int | None:
    """The first entry that does not fit the chain; None when all do."""
    previous, expected = BEGINNING, 1
    for entry in unit.all(Entry, f"{SELECT} order by id"):
        if entry.id != expected or entry.previous != previous or entry.digest != _digest(entry):
            return expected
        previous, expected = entry.digest, expected + 1
    return None


def _digest(entry: Entry) -> str:
    facts = [
        entry.id,
        milliseconds(entry.at),
        entry.who,
        entry.source,
        entry.act,
        entry.subject,
        entry.detail,
        entry.previous,
    ]
    return hashlib.sha256(orjson.dumps(facts)).hexdigest()
