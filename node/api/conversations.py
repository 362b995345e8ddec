"""Conversations: what is written to oneself and some others alone."""

from node.actions import correspondence as acts
from node.api import entities
from node.api.answers import Answerable, Paged
from node.api.callers import Caller
from node.api.endpoints import endpoint
from node.api.parameters import Page
from storage import correspondence
from storage.errors import NotFound
from storage.ids import PostId


@endpoint("GET", "/api/v1/conversations", scope="read:statuses")
async def several(caller: Caller, query: Page) -> Answerable:
    """One's conversations, the one with the latest post first; paged by that post."""
    found = await caller.node.store.read(correspondence.of, caller.me.id, query.part)
    shown = await entities.conversations(caller.node, caller.me, found)
    return Paged.by(shown, [each.last for each in found])


@endpoint("POST", "/api/v1/conversations/{id}/read", scope="write:conversations")
async def read(caller: Caller, *, id: PostId) -> Answerable:
    """Note that one has read a conversation."""
    found = await caller.node.store.write(acts.read, caller.me.id, id)
    shown = await entities.conversations(caller.node, caller.me, [found])
    if not shown:
        raise NotFound
    return shown[0]


@endpoint("DELETE", "/api/v1/conversations/{id}", scope="write:conversations")
async def put_away(caller: Caller, *, id: PostId) -> Answerable:
    """Take a conversation off one's list until somebody writes in it again."""
    await caller.node.store.write(acts.put_away, caller.me.id, id)
    return {}
