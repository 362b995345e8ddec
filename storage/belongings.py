"""What is somebody's own, for a copy of it: read part by part, the oldest first, however much there is.

Each function takes the last id of the part before and gives the next part. Of what others wrote, only its address is theirs to
take along, and only as far as they can read it (`storage.visibility`).
"""

from dataclasses import dataclass
from datetime import datetime

from storage import media
from storage.ids import AccountId
from storage.media import Media
from storage.posts import ORIGINAL_VISIBLE_TO
from storage.store import Unit
from storage.visibility import VISIBLE_TO

PART = 200


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


WRITTEN = f"""
select p.id, p.uri, p.published_at, p.boost_of is not null, p.document, o.uri
from posts p left join posts o on o.id = p.boost_of and {ORIGINAL_VISIBLE_TO}
where p.author_id = :reader and p.id > :after order by p.id limit :most
"""

OWN_FILES = "m.owner_id = :account and m.remote_url is null and m.state = 1 and (m.post_id is not null or m.place <> 0)"

FILES = f"{media.SELECT} where {OWN_FILES} and m.id > :after order by m.id limit :most"

FOLLOWED = """
select f.id, a.username, a.host, f.shares, f.notify, coalesce(f.languages, '') from follows f
join accounts a on a.id = f.followed_id
where f.follower_id = :account and f.accepted_at is not null and f.id > :after order by f.id limit :most
"""

FOLLOWERS = """
select f.id, a.username, a.host, 0, 0, '' from follows f join accounts a on a.id = f.follower_id
where f.followed_id = :account and f.accepted_at is not null and f.id > :after order by f.id limit :most
"""

BLOCKED = """
select b.id, a.username, a.host, 0, 0, '' from blocks b join accounts a on a.id = b.target_id
where b.account_id = :account and b.id > :after order by b.id limit :most
"""

MUTED = """
select m.id, a.username, a.host, m.notifications, 0, '' from mutes m join accounts a on a.id = m.target_id
where m.account_id = :account and m.id > :after and (m.expires_at is null or m.expires_at > :now) order by m.id limit :most
"""

LISTED = """
select m.id, a.username, a.host, l.exclusive, 0, l.title from list_members m join lists l on l.id = m.list_id
join follows f on f.id = m.follow_id join accounts a on a.id = f.followed_id
where l.account_id = :account and m.id > :after order by m.id limit :most
"""

NOTED = """
select n.target_id, a.username, a.host, 0, 0, n.text from account_notes n join accounts a on a.id = n.target_id
where n.account_id = :account and n.target_id > :after order by n.target_id limit :most
"""

DRAFTED = """
select d.id, d.updated_at, d.typed from drafts d
where d.account_id = :account and d.sent_at is null and d.id > :after order by d.id limit :most
"""

SCHEDULED = """
select s.id, s.due_at, s.draft from scheduled_posts s where s.account_id = :account and s.id > :after
order by s.id limit :most
"""

BOOKMARKED = f"""
select b.id, p.uri from bookmarks b join posts p on p.id = b.post_id
where b.account_id = :reader and b.id > :after and {VISIBLE_TO} order by b.id limit :most
"""

FAVOURITED = f"""
select b.id, p.uri from favourites b join posts p on p.id = b.post_id
where b.account_id = :reader and b.id > :after and {VISIBLE_TO} order by b.id limit :most
"""

HIDDEN_NODES = """
select b.id, b.host from blocked_nodes b where b.account_id = :account and b.id > :after order by b.id limit :most
"""

FOLLOWED_TAGS = """
select f.id, g.name from tag_follows f join tags g on g.id = f.tag_id
where f.account_id = :account and f.id > :after order by f.id limit :most
"""


@dataclass(frozen=True, slots=True)
class Totals:
    """How much there is, for who wants to know how far a copy is."""

    posts: int
    files: int


def totals(unit: Unit, account: AccountId) -> Totals:
    """How many posts and shares somebody has, and how many files."""
    posts = unit.one(int, "select count(*) from posts where author_id = :account", account=account) or 0
    return Totals(posts, unit.one(int, f"select count(*) from media m where {OWN_FILES}", account=account) or 0)


def written(unit: Unit, account: AccountId, after: int) -> list[Written]:
    """What somebody wrote and shared."""
    return unit.all(Written, WRITTEN, reader=account, after=after, most=PART)


def files(unit: Unit, account: AccountId, after: int) -> list[Media]:
    """The files of their posts, and the pictures of their profile."""
    return unit.all(Media, FILES, account=account, after=after, most=PART)


def followed(unit: Unit, account: AccountId, after: int) -> list[Person]:
    """Whom they follow. first: their shares too.  second: is told of each post.  text: in which languages alone."""
    return unit.all(Person, FOLLOWED, account=account, after=after, most=PART)


def followers(unit: Unit, account: AccountId, after: int) -> list[Person]:
    """Who follows them."""
    return unit.all(Person, FOLLOWERS, account=account, after=after, most=PART)


def blocked(unit: Unit, account: AccountId, after: int) -> list[Person]:
    """Whom they have blocked."""
    return unit.all(Person, BLOCKED, account=account, after=after, most=PART)


def muted(unit: Unit, account: AccountId, after: int) -> list[Person]:
    """Whom they have muted. first: their notifications too."""
    return unit.all(Person, MUTED, account=account, after=after, most=PART, now=unit.now)


def listed(unit: Unit, account: AccountId, after: int) -> list[Person]:
    """Who is in their lists. text: the title of the list."""
    return unit.all(Person, LISTED, account=account, after=after, most=PART)


def noted(unit: Unit, account: AccountId, after: int) -> list[Person]:
    """About whom they have noted something. text: what."""
    return unit.all(Person, NOTED, account=account, after=after, most=PART)


def drafted(unit: Unit, account: AccountId, after: int) -> list[Begun]:
    """What they have begun to write."""
    return unit.all(Begun, DRAFTED, account=account, after=after, most=PART)


def scheduled(unit: Unit, account: AccountId, after: int) -> list[Begun]:
    """What is to be posted later."""
    return unit.all(Begun, SCHEDULED, account=account, after=after, most=PART)


def bookmarked(unit: Unit, account: AccountId, after: int) -> list[Named]:
    """The posts among their bookmarks."""
    return unit.all(Named, BOOKMARKED, reader=account, after=after, most=PART)


def favourited(unit: Unit, account: AccountId, after: int) -> list[Named]:
    """The posts that they found useful."""
    return unit.all(Named, FAVOURITED, reader=account, after=after, most=PART)


def hidden_nodes(unit: Unit, account: AccountId, after: int) -> list[Named]:
    """The nodes of whose people they want to read nothing."""
    return unit.all(Named, HIDDEN_NODES, account=account, after=after, most=PART)


def followed_tags(unit: Unit, account: AccountId, after: int) -> list[Named]:
    """The tags that they follow."""
    return unit.all(Named, FOLLOWED_TAGS, account=account, after=after, most=PART)
