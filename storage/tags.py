"""Tags: the words with which people mark their posts, as they are found and counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.ids import first_id_at
from storage.store import Unit

DAY_MILLISECONDS = 86_400_000


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that somebody has used. name: lower case.  spelling: as it was first typed."""

    id: int
    name: str
    spelling: str


@dataclass(frozen=True, slots=True)
class Day:
    """How much a tag was used in posts for all nodes on one day (UTC, its number since 1970)."""

    tag_id: int
    day: int
    uses: int
    accounts: int


def beginning_with(unit: Unit, text: str, *, limit: int, offset: int = 0) -> list[Tag]:
    """The tags that begin with a text, any case, the shortest first."""
    escaped = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    sql = """
    select id, name, spelling from tags where name like :start escape '\\'
    order by length(name), name limit :limit offset :offset
    """
    return unit.all(Tag, sql, start=f"{escaped}%", limit=limit, offset=offset)


def days_of(unit: Unit, tags: Sequence[Tag], *, since: datetime) -> list[Day]:
    """How much these tags were used on each day since then, days without any use left out."""
    # An id carries the moment of its post in its upper bits, so the index on ids bounds what is read.
    sql = """
    select t.tag_id, p.published_at / :length as day, count(*), count(distinct p.author_id)
    from post_tags t join posts p on p.id = t.post_id
    where t.tag_id in :tags and t.post_id >= :first and p.reach = 0
    group by t.tag_id, day
    """
    ids = [tag.id for tag in tags]
    return unit.all(Day, sql, tags=ids, first=first_id_at(since), length=DAY_MILLISECONDS)


def midnights(now: datetime, *, days: int) -> list[datetime]:
    """The beginnings of the last days (UTC), today first."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return [today - timedelta(days=back) for back in range(days)]


def by_ids(unit: Unit, identifiers: Sequence[int]) -> list[Tag]:
    """The tags with these ids, in the order given; unknown ids are left out."""
    rows = unit.all(Tag, "select id, name, spelling from tags where id in :ids", ids=list(identifiers))
    found = {tag.id: tag for tag in rows}
    return [found[each] for each in identifiers if each in found]


def find(unit: Unit, name: str) -> Tag | None:
    """The tag of this name, any case, if anybody has ever used it."""
    return unit.one(Tag, "select id, name, spelling from tags where name = :name", name=name.lower())


def named(unit: Unit, name: str) -> Tag:
    """The tag of this name, which is made where nobody has used it yet. name: as typed."""
    sql = "insert into tags (id, name, spelling) values (:id, :name, :spelling) on conflict (name) do nothing"
    unit.run(sql, id=unit.new_id(), name=name.lower(), spelling=name)
    found = find(unit, name)
    assert found is not None
    return found
