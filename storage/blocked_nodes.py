"""Nodes whose people a member of staff wants to read nothing of. The others are not told.

What is hidden is said in `storage.visibility.NODE_HIDDEN`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.accounts import COLUMNS, Account
from storage.events import RelationChanged
from storage.ids import AccountId, Host
from storage.pages import Page, paged
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class BlockedNode:
    """A row of a person's list. relation: its own id, which the list is paged by."""

    relation: int
    host: Host


def add(unit: Unit, account: AccountId, host: Host) -> None:
    """Hide a node; a second time changes nothing. What its people have done is untold."""
    sql = """
    insert into blocked_nodes (id, account_id, host, created_at) values (:id, :account, :host, :now)
    on conflict (account_id, host) do nothing
    """
    if not unit.run(sql, id=unit.new_id(), account=account, host=host, now=unit.now):
        return
    untell = """
    delete from notifications where account_id = :account and from_id in (select id from accounts where host = :host)
    """
    unit.run(untell, account=account, host=host)
    unit.after_commit(RelationChanged(account, account))


def remove(unit: Unit, account: AccountId, host: Host) -> None:
    """Hide it no longer; follows do not come back by themselves."""
    if unit.run("delete from blocked_nodes where account_id = :account and host = :host", account=account, host=host):
        unit.after_commit(RelationChanged(account, account))


def has(unit: Unit, account: AccountId, host: str) -> bool:
    """Whether somebody hides a node."""
    sql = "select 1 from blocked_nodes where account_id = :account and host = :host"
    return unit.one(int, sql, account=account, host=host) is not None


def has_any(unit: Unit, account: AccountId) -> bool:
    """Whether somebody hides any node at all."""
    return unit.one(int, "select 1 from blocked_nodes where account_id = :account limit 1", account=account) is not None


def of(unit: Unit, account: AccountId, page: Page) -> list[BlockedNode]:
    """Which nodes somebody hides, the latest first; paged by the relation's id."""
    return paged(
        unit, BlockedNode, "select id, host from blocked_nodes where account_id = :account", "id", page, account=account
    )


def followed_at(unit: Unit, account: AccountId, host: Host) -> Sequence[Account]:
    """Whom somebody follows, or has asked to follow, at a node."""
    sql = f"""
    select {COLUMNS} from follows f join accounts a on a.id = f.followed_id
    where f.follower_id = :account and a.host = :host order by a.id
    """
    return unit.all(Account, sql, account=account, host=host)


def followers_at(unit: Unit, account: AccountId, host: Host) -> Sequence[Account]:
    """Who follows somebody, or has asked to, from a node."""
    sql = f"""
    select {COLUMNS} from follows f join accounts a on a.id = f.follower_id
    where f.followed_id = :account and a.host = :host order by a.id
    """
    return unit.all(Account, sql, account=account, host=host)
