"""Whole conversations: where each is kept, when it was last asked for, and what of it could not be had.

A thread is known here by the id of its first post; elsewhere by the address of its collection, which the node of the one
who began it keeps. `missing_posts` holds what such a collection names and what did not come, with the reason. A thread
that was tied to another one is forgotten here: the next reader has it asked for anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.ids import AccountId, Host, PostId
from storage.store import Unit, Value
from storage.visibility import VISIBLE_TO_PEER

MOST_REOPENED = 20
"""How many threads are asked for again when a peer has come back; the others, when somebody opens them."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A post that belongs to a conversation and could not be fetched, or a whole list of them. reason: one short word."""

    uri: str
    host: str
    reason: str
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """How many posts of a conversation are missing at a node, and why. is_list: nobody knows how many."""

    host: str
    reason: str
    is_list: bool
    number: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A post or a person in a collection: its place, and its ActivityPub id."""

    id: int
    uri: str


def begin(unit: Unit, thread: PostId, *, uri: str, host: str, before: datetime) -> bool:
    """Note that a conversation is being asked for now; False when it was asked for after `before`, by whichever process.

    uri: of its collection, or of its first post.  host: whose node keeps it.
    """
    sql = """
    insert into conversations (thread_id, uri, host, fetched_at) values (:thread, :uri, :host, :now)
    on conflict (thread_id) do update set uri = excluded.uri, host = excluded.host, fetched_at = excluded.fetched_at
    where conversations.fetched_at is null or conversations.fetched_at <= :before
    """
    return unit.run(sql, thread=thread, uri=uri, host=host, now=unit.now, before=before) > 0


def end(unit: Unit, thread: PostId, *, uri: str, host: str, missing: Sequence[Missing]) -> None:
    """Note what of a conversation could not be had, in place of what was noted before."""
    sql = """
    insert into conversations (thread_id, uri, host, fetched_at) values (:thread, :uri, :host, :now)
    on conflict (thread_id) do update set fetched_at = excluded.fetched_at
    """
    unit.run(sql, thread=thread, uri=uri, host=host, now=unit.now)
    unit.run("delete from missing_posts where thread_id = :thread", thread=thread)
    add = """
    insert into missing_posts (thread_id, uri, host, reason, is_list) values (:thread, :uri, :host, :reason, :is_list)
    on conflict (thread_id, uri) do nothing
    """
    rows: list[dict[str, Value]] = [
        {"thread": thread, "uri": one.uri, "host": one.host, "reason": one.reason, "is_list": int(one.is_list)}
        for one in missing
    ]
    if rows:
        unit.each(add, rows)


def gaps(unit: Unit, post: PostId) -> list[Gap]:
    """What is known to be missing of the conversation of a post, by node and reason; what has come since does not count."""
    sql = """
    select m.host, m.reason, m.is_list, count(*) from missing_posts m
    where m.thread_id = (select thread_id from posts where id = :post)
        and not exists (select 1 from posts p where p.uri = m.uri)
        and not exists (select 1 from tombstones t where t.uri = m.uri)
    group by m.host, m.reason, m.is_list order by m.is_list desc, m.host, m.reason
    """
    return unit.all(Gap, sql, post=post)


def reopen(unit: Unit, host: Host) -> list[PostId]:
    """Let the conversations that a peer keeps be asked for again at once. Returns the newest threads that miss something of it."""
    torn = """
    select distinct thread_id from missing_posts where host = :host order by thread_id desc limit :most
    """
    found = unit.all(PostId, torn, host=host, most=MOST_REOPENED)
    unit.run(
        "update conversations set fetched_at = null where host = :host or thread_id in :found", host=host, found=found
    )
    return found


def allow_again(unit: Unit, thread: PostId) -> None:
    """Let a conversation be asked for again at once: it was not asked for with all that it may cost."""
    unit.run("update conversations set fetched_at = null where thread_id = :thread", thread=thread)


def forget(unit: Unit, threads: Sequence[PostId]) -> None:
    """Forget what was noted of threads that are now part of another one."""
    for table in ("missing_posts", "conversations"):
        unit.run(f"delete from {table} where thread_id in :threads", threads=list(threads))


# ---- what a peer is told -------------------------------------------------------------------------------------------

IN_THREAD = f"from posts p where p.thread_id = :of and {VISIBLE_TO_PEER}"
ANSWERS = f"""
from posts p where p.thread_id = (select thread_id from posts where id = :of) and p.reply_to = :of and {VISIBLE_TO_PEER}
"""


def listed(unit: Unit, thread: PostId, *, host: Host, after: int, limit: int) -> list[Listed]:
    """Posts of a thread that a peer may know of, in the order of their publication. after: the place to go on from."""
    sql = f"select p.id, p.uri {IN_THREAD} and p.id > :after order by p.id limit :limit"
    return unit.all(Listed, sql, of=thread, host=host, after=after, limit=limit)


def count(unit: Unit, thread: PostId, *, host: Host) -> int:
    """How many posts of a thread a peer may know of."""
    return unit.one(int, f"select count(*) {IN_THREAD}", of=thread, host=host) or 0


def answers(unit: Unit, post: PostId, *, host: Host, after: int, limit: int) -> list[Listed]:
    """Direct answers to a post that a peer may know of, in the order of their publication."""
    sql = f"select p.id, p.uri {ANSWERS} and p.id > :after order by p.id limit :limit"
    return unit.all(Listed, sql, of=post, host=host, after=after, limit=limit)


def answers_count(unit: Unit, post: PostId, *, host: Host) -> int:
    """How many direct answers to a post a peer may know of."""
    return unit.one(int, f"select count(*) {ANSWERS}", of=post, host=host) or 0


def for_members(unit: Unit, thread: PostId, *, community: AccountId, limit: int) -> list[str]:
    """The ids of the posts of a thread that are for the members of a community, in the order of their publication."""
    sql = """
    select p.uri from posts p where p.thread_id = :thread and p.boost_of is null and p.reach = 5
        and exists (select 1 from post_people w where w.post_id = p.id and w.account_id = :community)
        and p.author_id not in (select sa.id from accounts sa where sa.suspended_at is not null)
    order by p.id limit :limit
    """
    return unit.all(str, sql, thread=thread, community=community, limit=limit)


def first_here(unit: Unit, number: int, *, below: str) -> PostId | None:
    """The thread with this number, if it was begun at this node: its first post is here, or answers to it are.

    below: the beginning of the ids of this node's posts.
    """
    sql = """
    select p.thread_id from posts p where p.thread_id = :number
        and ((p.id = :number and p.is_local = 1 and p.reply_to_uri is null) or p.reply_to_uri like :uri) limit 1
    """
    return unit.one(PostId, sql, number=number, uri=f"{below}%/posts/{number}")


def strangers(unit: Unit, thread: PostId, *, conversation: str | None, limit: int) -> list[PostId]:
    """Posts of other nodes in a thread whose nodes do not tell the one who began it: they do not name its conversation."""
    sql = """
    select p.id from posts p where p.thread_id = :thread and p.is_local = 0 and p.document is not null
        and (cast(:named as text) is null or p.document not like :named) order by p.id limit :limit
    """
    named = None if conversation is None else f'%"{conversation}"%'
    return unit.all(PostId, sql, thread=thread, named=named, limit=limit)
