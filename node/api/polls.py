"""Polls: look, and vote."""

from node.actions import polls
from node.api import entities
from node.api.answers import Answerable
from node.api.callers import Caller
from node.api.endpoints import endpoint
from node.api.parameters import Parameters, Several
from storage.errors import NotFound
from storage.ids import PostId


class Choices(Parameters):
    """What is chosen, by position."""

    choices: Several[int]


@endpoint("GET", "/api/v1/polls/{id}", scope="read:statuses")
async def one(caller: Caller, *, id: PostId) -> Answerable:
    """A poll: it has the id of its post."""
    return await _poll(caller, id)


@endpoint("POST", "/api/v1/polls/{id}/votes", scope="write:statuses")
async def vote(caller: Caller, chosen: Choices, *, id: PostId) -> Answerable:
    """Vote."""
    await polls.vote(caller.node, caller.me, id, chosen.choices)
    return await _poll(caller, id)


async def _poll(caller: Caller, identifier: PostId) -> Answerable:
    found: entities.Entity | None = (await entities.status(caller.node, caller.me, identifier))["poll"]
    if found is None:
        raise NotFound
    return found
