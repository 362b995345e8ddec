"""Bookmarks: what a person wants to find again. Nobody else is told."""

from collections.abc import Iterable
from dataclasses import dataclass

from storage.events import Reacted
from storage.ids import AccountId, PostId
from storage.pages import Page, paged
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A row of a person's bookmarks: its own id, which the list is paged by, and the post."""

    relation: int
    post: PostId


def add(unit: Unit, account: AccountId, post: PostId) -> None:
    """Keep a post among one's bookmarks; a second time changes nothing."""
    sql = """
    insert into bookmarks (id, account_id, post_id, created_at) values (:id, :account, :post, :now)
    on conflict (account_id, post_id) do nothing
    """
    if unit.run(sql, id=unit.new_id(), account=account, post=post, now=unit.now):
        unit.after_commit(Reacted(account, post))


def remove(unit: Unit, account: AccountId, post: PostId) -> None:
    """Take it away from there, if it is there."""
    sql = "delete from bookmarks where account_id = :account and post_id = :post"
    if unit.run(sql, account=account, post=post):
        unit.after_commit(Reacted(account, post))


def of(unit: Unit, account: AccountId, page: Page) -> list[Bookmark]:
    """A person's bookmarks, the newest bookmark first; paged by the bookmark's id."""
    sql = "select id, post_id from bookmarks where account_id = :account"
    return paged(unit, Bookmark, sql, "id", page, account=account)


def holders(unit: Unit, post: PostId, *, among: Iterable[AccountId]) -> set[AccountId]:
    """Which of these people have a post among their bookmarks."""
    sql = "select account_id from bookmarks where post_id = :post and account_id in :people"
    return set(unit.all(AccountId, sql, post=post, people=list(among)))
