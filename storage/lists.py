"""Lists: some of the people whom a person follows, read apart from the others. Nobody else is told.

A member of a list is a follow, so whoever is no longer followed is in no list any more. Of an exclusive list, what its
members write does not come home: that is noted with their follows (`at_home`), so that reading costs nothing more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from storage.accounts import COLUMNS, Account
from storage.directory import escaped
from storage.events import RelationChanged
from storage.follows import Related
from storage.ids import AccountId
from storage.pages import Page, paged
from storage.store import Unit
from storage.words import folded

FOLLOWED, MEMBERS, NONE = "followed", "list", "none"
POLICIES = (FOLLOWED, MEMBERS, NONE)
"""Whose answers stand in a list: to all whom the reader follows, to other members, or to nobody but oneself."""


@dataclass(frozen=True, slots=True)
class PeopleList:
    """A list of people. replies_policy: one of `POLICIES`.  exclusive: what stands here does not come home."""

    id: int
    account_id: AccountId
    title: str
    replies_policy: str
    exclusive: bool


@dataclass(frozen=True, slots=True)
class Size:
    """How many are in a list."""

    list: int
    members: int


SELECT = "select l.id, l.account_id, l.title, l.replies_policy, l.exclusive from lists l"


def of(unit: Unit, account: AccountId) -> list[PeopleList]:
    """A person's lists, the oldest first."""
    return unit.all(PeopleList, f"{SELECT} where l.account_id = :account order by l.id", account=account)


def counted(unit: Unit, account: AccountId) -> list[tuple[PeopleList, int]]:
    """The same, each with how many are in it."""
    found = of(unit, account)
    sql = "select m.list_id, count(*) from list_members m where m.list_id in :lists group by m.list_id"
    members = {each.list: each.members for each in unit.all(Size, sql, lists=[each.id for each in found])}
    return [(each, members.get(each.id, 0)) for each in found]


def one(unit: Unit, account: AccountId, identifier: int) -> PeopleList | None:
    """One of a person's lists."""
    sql = f"{SELECT} where l.id = :id and l.account_id = :account"
    return unit.one(PeopleList, sql, id=identifier, account=account)


def count(unit: Unit, account: AccountId) -> int:
    """How many lists somebody has."""
    return unit.one(int, "select count(*) from lists where account_id = :account", account=account) or 0


def holding(unit: Unit, account: AccountId, member: AccountId) -> list[PeopleList]:
    """Those of a person's lists in which somebody is, the oldest first."""
    sql = f"""
    {SELECT} join list_members m on m.list_id = l.id join follows f on f.id = m.follow_id
    where l.account_id = :account and f.follower_id = :account and f.followed_id = :member order by l.id
    """
    return unit.all(PeopleList, sql, account=account, member=member)


def add(unit: Unit, account: AccountId, *, title: str, replies_policy: str, exclusive: bool) -> PeopleList:
    """A new list, with nobody in it."""
    new = PeopleList(unit.new_id(), account, title, replies_policy, exclusive)
    sql = """
    insert into lists (id, account_id, title, replies_policy, exclusive, created_at)
    values (:id, :account, :title, :policy, :exclusive, :now)
    """
    unit.run(
        sql, id=new.id, account=account, title=title, policy=replies_policy, exclusive=int(exclusive), now=unit.now
    )
    return new


def change(unit: Unit, known: PeopleList) -> None:
    """Have a list be as it is said here."""
    sql = "update lists set title = :title, replies_policy = :policy, exclusive = :exclusive where id = :id"
    unit.run(sql, id=known.id, title=known.title, policy=known.replies_policy, exclusive=int(known.exclusive))
    note_what_comes_home(unit, known.account_id)


def remove(unit: Unit, known: PeopleList) -> None:
    """Take a list away; its members are followed as before."""
    unit.run("delete from lists where id = :id", id=known.id)
    note_what_comes_home(unit, known.account_id)


