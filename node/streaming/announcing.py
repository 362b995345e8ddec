"""What is told of announcements: that there is one more, what stands under it now, that it is gone.

Everybody who listens to what is theirs is told the same.  Source: the Mastodon API documentation, "Streaming API", events.
"""

import orjson

from node.api import entities
from node.context import Node
from node.streaming.open_stream import Message
from node.streaming.telling import Open, carrying
from storage import announcements
from storage.errors import NotFound
from storage.events import AnnouncementPublished, AnnouncementReacted, AnnouncementWithdrawn


async def tell(
    node: Node, streams: Open, event: AnnouncementPublished | AnnouncementReacted | AnnouncementWithdrawn
) -> None:
    """Tell everybody who listens what has become of an announcement."""
    match event:
        case AnnouncementPublished():
            await _of_new(node, streams, event.announcement)
        case AnnouncementReacted():
            await _of_reaction(node, streams, event)
        case AnnouncementWithdrawn():
            _say(streams, "announcement.delete", str(event.announcement).encode())


async def _of_new(node: Node, streams: Open, identifier: int) -> None:
    try:
        found = await node.store.read(announcements.get, identifier)
    except NotFound:  # withdrawn meanwhile
        return
    _say(streams, "announcement", orjson.dumps(entities.new_announcement(found)))


async def _of_reaction(node: Node, streams: Open, event: AnnouncementReacted) -> None:
    count = await node.store.read(announcements.count_of, event.announcement, event.emoji)
    said = {"name": event.emoji, "count": count, "announcement_id": str(event.announcement)}
    _say(streams, "announcement.reaction", orjson.dumps(said))


def _say(streams: Open, event: str, payload: bytes) -> None:
    for theirs in streams.values():
        for stream, one in carrying(theirs, lambda one: one.name == "user"):
            stream.put(Message(one, event, payload))
