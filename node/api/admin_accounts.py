"""People, for moderators: found, restricted, set free again.

Nobody registers here by themselves, so nobody waits for approval; e-mails and addresses are not kept, so nobody is found by them.
"""

from pydantic import ConfigDict

from node.actions import moderation
from node.actions.moderation import Decision, Moderator
from node.api import entities
from node.api.answers import Answerable, Paged
from node.api.callers import Caller
from node.api.endpoints import endpoint
from node.api.parameters import Id, LongestPage, Parameters, Several
from node.errors import NotPermitted
from node.origins import address_of
from storage import accounts, staff, standings
from storage.accounts import Account
from storage.ids import AccountId
from storage.standings import Sought
from storage.store import Unit

READ, WRITE = "admin:read:accounts", "admin:write:accounts"
ROLE_IDS = {str(index): role for index, role in enumerate(staff.ROLES)} | {"-99": staff.STAFF}


class Named(LongestPage):
    """Which people are wanted, by what both versions ask for."""

    username: str = ""
    display_name: str = ""
    by_domain: str = ""
    email: str = ""
    ip: str = ""

    @property
    def finds_nobody(self) -> bool:
        """Whether it asks for what is not kept here."""
        return bool(self.email.strip() or self.ip.strip())


class Wanted(Named):
    """The same, and what present apps ask for."""

    origin: str = ""
    status: str = ""
    permissions: str = ""
    role_ids: Several[str] = []  # noqa: RUF012  pydantic copies defaults
    invited_by: str = ""


class WantedAsBefore(Named):
    """The same, and what older apps ask for."""

    local: bool = False
    remote: bool = False
    active: bool = False
    pending: bool = False
    disabled: bool = False
    silenced: bool = False
    suspended: bool = False
    sensitized: bool = False
    staff: bool = False


class Action(Parameters):
    """What is decided about somebody. Nothing is sent by e-mail: the person reads it among their notifications."""

    model_config = ConfigDict(extra="forbid")

    type: str = "none"
    report_id: Id | None = None
    text: str = ""
    warning_preset_id: Id | None = None
    send_email_notification: bool = False


def moderator_of(caller: Caller) -> Moderator:
    """The one who decides, for rules and record."""
    assert caller.grant is not None
    return Moderator(caller.me, caller.grant.role or staff.STAFF, f"api {address_of(caller.request)}")


@endpoint("GET", "/api/v2/admin/accounts", scope=READ, moderators=True)
async def several(caller: Caller, wanted: Wanted) -> Answerable:
    """People whom this node knows, the newest first."""
    statuses = frozenset({wanted.status} if wanted.status else ())
    roles = frozenset(ROLE_IDS[role] for role in wanted.role_ids if role in ROLE_IDS)
    if wanted.permissions == "staff":
        roles |= staff.MODERATING
    asks_for_none = wanted.role_ids and not roles
    if wanted.invited_by or asks_for_none or not statuses <= standings.WITH_STATUS.keys():
        return Paged([])
    is_local = {"local": True, "remote": False}.get(wanted.origin)
    return await _listed(caller, wanted, is_local=is_local, statuses=statuses, roles=roles)


@endpoint("GET", "/api/v1/admin/accounts", scope=READ, moderators=True)
async def several_as_before(caller: Caller, wanted: WantedAsBefore) -> Answerable:
    """The same, as older apps ask for them."""
    if wanted.pending:
        return Paged([])
    asked = {
        standings.ACTIVE: wanted.active,
        standings.DISABLED: wanted.disabled,
        standings.SILENCED: wanted.silenced,
        standings.SUSPENDED: wanted.suspended,
        standings.SENSITIZED: wanted.sensitized,
    }
    statuses = frozenset(status for status, is_asked in asked.items() if is_asked)
    roles = staff.MODERATING if wanted.staff else frozenset[str]()
    is_local = None if wanted.local == wanted.remote else wanted.local
    return await _listed(caller, wanted, is_local=is_local, statuses=statuses, roles=roles)


