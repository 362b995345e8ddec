"""What is somebody's own, for a copy of it: read part by part, the oldest first, however much there is.

Each list is asked for with the last id of the part before, and gives the next part (`part_of`). Of what others wrote, only its
address is theirs to take along, and only as far as they can read it (`storage.visibility`).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from storage import media
from storage.ids import AccountId
from storage.media import Media
from storage.posts import ORIGINAL_VISIBLE_TO
from storage.store import Unit
from storage.visibility import VISIBLE_TO

PART = 200

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Written:
    """A post, or that one was shared.  document: of the post, JSON.  shared: address of what was shared, None if hidden."""

    id: int
    uri: str
    published_at: datetime
    is_share: bool
    document: str | None
    shared: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a list.  host: "" for this node.  first, second: yes or no, what they mean depends on the list.

    text: what is said about them: the list that they are in, languages, a word.
    """

    id: int
    username: str
    host: str
    first: bool
    second: bool
    text: str


@dataclass(frozen=True, slots=True)
class Begun:
    """Something that is not posted.  at: when it was last typed at, or is to be posted.  typed: JSON, as its form keeps it."""

    id: int
    at: datetime
    typed: str


@dataclass(frozen=True, slots=True)
class Named:
    """A line of one thing: the address of a post, a host, a tag."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Belongings(Generic[R]):
    """A list of what is somebody's own.  row: what it is a list of.  sql: of those after an id, the oldest first."""

    row: type[R]
    sql: str


def _of(row: type[R], what: str, *, by: str = "b.id") -> Belongings[R]:
    """by: what it is read on after, the first column.  what: the rest of the question, up to the condition that it is theirs."""
    return Belongings(row, f"select {by}, {what} and {by} > :after order by {by} limit :most")


WRITTEN = _of(
    Written,
    f"""p.uri, p.published_at, p.boost_of is not null, p.document, o.uri
    from posts p left join posts o on o.id = p.boost_of and {ORIGINAL_VISIBLE_TO} where p.author_id = :reader""",
    by="p.id",
)
"""What they wrote and shared."""

OWN_FILES = "m.owner_id = :reader and m.remote_url is null and m.state = 1 and (m.post_id is not null or m.place <> 0)"

FILES = Belongings(Media, f"{media.SELECT} where {OWN_FILES} and m.id > :after order by m.id limit :most")
"""The files of their posts, and the pictures of their profile."""

FOLLOWED = _of(
    Person,
    """a.username, a.host, b.shares, b.notify, coalesce(b.languages, '') from follows b
    join accounts a on a.id = b.followed_id where b.follower_id = :reader and b.accepted_at is not null""",
)
"""Whom they follow. first: their shares too.  second: is told of each post.  text: in which languages alone."""

COMMUNITIES = _of(
    Person,
    """a.username, a.host, c.account_id is not null, f.id is not null, '' from accounts a
    left join community_managers c on c.community_id = a.id and c.account_id = :reader
    left join follows f on f.followed_id = a.id and f.follower_id = :reader and f.accepted_at is not null
    where a.kind = 'Group' and a.gone_at is null and a.id in (
        select followed_id from follows where follower_id = :reader
        union all select community_id from community_managers where account_id = :reader)
    and (f.id is not null or c.account_id is not null)""",
    by="a.id",
)
"""The communities to which they belong. first: they lead it.  second: they are a member."""

FOLLOWERS = _of(
    Person,
    """a.username, a.host, 0, 0, '' from follows b
    join accounts a on a.id = b.follower_id where b.followed_id = :reader and b.accepted_at is not null""",
)
"""Who follows them."""

BLOCKED = _of(
    Person,
    "a.username, a.host, 0, 0, '' from blocks b join accounts a on a.id = b.target_id where b.account_id = :reader",
)
"""Whom they have blocked."""

MUTED = _of(
    Person,
    """a.username, a.host, b.notifications, 0, '' from mutes b join accounts a on a.id = b.target_id
    where b.account_id = :reader and (b.expires_at is null or b.expires_at > :now)""",
)
"""Whom they have muted. first: their notifications too."""

LISTED = _of(
    Person,
    """a.username, a.host, l.exclusive, 0, l.title from list_members b join lists l on l.id = b.list_id
    join follows f on f.id = b.follow_id join accounts a on a.id = f.followed_id where l.account_id = :reader""",
)
"""Who is in their lists. text: the title of the list."""

NOTED = _of(
    Person,
    """a.username, a.host, 0, 0, b.text from account_notes b join accounts a on a.id = b.target_id
    where b.account_id = :reader""",
    by="b.target_id",
)
"""About whom they have noted something. text: what."""

DRAFTED = _of(Begun, "b.updated_at, b.typed from drafts b where b.account_id = :reader and b.sent_at is null")
"""What they have begun to write."""

SCHEDULED = _of(Begun, "b.due_at, b.draft from scheduled_posts b where b.account_id = :reader")
"""What is to be posted later."""

THEIR_POST = f"b join posts p on p.id = b.post_id where b.account_id = :reader and {VISIBLE_TO}"

BOOKMARKED = _of(Named, f"p.uri from bookmarks {THEIR_POST}")
"""The posts among their bookmarks."""

FAVOURITED = _of(Named, f"p.uri from favourites {THEIR_POST}")
"""The posts that they found useful."""

HIDDEN_NODES = _of(Named, "b.host from blocked_nodes b where b.account_id = :reader")
"""The nodes of whose people they want to read nothing."""

FOLLOWED_TAGS = _of(Named, "g.name from tag_follows b join tags g on g.id = b.tag_id where b.account_id = :reader")
"""The tags that they follow."""


def part_of(unit: Unit, belongings: Belongings[R], account: AccountId, after: int) -> list[R]:
    """The next part of a list, the oldest first. after: the last id of the part before; 0 for the first."""
    return unit.all(belongings.row, belongings.sql, reader=account, after=after, most=PART, now=unit.now)


@dataclass(frozen=True, slots=True)
class Totals:
    """How much there is, for who wants to know how far a copy is."""

    posts: int
    files: int


def totals(unit: Unit, account: AccountId) -> Totals:
    """How many posts and shares somebody has, and how many files."""
    posts = unit.one(int, "select count(*) from posts where author_id = :reader", reader=account) or 0
    return Totals(posts, unit.one(int, f"select count(*) from media m where {OWN_FILES}", reader=account) or 0)
