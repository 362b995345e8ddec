"""Tags, and how much they are used."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from node.api.entities.parts import Entity
from node.context import Node
from storage import featured_tags, tag_follows
from storage import tags as tag_rows
from storage.accounts import Account
from storage.ids import AccountId
from storage.store import Unit
from storage.tags import Day, Tag

DAYS_OF_HISTORY = 7
SECONDS_A_DAY = 86_400


async def tags(node: Node, reader: Account, found: Sequence[Tag]) -> list[Entity]:
    """Tags in their order, how much each was used in the last days, and what the reader has to do with it."""
    midnights = tag_rows.midnights(node.now(), days=DAYS_OF_HISTORY)
    used, followed, featured = await node.store.read(_about, reader.id, found, midnights[-1])
    by_day = {(day.tag_id, day.day): day for day in used}
    return [
        {**_tag(node, tag, midnights, by_day), "following": tag.id in followed, "featuring": tag.id in featured}
        for tag in found
    ]


async def tags_beginning(node: Node, reader: Account, text: str, *, limit: int, offset: int) -> list[Entity]:
    """Tags that begin with a text."""
    found = await node.store.read(tag_rows.beginning_with, text, limit=limit, offset=offset)
    return await tags(node, reader, found)


def _tag(node: Node, tag: Tag, midnights: Sequence[datetime], used: Mapping[tuple[int, int], Day]) -> Entity:
    history = []
    for midnight in midnights:
        beginning = int(midnight.timestamp())
        day = used.get((tag.id, beginning // SECONDS_A_DAY))
        uses, people = (day.uses, day.accounts) if day else (0, 0)
        history.append({"day": str(beginning), "uses": str(uses), "accounts": str(people)})
    return ({"id": str(tag.id)} if tag.id else {}) | {
        "name": tag.spelling,
        "url": tag_url(node.base_url, tag.name),
        "history": history,
    }


def _about(
    unit: Unit, reader: AccountId, found: Sequence[Tag], since: datetime
) -> tuple[list[Day], set[int], set[int]]:
    ids = [tag.id for tag in found]
    used = tag_rows.days_of(unit, found, since=since)
    return used, tag_follows.among(unit, reader, ids), featured_tags.among(unit, reader, ids)


def tag_url(origin: str, name: str) -> str:
    """The page of a tag at a node, as its posts link to it."""
    return f"{origin}/tags/{quote(name)}"
