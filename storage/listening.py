"""Which of the people who listen now are to be told of a post: asked once a post, for all who listen together.

The conditions are those of the lists that people read (`timelines`, `visibility`), with the reader as a column instead of a
value: a person is told live of exactly what they would find there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from storage import bookmarks, polls, posts, reactions
from storage.ids import AccountId, PostId
from storage.list_timelines import SHOWN_IN_COMMUNITY, SHOWN_IN_LIST
from storage.posts import Holds, Post
from storage.store import Unit
from storage.timelines import BY_TAG, COMES_HOME, SHOWN_AT_HOME, WANTED
from storage.visibility import ADDRESSED, BLOCKED, MUTED, SILENCED, SUSPENDED, VISIBLE_TO, Reach


def _for_many(condition: str) -> str:
    return condition.replace(":reader", "r.id")


AMONG = "select r.id from accounts r join posts p on p.id = :post where r.id in :readers"

AT_HOME = f"{AMONG} and {_for_many(COMES_HOME)} and {_for_many(SHOWN_AT_HOME)} and {_for_many(WANTED)}"

IN_PUBLIC = f"""
{AMONG} and not {_for_many(BLOCKED)} and not {_for_many(MUTED)} and not {SUSPENDED} and not {_for_many(SILENCED)}
"""

WITH_TAGS = f"{AMONG} and {_for_many(BY_TAG)}"

IN_PERSON = f"""
{AMONG} and (p.author_id = r.id or {_for_many(ADDRESSED)}) and {_for_many(VISIBLE_TO)} and not {_for_many(MUTED)}
"""


IN_LISTS = f"""
select r.id, l.id from lists l join accounts r on r.id = l.account_id join posts p on p.id = :post
where l.id in :lists and exists (
        select 1 from list_members lm join follows lf on lf.id = lm.follow_id
        where lm.list_id = l.id and lf.followed_id = p.author_id and lf.accepted_at is not null)
    and {_for_many(SHOWN_IN_LIST).replace(":list", "l.id")}
"""

IN_COMMUNITY = f"""
select r.id, p.author_id from accounts r join posts p on p.id = :post join accounts g on g.id = p.author_id
join follows cf on cf.follower_id = r.id and cf.followed_id = g.id and cf.accepted_at is not null
where r.id in :readers and g.kind = 'Group' and {_for_many(SHOWN_IN_COMMUNITY)}
"""


@dataclass(frozen=True, slots=True)
class InList:
    """That a post stands in a list, or that a list is listened to. reader: whose list it is."""

    reader: AccountId
    list: int


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who listens, by what they want to hear of.

    home: their journal.  public: lists of posts for all.  in_person: what is addressed to them alone.
    lists: the lists that somebody listens to, those of communities included.
    """

    home: Sequence[AccountId] = ()
    public: Sequence[AccountId] = ()
    in_person: Sequence[AccountId] = ()
    lists: Sequence[InList] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A post, and those of the listeners who are to be told of it. tags: in lower case."""

    post: Post
    tags: frozenset[str]
    home: frozenset[AccountId]
    public: frozenset[AccountId]
    in_person: frozenset[AccountId]
    lists: frozenset[InList] = frozenset()


def told_of(unit: Unit, identifier: PostId, listeners: Listeners) -> Told | None:
    """Who is to be told of a post; None when it is gone meanwhile."""
    found = posts.by_ids(unit, [identifier])
    if not found:
        return None
    post = found[0]
    is_public = post.boost_of is None and post.reach in (Reach.ALL_NODES, Reach.NODE)
    tags = frozenset(tagged.name for tagged in posts.tags_of(unit, [identifier])) if is_public else frozenset()
    by_tag = _among(unit, WITH_TAGS, identifier, listeners.home if tags else ())
    return Told(
        post,
        tags,
        _among(unit, AT_HOME, identifier, listeners.home) | by_tag,
        _among(unit, IN_PUBLIC, identifier, listeners.public if is_public else ()),
        _among(unit, IN_PERSON, identifier, listeners.in_person if post.reach is Reach.MENTIONED else ()),
        _in_lists(unit, post, listeners.lists) if listeners.lists else frozenset(),
    )


def of_author(unit: Unit, author: AccountId, readers: Sequence[AccountId]) -> list[AccountId]:
    """Those of these people to whose journal somebody's posts come."""
    sql = """
    select follower_id from follows where followed_id = :author and accepted_at is not null and follower_id in :readers
    """
    return [*unit.all(AccountId, sql, author=author, readers=readers), *({author} & set(readers))]


def marks_of(
    unit: Unit, post: Post, readers: Sequence[AccountId]
) -> dict[AccountId, tuple[bool, bool, tuple[int, ...], bool]]:
    """What each of these people did with a post, or the one that it shares: liked, shared, voted for, kept as a bookmark."""
    original, may_ask = post.boost_of or post.id, post.boost_of is not None or bool(post.holds & Holds.POLL)
    liked, shared = reactions.likers(unit, original, among=readers), reactions.sharers(unit, original, among=readers)
    chosen = polls.chosen_among(unit, original, readers) if may_ask else {}
    kept = bookmarks.holders(unit, original, among=readers)
    return {reader: (reader in liked, reader in shared, chosen.get(reader, ()), reader in kept) for reader in readers}


def _in_lists(unit: Unit, post: Post, listened: Sequence[InList]) -> frozenset[InList]:
    lists = [each.list for each in listened]
    found = unit.all(InList, IN_LISTS, post=post.id, lists=lists, now=unit.now)
    members = [each.reader for each in listened if each.list == post.author_id]
    if members:
        found += unit.all(InList, IN_COMMUNITY, post=post.id, readers=members, now=unit.now)
    return frozenset(found)


def _among(unit: Unit, sql: str, post: PostId, readers: Sequence[AccountId]) -> frozenset[AccountId]:
    return frozenset(unit.all(AccountId, sql, post=post, readers=readers, now=unit.now)) if readers else frozenset()
