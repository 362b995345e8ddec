"""What somebody typed into the form of a search: read from the address, shown in the form again, made into a search."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Self
from urllib.parse import urlencode

from node.errors import Invalid
from storage.ids import first_id_at
from storage.pages import NEWEST
from storage.words import folded

LONGEST = 200
LONGEST_NAME = 320
FIRST_YEAR, LAST_YEAR = 2000, 2999
ANYWHERE, HERE = "", "here"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, as typed. by: a name or an address.  node: a host, `HERE`, or `ANYWHERE`.  since, until: days."""

    q: str = ""
    by: str = ""
    node: str = ANYWHERE
    tag: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """What an address asks."""
        texts = {
            name: " ".join(query.get(name, "").split())[:longest]
            for name, longest in (("q", LONGEST), ("by", LONGEST_NAME), ("tag", LONGEST), ("since", 20), ("until", 20))
        }
        return cls(node=query.get("node", "")[:LONGEST_NAME], **texts) if texts else cls()

    @property
    def is_narrowed(self) -> bool:
        """Whether anything beside the words is asked for."""
        return any((self.by, self.node, self.tag, self.since, self.until))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for by which one could look."""
        return not any((folded(self.q), self.by, self.node, self.tag.strip("#")))

    @property
    def host(self) -> str | None:
        """Of which node: '' for this one, None for any."""
        return {ANYWHERE: None, HERE: ""}.get(self.node, self.node)

    def bounds(self) -> tuple[int, int]:
        """Below and above which ids a post is of these days, UTC. Raises Invalid: a day is none, or they are the wrong way round."""
        since, until = _day("since", self.since), _day("until", self.until)
        if since and until and since > until:
            raise Invalid("until", "ERR_BEFORE", "The last day is before the first.")
        above = first_id_at(_midnight(since)) - 1 if since else 0
        below = first_id_at(_midnight(until) + timedelta(days=1)) if until else NEWEST
        return below, above

    def at(self, path: str, **further: object) -> str:
        """The address of the same question. further: what stands in it besides."""
        typed = {name: getattr(self, name) for name in ("q", "by", "node", "tag", "since", "until")}
        return f"{path}?{urlencode({name: value for name, value in {**typed, **further}.items() if value})}"

    def without_filters(self) -> "Asked":
        """The words alone."""
        return replace(Asked(), q=self.q)


def _day(field: str, text: str) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(field, "ERR_INVALID", "This is no day.") from error
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Invalid(field, "ERR_INVALID", "This is no day of this network.")
    return found


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
