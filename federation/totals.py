"""How often a post of another node was found useful, shared and answered, as that node says in the post itself.

`likes`, `shares` and `replies` are collections; of each, `totalItems` is read and nothing else. It comes with the post, with each
change of it, and when somebody here opens the thread (`backfill`). Source: ActivityPub 5.7, 5.8; decision 41.
"""

from collections.abc import Mapping

from federation import quoting
from federation.strict_json import JsonObject
from federation.vocabulary import Note
from storage import posts, totals
from storage.posts import Holds, Post
from storage.store import Unit
from storage.totals import MOST, Told


def read(document: JsonObject) -> Told:
    """What a post's document says of it."""
    return Told(*(_total(document.get(name)) for name in ("likes", "shares", "replies")))


def _total(collection: object) -> int | None:
    total = collection.get("totalItems") if isinstance(collection, Mapping) else None
    return min(total, MOST) if isinstance(total, int) and not isinstance(total, bool) and total >= 0 else None


def brings_news(post: Post, note: Note, document: JsonObject) -> bool:
    """Whether the same version of a post of another node comes with other totals than are shown."""
    if post.is_local or not quoting.is_same_version(post, note):
        return False
    told = read(document)
    shown = Told(post.favourites_count, post.shares_count, post.replies_count)
    return any(
        new is not None and new != old
        for new, old in ((told.likes, shown.likes), (told.shares, shown.shares), (told.answers, shown.answers))
    )


def keep(unit: Unit, post: Post, document: JsonObject) -> None:
    """Keep what the node of a post says of it; of a post of this node, nobody else says anything."""
    told = read(document)
    is_shown_as_more = bool(post.favourites_count or post.shares_count or post.replies_count)
    if post.is_local or (told.is_silent and not is_shown_as_more):
        return
    is_more = totals.put(unit, post.id, thread=post.thread_id, told=told)
    if is_more and not post.holds & Holds.TOLD:
        posts.hold(unit, post.id, Holds.TOLD)
