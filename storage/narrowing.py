"""Fewer may read a post than before, since its author has said so.

    for all ─► in no list for all ─► for followers, or for members ─► for those whom it names

Whoever may no longer read it is told nothing of it any more, and hears that it is gone; whoever may, that it says something else.
What others shared of it goes as soon as it is not for everybody, and so does its place at the head of a profile.
"""

from collections.abc import Collection

from storage import pins, post_people, tombstones
from storage.events import PostAltered, PostEdited, PostRemoved
from storage.ids import AccountId, PostId
from storage.posts import Holds, Post, tags_of
from storage.store import Unit
from storage.visibility import OPEN, VISIBLE_TO, Reach

UNTELL = f"""
delete from notifications where post_id = :post and id in (
    select n.id from notifications n join posts p on p.id = n.post_id
    where n.post_id = :post and not {VISIBLE_TO.replace(":reader", "n.account_id")})
"""


def narrow(unit: Unit, post: Post, reach: Reach, *, people: Collection[AccountId], let_go: bool) -> None:
    """Have a post of another node be for fewer than before; nothing happens if it is so already.

    reach: no wider than that of the post.  people: whom it is addressed to by name now, communities among them.
    let_go: whether it is no longer for whomever it was addressed to before, and is not now.
    """
    before = post_people.addressed(unit, post.id)
    gone = sorted(set(before).difference(people)) if let_go and reach not in OPEN else []
    if reach is post.reach and not gone:
        return
    _tell_gone(unit, post, before)
    unit.run("update posts set reach = :reach where id = :id", reach=int(reach), id=post.id)
    if post.reach in OPEN:
        post_people.address(unit, post.id, people=set(people).difference(before), mentioned=())
    if gone:
        unit.run("delete from post_people where post_id = :post and account_id in :gone", post=post.id, gone=gone)
    _narrow_shares(unit, post, reach, communities=people if reach is Reach.COMMUNITY else ())
    if reach not in OPEN and post.holds & Holds.PIN:
        pins.remove(unit, post.author_id, post.id)
    unit.run(UNTELL, post=post.id, now=unit.now)
    unit.after_commit(PostEdited(post.id, post.author_id))


def _tell_gone(unit: Unit, post: Post, people: Collection[AccountId]) -> None:
    tags = tuple(tagged.name for tagged in tags_of(unit, [post.id]))
    gone = PostRemoved(
        post.id, post.author_id, int(post.reach), post.is_local, is_share=False, people=tuple(people), tags=tags
    )
    unit.after_commit(gone)


def _narrow_shares(unit: Unit, post: Post, reach: Reach, *, communities: Collection[AccountId]) -> None:
    """What was shared is for no more than what it shares. communities: those who share with their members what is for these."""
    if reach not in OPEN:
        tombstones.remove_shares(unit, post.id, but_of=communities)
    narrowest = Reach.UNLISTED if reach in OPEN else Reach.FOLLOWERS
    sql = "update posts set reach = :reach where boost_of = :post and reach < :reach returning id"
    for share in unit.all(PostId, sql, post=post.id, reach=int(narrowest)):
        unit.after_commit(PostAltered(share))
