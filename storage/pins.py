"""Pins: the posts that somebody shows first on their profile; those that stand first in a community are read with them."""

from storage import posts
from storage.ids import AccountId, PostId
from storage.posts import COLUMNS, Holds, Post
from storage.store import Unit
from storage.visibility import VISIBLE_TO

FIRST = f"""
select {COLUMNS} from (
    select id, post_id from pins where account_id = :account
    union all select id, post_id from community_pins where community_id = :account
) n join posts p on p.id = n.post_id
"""


def add(unit: Unit, account: AccountId, post: PostId) -> bool:
    """Note that its author has pinned a post. Returns False when it was pinned already."""
    sql = """
    insert into pins (id, account_id, post_id, created_at) values (:id, :account, :post, :now)
    on conflict (post_id) do nothing
    """
    if not unit.run(sql, id=unit.new_id(), account=account, post=post, now=unit.now):
        return False
    posts.hold(unit, post, Holds.PIN)
    return True


def remove(unit: Unit, account: AccountId, post: PostId) -> bool:
    """Take a pin away. Returns whether there was one."""
    if not unit.run("delete from pins where account_id = :account and post_id = :post", account=account, post=post):
        return False
    posts.release(unit, post, Holds.PIN)
    return True


def of(unit: Unit, account: AccountId, *, reader: AccountId) -> list[Post]:
    """What somebody has pinned, or stands first in a community, and this person may see, the latest pin first."""
    sql = f"{FIRST} where {VISIBLE_TO} order by n.id desc"
    return unit.all(Post, sql, account=account, reader=reader)


def pinned(unit: Unit, account: AccountId) -> list[Post]:
    """All that somebody has pinned, or stands first in a community, the latest pin first, whoever asks."""
    return unit.all(Post, f"{FIRST} order by n.id desc", account=account)


def count(unit: Unit, account: AccountId) -> int:
    """How many posts somebody has pinned."""
    return unit.one(int, "select count(*) from pins where account_id = :account", account=account) or 0


def is_pinned(unit: Unit, post: PostId) -> bool:
    """Whether its author has pinned a post."""
    return unit.one(int, "select 1 from pins where post_id = :post", post=post) is not None
