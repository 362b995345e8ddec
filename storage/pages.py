"""Paging by id, as the Mastodon API has it: `max_id`, `since_id` and `min_id`, each exclusive, newest first."""

from dataclasses import dataclass
from typing import TypeVar

from storage.store import Unit, Value

T = TypeVar("T")

NEWEST = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is wanted.

    limit: how many.  max_id: only older ones.  since_id: only newer ones, the newest of them.
    min_id: only newer ones, the nearest above it.
    """

    limit: int
    max_id: int | None = None
    since_id: int | None = None
    min_id: int | None = None

    @property
    def below(self) -> int:
        """Ids on this page are smaller than this."""
        return self.max_id if self.max_id is not None else NEWEST

    @property
    def above(self) -> int:
        """Ids on this page are greater than this."""
        return max(self.since_id or 0, self.min_id or 0)

    @property
    def begins_at_the_top(self) -> bool:
        """Whether it is the newest part of the whole list."""
        return self.max_id is None and self.since_id is None and self.min_id is None

    @property
    def upwards(self) -> bool:
        """Whether the page is filled from its lower end: `min_id` was given."""
        return self.min_id is not None


def paged(unit: Unit, kind: type[T], sql: str, column: str, page: Page, /, **values: Value) -> list[T]:
    """One page of a query that has a where clause and no order yet, newest first.

    column: the id that the list is ordered by, with its alias.
    """
    order = "asc" if page.upwards else "desc"
    rows = unit.all(
        kind,
        f"{sql} and {column} < :page_below and {column} > :page_above order by {column} {order} limit :page_limit",
        page_below=page.below,
        page_above=page.above,
        page_limit=page.limit,
        **values,
    )
    return rows[::-1] if page.upwards else rows
