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
