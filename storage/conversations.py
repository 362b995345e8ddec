"""Conversations of which this node has a part: who was told of it, and should hear what others add."""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.ids import AccountId, PostId
from storage.posts import SELECT, Post
from storage.store import Unit
from storage.visibility import OPEN, Reach

MOST_ABOVE = 10

# A post of somebody who has blocked the one who answers, or was blocked, is passed over.
OWN_ABOVE = f"""
with recursive up (id, depth) as (
    select cast(:post as bigint), 0
    union all
    select x.reply_to, up.depth + 1 from posts x join up on x.id = up.id
    where x.reply_to is not null and up.depth < :most
)
{SELECT} join up on up.id = p.id
where p.is_local = 1 and p.reach in (0, 1) and not exists (
    select 1 from blocks b
    where (b.account_id = p.author_id and b.target_id = :actor) or (b.account_id = :actor and b.target_id = p.author_id))
order by up.depth
"""


def own_above(unit: Unit, post: PostId, *, answered_by: AccountId) -> list[Post]:
    """Of a post and what it answers, up to ten posts further up, those that this node has told to all: nearest first.

    answered_by: who takes part now.
    """
    return unit.all(Post, OWN_ABOVE, post=post, most=MOST_ABOVE, actor=answered_by)


def told_of(unit: Unit, posts: Sequence[PostId]) -> list[AccountId]:
    """The people to whom any of these posts is addressed by name, and those who have shared one."""
    sql = """
    select account_id from post_people where post_id in :posts
    union select author_id from posts where boost_of in :posts
    """
    return unit.all(AccountId, sql, posts=list(posts))


@dataclass(frozen=True, slots=True)
class CommunityAddress:
    """A community that a post is for. uri: its id.  members_uri: the id of the collection of its members."""

    id: AccountId
    uri: str
    members_uri: str


COMMUNITY = "select a.id, a.uri, a.followers_uri from accounts a where a.kind = 'Group' and a.gone_at is null"
SHARING = "select s.author_id from posts s where s.boost_of = :thread"
NAMED = "select w.account_id from post_people w where w.post_id = :post"


def communities_of(unit: Unit, thread: PostId) -> list[CommunityAddress]:
    """The communities in which a conversation takes place: those that have shared its first post."""
    return unit.all(CommunityAddress, f"{COMMUNITY} and a.id in ({SHARING}) order by a.id", thread=thread)


def communities_named(unit: Unit, post: PostId) -> list[CommunityAddress]:
    """The communities to which a post is addressed by name."""
    return unit.all(CommunityAddress, f"{COMMUNITY} and a.id in ({NAMED}) order by a.id", post=post)


def communities_concerned(unit: Unit, post: Post) -> list[CommunityAddress]:
    """The communities that must hear what becomes of a post: both of these, unless the post is kept from them."""
    if post.reach not in (*OPEN, Reach.COMMUNITY):
        return []
    sql = f"{COMMUNITY} and a.id in ({SHARING} union {NAMED}) order by a.id"
    return unit.all(CommunityAddress, sql, thread=post.thread_id, post=post.id)
