"""Who follows whom, and who has asked to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.accounts import COLUMNS, Account
from storage.events import RelationChanged
from storage.ids import AccountId
from storage.pages import Page, paged
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class Follow:
    """That somebody follows somebody, or has asked to: `accepted_at` is None until it is granted."""

    id: int
    follower_id: AccountId
    followed_id: AccountId
    uri: str
    created_at: datetime
    accepted_at: datetime | None
    shares: bool
    notify: bool
    languages: str | None

    @property
    def wanted_languages(self) -> list[str]:
        """The languages of which alone something is wanted; none means all."""
        return listed_languages(self.languages)


SELECT = "select id, follower_id, followed_id, uri, created_at, accepted_at, shares, notify, languages from follows"


def listed_languages(kept: str | None) -> list[str]:
    """Languages as they are kept, between commas, one by one."""
    return kept.strip(",").split(",") if kept else []


def between(unit: Unit, follower: AccountId, followed: AccountId) -> Follow | None:
    """The follow between two people, asked for or granted."""
    sql = f"{SELECT} where follower_id = :follower and followed_id = :followed"
    return unit.one(Follow, sql, follower=follower, followed=followed)


def by_uri(unit: Unit, uri: str, *, follower: AccountId) -> Follow | None:
    """A person's follow by the id of its activity."""
    return unit.one(Follow, f"{SELECT} where follower_id = :follower and uri = :uri", follower=follower, uri=uri)


def by_acceptance(unit: Unit, uri: str, *, followed: AccountId) -> Follow | None:
    """The follow of a person that they have granted with this Accept. uri: its id."""
    return unit.one(Follow, f"{SELECT} where followed_id = :followed and accept_uri = :uri", followed=followed, uri=uri)


def ask(unit: Unit, follower: AccountId, followed: AccountId, *, uri: str) -> bool:
    """Note that somebody asks to follow; asking again only renews the activity's id. Returns whether it is new."""
    known = between(unit, follower, followed)
    if known is not None:
        unit.run("update follows set uri = :uri where id = :id", id=known.id, uri=uri)
        return False
    sql = """
    insert into follows (id, follower_id, followed_id, uri, created_at)
    values (:id, :follower, :followed, :uri, :now)
    """
    unit.run(sql, id=unit.new_id(), follower=follower, followed=followed, uri=uri, now=unit.now)
    unit.after_commit(RelationChanged(follower, followed))
    return True


def prefer(
    unit: Unit,
    follower: AccountId,
    followed: AccountId,
    *,
    shares: bool,
    notify: bool,
    languages: Sequence[str] = (),
) -> None:
    """How somebody wants to follow: with what the followed one shares or without, told of each post or not.

    languages: in lower case; of which alone something is wanted.  None of them means all.
    """
    sql = """
    update follows set shares = :shares, notify = :notify, languages = :languages
    where follower_id = :follower and followed_id = :followed
    """
    unit.run(
        sql,
        follower=follower,
        followed=followed,
        shares=int(shares),
        notify=int(notify),
        languages=f",{','.join(languages)}," if languages else None,
    )
    unit.after_commit(RelationChanged(follower, followed))


def accept(unit: Unit, follower: AccountId, followed: AccountId, *, uri: str | None = None) -> bool:
    """Grant a follow that was asked for. Returns False when there is none, or it was granted already.

    uri: the id of the Accept, by which it may be taken back.
    """
    sql = """
    update follows set accepted_at = :now, accept_uri = cast(:uri as text)
    where follower_id = :follower and followed_id = :followed and accepted_at is null
    """
    if not unit.run(sql, follower=follower, followed=followed, now=unit.now, uri=uri):
        return False
    _count(unit, follower, followed, by=1)
    unit.after_commit(RelationChanged(follower, followed))
    return True


def remove(unit: Unit, follower: AccountId, followed: AccountId) -> bool:
    """End a follow, granted or only asked for. Returns whether there was one."""
    known = between(unit, follower, followed)
    if known is None:
        return False
    if not unit.run("delete from follows where id = :id", id=known.id):
        return False  # ended at the same moment by somebody else
    forget_asking(unit, follower, followed, kinds=("follow", "follow_request"))
    if known.accepted_at is not None:
        _count(unit, follower, followed, by=-1)
    unit.after_commit(RelationChanged(follower, followed))
    return True


def forget_asking(
    unit: Unit, follower: AccountId, followed: AccountId, *, kinds: Sequence[str] = ("follow_request",)
) -> None:
    """Untell somebody, or those who lead a community, that it was asked for. kinds: of what they were told."""
    sql = """
    delete from notifications where from_id = :by and kind in :kinds and (account_id = :to or about = :to) and account_id in (
        select cast(:to as bigint) union all select account_id from community_managers where community_id = :to)
    """
    unit.run(sql, to=followed, by=follower, kinds=list(kinds))


