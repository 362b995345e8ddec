"""Tags that people show on their profile: what they write about."""

from dataclasses import dataclass
from datetime import datetime

from storage.ids import AccountId
from storage.store import Unit
from storage.tags import Tag


@dataclass(frozen=True, slots=True)
class Featured:
    """A tag on a profile. tag: its own id.  posts: how many posts for everybody carry it; last_at: when the latest was written."""

    id: int
    tag: int
    name: str
    spelling: str
    posts: int
    last_at: datetime | None


SELECT = """
select f.id, t.id, t.name, t.spelling, count(p.id), max(p.published_at)
from featured_tags f join tags t on t.id = f.tag_id
left join post_tags c on c.tag_id = f.tag_id
left join posts p on p.id = c.post_id and p.author_id = f.account_id and p.reach in (0, 1) and p.boost_of is null
where f.account_id = :account
group by f.id, t.id, t.name, t.spelling order by f.id desc
"""


def of(unit: Unit, account: AccountId) -> list[Featured]:
    """What somebody shows, the latest first."""
    return unit.all(Featured, SELECT, account=account)


def add(unit: Unit, account: AccountId, tag: int) -> None:
    """Show a tag; nothing happens where it is shown already."""
    sql = """
    insert into featured_tags (id, account_id, tag_id, created_at) values (:id, :account, :tag, :now)
    on conflict (account_id, tag_id) do nothing
    """
    unit.run(sql, id=unit.new_id(), account=account, tag=tag, now=unit.now)


def remove(unit: Unit, account: AccountId, tag: int) -> None:
    """Show it no more."""
    unit.run("delete from featured_tags where account_id = :account and tag_id = :tag", account=account, tag=tag)


def among(unit: Unit, account: AccountId, tags: list[int]) -> set[int]:
    """Which of these tags somebody shows."""
    sql = "select tag_id from featured_tags where account_id = :account and tag_id in :tags"
    return set(unit.all(int, sql, account=account, tags=tags))


def worth_showing(unit: Unit, account: AccountId, *, limit: int) -> list[Tag]:
    """The tags that somebody uses most in posts for everybody, and does not show."""
    sql = """
    select t.id, t.name, t.spelling from posts p join post_tags c on c.post_id = p.id join tags t on t.id = c.tag_id
    where p.author_id = :account and p.reach in (0, 1) and p.boost_of is null
        and not exists (select 1 from featured_tags f where f.account_id = :account and f.tag_id = t.id)
    group by t.id, t.name, t.spelling order by count(*) desc, max(p.id) desc, t.id desc limit :limit
    """
    return unit.all(Tag, sql, account=account, limit=limit)
