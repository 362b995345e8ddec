"""Which communities there are: those that somebody belongs to, with what is new in each, and all others to be found.

What is written in a community is what it shares. How far somebody has read one is a marker of its own, beside those of apps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage import accounts, communities, notifications
from storage.accounts import COLUMNS, Account
from storage.directory import HOLDS_ALL, LONGEST_PIECE, escaped, pieces
from storage.ids import AccountId, PostId, first_id_at
from storage.pages import NEWEST
from storage.posts import COLUMNS as POST_COLUMNS
from storage.posts import Post
from storage.store import Unit
from storage.timelines import SHOWN_OF_FOLLOWED, candidates_sql
from storage.visibility import VISIBLE_TO
from storage.words import folded

MOST = 10_000
"""So many communities the whole network has at most."""

MOST_OWN = 300
MOST_NEW = 200
NEW_FOR = timedelta(days=35)

FINDABLE = """
a.discoverable = 1 and a.gone_at is null and a.moved_to is null and a.suspended_at is null and a.silenced_at is null
"""

WELCOME = """
not exists (select 1 from blocks b where (b.account_id = :reader and b.target_id = a.id)
    or (b.account_id = a.id and b.target_id = :reader))
and not exists (select 1 from blocked_nodes nb where nb.account_id = :reader and nb.host = a.host)
"""


@dataclass(frozen=True, slots=True)
class Belonging:
    """A community that somebody belongs to.

    leads: whether they lead it.  new: how many conversations began there since they looked last, at most `MOST_NEW` over all.
    newest: what was shared there last within `NEW_FOR`.  asking: of one that they lead, how many ask to belong to it.
    """

    community: Account
    leads: bool
    new: int
    newest: PostId | None
    asking: int


@dataclass(frozen=True, slots=True)
class _Joined:
    id: AccountId
    since: datetime


@dataclass(frozen=True, slots=True)
class _Asked:
    id: AccountId
    count: int


@dataclass(frozen=True, slots=True)
class _Shared:
    id: PostId
    community: AccountId
    is_own: bool


JOINED = """
select f.followed_id, f.accepted_at from follows f join accounts a on a.id = f.followed_id
where f.follower_id = :reader and f.accepted_at is not null and a.kind = 'Group' and a.gone_at is null
order by f.id desc limit :most
"""

SOURCES = """
select f.followed_id as author from follows f join accounts a on a.id = f.followed_id
where f.follower_id = :reader and f.accepted_at is not null and a.kind = 'Group'
"""

ASKING = """
select followed_id, count(*) from follows where accepted_at is null and followed_id in :ids group by followed_id
"""

CANDIDATES = candidates_sql(SOURCES, upwards=False)

SHOWN = f"""
select p.id, p.author_id, case when exists (
    select 1 from posts own where own.id = p.boost_of and own.author_id = :reader) then 1 else 0 end
