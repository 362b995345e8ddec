"""Reports: somebody here, or a node elsewhere, points moderators to a person and to posts of theirs.

A report is a case until it is resolved, and can be opened again. Only moderators read it: whoever is reported is never told
that there is one, nor by whom. A report that a peer sent bears the name that it was sent under, mostly the peer's own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from storage.errors import NotFound
from storage.ids import AccountId, PostId
from storage.pages import Page, paged
from storage.posts import COLUMNS as POST_COLUMNS
from storage.posts import Post
from storage.store import Unit, Value

CATEGORIES = ("spam", "legal", "violation", "other")


@dataclass(frozen=True, slots=True)
class Report:
    """One case. rules: ids of rules, JSON.  assigned_to: the moderator who looks after it."""

    id: int
    uri: str
    by_id: AccountId
    target_id: AccountId
    comment: str
    category: str
    forwarded: bool
    created_at: datetime
    resolved_at: datetime | None
    resolved_by: AccountId | None
    assigned_to: AccountId | None
    rules: str
    updated_at: datetime

    @property
    def rule_ids(self) -> list[int]:
        """The rules that are said to be broken."""
        return [int(rule) for rule in orjson.loads(self.rules)]


@dataclass(frozen=True, slots=True)
class Note:
    """What a moderator wrote about a case, for other moderators."""

    id: int
    report_id: int
    by_id: AccountId
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Sought:
    """Which reports are wanted. is_resolved: None for all.  by, target: accounts.  target_host: '' is this node."""

    is_resolved: bool | None = False
    by: AccountId | None = None
    target: AccountId | None = None
    target_host: str | None = None


@dataclass(frozen=True, slots=True)
class _Pointed:
    report_id: int
    post_id: PostId


SELECT = """
select r.id, r.uri, r.by_id, r.target_id, r.comment, r.category, r.forwarded, r.created_at, r.resolved_at, r.resolved_by,
    r.assigned_to, r.rules, r.updated_at
