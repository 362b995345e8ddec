"""What the house says to its people: announcements."""

from collections.abc import Sequence

from node.api.entities.parts import Entity, moment_or_none, timestamp
from node.context import Node
from storage import announcements as rows
from storage.accounts import Account
from storage.announcements import Announcement, Reaction
from storage.ids import AccountId
from storage.store import Unit


async def announcements(node: Node, reader: Account, found: Sequence[Announcement]) -> list[Entity]:
    """Announcements, in their order, with what this person did with them."""
    if not found:
        return []
    read, reactions = await node.store.read(_done_with, reader.id, [each.id for each in found])
    return [_announcement(each, reactions, is_read=each.id in read) for each in found]


def new_announcement(found: Announcement) -> Entity:
    """An announcement that was published in this moment: nobody has done anything with it."""
    return _announcement(found, (), is_read=False)


def _announcement(found: Announcement, reactions: Sequence[Reaction], *, is_read: bool) -> Entity:
    return {
        "id": str(found.id),
        "content": found.content,
        "starts_at": moment_or_none(found.starts_at),
        "ends_at": moment_or_none(found.ends_at),
        "all_day": found.all_day,
        "published_at": timestamp(found.published_at),
        "updated_at": timestamp(found.updated_at),
        "read": is_read,
        "mentions": [],
        "statuses": [],
        "tags": [],
        "emojis": [],
        "reactions": [
            {"name": each.emoji, "count": each.count, "me": each.mine}
            for each in reactions
            if each.announcement == found.id
        ],
    }


def _done_with(unit: Unit, reader: AccountId, ids: Sequence[int]) -> tuple[set[int], list[Reaction]]:
    return rows.read_by(unit, reader, ids), rows.reactions(unit, reader, ids)
