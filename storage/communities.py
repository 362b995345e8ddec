"""Communities: how each is led, by whom, and what its managers have decided.

A community is an account of the kind `Group`. Its members are those who follow it and were accepted; it is closed
(`accounts.locked`) when its managers decide who comes in. Of a community of this node the rows here are the truth; of
another node's they are what that node has told.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage import cards
from storage.accounts import COLUMNS, Account
from storage.events import AccountChanged
from storage.ids import AccountId, PostId
from storage.pages import Page, paged
from storage.store import Unit

KIND = "Group"
"""The kind of actor that a community is."""


@dataclass(frozen=True, slots=True)
class Community:
    """How a community is led.

    is_for_members: what is written in it is read by its members only.  managers_write_only: whether only its managers begin
    conversations; every member answers.  managers_uri: the id of the collection of its managers, '' where there is none.
    closed_at: since when nothing is written in it any more.
    """

    id: AccountId
    is_for_members: bool
    managers_write_only: bool
    managers_uri: str
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Ban:
    """That somebody may not take part in a community. uri: the id of the Block.  until: None for good."""

    community_id: AccountId
    account_id: AccountId
    uri: str
    until: datetime | None
    created_at: datetime


SELECT = "select account_id, is_for_members, managers_write_only, managers_uri, closed_at from communities"


# ---- how it is led ---------------------------------------------------------------------------------------------------


def find(unit: Unit, community: AccountId) -> Community | None:
    """How a community is led; None for what is none."""
    return unit.one(Community, f"{SELECT} where account_id = :id", id=community)


def find_all(unit: Unit, chosen: Iterable[AccountId]) -> dict[AccountId, Community]:
    """The same of several, by id; what is no community is left out."""
    return {each.id: each for each in unit.all(Community, f"{SELECT} where account_id in :ids", ids=list(chosen))}


def keep(
    unit: Unit, community: AccountId, *, is_for_members: bool, managers_write_only: bool, managers_uri: str
) -> None:
    """Note how a community is led, as its node says it; a known one changes."""
    sql = """
    insert into communities (account_id, is_for_members, managers_write_only, managers_uri)
    values (:id, :members, :managers, :uri)
    on conflict (account_id) do update set is_for_members = excluded.is_for_members,
        managers_write_only = excluded.managers_write_only, managers_uri = excluded.managers_uri
    """
    unit.run(sql, id=community, members=int(is_for_members), managers=int(managers_write_only), uri=managers_uri)
    cards.revise(unit, community)
    unit.after_commit(AccountChanged(community))


def close(unit: Unit, community: AccountId) -> bool:
    """Have nothing more be written in a community; what is there stays, and it is found no more.

    Returns False when it was closed already.
    """
    cards.revise(unit, community)
    sql = "update communities set closed_at = :now where account_id = :id and closed_at is null"
    unit.after_commit(AccountChanged(community))
    return unit.run(sql, id=community, now=unit.now) > 0


def reopen(unit: Unit, community: AccountId) -> bool:
    """Take that back. Returns False when it was open."""
    cards.revise(unit, community)
    sql = "update communities set closed_at = null where account_id = :id and closed_at is not null"
    unit.after_commit(AccountChanged(community))
    return unit.run(sql, id=community) > 0


def of_post(unit: Unit, post: PostId) -> list[Account]:
    """The communities that a post is addressed to, of this node and of others."""
    sql = f"""
    select {COLUMNS} from post_people w join accounts a on a.id = w.account_id
    where w.post_id = :post and a.kind = 'Group' and a.gone_at is null order by a.id
    """
    return unit.all(Account, sql, post=post)


def close_since(unit: Unit, community: AccountId, moment: datetime | None) -> None:
    """Note since when nothing is written in a community of another node, as that node says it; None where it is open."""
    sql = "update communities set closed_at = cast(:moment as bigint) where account_id = :id"
    unit.run(sql, id=community, moment=moment)


def hosted_among(unit: Unit, uris: Iterable[str]) -> list[Account]:
    """Of these actor ids, the communities of this node, in the order in which they were founded."""
    sql = f"""
    select {COLUMNS} from accounts a
    where a.uri in :uris and a.host = '' and a.kind = 'Group' and a.gone_at is null order by a.id
    """
    return unit.all(Account, sql, uris=list(uris))


# ---- by whom ---------------------------------------------------------------------------------------------------------

ADD_MANAGER = """
insert into community_managers (community_id, account_id, since) values (:community, :person, :now)
on conflict (community_id, account_id) do nothing
"""


def add_manager(unit: Unit, community: AccountId, person: AccountId) -> bool:
    """Have somebody lead a community. Returns False when they did already."""
    unit.after_commit(AccountChanged(community))
    return unit.run(ADD_MANAGER, community=community, person=person, now=unit.now) > 0


def remove_manager(unit: Unit, community: AccountId, person: AccountId) -> bool:
    """Have somebody lead a community no longer. Returns whether they did."""
    unit.after_commit(AccountChanged(community))
    sql = "delete from community_managers where community_id = :community and account_id = :person"
    return unit.run(sql, community=community, person=person) > 0


def set_managers(unit: Unit, community: AccountId, people: Sequence[AccountId]) -> None:
    """Have exactly these people lead a community, as its node says it; since when those did who do already stays."""
    unit.after_commit(AccountChanged(community))
    sql = "delete from community_managers where community_id = :community and account_id not in :people"
    unit.run(sql, community=community, people=list(people))
    unit.each(ADD_MANAGER, [{"community": community, "person": person, "now": unit.now} for person in people])


def is_manager(unit: Unit, community: AccountId, person: AccountId) -> bool:
    """Whether somebody leads a community."""
    sql = "select 1 from community_managers where community_id = :community and account_id = :person"
    return unit.one(int, sql, community=community, person=person) is not None


def managers(unit: Unit, community: AccountId) -> list[Account]:
    """Who leads a community, the longest first."""
    sql = f"""
    select {COLUMNS} from community_managers m join accounts a on a.id = m.account_id
    where m.community_id = :community and a.gone_at is null order by m.since, a.id
    """
    return unit.all(Account, sql, community=community)


def led_by(unit: Unit, person: AccountId) -> list[Account]:
    """The communities that somebody leads, by name."""
    sql = f"""
    select {COLUMNS} from community_managers m join accounts a on a.id = m.community_id
    where m.account_id = :person and a.gone_at is null order by lower(a.display_name), a.id
    """
    return unit.all(Account, sql, person=person)


def is_member(unit: Unit, community: AccountId, person: AccountId) -> bool:
    """Whether somebody belongs to a community: they follow it and were accepted."""
    sql = "select 1 from follows where follower_id = :person and followed_id = :community and accepted_at is not null"
    return unit.one(int, sql, community=community, person=person) is not None


def are_for_members(unit: Unit, chosen: Iterable[AccountId], *, among: AccountId) -> bool:
    """Whether one of these communities is for its members, and somebody is among them."""
    sql = """
    select 1 from communities c join follows f on f.followed_id = c.account_id
    where c.account_id in :ids and c.is_for_members = 1 and f.follower_id = :person and f.accepted_at is not null limit 1
    """
    return unit.one(int, sql, ids=list(chosen), person=among) is not None


@dataclass(frozen=True, slots=True)
class Asking:
    """That somebody asks to belong to a community. relation: the id of the wish, which lists are paged by."""

    relation: int
    account: AccountId
    community: AccountId


LED_HERE = """
select m.community_id from community_managers m join accounts g on g.id = m.community_id
where m.account_id = :manager and g.host = '' and g.gone_at is null
"""


def asking(unit: Unit, manager: AccountId, page: Page) -> list[Asking]:
    """Who asks to belong to the communities of this node that somebody leads, the latest first; paged by the relation's id."""
    sql = f"select id, follower_id, followed_id from follows where accepted_at is null and followed_id in ({LED_HERE})"
    return paged(unit, Asking, sql, "id", page, manager=manager)


