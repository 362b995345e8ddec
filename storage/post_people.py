"""Whom posts are addressed to by name, and whom their texts name."""

from collections.abc import Iterable
from dataclasses import dataclass

from storage.ids import AccountId, PostId
from storage.store import Unit, Value

MENTIONS = """
select post_id, account_id from post_people where post_id in :ids and mentioned = 1 order by post_id, account_id
"""


@dataclass(frozen=True, slots=True)
class Named:
    """A person whom a post's text names."""

    post_id: PostId
    account_id: AccountId


def addressed(unit: Unit, post: PostId) -> list[AccountId]:
    """The people a post is addressed to by name."""
    return unit.all(
        AccountId, "select account_id from post_people where post_id = :post order by account_id", post=post
    )


def mentions_of(unit: Unit, posts: Iterable[PostId]) -> list[Named]:
    """Who is mentioned in these posts."""
    return unit.all(Named, MENTIONS, ids=list(posts))


def address(unit: Unit, post: PostId, *, people: Iterable[AccountId], mentioned: Iterable[AccountId]) -> None:
    """Note whom a post is addressed to by name; mentioned: those of them, or more, whom its text names."""
    named = set(mentioned)
    rows: list[dict[str, Value]] = [
        {"post": post, "account": account, "named": int(account in named)} for account in {*people, *named}
    ]
    if rows:
        sql = """
        insert into post_people (post_id, account_id, mentioned) values (:post, :account, :named)
        on conflict (post_id, account_id) do update set mentioned = excluded.mentioned
        """
        unit.each(sql, rows)
