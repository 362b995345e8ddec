"""Posts that wait for their time: what one has put off, at another time, or not at all."""

from node.actions import scheduling
from node.api import entities
from node.api.answers import Answerable, Paged
from node.api.callers import Caller
from node.api.endpoints import endpoint
from node.api.parameters import Page, Parameters
from storage import scheduled

PATH = "/api/v1/scheduled_statuses"


class Time(Parameters):
    """When it is to be posted, ISO 8601."""

    scheduled_at: str


@endpoint("GET", PATH, scope="read:statuses")
async def several(caller: Caller, query: Page) -> Answerable:
    """What one has put off."""
    found = await scheduling.of(caller.node, caller.me, query.part)
    return Paged.by(await entities.scheduled(caller.node, caller.me, found), [each.id for each in found])


@endpoint("GET", f"{PATH}/{{id}}", scope="read:statuses")
async def one(caller: Caller, *, id: int) -> Answerable:
    """One of them."""
    found = await caller.node.store.read(scheduled.get, caller.me.id, id)
    return (await entities.scheduled(caller.node, caller.me, [found]))[0]


@endpoint("PUT", f"{PATH}/{{id}}", scope="write:statuses")
async def put_off(caller: Caller, time: Time, *, id: int) -> Answerable:
    """Give it another time."""
    until = scheduling.time_in(time.scheduled_at, now=caller.node.now())
    found = await scheduling.put_off(caller.node, caller.me, id, until=until)
    return (await entities.scheduled(caller.node, caller.me, [found]))[0]


@endpoint("DELETE", f"{PATH}/{{id}}", scope="write:statuses")
async def cancel(caller: Caller, *, id: int) -> Answerable:
    """Do not post it."""
    await scheduling.cancel(caller.node, caller.me, id)
    return {}
