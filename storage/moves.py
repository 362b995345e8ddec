"""Moves: that somebody works at another node now, and who of this node still follows the account that they left.

An account that was left names its successor; that counts once the successor names it too. What is left to do about followers
stands nowhere but in the follows themselves: `followed_still` finds it, at any moment, after any interruption.
"""

from collections.abc import Iterable, Sequence

import orjson

from storage.accounts import COLUMNS, Account, by_uri, by_uris
from storage.events import AccountChanged, AccountMoved
from storage.follows import SELECT as FOLLOWS
from storage.follows import Follow
from storage.ids import AccountId
from storage.store import Unit


def leave(unit: Unit, account: AccountId, successor: str) -> None:
    """Note that somebody works elsewhere now. successor: the actor id of the account they have there."""
    sql = "update accounts set moved_to = :successor, moved_at = :now where id = :account"
    unit.run(sql, account=account, successor=successor, now=unit.now)
    unit.after_commit(AccountChanged(account))
    unit.after_commit(AccountMoved(account))


def arrive(unit: Unit, account: AccountId, aliases: Sequence[str]) -> None:
    """Note under which actor ids somebody was known before; whoever had left has come back."""
    sql = "update accounts set also_known_as = :aliases, moved_to = null, moved_at = null where id = :account"
    unit.run(sql, account=account, aliases=orjson.dumps(list(aliases)).decode())
    unit.after_commit(AccountChanged(account))


def successor(unit: Unit, account: Account) -> Account | None:
    """The account that somebody has now, if it is known here and says so too."""
    found = by_uri(unit, account.moved_to) if account.moved_to else None
    return found if found is not None and _follows_on(account, found) else None


def successors(unit: Unit, accounts: Iterable[Account]) -> dict[AccountId, Account]:
    """The same for several: by the account that was left."""
    left = [(account, account.moved_to) for account in accounts if account.moved_to]
    found = by_uris(unit, (uri for _, uri in left)) if left else {}
    return {account.id: found[uri] for account, uri in left if uri in found and _follows_on(account, found[uri])}


def _follows_on(left: Account, found: Account) -> bool:
    return left.uri in found.aliases and found.gone_at is None and found.id != left.id


def followed_still(unit: Unit) -> list[Account]:
    """The accounts that were left and that people of this node follow still."""
    sql = f"""
    select {COLUMNS} from accounts a where a.moved_at is not null and a.moved_to is not null and exists (
        select 1 from follows f join accounts l on l.id = f.follower_id where f.followed_id = a.id and l.host = '')
    """
    return unit.all(Account, sql)


def follows_from_here(unit: Unit, account: AccountId, *, limit: int) -> list[Follow]:
    """Follows of somebody by people of this node, granted or asked for, the oldest first."""
    sql = f"""
    {FOLLOWS} where followed_id = :account and follower_id in (select id from accounts where host = '')
    order by id limit :limit
    """
    return unit.all(Follow, sql, account=account, limit=limit)
