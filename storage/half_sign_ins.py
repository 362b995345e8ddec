"""Sign-ins that are half done: the password was right, and the second step is still to come.

What is kept is the digest of a secret that the browser has; it opens nothing but the second step, for ten minutes.
"""

from datetime import timedelta

from storage.ids import AccountId
from storage.store import Unit

GOOD_FOR = timedelta(minutes=10)


def begin(unit: Unit, digest: str, account: AccountId) -> None:
    """Note that somebody has given their password. digest: SHA-256 of the browser's secret, hexadecimal."""
    unit.run("delete from half_sign_ins where created_at < :before", before=unit.now - GOOD_FOR)
    sql = "insert into half_sign_ins (digest, account_id, created_at) values (:digest, :account, :now)"
    unit.run(sql, digest=digest, account=account, now=unit.now)


def find(unit: Unit, digest: str) -> AccountId | None:
    """Who is half signed in with this; None once it was too long ago, or the person may not sign in any more."""
    sql = """
    select h.account_id from half_sign_ins h join staff s on s.account_id = h.account_id
    where h.digest = :digest and h.created_at >= :since and s.disabled_at is null
    """
    return unit.one(AccountId, sql, digest=digest, since=unit.now - GOOD_FOR)


def end(unit: Unit, digest: str) -> bool:
    """It is whole now, or given up. Returns False where it was ended before."""
    return unit.run("delete from half_sign_ins where digest = :digest", digest=digest) > 0
