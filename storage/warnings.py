"""Warnings: what moderators tell somebody of this node about what was decided, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from storage.ids import AccountId, PostId
from storage.store import Unit

ACTIONS = ("none", "delete_statuses", "sensitive", "disable", "silence", "suspend")
"""What a warning can be about, in the words of the Mastodon API."""


@dataclass(frozen=True, slots=True)
class Warning:
    """One of them. posts: ids of the posts that it is about, JSON.  report_id: the case that led to it."""

    id: int
    account_id: AccountId
    action: str
    text: str
    posts: str
    report_id: int | None
    created_at: datetime

    @property
    def post_ids(self) -> list[PostId]:
        """The posts that it is about; they may be gone."""
        return [PostId(int(post)) for post in orjson.loads(self.posts)]


SELECT = "select id, account_id, action, text, posts, report_id, created_at from warnings"


def add(
    unit: Unit, account: AccountId, *, action: str, text: str, posts: Sequence[PostId] = (), report: int | None = None
) -> int:
    """Note a warning. action: one of `ACTIONS`.  text: to the person, may be empty.  Returns its id."""
    new = unit.new_id()
    sql = """
    insert into warnings (id, account_id, action, text, posts, report_id, created_at)
    values (:id, :account, :action, :text, :posts, :report, :now)
    """
    kept = orjson.dumps([str(post) for post in posts]).decode()
    unit.run(sql, id=new, account=account, action=action, text=text, posts=kept, report=report, now=unit.now)
    return new


def by_ids(unit: Unit, identifiers: Iterable[int]) -> dict[int, Warning]:
    """The warnings with these ids, by id."""
    return {each.id: each for each in unit.all(Warning, f"{SELECT} where id in :ids", ids=list(identifiers))}


def of(unit: Unit, account: AccountId) -> list[Warning]:
    """What somebody was told so far, newest first."""
    return unit.all(Warning, f"{SELECT} where account_id = :account order by id desc", account=account)
