"""What the administrators tell everybody of this node."""

from node.actions import announcements as acts
from node.api import entities
from node.api.answers import Answerable
from node.api.callers import SIGNED_IN, Caller
from node.api.endpoints import endpoint
from node.api.parameters import Parameters
from storage import announcements


class Wanted(Parameters):
    """Which announcements are wanted."""

    with_dismissed: bool = False


@endpoint("GET", "/api/v1/announcements", scope=SIGNED_IN)
async def several(caller: Caller, wanted: Wanted) -> Answerable:
    """What is told now, newest first."""
    read = caller.node.store.read
    found = await read(announcements.current, caller.me.id, put_away=wanted.with_dismissed)
    return await entities.announcements(caller.node, caller.me, found)


@endpoint("POST", "/api/v1/announcements/{id}/dismiss", scope="write:accounts")
async def dismiss(caller: Caller, *, id: int) -> Answerable:
    """Put one away."""
    await caller.node.store.write(announcements.dismiss, id, caller.me.id)
    return {}


@endpoint("PUT", "/api/v1/announcements/{id}/reactions/{name}", scope="write:favourites")
async def react(caller: Caller, *, id: int, name: str) -> Answerable:
    """Put an emoji under one."""
    await caller.node.store.write(acts.react, id, caller.me.id, name)
    return {}


@endpoint("DELETE", "/api/v1/announcements/{id}/reactions/{name}", scope="write:favourites")
async def unreact(caller: Caller, *, id: int, name: str) -> Answerable:
    """Take one's emoji away."""
    await caller.node.store.write(announcements.unreact, id, caller.me.id, name.strip())
    return {}