from posts p where p.id in :ids and {SHOWN_OF_FOLLOWED} order by p.id desc
"""


def belonging(unit: Unit, reader: AccountId) -> list[Belonging]:
    """The communities that somebody belongs to: those they lead, then those with something new, then by name."""
    joined = {each.id: each.since for each in unit.all(_Joined, JOINED, reader=reader, most=MOST_OWN)}
    led = {each.id: each for each in communities.led_by(unit, reader)}
    known = {**accounts.by_ids(unit, list(joined)), **led}
    read = notifications.markers(unit, reader)
    newest: dict[AccountId, PostId] = {}
    new = dict.fromkeys(known, 0)
    for post in _latest(unit, reader):
        newest.setdefault(post.community, post.id)
        marker = read.get(timeline_of(post.community))
        seen = marker.last_read_id if marker else first_id_at(joined.get(post.community, unit.now))
        new[post.community] = new.get(post.community, 0) + int(post.id > seen and not post.is_own)
    asking = {each.id: each.count for each in unit.all(_Asked, ASKING, ids=list(led))} if led else {}
    found = [
        Belonging(each, each.id in led, new[each.id], newest.get(each.id), asking.get(each.id, 0))
        for each in known.values()
    ]
    return sorted(found, key=lambda one: (not one.leads, one.new == 0, folded(one.community.display_name)))


def _latest(unit: Unit, reader: AccountId) -> list[_Shared]:
    """What the communities that somebody belongs to have shared last, the newest first."""
    above = first_id_at(unit.now - NEW_FOR)
    ids = unit.all(PostId, CANDIDATES, reader=reader, below=NEWEST, above=above, wide=MOST_NEW)
    return unit.all(_Shared, SHOWN, ids=ids, reader=reader, now=unit.now) if ids else []


def timeline_of(community: AccountId) -> str:
    """The name of the marker that says how far somebody has read a community: its id, as short as a name must be."""
    return f"{community:x}"


def note_read(unit: Unit, reader: AccountId, community: AccountId, *, newest: PostId) -> None:
    """Note that somebody has looked at a community. newest: what stood first there."""
    marker = notifications.markers(unit, reader).get(timeline_of(community))
    if marker is None or marker.last_read_id < newest:
        notifications.mark(unit, reader, timeline_of(community), last_read=newest)


# ---- all of them -----------------------------------------------------------------------------------------------------

ORDER = f"""
select c.account_id from communities c join accounts a on a.id = c.account_id
where c.closed_at is null and {FINDABLE}
order by coalesce(a.last_post_at, 0) desc, c.account_id desc limit :most
"""

LISTED = f"select {COLUMNS} from accounts a where a.id in :ids and {FINDABLE} and {WELCOME}"

FOUND = f"""
select {COLUMNS} from communities c cross join directory d cross join accounts a
where d.account_id = c.account_id and a.id = c.account_id and {HOLDS_ALL} and {FINDABLE} and {WELCOME}
order by case when d.name like :start escape '\\' then 0 else 1 end, d.name, a.id limit :limit offset :offset
"""


def in_order(unit: Unit) -> list[AccountId]:
    """All communities that can be found and are open, those in which something was written last first.

    Read slowly, and seldom: every community is looked at (`node.community_order`).
    """
    return unit.all(AccountId, ORDER, most=MOST)


def listed(unit: Unit, reader: AccountId, ids: Sequence[AccountId]) -> list[Account]:
    """Of these communities those that somebody can find, in the order given."""
    found = {each.id: each for each in unit.all(Account, LISTED, ids=list(ids), reader=reader)}
    return [found[identifier] for identifier in ids if identifier in found]


def search(unit: Unit, reader: AccountId, text: str, *, limit: int, offset: int = 0) -> list[Account]:
    """Communities by pieces of their name and of what they are for, by name; those that are closed down among them.

    text: as typed.  Read slowly: the words of all communities are looked through.
    """
    start = f"{escaped(folded(text.strip())[:LONGEST_PIECE])}%"
    return unit.all(Account, FOUND, **pieces(text), start=start, reader=reader, limit=limit, offset=offset)


# ---- what stands in one ----------------------------------------------------------------------------------------------

PINNED = f"""
select {POST_COLUMNS} from community_pins k join posts p on p.id = k.post_id
where k.community_id = :community and {VISIBLE_TO} order by k.id desc
"""

LOCKED = "select post_id from locked_threads where post_id in :ids"


def pinned(unit: Unit, community: AccountId, *, reader: AccountId) -> list[Post]:
    """What stands first in a community, as far as the reader may see it; what was pinned last comes first."""
    return unit.all(Post, PINNED, community=community, reader=reader)


def locked(unit: Unit, threads: Sequence[PostId]) -> set[PostId]:
    """In which of these conversations nothing more can be said. threads: their first posts."""
    return set(unit.all(PostId, LOCKED, ids=list(threads))) if threads else set()


@dataclass(frozen=True, slots=True)
class OfThread:
    """Where a conversation takes place. communities: all that have shared it.  led: which of them the reader leads.

    pins: what stands first in that one.
    """

    communities: list[Account]
    led: Account | None
    pins: list[PostId]


SHARING = f"""
select {COLUMNS} from posts s join accounts a on a.id = s.author_id
where s.boost_of = :thread and a.kind = 'Group' and a.gone_at is null order by a.id
"""

LED = """
select m.community_id from community_managers m where m.community_id in :ids and m.account_id = :reader
order by m.community_id limit 1
"""

PINS = "select post_id from community_pins where community_id = :community"


def of_thread(unit: Unit, thread: PostId, *, reader: AccountId) -> OfThread:
    """In which communities a conversation takes place, and what a reader who leads one of them may decide. thread: its first post."""
    found = unit.all(Account, SHARING, thread=thread)
    led = unit.one(AccountId, LED, ids=[each.id for each in found], reader=reader) if found else None
    pins = unit.all(PostId, PINS, community=led) if led is not None else []
    return OfThread(found, next((each for each in found if each.id == led), None), pins)
