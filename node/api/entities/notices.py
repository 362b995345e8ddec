"""What people are told, and how far they have read."""

from collections.abc import Sequence

from node.api.entities import people, posts
from node.api.entities.parts import Entity, timestamp
from node.context import Node
from storage import accounts as account_rows
from storage import moves
from storage.accounts import Account
from storage.notifications import Marker, Notification


async def notifications(node: Node, reader: Account, found: Sequence[Notification]) -> list[Entity]:
    """What a person is told, in its order; what is about a post that they can no longer see is left out."""
    by = await node.store.read(account_rows.by_ids, [each.from_id for each in found])
    have_moved = any(account.moved_to for account in by.values())
    successors = await node.store.read(moves.successors, list(by.values())) if have_moved else {}
    about = await posts.statuses(node, reader, [each.post_id for each in found if each.post_id is not None])
    posts_by_id = {entity["id"]: entity for entity in about}
    entities = []
    for each in found:
        entity = {
            "id": str(each.id),
            "type": each.kind,
            "created_at": timestamp(each.created_at),
            "group_key": f"ungrouped-{each.id}",
            "account": people.account(node, by[each.from_id], successor=successors.get(each.from_id)),
        }
        if each.post_id is not None:
            post = posts_by_id.get(str(each.post_id))
            if post is None:
                continue
            entity["status"] = post
        entities.append(entity)
    return entities


def marker(found: Marker) -> Entity:
    """How far a person has read."""
    return {
        "last_read_id": str(found.last_read_id),
        "version": found.version,
        "updated_at": timestamp(found.updated_at),
    }
