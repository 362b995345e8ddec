"""A conversation as it is read: what stands above a post, and what below it."""

from collections.abc import Sequence

from storage.ids import AccountId, PostId
from storage.posts import SELECT, Post
from storage.store import Unit
from storage.visibility import VISIBLE_TO


def above(unit: Unit, post: PostId, *, reader: AccountId, most: int = 200) -> list[Post]:
    """What a post answers, and what that answers, oldest first: as far up as this person may see."""
    sql = f"""
    with recursive up (id, depth) as (
        select reply_to, 1 from posts where id = :post and reply_to is not null
        union all
        select x.reply_to, up.depth + 1 from posts x join up on x.id = up.id
        where x.reply_to is not null and up.depth < :most
    )
    {SELECT} join up on up.id = p.id where {VISIBLE_TO} order by up.depth desc
    """
    return unit.all(Post, sql, post=post, reader=reader, most=most)


def below(unit: Unit, post: PostId, *, reader: AccountId, most: int = 1000) -> list[Post]:
    """All answers to a post, and the answers to those, each after what it answers: depth first, oldest first.

    In the order in which they were published, and not in which they came: the same at every node that has them.
    """
    sql = f"""
    with recursive down (id) as (
        select id from posts where thread_id = (select thread_id from posts where id = :post) and reply_to = :post
        union
        select x.id from posts x join down on x.reply_to = down.id
        where x.thread_id = (select thread_id from posts where id = :post)
    )
    {SELECT} join down on down.id = p.id where {VISIBLE_TO} order by p.id limit :most
    """
    return _depth_first(post, unit.all(Post, sql, post=post, reader=reader, most=most))


def _depth_first(root: PostId, found: Sequence[Post]) -> list[Post]:
    answers: dict[PostId, list[Post]] = {}
    for post in sorted(found, key=lambda post: (post.published_at, post.uri)):
        if post.reply_to is not None:
            answers.setdefault(post.reply_to, []).append(post)
    ordered: list[Post] = []
    waiting = list(reversed(answers.get(root, [])))
    while waiting:
        post = waiting.pop()
        ordered.append(post)
        waiting.extend(reversed(answers.get(post.id, [])))
    return ordered
