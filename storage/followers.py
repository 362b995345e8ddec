"""The two sides of a follow between nodes, as two nodes compare them: followers there, and followers here of somebody there."""

from dataclasses import dataclass

from storage.ids import AccountId, Host
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class FollowerAt:
    """A follower at another node. relation: the follow's own id, by which lists are paged."""

    relation: int
    host: Host
    uri: str


@dataclass(frozen=True, slots=True)
class FollowerHere:
    """Somebody of this node who follows, or has asked to."""

    account: AccountId
    uri: str
    is_accepted: bool


ELSEWHERE = """
select f.id, a.host, a.uri from follows f join accounts a on a.id = f.follower_id
where f.followed_id = :account and f.accepted_at is not null and a.gone_at is null
"""


def elsewhere(unit: Unit, account: AccountId) -> list[FollowerAt]:
    """Everybody at other nodes who follows somebody."""
    return unit.all(FollowerAt, f"{ELSEWHERE} and a.host <> ''", account=account)


def at(unit: Unit, account: AccountId, host: Host, *, after: int, limit: int) -> list[FollowerAt]:
    """Those at one node who follow somebody, the oldest follow first. after: the last one of the page before, or 0."""
    sql = f"{ELSEWHERE} and a.host = :host and f.id > :after order by f.id limit :limit"
    return unit.all(FollowerAt, sql, account=account, host=host, after=after, limit=limit)


def count_at(unit: Unit, account: AccountId, host: Host) -> int:
    """How many at one node follow somebody."""
    sql = f"select count(*) from ({ELSEWHERE} and a.host = :host) c"
    return unit.one(int, sql, account=account, host=host) or 0


def here(unit: Unit, account: AccountId) -> list[FollowerHere]:
    """The people of this node who follow somebody, or have asked to."""
    sql = """
    select f.follower_id, a.uri, f.accepted_at is not null from follows f join accounts a on a.id = f.follower_id
    where f.followed_id = :account and a.host = '' order by f.id
    """
    return unit.all(FollowerHere, sql, account=account)
