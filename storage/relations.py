"""Blocks and mutes: what a person wants kept away. This node tells of neither; of blocks, some peers tell it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from storage import follows
from storage.events import RelationChanged
from storage.follows import Related
from storage.ids import AccountId, PostId
from storage.pages import Page, paged
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class Relationship:
    """Everything that stands between a person and another, seen from the first."""

    id: AccountId
    following: bool
    showing_shares: bool
    notifying: bool
    requested: bool
    followed_by: bool
    requested_by: bool
    blocking: bool
    blocked_by: bool
    muting: bool
    muting_notifications: bool
    mute_expires_at: datetime | None
    languages: str | None
    hiding_node: bool
    endorsed: bool
    note: str


OF_EACH = """
select t.id,
    f.accepted_at is not null,
    coalesce(f.shares, 0),
    coalesce(f.notify, 0),
    f.id is not null and f.accepted_at is null,
    r.accepted_at is not null,
    r.id is not null and r.accepted_at is null,
    b.id is not null,
    c.id is not null,
    m.id is not null,
    coalesce(m.notifications, 0),
    m.expires_at,
    f.languages,
    d.id is not null,
    e.id is not null,
    coalesce(w.text, '')
from accounts t
left join follows f on f.follower_id = :me and f.followed_id = t.id
left join follows r on r.follower_id = t.id and r.followed_id = :me
left join blocks b on b.account_id = :me and b.target_id = t.id
left join blocks c on c.account_id = t.id and c.target_id = :me
left join mutes m on m.account_id = :me and m.target_id = t.id and (m.expires_at is null or m.expires_at > :now)
left join blocked_nodes d on d.account_id = :me and d.host = t.host
left join endorsements e on e.account_id = :me and e.target_id = t.id
left join account_notes w on w.account_id = :me and w.target_id = t.id
where t.id in :ids
"""


def of_each(unit: Unit, me: AccountId, others: Iterable[AccountId]) -> dict[AccountId, Relationship]:
    """What stands between a person and each of the others, by account."""
    found = unit.all(Relationship, OF_EACH, me=me, ids=list(others), now=unit.now)
    return {relationship.id: relationship for relationship in found}


def blocked_between(unit: Unit, one: AccountId, other: AccountId) -> bool:
    """Whether either of two people has blocked the other."""
    sql = """
    select 1 from blocks
    where (account_id = :one and target_id = :other) or (account_id = :other and target_id = :one)
    """
    return unit.one(int, sql, one=one, other=other) is not None


MUTES_NOTIFICATIONS = """
select 1 from mutes where account_id = :me and target_id = :other and notifications = 1
    and (expires_at is null or expires_at > :now)
union all select 1 from accounts h join blocked_nodes n on n.host = h.host where h.id = :other and n.account_id = :me
union all select 1 from posts p join thread_marks k on k.thread_id = p.thread_id
    where p.id = cast(:about as bigint) and k.account_id = :me and k.muted = 1
limit 1
"""


def mutes_notifications(unit: Unit, me: AccountId, other: AccountId, *, about: PostId | None = None) -> bool:
    """Whether a person wants to hear nothing of what another does, of their whole node, or of a post's conversation."""
    return unit.one(int, MUTES_NOTIFICATIONS, me=me, other=other, about=about, now=unit.now) is not None


def block(unit: Unit, me: AccountId, other: AccountId, *, uri: str | None = None) -> None:
    """Keep somebody away: follows between the two end both ways. uri: of the activity, where a peer has told of it."""
    sql = """
    insert into blocks (id, account_id, target_id, created_at, uri) values (:id, :me, :other, :now, :uri)
    on conflict (account_id, target_id) do update set uri = excluded.uri
    """
    unit.run(sql, id=unit.new_id(), me=me, other=other, now=unit.now, uri=uri)
    follows.remove(unit, me, other)
    follows.remove(unit, other, me)
    unit.run("delete from notifications where account_id = :me and from_id = :other", me=me, other=other)
    unit.after_commit(RelationChanged(me, other))


def blocked_by_uri(unit: Unit, uri: str, *, account: AccountId) -> AccountId | None:
    """Whom somebody has blocked with the activity of this id."""
    sql = "select target_id from blocks where account_id = :account and uri = :uri"
    return unit.one(AccountId, sql, account=account, uri=uri)


def has_blocked(unit: Unit, account: AccountId, other: AccountId) -> bool:
    """Whether somebody has blocked another."""
    sql = "select 1 from blocks where account_id = :account and target_id = :other"
    return unit.one(int, sql, account=account, other=other) is not None


def unblock(unit: Unit, me: AccountId, other: AccountId) -> None:
    """Let somebody near again; follows do not come back by themselves."""
    unit.run("delete from blocks where account_id = :me and target_id = :other", me=me, other=other)
    unit.after_commit(RelationChanged(me, other))


def mute(unit: Unit, me: AccountId, other: AccountId, *, notifications: bool, until: datetime | None) -> None:
    """See no posts of somebody, for a time or for good."""
    sql = """
    insert into mutes (id, account_id, target_id, created_at, notifications, expires_at)
    values (:id, :me, :other, :now, :notifications, :until)
    on conflict (account_id, target_id) do update
        set notifications = excluded.notifications, expires_at = excluded.expires_at
    """
    unit.run(sql, id=unit.new_id(), me=me, other=other, now=unit.now, notifications=int(notifications), until=until)
    unit.after_commit(RelationChanged(me, other))


def unmute(unit: Unit, me: AccountId, other: AccountId) -> None:
    """See somebody's posts again."""
    unit.run("delete from mutes where account_id = :me and target_id = :other", me=me, other=other)
    unit.after_commit(RelationChanged(me, other))


def blocked(unit: Unit, me: AccountId, page: Page) -> list[Related]:
    """Whom a person has blocked, newest first; paged by the relation's id."""
    return paged(unit, Related, "select id, target_id from blocks where account_id = :me", "id", page, me=me)


def muted(unit: Unit, me: AccountId, page: Page) -> list[Related]:
    """Whom a person has muted now, newest first; paged by the relation's id."""
    sql = "select id, target_id from mutes where account_id = :me and (expires_at is null or expires_at > :now)"
    return paged(unit, Related, sql, "id", page, me=me, now=unit.now)
