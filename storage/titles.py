"""Titles: what an article, a page or an event is called, beside its text."""

from collections.abc import Iterable
from dataclasses import dataclass

from storage import posts
from storage.ids import PostId
from storage.posts import Holds
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class Title:
    """What a post is called. type: the kind of object that it is, as `Article`."""

    post_id: PostId
    type: str
    title: str


OF = "select post_id, type, title from titles where post_id in :ids"


def put(unit: Unit, post: PostId, title: str, *, type: str) -> None:
    """Call a post so, whatever it was called before."""
    sql = """
    insert into titles (post_id, type, title) values (:post, :type, :title)
    on conflict (post_id) do update set type = excluded.type, title = excluded.title
    """
    unit.run(sql, post=post, type=type, title=title)
    posts.hold(unit, post, Holds.TITLE)
    posts.index(unit, post, title=title)


def remove(unit: Unit, post: PostId) -> None:
    """Leave a post without a title, if it has one."""
    if unit.run("delete from titles where post_id = :post", post=post):
        posts.release(unit, post, Holds.TITLE)
        posts.index(unit, post)


def find(unit: Unit, post: PostId) -> Title | None:
    """What a post is called, if anything."""
    return of(unit, [post]).get(post)


def of(unit: Unit, among: Iterable[PostId]) -> dict[PostId, Title]:
    """What these posts are called; those without a title are left out."""
    return {found.post_id: found for found in unit.all(Title, OF, ids=list(among))}