@endpoint("GET", "/api/v1/admin/accounts/{id}", scope=READ, moderators=True)
async def one(caller: Caller, *, id: AccountId) -> Answerable:
    """Somebody."""
    return await _shown(caller, await caller.node.store.read(_somebody, id))


@endpoint("POST", "/api/v1/admin/accounts/{id}/action", scope=WRITE, moderators=True)
async def act(caller: Caller, action: Action, *, id: AccountId) -> Answerable:
    """Warn somebody, or restrict them."""
    decision = Decision(action.type, action.text, action.report_id)
    await caller.node.store.write(moderation.decide, moderator_of(caller), id, decision)
    return {}


@endpoint("POST", "/api/v1/admin/accounts/{id}/approve", scope=WRITE, moderators=True)
async def approve(caller: Caller, *, id: AccountId) -> Answerable:
    """Nobody waits for it here: what may be done to no account is refused for every account."""
    await caller.node.store.read(_somebody, id)
    raise NotPermitted


@endpoint("POST", "/api/v1/admin/accounts/{id}/reject", scope=WRITE, moderators=True)
async def reject(caller: Caller, *, id: AccountId) -> Answerable:
    """The same."""
    await caller.node.store.read(_somebody, id)
    raise NotPermitted


@endpoint("POST", "/api/v1/admin/accounts/{id}/enable", scope=WRITE, administrators=True)
async def enable(caller: Caller, *, id: AccountId) -> Answerable:
    """Let somebody sign in again. Accounts of those who left are closed too, so this is for administrators."""
    return await _shown(caller, await caller.node.store.write(moderation.enable, moderator_of(caller), id))


@endpoint("POST", "/api/v1/admin/accounts/{id}/unsilence", scope=WRITE, moderators=True)
async def unsilence(caller: Caller, *, id: AccountId) -> Answerable:
    """Have somebody stand in lists for all again."""
    return await _lifted(caller, id, moderation.SILENCE)


@endpoint("POST", "/api/v1/admin/accounts/{id}/unsuspend", scope=WRITE, moderators=True)
async def unsuspend(caller: Caller, *, id: AccountId) -> Answerable:
    """Have what somebody wrote be seen again; of this node, let them sign in again."""
    return await _lifted(caller, id, moderation.SUSPEND)


@endpoint("POST", "/api/v1/admin/accounts/{id}/unsensitive", scope=WRITE, moderators=True)
async def unsensitive(caller: Caller, *, id: AccountId) -> Answerable:
    """Have somebody's posts no longer be marked as sensitive."""
    return await _lifted(caller, id, moderation.SENSITIVE)


@endpoint("DELETE", "/api/v1/admin/accounts/{id}", scope=WRITE, administrators=True)
async def erase(caller: Caller, *, id: AccountId) -> Answerable:
    """Remove for good what a suspended account wrote."""
    return await _shown(caller, await caller.node.store.write(moderation.erase, moderator_of(caller), id))


async def _lifted(caller: Caller, identifier: AccountId, action: str) -> Answerable:
    moderator = moderator_of(caller)
    return await _shown(caller, await caller.node.store.write(moderation.lift, moderator, identifier, action))


async def _shown(caller: Caller, found: Account) -> Answerable:
    (entity,) = await entities.admin_accounts(caller.node, [found])
    return entity


async def _listed(
    caller: Caller, wanted: Named, *, is_local: bool | None, statuses: frozenset[str], roles: frozenset[str]
) -> Answerable:
    if wanted.finds_nobody:
        return Paged([])
    sought = Sought(
        is_local=is_local,
        statuses=statuses,
        host=wanted.by_domain.strip().lower(),
        username=wanted.username.strip().lstrip("@"),
        display_name=wanted.display_name.strip(),
        roles=roles,
    )
    found = await caller.node.store.read_slowly(standings.sought, wanted.part, sought)
    return Paged.by_id(await entities.admin_accounts(caller.node, found))


def _somebody(unit: Unit, identifier: AccountId) -> Account:
    return accounts.get(unit, identifier)
