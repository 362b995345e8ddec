"""Numbers about the node as a whole, over some days: what moderators see on a dashboard. Nothing here is about one person.

Each statement takes ids or moments of a period and counts by lengths of time; with a length longer than all time it counts the
whole period together, which for people is not the sum of the days. Where a number says something of people, how many they are
comes with it: whoever shows it leaves out what fewer than ten are behind. These read much, so they belong on the lane for slow
reads.
"""

from dataclasses import dataclass
from datetime import datetime

from storage.ids import SEQUENCE_BITS, first_id_at
from storage.store import Unit

DAY = 86_400_000
"""In milliseconds."""

ALL_TIME = 1 << 46
"""Longer than all moments, and still with room to be shifted as ids are."""

MANY = 1_000_000
"""How many people are behind what is about nobody."""


@dataclass(frozen=True, slots=True)
class Count:
    """What was counted. part: the number of the length of time since 1970.  people: behind it."""

    part: int
    value: int
    people: int


@dataclass(frozen=True, slots=True)
class Share:
    """How much of something is of this kind. people: behind it."""

    name: str
    value: int
    people: int


_BY_ID = "{row}.id >= :first and {row}.id < :after"
_BY_MOMENT = "{moment} >= :start and {moment} < :end"
_OF_TAG = f"""
from post_tags t join posts p on p.id = t.post_id join accounts a on a.id = p.author_id
where t.tag_id = :about and p.reach = 0 and {_BY_ID.format(row="p")}
"""
_OF_HOST = "from {table} x join accounts a on a.id = x.{person} where a.host = :about and " + _BY_ID.format(row="x")


def _of_host(table: str, person: str) -> str:
    return f"select x.id / :span as part, count(*), {MANY} {_OF_HOST.format(table=table, person=person)} group by part"


MEASURES = {
    "new_users": f"""
        select s.created_at / :length as part, count(*), count(*) from staff s
        where {_BY_MOMENT.format(moment="s.created_at")} group by part
    """,
    "active_users": f"""
        select p.id / :span as part, count(distinct p.author_id), count(distinct p.author_id) from posts p
        where p.is_local = 1 and p.boost_of is null and {_BY_ID.format(row="p")} group by part
    """,
    "interactions": f"""
        select i.id / :span as part, count(*), count(distinct i.who) from (
            select f.id as id, f.account_id as who from favourites f join accounts a on a.id = f.account_id
            where a.host = '' and {_BY_ID.format(row="f")}
            union all
            select p.id as id, p.author_id as who from posts p
            where p.is_local = 1 and (p.boost_of is not null or p.reply_to is not null) and {_BY_ID.format(row="p")}
        ) i group by part
    """,
    "opened_reports": f"""
        select r.created_at / :length as part, count(*), {MANY} from reports r
        where {_BY_MOMENT.format(moment="r.created_at")} group by part
    """,
    "resolved_reports": f"""
        select r.resolved_at / :length as part, count(*), {MANY} from reports r
        where {_BY_MOMENT.format(moment="r.resolved_at")} group by part
    """,
    "tag_uses": f"select p.id / :span as part, count(*), {MANY} {_OF_TAG} group by part",
    "tag_accounts": f"select p.id / :span as part, count(distinct p.author_id), {MANY} {_OF_TAG} group by part",
    "tag_servers": f"select p.id / :span as part, count(distinct a.host), {MANY} {_OF_TAG} group by part",
    "instance_accounts": _of_host("accounts", "id"),
    "instance_statuses": _of_host("posts", "author_id"),
    "instance_reports": _of_host("reports", "target_id"),
    "instance_follows": _of_host("follows", "followed_id"),
    "instance_followers": _of_host("follows", "follower_id"),
}
"""What can be counted over time. Those of a tag and of a node are about one."""

DIMENSIONS = {
    "languages": """
        select s.locale as name, count(*) as value, count(*) from staff s where s.disabled_at is null
        group by s.locale order by value desc, name limit :limit
    """,
    "servers": f"""
        select a.host as name, count(*) as value, {MANY} from posts p join accounts a on a.id = p.author_id
        where p.boost_of is null and {_BY_ID.format(row="p")} group by a.host order by value desc, name limit :limit
    """,
    "tag_servers": f"select a.host as name, count(*) as value, {MANY} {_OF_TAG} group by a.host order by value desc, name limit :limit",
    "tag_languages": f"""
        select coalesce(p.language, '') as name, count(*) as value, {MANY} {_OF_TAG}
        group by p.language order by value desc, name limit :limit
    """,
    "instance_languages": f"""
        select coalesce(x.language, '') as name, count(*) as value, {MANY} {_OF_HOST.format(table="posts", person="author_id")}
        group by x.language order by value desc, name limit :limit
    """,
}
"""Into what something can be divided. The same."""


def over_time(unit: Unit, key: str, *, start: datetime, end: datetime, about: int | str, length: int) -> list[Count]:
    """How much there was of something. Parts without any are left out.

    key: of `MEASURES`.  start, end: aware; the end is outside.  about: the id of a tag or the host of a node, where the key wants
    one.  length: of a part, milliseconds.
    """
    return unit.all(
        Count,
        MEASURES[key],
        start=start,
        end=end,
        first=first_id_at(start),
        after=first_id_at(end),
        about=about,
        length=length,
        span=length << SEQUENCE_BITS,
    )


def divided(unit: Unit, key: str, *, start: datetime, end: datetime, about: int | str, limit: int) -> list[Share]:
    """Of what something is made, the largest parts first. key: of `DIMENSIONS`; the others as in `over_time`."""
    first, after = first_id_at(start), first_id_at(end)
    return unit.all(Share, DIMENSIONS[key], first=first, after=after, about=about, limit=limit)


def bytes_of_files(unit: Unit) -> int:
    """How much room files take, those kept of peers too."""
    total = "cast(coalesce(sum(size + small_size + given_size), 0) as bigint)"
    return unit.one(int, f"select {total} from media where state = 1") or 0
