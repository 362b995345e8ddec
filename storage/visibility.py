"""Who may see what: the one condition that every query which shows a post carries.

A reader sees a post when one of these holds:

    reach ALL_NODES, UNLISTED      everybody who is signed in here
    reach NODE                     everybody who is signed in here (such a post never leaves its node)
    reach FOLLOWERS                the author's accepted followers
    reach COMMUNITY                the members of the communities it is addressed to: who follows them, and was accepted
    any reach                      its author, and each person it is addressed to

and never when reader and author have blocked each other, nor when moderators of this node have suspended the author, or its node
was removed (`storage.partings`; moderators themselves read what a report points to: `storage.reports.posts_of`). What a peer may fetch is decided by `federation.audience`
from the same columns. `VISIBLE_TO` expects the alias `p` for posts and the value `:reader`, an account of this node.
"""

from enum import IntEnum

from storage.ids import AccountId, PostId
from storage.store import Unit


class Reach(IntEnum):
    """How far a post goes: the audience its author chose."""

    ALL_NODES = 0
    UNLISTED = 1
    FOLLOWERS = 2
    NODE = 3
    MENTIONED = 4
    COMMUNITY = 5


OPEN = (Reach.ALL_NODES, Reach.UNLISTED)
"""What everybody may read, on every node."""

BLOCKED = """exists (
    select 1 from blocks b
    where (b.account_id = :reader and b.target_id = p.author_id)
       or (b.account_id = p.author_id and b.target_id = :reader)
)"""

# Read once for a whole statement; few hide a whole node, and for all others the list is empty after one seek.
NODE_HIDDEN = """p.author_id in (
    select hb.id from blocked_nodes nb cross join accounts hb where nb.account_id = :reader and hb.host = nb.host
)"""

MUTED = f"""(exists (
    select 1 from mutes m
    where m.account_id = :reader and m.target_id = p.author_id and (m.expires_at is null or m.expires_at > :now)
) or {NODE_HIDDEN})"""
"""Whom the reader does not want to read: one by one, or all of a node."""

ADDRESSED = "exists (select 1 from post_people w where w.post_id = p.id and w.account_id = :reader)"

FOLLOWED = """exists (
    select 1 from follows v
    where v.follower_id = :reader and v.followed_id = p.author_id and v.accepted_at is not null
)"""

MEMBER = """exists (
    select 1 from post_people wg join accounts g on g.id = wg.account_id and g.kind = 'Group'
    join follows vg on vg.followed_id = g.id and vg.follower_id = :reader and vg.accepted_at is not null
    where wg.post_id = p.id
)"""

# Asked of each author: all people of a peer are suspended when it is removed, and a list of them for each statement would cost
# more the more they are.
SUSPENDED = "exists (select 1 from accounts sa where sa.id = p.author_id and sa.suspended_at is not null)"

SILENCED = """(p.author_id <> :reader
    and p.author_id in (select sb.id from accounts sb where sb.silenced_at is not null))"""

VISIBLE_TO = f"""(
    (p.reach in (0, 1, 3) or p.author_id = :reader or {ADDRESSED} or (p.reach = 2 and {FOLLOWED})
        or (p.reach = 5 and {MEMBER}))
    and not {BLOCKED} and not {SUSPENDED}
)"""

AT_PEER = "a.host = :host and a.gone_at is null"

VISIBLE_TO_PEER = f"""(p.boost_of is null and (p.reach in (0, 1) or (p.is_local = 1 and (
    (p.reach = 2 and exists (
        select 1 from follows v join accounts a on a.id = v.follower_id
        where v.followed_id = p.author_id and v.accepted_at is not null and a.suspended_at is null and {AT_PEER}))
    or (p.reach in (2, 4, 5) and exists (
        select 1 from post_people w join accounts a on a.id = w.account_id where w.post_id = p.id and {AT_PEER}))
    or (p.reach = 5 and exists (
        select 1 from post_people w join accounts g on g.id = w.account_id and g.kind = 'Group' and g.host = ''
        join follows v on v.followed_id = g.id and v.accepted_at is not null
        join accounts a on a.id = v.follower_id and a.suspended_at is null
        where w.post_id = p.id and {AT_PEER}))
))))"""
"""What a list may name to a peer (`:host`): what is open, wherever it was written, and of this node what it may fetch here."""


def may_see(unit: Unit, post: PostId, *, reader: AccountId) -> bool:
    """Whether a person of this node may see a post.

    post: any id, known or not.  reader: an account of this node.  Never raises.
    """
    found = unit.one(int, f"select 1 from posts p where p.id = :post and {VISIBLE_TO}", post=post, reader=reader)
    return found is not None