from reports r
"""


def add(
    unit: Unit,
    *,
    uri: str,
    by: AccountId,
    target: AccountId,
    comment: str,
    category: str = "other",
    posts: Iterable[PostId] = (),
    rules: Sequence[int] = (),
    forwarded: bool = False,
) -> Report | None:
    """Open a case. category: one of `CATEGORIES`.  Returns None when it is known already by its uri."""
    new = unit.new_id()
    sql = """
    insert into reports (id, uri, by_id, target_id, comment, category, forwarded, rules, created_at, updated_at)
    values (:id, :uri, :by, :target, :comment, :category, :forwarded, :rules, :now, :now)
    on conflict (uri) do nothing
    """
    added = unit.run(
        sql,
        id=new,
        uri=uri,
        by=by,
        target=target,
        comment=comment,
        category=category,
        forwarded=int(forwarded),
        rules=orjson.dumps([str(rule) for rule in rules]).decode(),
        now=unit.now,
    )
    if not added:
        return None
    rows: list[Mapping[str, Value]] = [{"report": new, "post": post} for post in sorted(set(posts))]
    unit.each("insert into report_posts (report_id, post_id) values (:report, :post)", rows)
    return get(unit, new)


def get(unit: Unit, identifier: int) -> Report:
    """The report with this id. Raises NotFound."""
    found = unit.one(Report, f"{SELECT} where r.id = :id", id=identifier)
    if found is None:
        raise NotFound
    return found


def by_ids(unit: Unit, identifiers: Iterable[int]) -> dict[int, Report]:
    """The reports with these ids, by id; unknown ones are left out."""
    return {report.id: report for report in unit.all(Report, f"{SELECT} where r.id in :ids", ids=list(identifiers))}


def listed(unit: Unit, page: Page, sought: Sought) -> list[Report]:
    """A part of the reports, newest first."""
    conditions = ["1 = 1"]
    if sought.is_resolved is not None:
        conditions.append(f"r.resolved_at is {'not null' if sought.is_resolved else 'null'}")
    if sought.by is not None:
        conditions.append("r.by_id = :by")
    if sought.target is not None:
        conditions.append("r.target_id = :target")
    if sought.target_host is not None:
        conditions.append("exists (select 1 from accounts t where t.id = r.target_id and t.host = :host)")
    sql = f"{SELECT} where {' and '.join(conditions)}"
    return paged(unit, Report, sql, "r.id", page, by=sought.by, target=sought.target, host=sought.target_host)


def open_count(unit: Unit, *, most: int) -> int:
    """How many cases are open, counted up to `most`."""
    sql = "select count(*) from (select 1 from reports where resolved_at is null limit :most) o"
    return unit.one(int, sql, most=most) or 0


def open_by(unit: Unit, account: AccountId) -> int:
    """How many cases that somebody opened are open."""
    sql = "select count(*) from reports where by_id = :by and resolved_at is null"
    return unit.one(int, sql, by=account) or 0


def post_ids(unit: Unit, identifiers: Iterable[int]) -> dict[int, list[PostId]]:
    """The posts that these reports point to and that are still here, by report, oldest first."""
    sql = "select report_id, post_id from report_posts where report_id in :ids order by report_id, post_id"
    found: dict[int, list[PostId]] = {}
    for pointed in unit.all(_Pointed, sql, ids=list(identifiers)):
        found.setdefault(pointed.report_id, []).append(pointed.post_id)
    return found


def posts_of(unit: Unit, identifier: int) -> list[Post]:
    """The posts that a report points to, oldest first: moderators read these, whoever may see them otherwise."""
    sql = f"select {POST_COLUMNS} from report_posts x join posts p on p.id = x.post_id where x.report_id = :id order by p.id"
    return unit.all(Post, sql, id=identifier)


def assign(unit: Unit, identifier: int, moderator: AccountId | None) -> Report:
    """Say who looks after a case; None for nobody. Raises NotFound."""
    sql = "update reports set assigned_to = :moderator, updated_at = :now where id = :id"
    unit.run(sql, id=identifier, moderator=moderator, now=unit.now)
    return get(unit, identifier)


def resolve(unit: Unit, identifier: int, *, by: AccountId) -> Report:
    """Close a case; one that is closed stays as it is. Raises NotFound."""
    sql = """
    update reports set resolved_at = :now, resolved_by = :by, updated_at = :now where id = :id and resolved_at is null
    """
    unit.run(sql, id=identifier, by=by, now=unit.now)
    return get(unit, identifier)


def reopen(unit: Unit, identifier: int) -> Report:
    """Open a case again. Raises NotFound."""
    sql = "update reports set resolved_at = null, resolved_by = null, updated_at = :now where id = :id"
    unit.run(sql, id=identifier, now=unit.now)
    return get(unit, identifier)


def classify(unit: Unit, identifier: int, *, category: str, rules: Sequence[int]) -> Report:
    """Say anew what a case is about. category: one of `CATEGORIES`.  Raises NotFound."""
    kept = orjson.dumps([str(rule) for rule in rules]).decode()
    sql = "update reports set category = :category, rules = :rules, updated_at = :now where id = :id"
    unit.run(sql, id=identifier, category=category, rules=kept, now=unit.now)
    return get(unit, identifier)


def add_note(unit: Unit, identifier: int, *, by: AccountId, text: str) -> None:
    """Write something about a case, for other moderators. Raises Conflict when there is no such case."""
    sql = """
    insert into report_notes (id, report_id, by_id, text, created_at) values (:id, :report, :by, :text, :now)
    """
    unit.run(sql, id=unit.new_id(), report=identifier, by=by, text=text, now=unit.now)


def notes(unit: Unit, identifier: int) -> list[Note]:
    """What moderators wrote about a case, oldest first."""
    sql = "select id, report_id, by_id, text, created_at from report_notes where report_id = :id order by id"
    return unit.all(Note, sql, id=identifier)


def posts_among(unit: Unit, uris: Iterable[str], *, author: AccountId) -> list[PostId]:
    """Those of these uris that are posts of one author; what they only shared does not count."""
    sql = "select id from posts where uri in :uris and author_id = :author and boost_of is null order by id"
    return unit.all(PostId, sql, uris=list(uris), author=author)
