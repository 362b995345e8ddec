"""Reports, for moderators: each is a case until it is resolved."""

from pydantic import ConfigDict

from node.actions import moderation
from node.actions.moderation import Moderator
from node.api import entities
from node.api.admin_accounts import moderator_of
from node.api.answers import Answerable, Paged
from node.api.callers import Caller
from node.api.endpoints import endpoint
from node.api.parameters import Id, LongestPage, Parameters, Several
from node.errors import Invalid
from storage import house, reports
from storage.ids import AccountId
from storage.reports import Sought
from storage.store import Unit

READ, WRITE = "admin:read:reports", "admin:write:reports"


class Wanted(LongestPage):
    """Which reports are wanted: the open ones, unless said."""

    resolved: bool = False
    account_id: Id | None = None
    target_account_id: Id | None = None
    by_target_domain: str | None = None


class About(Parameters):
    """What a case is about."""

    model_config = ConfigDict(extra="forbid")

    category: str | None = None
    rule_ids: Several[Id] | None = None


@endpoint("GET", "/api/v1/admin/reports", scope=READ, moderators=True)
async def several(caller: Caller, wanted: Wanted) -> Answerable:
    """Cases, the newest first."""
    sought = Sought(
        is_resolved=wanted.resolved,
        by=AccountId(wanted.account_id) if wanted.account_id is not None else None,
        target=AccountId(wanted.target_account_id) if wanted.target_account_id is not None else None,
        target_host=wanted.by_target_domain,
    )
    found = await caller.node.store.read(reports.listed, wanted.part, sought)
    shown = await entities.admin_reports(caller.node, caller.me, found)
    return Paged.by(shown, [each.id for each in found])


@endpoint("GET", "/api/v1/admin/reports/{id}", scope=READ, moderators=True)
async def one(caller: Caller, *, id: int) -> Answerable:
    """One case."""
    return await _shown(caller, id)


@endpoint("PUT", "/api/v1/admin/reports/{id}", scope=WRITE, moderators=True)
async def classify(caller: Caller, about: About, *, id: int) -> Answerable:
    """Say anew what a case is about."""
    await caller.node.store.write(_classify, moderator_of(caller), id, about)
    return await _shown(caller, id)


@endpoint("POST", "/api/v1/admin/reports/{id}/assign_to_self", scope=WRITE, moderators=True)
async def assign_to_self(caller: Caller, *, id: int) -> Answerable:
    """Look after a case."""
    await caller.node.store.write(moderation.assign, moderator_of(caller), id, to_self=True)
    return await _shown(caller, id)


@endpoint("POST", "/api/v1/admin/reports/{id}/unassign", scope=WRITE, moderators=True)
async def unassign(caller: Caller, *, id: int) -> Answerable:
    """Leave a case to others."""
    await caller.node.store.write(moderation.assign, moderator_of(caller), id, to_self=False)
    return await _shown(caller, id)


@endpoint("POST", "/api/v1/admin/reports/{id}/resolve", scope=WRITE, moderators=True)
async def resolve(caller: Caller, *, id: int) -> Answerable:
    """Close a case."""
    await caller.node.store.write(moderation.resolve, moderator_of(caller), id)
    return await _shown(caller, id)


@endpoint("POST", "/api/v1/admin/reports/{id}/reopen", scope=WRITE, moderators=True)
async def reopen(caller: Caller, *, id: int) -> Answerable:
    """Open a case again."""
    await caller.node.store.write(moderation.reopen, moderator_of(caller), id)
    return await _shown(caller, id)


async def _shown(caller: Caller, identifier: int) -> Answerable:
    found = await caller.node.store.read(reports.get, identifier)
    (entity,) = await entities.admin_reports(caller.node, caller.me, [found])
    return entity


def _classify(unit: Unit, moderator: Moderator, identifier: int, about: About) -> None:
    present = reports.get(unit, identifier)
    category = about.category or present.category
    if category not in reports.CATEGORIES:
        raise Invalid("category", "ERR_INCLUSION", f"Category is one of: {', '.join(reports.CATEGORIES)}")
    rules = present.rule_ids if about.rule_ids is None else about.rule_ids
    if category != "violation":
        rules = []
    if not house.rules_by_ids(unit, rules).keys() >= set(rules):
        raise Invalid("rule_ids", "ERR_INVALID", "One of these rules does not stand in the charter of this node")
    moderation.classify(unit, moderator, identifier, category=category, rules=rules)