def asked_by(unit: Unit, manager: AccountId, person: AccountId) -> AccountId | None:
    """The community that somebody asks to belong to, of those of this node that a manager leads; of several, the first asked."""
    sql = f"""
    select followed_id from follows
    where follower_id = :person and accepted_at is null and followed_id in ({LED_HERE}) order by id limit 1
    """
    return unit.one(AccountId, sql, person=person, manager=manager)


# ---- what its managers have decided ----------------------------------------------------------------------------------

BANS = """
select community_id, account_id, uri, until, created_at from community_bans
where community_id = :community and (until is null or until > :now)
"""


def ban(unit: Unit, community: AccountId, person: AccountId, *, uri: str, until: datetime | None) -> None:
    """Note that somebody may not take part in a community. until: None for good."""
    sql = """
    insert into community_bans (community_id, account_id, uri, until, created_at)
    values (:community, :person, :uri, cast(:until as bigint), :now)
    on conflict (community_id, account_id) do update set uri = excluded.uri, until = excluded.until
    """
    unit.run(sql, community=community, person=person, uri=uri, until=until, now=unit.now)


def lift_ban(unit: Unit, community: AccountId, person: AccountId) -> bool:
    """Have somebody be free to take part again. Returns whether they were not."""
    sql = "delete from community_bans where community_id = :community and account_id = :person"
    return unit.run(sql, community=community, person=person) > 0