@dataclass(frozen=True, slots=True)
class Related:
    """A row of a list of relations: whom it is about, and the relation's own id, which the list is paged by."""

    relation: int
    account: AccountId


# Who belongs to a community is for those to know who belong to it, and for the person themselves.
MEMBERS_KNOWN = """
(f.follower_id = :reader
    or not exists (select 1 from accounts g where g.id = f.followed_id and g.kind = 'Group')
    or exists (select 1 from follows m
        where m.follower_id = :reader and m.followed_id = f.followed_id and m.accepted_at is not null))
"""


def followers(unit: Unit, account: AccountId, page: Page, *, reader: AccountId) -> list[Related]:
    """Who follows somebody, newest first, as far as the reader is to know; paged by the relation's id."""
    sql = f"""
    select f.id, f.follower_id from follows f
    where f.followed_id = :account and f.accepted_at is not null and {MEMBERS_KNOWN}
    """
    return paged(unit, Related, sql, "f.id", page, account=account, reader=reader)


def following(unit: Unit, account: AccountId, page: Page, *, reader: AccountId) -> list[Related]:
    """Whom somebody follows, newest first, as far as the reader is to know; paged by the relation's id."""
    sql = f"""
    select f.id, f.followed_id from follows f
    where f.follower_id = :account and f.accepted_at is not null and {MEMBERS_KNOWN}
    """
    return paged(unit, Related, sql, "f.id", page, account=account, reader=reader)


def wanted_by(unit: Unit, follower: AccountId) -> list[AccountId]:
    """Whom somebody follows, or has asked to."""
    return unit.all(AccountId, "select followed_id from follows where follower_id = :id order by id", id=follower)


def requests(unit: Unit, account: AccountId, page: Page) -> list[Related]:
    """Who has asked to follow somebody and waits for an answer, newest first; paged by the relation's id."""
    sql = "select id, follower_id from follows where followed_id = :account and accepted_at is null"
    return paged(unit, Related, sql, "id", page, account=account)


def requests_to_decide(unit: Unit, account: AccountId, page: Page) -> list[Related]:
    """The same, with those who ask to belong to a community of this node that somebody leads."""
    sql = """
    select id, follower_id from follows where accepted_at is null and followed_id in (
        select cast(:account as bigint) union all
        select m.community_id from community_managers m join accounts g on g.id = m.community_id
        where m.account_id = :account and g.host = '')
    """
    return paged(unit, Related, sql, "id", page, account=account)


def requests_count(unit: Unit, account: AccountId) -> int:
    """How many wait for an answer."""
    sql = "select count(*) from follows where followed_id = :account and accepted_at is null"
    return unit.one(int, sql, account=account) or 0


def local_followers(unit: Unit, account: AccountId) -> list[Account]:
    """The people of this node who follow somebody."""
    sql = f"""
    select {COLUMNS} from follows f join accounts a on a.id = f.follower_id
    where f.followed_id = :account and f.accepted_at is not null and a.host = ''
    """
    return unit.all(Account, sql, account=account)


def listening(unit: Unit, account: AccountId, *, since: datetime) -> list[AccountId]:
    """The people of this node who want to be told of each post of somebody, and followed them by then already."""
    sql = """
    select f.follower_id from follows f join accounts a on a.id = f.follower_id
    where f.followed_id = :account and f.notify = 1 and f.accepted_at <= :since and a.host = ''
    """
    return unit.all(AccountId, sql, account=account, since=since)


def has_local_follower(unit: Unit, account: AccountId) -> bool:
    """Whether anybody of this node follows somebody."""
    sql = """
    select 1 from follows f join accounts a on a.id = f.follower_id
    where f.followed_id = :account and f.accepted_at is not null and a.host = '' limit 1
    """
    return unit.one(int, sql, account=account) is not None


def followed_here(unit: Unit, accounts: Sequence[AccountId]) -> set[AccountId]:
    """Those of these accounts whom somebody of this node follows."""
    sql = """
    select o.id from accounts o where o.id in :accounts and exists (
        select 1 from follows f join accounts a on a.id = f.follower_id
        where f.followed_id = o.id and f.accepted_at is not null and a.host = '')
    """
    return set(unit.all(AccountId, sql, accounts=list(accounts)))


def listened_to(unit: Unit, accounts: Sequence[AccountId]) -> set[AccountId]:
    """Those of these accounts of whose posts somebody of this node wants to be told."""
    sql = """
    select o.id from accounts o where o.id in :accounts and exists (
        select 1 from follows f join accounts a on a.id = f.follower_id
        where f.followed_id = o.id and f.notify = 1 and f.accepted_at is not null and a.host = '')
    """
    return set(unit.all(AccountId, sql, accounts=list(accounts)))


def _count(unit: Unit, follower: AccountId, followed: AccountId, *, by: int) -> None:
    unit.run("update accounts set following_count = following_count + :by where id = :id", id=follower, by=by)
    unit.run("update accounts set followers_count = followers_count + :by where id = :id", id=followed, by=by)
