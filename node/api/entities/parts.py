"""What every entity is made of."""

from datetime import datetime
from typing import Any

from storage.visibility import Reach

Entity = dict[str, Any]  # what JSON holds

VISIBILITY = {
    Reach.ALL_NODES: "public",
    Reach.UNLISTED: "unlisted",
    Reach.FOLLOWERS: "private",
    Reach.NODE: "private",
    Reach.MENTIONED: "direct",
    Reach.COMMUNITY: "private",
}
"""The reach of a post in the words that apps know; the exact one stands under `legation`."""


def timestamp(moment: datetime) -> str:
    """A moment as apps read it: UTC, with milliseconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def moment_or_none(moment: datetime | None) -> str | None:
    """The same for a moment that may not be."""
    return timestamp(moment) if moment else None


def text_or_none(identifier: int | None) -> str | None:
    """An id as apps read it, where there may be none."""
    return None if identifier is None else str(identifier)
