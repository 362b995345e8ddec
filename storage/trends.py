"""What is used and read much these days, counted over what was written for all nodes.

Counted seldom and for everybody together (`node.trends`); what a reader may not or does not want to see is left out when they ask.
"""

from collections.abc import Sequence
from datetime import timedelta

from storage.ids import AccountId, PostId, first_id_at
from storage.posts import COLUMNS, Post
from storage.store import Unit
from storage.timelines import UNFILTERED

LATELY = timedelta(days=7)
MOST_LOOKED_AT = 5_000
"""How many posts are looked at, the newest: what a count costs, however much is written."""

LATEST = """
select r.id, r.author_id from posts r
where r.reach = 0 and r.boost_of is null and r.id >= :first order by r.id desc limit :most
"""

NOT_RESTRICTED = "not exists (select 1 from accounts a where a.id = {author} and (a.silenced_at is not null or a.suspended_at is not null))"

TAGS = f"""
select t.tag_id from ({LATEST}) l join post_tags t on t.post_id = l.id
where {NOT_RESTRICTED.format(author="l.author_id")}
group by t.tag_id order by count(distinct l.author_id) desc, count(*) desc, t.tag_id desc limit :limit
"""

POSTS = f"""
select p.id from ({LATEST}) l join posts p on p.id = l.id
where p.favourites_count + p.shares_count > 0 and {NOT_RESTRICTED.format(author="p.author_id")}
order by p.favourites_count + 2 * p.shares_count desc, p.id desc limit :limit
"""


def tags(unit: Unit, *, limit: int) -> list[int]:
    """The ids of the tags that the most people have used in the last seven days, the most used first."""
    return unit.all(int, TAGS, first=first_id_at(unit.now - LATELY), most=MOST_LOOKED_AT, limit=limit)


def posts(unit: Unit, *, limit: int) -> list[PostId]:
    """The posts of the last seven days that were liked and shared most; a share counts twice."""
    return unit.all(PostId, POSTS, first=first_id_at(unit.now - LATELY), most=MOST_LOOKED_AT, limit=limit)


def shown_among(unit: Unit, reader: AccountId, among: Sequence[PostId]) -> list[Post]:
    """Those of these posts that a person may see and has not muted, in the order given."""
    sql = f"select {COLUMNS} from posts p where p.id in :ids and p.reach = 0 and {UNFILTERED}"
    found = {post.id: post for post in unit.all(Post, sql, ids=list(among), reader=reader, now=unit.now)}
    return [found[each] for each in among if each in found]
