"""How often a post was found useful, shared and answered.

Of a post of this node: as it is counted here. Of a post of another node: as often as that node last said, and as people here have
done since; never less often than is known here. What others do elsewhere is in what its own node says, so where that was more
than is known here (`posts.Holds.TOLD`), sharings and answers that come from elsewhere are not counted a second time.
"""

from dataclasses import dataclass

from storage.events import PostAltered
from storage.ids import PostId
from storage.store import Unit

MOST = 1_000_000
"""More than this nobody is believed."""

ANSWERS = "(select count(*) from posts r where r.thread_id = :thread and r.reply_to = :post)"
SHARES = "(select count(*) from posts r where r.boost_of = :post)"
LIKES = "(select count(*) from favourites f where f.post_id = :post)"


@dataclass(frozen=True, slots=True)
class Told:
    """What a node says of its post; None where it does not say."""

    likes: int | None = None
    shares: int | None = None
    answers: int | None = None

    @property
    def is_silent(self) -> bool:
        """Whether it says nothing that could be shown."""
        return not (self.likes or self.shares or self.answers)


def one_answer_more(unit: Unit, post: PostId, *, thread: PostId, is_counted_there: bool) -> None:
    """Count an answer that was just added. is_counted_there: whether it is among those of which the post's own node has told."""
    counted = ANSWERS if is_counted_there else "replies_count + 1"
    sql = f"update posts set replies_count = {counted} where id = :post"
    if is_counted_there:
        unit.run(f"{sql} and replies_count < {counted}", post=post, thread=thread)
    else:
        unit.run(sql, post=post)
    unit.after_commit(PostAltered(post))


def one_share_more(unit: Unit, post: PostId, *, is_counted_there: bool) -> None:
    """Count a sharing that was just added. is_counted_there: as above."""
    if is_counted_there:
        unit.run(f"update posts set shares_count = {SHARES} where id = :post and shares_count < {SHARES}", post=post)
    else:
        unit.run("update posts set shares_count = shares_count + 1 where id = :post", post=post)
    unit.after_commit(PostAltered(post))


@dataclass(frozen=True, slots=True)
class _Known:
    likes: int
    shares: int
    answers: int


def put(unit: Unit, post: PostId, *, thread: PostId, told: Told) -> bool:
    """Note what a post's own node says of it. Returns whether that is more, of answers or sharings, than is known here."""
    known = unit.one(_Known, f"select {LIKES}, {SHARES}, {ANSWERS}", post=post, thread=thread)
    assert known is not None
    sql = """
    update posts set favourites_count = coalesce(cast(:likes as integer), favourites_count),
        shares_count = coalesce(cast(:shares as integer), shares_count),
        replies_count = coalesce(cast(:answers as integer), replies_count) where id = :post
    """
    unit.run(
        sql,
        post=post,
        likes=_at_least(known.likes, told.likes),
        shares=_at_least(known.shares, told.shares),
        answers=_at_least(known.answers, told.answers),
    )
    unit.after_commit(PostAltered(post))
    return (told.shares or 0) > known.shares or (told.answers or 0) > known.answers


def _at_least(known: int, told: int | None) -> int | None:
    return None if told is None else max(known, min(told, MOST))
