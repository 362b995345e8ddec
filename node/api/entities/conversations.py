"""Conversations: what is written to some people alone, as one of them has it before them."""

from collections.abc import Iterable, Mapping, Sequence

import orjson

from node.api.entities import people, posts
from node.api.entities.parts import Entity
from node.context import Node
from storage import accounts as account_rows
from storage import correspondence
from storage import posts as post_rows
from storage.accounts import Account
from storage.correspondence import Conversation
from storage.ids import AccountId, PostId
from storage.store import Unit

Taking = Mapping[PostId, Sequence[Account]]


async def conversations(node: Node, reader: Account, found: Sequence[Conversation]) -> list[Entity]:
    """A person's conversations, in their order, each with its latest post."""
    if not found:
        return []
    taking = await node.store.read(taking_part, [each.last for each in found])
    shown = await posts.chosen(node, reader, [each.last for each in found])
    bodies = {entity["id"]: body for entity, body in zip(shown.entities(), shown.bodies, strict=True)}
    return [
        conversation(node, each, reader=reader.id, taking_part=taking[each.last], last=bodies[str(each.last)])
        for each in found
        if each.last in taking and str(each.last) in bodies
    ]


def conversation(
    node: Node, found: Conversation, *, reader: AccountId, taking_part: Iterable[Account], last: bytes
) -> Entity:
    """One of them. taking_part: in its latest post, also the reader.  last: that post, rendered for the reader."""
    return {
        "id": str(found.thread),
        "unread": found.is_unread(reader),
        "accounts": [people.account(node, each) for each in taking_part if each.id != reader],
        "last_status": orjson.Fragment(last),
    }


def taking_part(unit: Unit, ids: Sequence[PostId]) -> Taking:
    """Who wrote each of these posts, and to whom it is addressed by name, without anybody twice."""
    found = post_rows.by_ids(unit, ids)
    named: dict[PostId, dict[AccountId, None]] = {post.id: {post.author_id: None} for post in found}
    for each in correspondence.addressed(unit, ids):
        named[each.post_id][each.account_id] = None
    known = account_rows.by_ids(unit, {account for theirs in named.values() for account in theirs})
    return {post: [known[account] for account in theirs] for post, theirs in named.items()}
