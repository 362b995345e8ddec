"""Favourites: that somebody found a post useful."""

from collections.abc import Iterable
from dataclasses import dataclass

from storage.events import PostAltered, Reacted
from storage.follows import Related
from storage.ids import AccountId, PostId
from storage.pages import Page, paged
from storage.store import Unit

FAVOURITED = """
select post_id, 0 from favourites where account_id = :account and post_id in :ids
union all select post_id, 1 from bookmarks where account_id = :account and post_id in :ids
"""

SHARED = "select boost_of from posts where author_id = :account and boost_of in :ids"


def add(unit: Unit, account: AccountId, post: PostId, *, uri: str) -> bool:
    """Note a favourite. Returns False when it was there already."""
    sql = """
    insert into favourites (id, account_id, post_id, uri, created_at) values (:id, :account, :post, :uri, :now)
    on conflict (account_id, post_id) do nothing
    """
    if not unit.run(sql, id=unit.new_id(), account=account, post=post, uri=uri, now=unit.now):
        return False
    _count(unit, account, post, by=1)
    return True


def remove(unit: Unit, account: AccountId, post: PostId) -> bool:
    """Take a favourite back. Returns whether there was one."""
    if not unit.run(
        "delete from favourites where account_id = :account and post_id = :post", account=account, post=post
    ):
        return False
    _count(unit, account, post, by=-1)
    return True


def uri_of(unit: Unit, account: AccountId, post: PostId) -> str | None:
    """The id of the Like that a person gave a post."""
    sql = "select uri from favourites where account_id = :account and post_id = :post"
    return unit.one(str, sql, account=account, post=post)


def post_by_uri(unit: Unit, uri: str, *, account: AccountId) -> PostId | None:
    """Which post a person's Like, known by its id, was for."""
    return unit.one(
        PostId, "select post_id from favourites where uri = :uri and account_id = :account", uri=uri, account=account
    )


@dataclass(frozen=True, slots=True)
class _Chosen:
    post: PostId
    is_bookmark: bool


def chosen(unit: Unit, account: AccountId, among: Iterable[PostId]) -> tuple[set[PostId], set[PostId]]:
    """Which of these posts a person has as favourites, and which among their bookmarks."""
    found = unit.all(_Chosen, FAVOURITED, account=account, ids=list(among))
    marked = {each.post for each in found if each.is_bookmark}
    return {each.post for each in found if not each.is_bookmark}, marked


def likers(unit: Unit, post: PostId, *, among: Iterable[AccountId]) -> set[AccountId]:
    """Which of these people have a post as favourite."""
    sql = "select account_id from favourites where post_id = :post and account_id in :people"
    return set(unit.all(AccountId, sql, post=post, people=list(among)))


def sharers(unit: Unit, post: PostId, *, among: Iterable[AccountId]) -> set[AccountId]:
    """Which of these people have shared a post."""
    sql = "select author_id from posts where boost_of = :post and author_id in :people"
    return set(unit.all(AccountId, sql, post=post, people=list(among)))


def shared(unit: Unit, account: AccountId, among: Iterable[PostId]) -> set[PostId]:
    """Which of these posts a person has shared."""
    return set(unit.all(PostId, SHARED, account=account, ids=list(among)))


@dataclass(frozen=True, slots=True)
class Favourite:
    """A row of a person's favourites: the favourite's own id, which the list is paged by, and the post."""

    relation: int
    post: PostId


def favourites_of(unit: Unit, account: AccountId, page: Page) -> list[Favourite]:
    """A person's favourite posts, the newest favourite first; paged by the favourite's id."""
    sql = "select id, post_id from favourites where account_id = :account"
    return paged(unit, Favourite, sql, "id", page, account=account)


def favourited_by(unit: Unit, post: PostId, page: Page) -> list[Related]:
    """Who has a post as a favourite, newest first; paged by the favourite's id."""
    return paged(unit, Related, "select id, account_id from favourites where post_id = :post", "id", page, post=post)


def shared_by(unit: Unit, post: PostId, page: Page) -> list[Related]:
    """Who has shared a post, newest first; paged by the sharing's id."""
    return paged(unit, Related, "select id, author_id from posts where boost_of = :post", "id", page, post=post)


def _count(unit: Unit, account: AccountId, post: PostId, *, by: int) -> None:
    unit.run("update posts set favourites_count = favourites_count + :by where id = :post", by=by, post=post)
    unit.after_commit(PostAltered(post))
    unit.after_commit(Reacted(account, post))
