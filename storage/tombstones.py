"""Tombstones: how posts are removed, and what is left of them.

Whatever is removed leaves a tombstone for ever, so that a late copy of it finds the door closed. It counts for what the same owner
says of that thing, and only then.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage import post_people, post_words
from storage.events import PostAltered, PostRemoved, PostsRemoved, Reacted
from storage.ids import AccountId, PostId
from storage.posts import Holds, Post, tags_of
from storage.store import Unit
from storage.visibility import Reach


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left of something that was removed."""

    uri: str
    owner_uri: str
    at: datetime


@dataclass(frozen=True, slots=True)
class _Share:
    """The sharing of a post, which goes with it."""

    id: PostId
    author: AccountId
    reach: Reach
    is_local: bool


def remove(unit: Unit, post: Post, *, owner_uri: str) -> None:
    """Remove a post and all that hangs on it but the replies; its tombstone stays."""
    bury(unit, post.uri, owner_uri=owner_uri)
    unit.lock(f"removal of post {post.id}")
    if unit.one(int, "select 1 from posts where id = :id", id=post.id) is None:
        return  # removed at the same moment by another process, which has counted it
    removed = PostRemoved(
        post.id,
        post.author_id,
        reach=int(post.reach),
        is_local=post.is_local,
        is_share=post.boost_of is not None,
        people=tuple(post_people.addressed(unit, post.id)),
        tags=tuple(tagged.name for tagged in tags_of(unit, [post.id])),
    )
    remove_shares(unit, post.id)
    unit.run("update accounts set posts_count = posts_count - 1 where id = :id", id=post.author_id)
    if post.reply_to:
        unit.run("update posts set replies_count = replies_count - 1 where id = :id", id=post.reply_to)
        unit.after_commit(PostAltered(post.reply_to))
    if post.boost_of:
        unit.run("update posts set shares_count = shares_count - 1 where id = :id", id=post.boost_of)
        unit.after_commit(PostAltered(post.boost_of))
        unit.after_commit(Reacted(post.author_id, post.boost_of))
    answers = unit.all(
        PostId,
        "update posts set reply_to = null where thread_id = :thread and reply_to = :id returning id",
        thread=post.thread_id,
        id=post.id,
    )
    if post.holds & Holds.MEDIA:  # its files stay for a while, so that it can be written anew
        unit.run("update media set loose_at = :now where post_id = :id", id=post.id, now=unit.now)
    post_words.forget(unit, [post.id])
    unit.run("delete from posts where id = :id", id=post.id)
    for answer in answers:
        unit.after_commit(PostAltered(answer))
    unit.after_commit(removed)


def remove_shares(unit: Unit, post: PostId, *, but_of: Collection[AccountId] = ()) -> None:
    """Remove what was shared of a post, by whomever but these."""
    found = unit.all(_Share, "select id, author_id, reach, is_local from posts where boost_of = :post", post=post)
    shares = [each for each in found if each.author not in but_of]
    if not shares:
        return
    unit.run("delete from posts where id in :ids", ids=[each.id for each in shares])
    unit.each(
        "update accounts set posts_count = posts_count - 1 where id = :id", [{"id": each.author} for each in shares]
    )
    counted = "update posts set shares_count = case when shares_count > :gone then shares_count - :gone else 0 end where id = :post"
    unit.run(counted, gone=len(shares), post=post)
    for each in shares:
        unit.after_commit(PostRemoved(each.id, each.author, int(each.reach), each.is_local, is_share=True))


def remove_all_of(unit: Unit, author: AccountId) -> None:
    """Remove everything that somebody wrote and shared; each post leaves its tombstone."""
    bury_all = """
    insert into tombstones (uri, owner_uri, at)
    select p.uri, a.uri, :now from posts p join accounts a on a.id = p.author_id where p.author_id = :author
    on conflict (uri, owner_uri) do nothing
    """
    unit.run(bury_all, author=author, now=unit.now)
    post_words.forget_all_of(unit, author)
    unit.run("delete from posts where boost_of in (select id from posts where author_id = :author)", author=author)
    unit.run("delete from posts where author_id = :author", author=author)
    unit.run("update accounts set posts_count = 0 where id = :author", author=author)
    unit.after_commit(PostsRemoved(author))


def bury(unit: Unit, uri: str, *, owner_uri: str) -> None:
    """Leave a tombstone for a thing, known here or not. It counts for what the same owner says of that thing, and only then."""
    sql = "insert into tombstones (uri, owner_uri, at) values (:uri, :owner, :now) on conflict (uri, owner_uri) do nothing"
    unit.run(sql, uri=uri, owner=owner_uri, now=unit.now)


def lift(unit: Unit, uri: str, *, owners: Sequence[str]) -> None:
    """Take away the tombstones that these owners have left for a thing: it may come again."""
    unit.run("delete from tombstones where uri = :uri and owner_uri in :owners", uri=uri, owners=list(owners))


def is_buried(unit: Unit, uri: str, *, by: str) -> bool:
    """Whether its owner has taken a thing back. by: the owner's actor id; nobody can bury what is another's."""
    sql = "select 1 from tombstones where uri = :uri and owner_uri = :by"
    return unit.one(int, sql, uri=uri, by=by) is not None


def already(unit: Unit, uri: str, *, by: str) -> str | None:
    """What is known of a post's id: `known-already`, `removed-already` (by its owner), or nothing."""
    sql = """
    select case when exists (select 1 from posts where uri = :uri) then 'known-already'
        when exists (select 1 from tombstones where uri = :uri and owner_uri = :by) then 'removed-already' end
    """
    return unit.one(str, sql, uri=uri, by=by)


def unknown_among(unit: Unit, uris: Sequence[str]) -> list[str]:
    """Those of these ids, in their order, of which nothing is here: no post, and no tombstone."""
    sql = "select uri from posts where uri in :uris union select uri from tombstones where uri in :uris"
    known = set(unit.all(str, sql, uris=list(uris))) if uris else set()
    return [uri for uri in dict.fromkeys(uris) if uri not in known]


def find(unit: Unit, uri: str) -> Tombstone | None:
    """What is left of a removed thing, if it was one."""
    return unit.one(
        Tombstone, "select uri, owner_uri, at from tombstones where uri = :uri order by at limit 1", uri=uri
    )
