"""What has come to a person's journal since they last said that they had read it.

How far somebody has read is a marker, as apps keep them: `since` of our own pages, `home` and `notifications` of apps. What
was read in either is not told again; neither ever moves back here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage import notifications, timelines
from storage.ids import AccountId, PostId, first_id_at, moment_of
from storage.pages import Page
from storage.store import Unit

SINCE, HOME, NOTIFICATIONS = "since", "home", "notifications"

FIRST_TIME = timedelta(days=7)
"""How far back somebody looks who never said how far they had read."""

LONGEST = timedelta(days=35)
MOST_POSTS = 300
MOST_TO_ME = 20


@dataclass(frozen=True, slots=True)
class Told:
    """A post that came, as far as it is needed to gather posts. answers: how often it was answered."""

    id: PostId
    author: AccountId
    thread: PostId
    answered: AccountId | None
    is_share: bool
    answers: int
    shares: int
    marks: int


@dataclass(frozen=True, slots=True)
class Visit:
    """What came. since: the moment that it is counted from.

    to_me: posts that mention or answer the person, newest first.  posts: all others of the journal, newest first.
    upto, home_upto: the newest of all, and of the journal, to mark as read; 0 for none.  more: whether there was more than is
    looked at.
    """

    since: datetime
    to_me: Sequence[Told]
    posts: Sequence[Told]
    upto: int
    home_upto: int
    more: bool


SELECT = """
select p.id, p.author_id, p.thread_id, p.reply_to_author, case when p.boost_of is null then 0 else 1 end,
    p.replies_count, p.shares_count, p.favourites_count
from posts p where p.id in :ids order by p.id desc
"""


def gather(unit: Unit, me: AccountId) -> Visit:
    """What came to somebody since they last said that they had read it: at most MOST_POSTS and MOST_TO_ME."""
    read = {name: marker.last_read_id for name, marker in notifications.markers(unit, me).items()}
    # By ids, not by when they were marked: what came between looking and marking is still new.
    begin = max(read.get(SINCE, 0), first_id_at(unit.now - (LONGEST if SINCE in read else FIRST_TIME)))
    above = max(begin, read.get(HOME, 0))
    ids = timelines.home_ids(unit, me, Page(MOST_POSTS, since_id=above))
    page = Page(MOST_TO_ME, since_id=max(begin, read.get(NOTIFICATIONS, 0)))
    told = notifications.of(unit, me, page, kinds=frozenset({"mention"}))
    to_me = {one.post_id for one in told if one.post_id is not None}
    found = unit.all(Told, SELECT, ids=[*{*ids, *to_me}])
    others = [post for post in found if post.id not in to_me and post.author != me]
    return Visit(
        since=moment_of(above),
        to_me=[post for post in found if post.id in to_me],
        posts=others,
        upto=max([*ids, *(one.id for one in told)], default=0),
        home_upto=max(ids, default=0),
        more=len(ids) >= MOST_POSTS,
    )


def mark(unit: Unit, me: AccountId, *, upto: int, home_upto: int) -> None:
    """Note that somebody has read what came up to there; forward only, and never beyond now."""
    known = notifications.markers(unit, me)
    latest = first_id_at(unit.now + timedelta(seconds=1))
    for timeline, last in ((SINCE, upto), (HOME, home_upto)):
        before = known[timeline].last_read_id if timeline in known else 0
        if before < last <= latest:
            notifications.mark(unit, me, timeline, last_read=last)
