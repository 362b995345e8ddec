"""From whom one wants to be told things, and whose notifications wait for a decision."""

from dataclasses import asdict
from typing import Literal

from node.api import entities
from node.api.answers import Answerable, Paged
from node.api.callers import Caller
from node.api.endpoints import endpoint
from node.api.parameters import Id, LongPage, Parameters, Several
from storage import notification_policies as policies
from storage import notification_requests as requests
from storage.errors import NotFound
from storage.ids import AccountId
from storage.notification_policies import Policy
from storage.store import Unit

POLICY = "/api/v2/notifications/policy"
REQUESTS = "/api/v1/notifications/requests"

Choice = Literal["accept", "filter", "drop"]


class Choices(Parameters):
    """What is to happen with what each kind of stranger does; what is not said stays as it is."""

    for_not_following: Choice | None = None
    for_not_followers: Choice | None = None
    for_new_accounts: Choice | None = None
    for_private_mentions: Choice | None = None
    for_limited_accounts: Choice | None = None


class Named(Parameters):
    """Requests by their ids."""

    id: Several[Id] = []  # noqa: RUF012  pydantic copies defaults


@endpoint("GET", POLICY, scope="read:notifications")
async def policy(caller: Caller) -> Answerable:
    """What one has chosen, and how much waits."""
    return await _policy(caller)


@endpoint("PATCH", POLICY, scope="write:notifications")
async def change_policy(caller: Caller, choices: Choices) -> Answerable:
    """Choose anew, for what comes from now on."""
    await caller.node.store.write(_change, caller.me.id, choices.model_dump(exclude_none=True))
    return await _policy(caller)


@endpoint("GET", REQUESTS, scope="read:notifications")
async def several(caller: Caller, query: LongPage) -> Answerable:
    """Whose notifications wait for one's decision."""
    found = await caller.node.store.read(requests.of, caller.me.id, query.part)
    return Paged.by(await entities.requests(caller.node, caller.me, found), [each.id for each in found])


@endpoint("GET", f"{REQUESTS}/merged", scope="read:notifications")
async def merged(caller: Caller) -> Answerable:
    """Whether what was accepted stands in the list: always, as it is put there at once."""
    del caller
    return {"merged": True}


@endpoint("POST", f"{REQUESTS}/accept", scope="write:notifications")
async def accept_several(caller: Caller, named: Named) -> Answerable:
    """Let several through."""
    await caller.node.store.write(requests.accept, caller.me.id, named.id)
    return {}


@endpoint("POST", f"{REQUESTS}/dismiss", scope="write:notifications")
async def dismiss_several(caller: Caller, named: Named) -> Answerable:
    """Take away what waits of several."""
    await caller.node.store.write(requests.dismiss, caller.me.id, named.id)
    return {}


@endpoint("GET", f"{REQUESTS}/{{id}}", scope="read:notifications")
async def one(caller: Caller, *, id: int) -> Answerable:
    """One of them."""
    found = await caller.node.store.read(requests.one, caller.me.id, id)
    if found is None:
        raise NotFound
    return (await entities.requests(caller.node, caller.me, [found]))[0]


@endpoint("POST", f"{REQUESTS}/{{id}}/accept", scope="write:notifications")
async def accept(caller: Caller, *, id: int) -> Answerable:
    """Let somebody's notifications through, those that wait and those that come."""
    await _demand(caller, id)
    await caller.node.store.write(requests.accept, caller.me.id, [id])
    return {}


@endpoint("POST", f"{REQUESTS}/{{id}}/dismiss", scope="write:notifications")
async def dismiss(caller: Caller, *, id: int) -> Answerable:
    """Take away what waits of somebody."""
    await _demand(caller, id)
    await caller.node.store.write(requests.dismiss, caller.me.id, [id])
    return {}


async def _policy(caller: Caller) -> Answerable:
    chosen, people, waiting = await caller.node.store.read(_chosen, caller.me.id)
    summary = {"pending_requests_count": people, "pending_notifications_count": waiting}
    return {**asdict(chosen), "summary": summary}


def _chosen(unit: Unit, account: AccountId) -> tuple[Policy, int, int]:
    return policies.of(unit, account), *requests.counts(unit, account)


def _change(unit: Unit, account: AccountId, choices: dict[str, str]) -> None:
    policies.change(unit, account, Policy(**{**asdict(policies.of(unit, account)), **choices}))


async def _demand(caller: Caller, identifier: int) -> None:
    if await caller.node.store.read(requests.one, caller.me.id, identifier) is None:
        raise NotFound
