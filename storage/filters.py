"""Filters: words and posts that a person wants to be warned of, or not to read at all. Nobody else is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.events import FiltersChanged
from storage.ids import AccountId, PostId
from storage.store import Unit

CONTEXTS = ("home", "notifications", "public", "thread", "account")
HIDE = "hide"
ACTIONS = ("warn", HIDE, "blur")


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter. contexts: some of `CONTEXTS`, parted by commas.  action: one of `ACTIONS`.  expires_at: None for good."""

    id: int
    account_id: AccountId
    title: str
    contexts: str
    action: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Keyword:
    """Words that a filter looks for. whole_word: not inside of others."""

    id: int
    filter_id: int
    keyword: str
    whole_word: bool


@dataclass(frozen=True, slots=True)
class FilteredPost:
    """A post that a filter is about."""

    id: int
    filter_id: int
    post_id: PostId


@dataclass(frozen=True, slots=True)
class Whole:
    """A filter with all that it looks for."""

    filter: Filter
    keywords: Sequence[Keyword]
    posts: Sequence[FilteredPost]


SELECT = "select f.id, f.account_id, f.title, f.contexts, f.action, f.expires_at from filters f"
KEYWORDS = "select k.id, k.filter_id, k.keyword, k.whole_word from filter_keywords k"
POSTS = "select p.id, p.filter_id, p.post_id from filter_posts p"


def of(unit: Unit, account: AccountId) -> list[Whole]:
    """A person's filters, the oldest first, also those that have ended."""
    return _whole(unit, unit.all(Filter, f"{SELECT} where f.account_id = :account order by f.id", account=account))


def in_force(unit: Unit, account: AccountId) -> list[Whole]:
    """Those of them that have not ended."""
    sql = f"{SELECT} where f.account_id = :account and (f.expires_at is null or f.expires_at > :now) order by f.id"
    return _whole(unit, unit.all(Filter, sql, account=account, now=unit.now))


def one(unit: Unit, account: AccountId, identifier: int) -> Whole | None:
    """One of a person's filters."""
    sql = f"{SELECT} where f.account_id = :account and f.id = :id"
    found = _whole(unit, unit.all(Filter, sql, account=account, id=identifier))
    return found[0] if found else None


def count(unit: Unit, account: AccountId) -> int:
    """How many filters somebody has."""
    return unit.one(int, "select count(*) from filters where account_id = :account", account=account) or 0


def keyword(unit: Unit, account: AccountId, identifier: int) -> Keyword | None:
    """What one of a person's filters looks for."""
    sql = f"{KEYWORDS} join filters f on f.id = k.filter_id where k.id = :id and f.account_id = :account"
    return unit.one(Keyword, sql, id=identifier, account=account)


def filtered_post(unit: Unit, account: AccountId, identifier: int) -> FilteredPost | None:
    """A post that one of a person's filters is about."""
    sql = f"{POSTS} join filters f on f.id = p.filter_id where p.id = :id and f.account_id = :account"
    return unit.one(FilteredPost, sql, id=identifier, account=account)


def add(
    unit: Unit, account: AccountId, *, title: str, contexts: str, action: str, expires_at: datetime | None
) -> Filter:
    """A new filter that looks for nothing yet."""
    new = Filter(unit.new_id(), account, title, contexts, action, expires_at)
    sql = """
    insert into filters (id, account_id, title, contexts, action, expires_at)
    values (:id, :account, :title, :contexts, :action, :expires)
    """
    unit.run(sql, id=new.id, account=account, title=title, contexts=contexts, action=action, expires=expires_at)
    unit.after_commit(FiltersChanged(account))
    return new


def change(unit: Unit, known: Filter) -> None:
    """Have a filter be as it is said here."""
    sql = "update filters set title = :title, contexts = :contexts, action = :action, expires_at = :expires where id = :id"
    unit.run(
        sql,
        id=known.id,
        title=known.title,
        contexts=known.contexts,
        action=known.action,
        expires=known.expires_at,
    )
    unit.after_commit(FiltersChanged(known.account_id))


def remove(unit: Unit, account: AccountId, identifier: int) -> None:
    """Take a filter away."""
    unit.run("delete from filters where id = :id and account_id = :account", id=identifier, account=account)
    unit.after_commit(FiltersChanged(account))


def add_keyword(unit: Unit, known: Filter, text: str, *, whole_word: bool) -> Keyword:
    """Have a filter look for these words too."""
    new = Keyword(unit.new_id(), known.id, text, whole_word)
    sql = "insert into filter_keywords (id, filter_id, keyword, whole_word) values (:id, :filter, :keyword, :whole)"
    unit.run(sql, id=new.id, filter=known.id, keyword=text, whole=int(whole_word))
    unit.after_commit(FiltersChanged(known.account_id))
    return new


def change_keyword(unit: Unit, account: AccountId, known: Keyword) -> None:
    """Have a filter look for other words."""
    sql = "update filter_keywords set keyword = :keyword, whole_word = :whole where id = :id"
    unit.run(sql, id=known.id, keyword=known.keyword, whole=int(known.whole_word))
    unit.after_commit(FiltersChanged(account))


def remove_keyword(unit: Unit, account: AccountId, known: Keyword) -> None:
    """Have a filter look for these words no longer."""
    unit.run("delete from filter_keywords where id = :id", id=known.id)
    unit.after_commit(FiltersChanged(account))


def add_post(unit: Unit, known: Filter, post: PostId) -> FilteredPost:
    """Have a filter be about a post; a second time changes nothing."""
    sql = """
    insert into filter_posts (id, filter_id, post_id) values (:id, :filter, :post)
    on conflict (filter_id, post_id) do nothing
    """
    unit.run(sql, id=unit.new_id(), filter=known.id, post=post)
    unit.after_commit(FiltersChanged(known.account_id))
    found = unit.one(
        FilteredPost, f"{POSTS} where p.filter_id = :filter and p.post_id = :post", filter=known.id, post=post
    )
    assert found is not None
    return found


def remove_post(unit: Unit, account: AccountId, known: FilteredPost) -> None:
    """Have a filter be about a post no longer."""
    unit.run("delete from filter_posts where id = :id", id=known.id)
    unit.after_commit(FiltersChanged(account))


def _whole(unit: Unit, found: Sequence[Filter]) -> list[Whole]:
    if not found:
        return []
    ids = [each.id for each in found]
    keywords = unit.all(Keyword, f"{KEYWORDS} where k.filter_id in :ids order by k.id", ids=ids)
    posts = unit.all(FilteredPost, f"{POSTS} where p.filter_id in :ids order by p.id", ids=ids)
    return [
        Whole(
            each,
            [one for one in keywords if one.filter_id == each.id],
            [one for one in posts if one.filter_id == each.id],
        )
        for each in found
    ]