def banned(unit: Unit, community: AccountId, person: AccountId) -> Ban | None:
    """That somebody may not take part in a community just now, if it is so."""
    sql = f"{BANS} and account_id = :person"
    return unit.one(Ban, sql, community=community, person=person, now=unit.now)


def banned_by(unit: Unit, community: AccountId, uri: str) -> AccountId | None:
    """Whom an activity keeps out of a community. uri: the id of the Block."""
    sql = "select account_id from community_bans where community_id = :community and uri = :uri"
    return unit.one(AccountId, sql, community=community, uri=uri)


def bans(unit: Unit, community: AccountId) -> list[Ban]:
    """Who may not take part in a community just now, the latest first."""
    return unit.all(Ban, f"{BANS} order by created_at desc", community=community, now=unit.now)


def lock(unit: Unit, community: AccountId, thread: PostId, *, uri: str) -> bool:
    """Have nothing more be said in a conversation of a community. uri: the id of the Lock.

    thread: its first post.  Returns False when it was so already.
    """
    sql = """
    insert into locked_threads (post_id, community_id, uri, locked_at) values (:post, :community, :uri, :now)
    on conflict (post_id) do nothing
    """
    return unit.run(sql, post=thread, community=community, uri=uri, now=unit.now) > 0


def unlock(unit: Unit, community: AccountId, thread: PostId) -> bool:
    """Take that back. Returns whether it was locked by this community."""
    sql = "delete from locked_threads where post_id = :post and community_id = :community"
    return unit.run(sql, post=thread, community=community) > 0


def locked_by(unit: Unit, thread: PostId) -> AccountId | None:
    """The community that has locked a conversation; None where everybody may answer. thread: its first post."""
    return unit.one(AccountId, "select community_id from locked_threads where post_id = :post", post=thread)


LOCKING_ABOVE = """
select l.community_id from posts p
join locked_threads l on l.post_id = p.thread_id join accounts g on g.id = l.community_id
where p.uri = :uri and g.host = ''
"""


def locking_above(unit: Unit, uri: str) -> AccountId | None:
    """The community of this node that has locked the conversation of a post. uri: the post's id, known here or not."""
    return unit.one(AccountId, LOCKING_ABOVE, uri=uri)


def thread_locked_by(unit: Unit, community: AccountId, uri: str) -> PostId | None:
    """The first post of the conversation that an activity locks in a community. uri: the id of the Lock."""
    sql = "select post_id from locked_threads where community_id = :community and uri = :uri"
    return unit.one(PostId, sql, community=community, uri=uri)


def pin(unit: Unit, community: AccountId, post: PostId) -> bool:
    """Have a post stand first in a community. Returns False when it did already."""
    sql = """
    insert into community_pins (id, community_id, post_id, created_at) values (:id, :community, :post, :now)
    on conflict (community_id, post_id) do nothing
    """
    return unit.run(sql, id=unit.new_id(), community=community, post=post, now=unit.now) > 0


def unpin(unit: Unit, community: AccountId, post: PostId) -> bool:
    """Take that back. Returns whether it stood there."""
    sql = "delete from community_pins where community_id = :community and post_id = :post"
    return unit.run(sql, community=community, post=post) > 0


def is_pinned(unit: Unit, community: AccountId, post: PostId) -> bool:
    """Whether a post stands first in a community."""
    sql = "select 1 from community_pins where community_id = :community and post_id = :post"
    return unit.one(int, sql, community=community, post=post) is not None


def pins_count(unit: Unit, community: AccountId) -> int:
    """How many posts stand first in a community."""
    return unit.one(int, "select count(*) from community_pins where community_id = :id", id=community) or 0


# ---- what its members have proven ------------------------------------------------------------------------------------


def keep_proven(unit: Unit, post: PostId, document: str) -> None:
    """Keep the activity in which somebody elsewhere wrote a post, or changed it, as they have proven it; a later one replaces it.

    document: JSON, as it came.
    """
    sql = """
    insert into proven_posts (post_id, document) values (:post, :document)
    on conflict (post_id) do update set document = excluded.document
    """
    unit.run(sql, post=post, document=document)


def proven(unit: Unit, post: PostId) -> str | None:
    """The activity in which a post was written, or changed last, as its author has proven it; None where none is kept."""
    return unit.one(str, "select document from proven_posts where post_id = :post", post=post)
