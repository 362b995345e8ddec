"""Keys with which an app makes sure that a post it sends twice, over a bad link, is posted once."""

from datetime import timedelta
from hashlib import sha256

from storage.ids import AccountId, PostId
from storage.store import Unit

KEPT = timedelta(hours=24)


def of_words(key: str, text: str) -> str:
    """The key for these words in a form with this key: the same form with other words in it says something else."""
    return f"{key} {sha256(text.encode()).hexdigest()}"


def find(unit: Unit, account: AccountId, key: str) -> PostId | None:
    """The post that was made with this key in the last day."""
    sql = """
    select post_id from idempotency_keys where account_id = :account and key = :key and created_at > :since
    """
    return unit.one(PostId, sql, account=account, key=key, since=unit.now - KEPT)


def find_alone(unit: Unit, account: AccountId, key: str) -> PostId | None:
    """The same, for a unit that will post when there is none: of two that come at once the second waits, and finds it."""
    unit.lock(f"idempotency key {key} of {account}")
    return find(unit, account, key)


def forget(unit: Unit, account: AccountId, post: PostId) -> None:
    """Let a key be used anew whose post was taken back."""
    unit.run("delete from idempotency_keys where account_id = :account and post_id = :post", account=account, post=post)


def keep(unit: Unit, account: AccountId, key: str, *, post: PostId) -> None:
    """Note which post was made with a key; keys of past days are forgotten."""
    unit.run("delete from idempotency_keys where created_at < :before", before=unit.now - KEPT)
    sql = """
    insert into idempotency_keys (account_id, key, post_id, created_at) values (:account, :key, :post, :now)
    on conflict (account_id, key) do update set post_id = excluded.post_id, created_at = excluded.created_at
    """
    unit.run(sql, account=account, key=key, post=post, now=unit.now)
