"""The dashboard of moderators: how much there was of something on each day, and of what something is made.

Everything is about the node as a whole. Numbers that say something of people are 0 where fewer than ten are behind them, and what
no node keeps, as who signed in when, is not counted: an unknown key is passed over, and there are no cohorts of retention.
"""

import platform
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from node.api import entities
from node.api.answers import Answerable
from node.api.callers import Caller
from node.api.endpoints import endpoint
from node.api.instance import FEWEST_PEOPLE
from node.api.parameters import Id, Limited, Parameters, Several
from node.context import Node
from node.errors import Invalid
from storage import measures
from storage.measures import ALL_TIME, DAY, Count, Share
from storage.store import Unit

SCOPE = "admin:read"
MOST_DAYS = 366
MOST_KEYS = 20


class About(Parameters):
    """Of which tag, by its id, or of which node, by its host."""

    id: Id | None = None
    domain: str = ""

    @property
    def subject(self) -> int | str:
        """The same in the terms of storage."""
        return self.domain.strip().lower() if self.id is None else self.id


class Wanted(Parameters):
    """What is to be counted from the first day to the last, both inside."""

    keys: Several[str] = []  # noqa: RUF012  pydantic copies defaults
    start_at: datetime
    end_at: datetime
    tag_accounts: About = About()
    tag_uses: About = About()
    tag_servers: About = About()
    tag_languages: About = About()
    instance_accounts: About = About()
    instance_statuses: About = About()
    instance_reports: About = About()
    instance_follows: About = About()
    instance_followers: About = About()
    instance_languages: About = About()

    @property
    def period(self) -> tuple[datetime, datetime]:
        """The first midnight (UTC), and the one after the last day. Raises Invalid."""
        first, last = _midnight(self.start_at), _midnight(self.end_at)
        if not timedelta() <= last - first < timedelta(days=MOST_DAYS):
            raise Invalid(
                "end_at", "ERR_INVALID", f"The last day is the first one or later, and within {MOST_DAYS} days"
            )
        return first, last + timedelta(days=1)

    def known(self, keys: Sequence[str]) -> list[str]:
        """Those of the wanted keys that are among these."""
        return [key for key in dict.fromkeys(self.keys[:MOST_KEYS]) if key in keys]

    def about(self, key: str) -> int | str:
        """What a key is about, where it is about something."""
        found: About = getattr(self, key, About())
        return found.subject


class Divided(Wanted, Limited):
    """Of what something is to be divided, and into how many parts."""

    default = 10
    maximum = 50


@endpoint("POST", "/api/v1/admin/measures", scope=SCOPE, moderators=True)
async def over_time(caller: Caller, wanted: Wanted) -> Answerable:
    """How much there was of something on each day, all together, and in as many days before."""
    start, end = wanted.period
    return [
        await caller.node.store.read_slowly(_measure, key, start, end, wanted.about(key))
        for key in wanted.known(list(measures.MEASURES))
    ]


@endpoint("POST", "/api/v1/admin/dimensions", scope=SCOPE, moderators=True)
async def divided(caller: Caller, wanted: Divided) -> Answerable:
    """Of what something is made, the largest parts first."""
    start, end = wanted.period
    return [
        {"key": key, "data": await _parts(caller.node, key, start, end, wanted)}
        for key in wanted.known([*measures.DIMENSIONS, "space_usage", "software_versions"])
    ]


@endpoint("POST", "/api/v1/admin/retention", scope=SCOPE, moderators=True)
async def retention(caller: Caller) -> Answerable:
    """Nothing: who comes back and who does not is not watched."""
    del caller
    return []


def _measure(unit: Unit, key: str, start: datetime, end: datetime, about: int | str) -> entities.Entity:
    days = measures.over_time(unit, key, start=start, end=end, about=about, length=DAY)
    whole = measures.over_time(unit, key, start=start, end=end, about=about, length=ALL_TIME)
    before = measures.over_time(unit, key, start=start - (end - start), end=start, about=about, length=ALL_TIME)
    by_day = {each.part: _shown(each) for each in days}
    first = int(start.timestamp() * 1000) // DAY
    return {
        "key": key,
        "unit": None,
        "total": str(sum(map(_shown, whole))),
        "previous_total": str(sum(map(_shown, before))),
        "data": [
            {"date": entities.timestamp(start + timedelta(days=day)), "value": str(by_day.get(first + day, 0))}
            for day in range((end - start).days)
        ],
    }


async def _parts(node: Node, key: str, start: datetime, end: datetime, wanted: Divided) -> list[entities.Entity]:
    match key:
        case "space_usage":
            files = await node.store.read_slowly(measures.bytes_of_files)
            database = await node.store.read(lambda unit: unit.size())
            return [_room("database", "Database", database), _room("media", "Files", files)]
        case "software_versions":
            versions = {"legation": ("Legation", node.federation.place.version)}
            versions["python"] = ("Python", platform.python_version())
            return [_part(name, title, version) for name, (title, version) in versions.items()]
        case _:
            parts = (start, end, wanted.about(key), wanted.limit)
            found = await node.store.read_slowly(_divided, key, *parts)
            return [_part(each.name, each.name or node.settings.domain, str(each.value)) for each in found]


def _divided(unit: Unit, key: str, start: datetime, end: datetime, about: int | str, limit: int) -> list[Share]:
    found = measures.divided(unit, key, start=start, end=end, about=about, limit=limit)
    return [each for each in found if each.people >= FEWEST_PEOPLE]


def _part(name: str, title: str, value: str) -> entities.Entity:
    return {"key": name, "human_key": title, "value": value}


def _room(name: str, title: str, size: int) -> entities.Entity:
    return _part(name, title, str(size)) | {"unit": "bytes", "human_value": f"{size / 1e6:.1f} MB"}


def _shown(counted: Count) -> int:
    return counted.value if counted.people >= FEWEST_PEOPLE else 0


def _midnight(moment: datetime) -> datetime:
    day = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return day.replace(hour=0, minute=0, second=0, microsecond=0)
