"""Tags, and how much they are used."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from node.api.entities.parts import Entity
from node.context import Node
from storage import tags as tag_rows
from storage.store import Unit
from storage.tags import Day, Tag

DAYS_OF_HISTORY = 7
SECONDS_A_DAY = 86_400


async def tags_beginning(node: Node, text: str, *, limit: int, offset: int) -> list[Entity]:
    """Tags that begin with a text, and how much each was used in the last days."""
    midnights = tag_rows.midnights(node.now(), days=DAYS_OF_HISTORY)
    found, used = await node.store.read(_tags_with_days, text, midnights[-1], limit, offset)
    by_day = {(day.tag_id, day.day): day for day in used}
    return [_tag(node, tag, midnights, by_day) for tag in found]


def _tag(node: Node, tag: Tag, midnights: Sequence[datetime], used: Mapping[tuple[int, int], Day]) -> Entity:
    history = []
    for midnight in midnights:
        beginning = int(midnight.timestamp())
        day = used.get((tag.id, beginning // SECONDS_A_DAY))
        uses, people = (day.uses, day.accounts) if day else (0, 0)
        history.append({"day": str(beginning), "uses": str(uses), "accounts": str(people)})
    return {
        "id": str(tag.id),
        "name": tag.spelling,
        "url": tag_url(node.base_url, tag.name),
        "history": history,
        "following": False,
    }


def _tags_with_days(unit: Unit, text: str, since: datetime, limit: int, offset: int) -> tuple[list[Tag], list[Day]]:
    found = tag_rows.beginning_with(unit, text, limit=limit, offset=offset)
    return found, tag_rows.days_of(unit, found, since=since)


def tag_url(origin: str, name: str) -> str:
    """The page of a tag at a node, as its posts link to it."""
    return f"{origin}/tags/{quote(name)}"