def followed_among(unit: Unit, account: AccountId, people: Iterable[AccountId]) -> dict[AccountId, int]:
    """The follows by which somebody follows these people, or has asked to, by whom they are of."""
    sql = "select id, followed_id from follows where follower_id = :account and followed_id in :people"
    found = unit.all(Related, sql, account=account, people=list(people))
    return {each.account: each.relation for each in found}


def put_in(unit: Unit, known: PeopleList, follows: Sequence[int]) -> None:
    """Have these follows be of a list; those that are already stay."""
    sql = """
    insert into list_members (id, list_id, follow_id) values (:id, :list, :follow)
    on conflict (list_id, follow_id) do nothing
    """
    unit.each(sql, [{"id": unit.new_id(), "list": known.id, "follow": follow} for follow in follows])
    note_what_comes_home(unit, known.account_id)


def take_out(unit: Unit, known: PeopleList, people: Iterable[AccountId]) -> None:
    """Have these people be in a list no longer, as far as they are."""
    sql = """
    delete from list_members where list_id = :list
        and follow_id in (select id from follows where follower_id = :account and followed_id in :people)
    """
    unit.run(sql, list=known.id, account=known.account_id, people=list(people))
    note_what_comes_home(unit, known.account_id)


def place(unit: Unit, account: AccountId, follow: int, among: Iterable[int]) -> None:
    """Have a follow be of these of a person's lists, and of no other of them."""
    chosen = list(among)
    unit.run(
        "delete from list_members where follow_id = :follow and list_id not in :lists", follow=follow, lists=chosen
    )
    sql = """
    insert into list_members (id, list_id, follow_id) values (:id, :list, :follow)
    on conflict (list_id, follow_id) do nothing
    """
    unit.each(sql, [{"id": unit.new_id(), "list": each, "follow": follow} for each in chosen])
    note_what_comes_home(unit, account)


def members(unit: Unit, known: PeopleList, page: Page) -> list[Related]:
    """Who is in a list, the latest first; paged by the membership's id."""
    sql = "select m.id, f.followed_id from list_members m join follows f on f.id = m.follow_id where m.list_id = :list"
    return paged(unit, Related, sql, "m.id", page, list=known.id)


def members_count(unit: Unit, known: PeopleList) -> int:
    """How many are in a list."""
    return unit.one(int, "select count(*) from list_members where list_id = :list", list=known.id) or 0


def could_join(unit: Unit, known: PeopleList, text: str, *, limit: int) -> list[Account]:
    """Whom the owner of a list follows, or has asked to, and who is not in it, the latest follow first.

    text: a part of their name or display name, whatever the case and the accents; "" for everybody.  limit: ≥ 1.
    """
    sql = f"""
    select {COLUMNS} from follows f join accounts a on a.id = f.followed_id join directory d on d.account_id = a.id
    where f.follower_id = :account and a.gone_at is null
        and (lower(a.username) like :text escape '\\' or d.name like :text escape '\\')
        and not exists (select 1 from list_members m where m.list_id = :list and m.follow_id = f.id)
    order by f.id desc limit :limit
    """
    return unit.all(
        Account, sql, account=known.account_id, list=known.id, text=f"%{escaped(folded(text))}%", limit=limit
    )


APART = """
select m.follow_id from list_members m join lists l on l.id = m.list_id where l.account_id = :account and l.exclusive = 1
"""


def note_what_comes_home(unit: Unit, account: AccountId) -> None:
    """Note with somebody's follows who is in one of their exclusive lists; of whom else they read in a list alone stays."""
    away = f"update follows set at_home = 0 where follower_id = :account and at_home = 1 and id in ({APART})"
    home = f"update follows set at_home = 1 where follower_id = :account and at_home = 0 and id not in ({APART})"
    if unit.run(away, account=account) + unit.run(home, account=account):
        unit.after_commit(RelationChanged(account, account))
