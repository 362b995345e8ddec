"""Reactions: an emoji that somebody puts under a post; several of one person, each once."""

from collections.abc import Iterable
from dataclasses import dataclass

from storage import posts
from storage.events import PostAltered
from storage.ids import AccountId, PostId
from storage.posts import Holds
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji under a post."""

    post: PostId
    emoji: str


@dataclass(frozen=True, slots=True)
class Total:
    """How many people put an emoji under a post."""

    post: PostId
    emoji: str
    count: int


@dataclass(frozen=True, slots=True)
class Own:
    """That somebody of this node put an emoji under a post."""

    post: PostId
    emoji: str
    account: AccountId


def add(unit: Unit, account: AccountId, post: PostId, emoji: str, *, uri: str) -> bool:
    """Note a reaction. Returns False when it was there already."""
    sql = """
    insert into emoji_reactions (id, account_id, post_id, emoji, uri, created_at)
    values (:id, :account, :post, :emoji, :uri, :now) on conflict (post_id, account_id, emoji) do nothing
    """
    if not unit.run(sql, id=unit.new_id(), account=account, post=post, emoji=emoji, uri=uri, now=unit.now):
        return False
    posts.hold(unit, post, Holds.REACTIONS)
    return True


def remove(unit: Unit, account: AccountId, post: PostId, emoji: str) -> bool:
    """Take a reaction back. Returns whether there was one."""
    sql = "delete from emoji_reactions where account_id = :account and post_id = :post and emoji = :emoji"
    if not unit.run(sql, account=account, post=post, emoji=emoji):
        return False
    unit.after_commit(PostAltered(post))  # that it holds some stays noted: another may come at the same moment
    return True


def uri_of(unit: Unit, account: AccountId, post: PostId, emoji: str) -> str | None:
    """The id of the activity with which a person put an emoji under a post."""
    sql = "select uri from emoji_reactions where account_id = :account and post_id = :post and emoji = :emoji"
    return unit.one(str, sql, account=account, post=post, emoji=emoji)


def by_uri(unit: Unit, uri: str, *, account: AccountId) -> Reaction | None:
    """A person's reaction by the id of its activity."""
    sql = "select post_id, emoji from emoji_reactions where account_id = :account and uri = :uri"
    return unit.one(Reaction, sql, account=account, uri=uri)


def count_of(unit: Unit, account: AccountId, post: PostId) -> int:
    """How many emoji a person has put under a post."""
    sql = "select count(*) from emoji_reactions where account_id = :account and post_id = :post"
    return unit.one(int, sql, account=account, post=post) or 0


def totals(unit: Unit, among: Iterable[PostId]) -> list[Total]:
    """What stands under these posts, and how often: the emoji that came first, first."""
    sql = """
    select post_id, emoji, count(*) from emoji_reactions where post_id in :ids
    group by post_id, emoji order by post_id, min(id)
    """
    return unit.all(Total, sql, ids=list(among))


def of_people_here(unit: Unit, among: Iterable[PostId]) -> list[Own]:
    """What people of this node put under these posts."""
    sql = """
    select r.post_id, r.emoji, r.account_id from emoji_reactions r join accounts a on a.id = r.account_id
    where r.post_id in :ids and a.host = '' order by r.id
    """
    return unit.all(Own, sql, ids=list(among))


def people(unit: Unit, post: PostId, *, most: int) -> list[Own]:
    """Who put what under a post, the first first."""
    sql = "select post_id, emoji, account_id from emoji_reactions where post_id = :post order by id limit :most"
    return unit.all(Own, sql, post=post, most=most)
