"""Found a community, say who leads it, and how; what is decided in it is in `node.actions.leading`.

Whoever founds one leads it and is its first member. A community has a name among the people of its node, and is followed,
named and written to like a person.
"""

from dataclasses import dataclass

from federation import communities as terms
from federation.activities.add import Add
from federation.activities.remove import Remove
from node.actions import leading, markup, people
from node.actions.staff import LONGEST_NAME, RESERVED, usable_username
from node.context import Node
from node.errors import Invalid, NotPermitted
from storage import accounts, audit, communities, staff
from storage.accounts import Account
from storage.errors import Conflict
from storage.ids import AccountId
from storage.store import Store, Unit

LONGEST_PURPOSE = 2_000


@dataclass(frozen=True, slots=True)
class Founding:
    """What a community shall be.

    username: by which it is named, as a person is.  name: what it is called.  purpose: what it is for, Markdown.
    closed: its managers decide who comes in.  is_for_members: what is written in it is read by its members only.
    managers_write_only: only its managers begin conversations.
    """

    username: str
    name: str
    purpose: str = ""
    closed: bool = False
    is_for_members: bool = False
    managers_write_only: bool = False


async def found(node: Node, founder: Account, wanted: Founding, *, source: str) -> Account:
    """Found a community of this node; its founder leads it and is its first member. source: for the audit.

    founder: of this node.  Raises Invalid: a name that cannot be taken or is taken, or a purpose that is too long;
    NotPermitted: the setting `communities.founding` leaves it to others.
    """
    if not await may_found(node, founder):
        raise NotPermitted("Only administrators found communities at this node. Ask one of them.")
    return await found_for(node.store, node.base_url, founder, wanted, by=founder.username, source=source)


async def found_for(
    store: Store, base_url: str, founder: Account, wanted: Founding, *, by: str, source: str
) -> Account:
    """The same for an administrator, and for whoever has no node that serves. by: who does it, for the audit."""
    username = usable_username(wanted.username, reserved=RESERVED)
    name, note = _said(base_url, wanted.name, wanted.purpose)
    return await store.write(_found, base_url, founder, wanted, username, name, note, by=by, source=source)


@dataclass(frozen=True, slots=True)
class Terms:
    """How a community shall be led from now on. Fields as those of `Founding`."""

    name: str
    purpose: str
    closed: bool
    is_for_members: bool
    managers_write_only: bool


async def change(node: Node, me: Account, community: AccountId, wanted: Terms, *, source: str) -> Account:
    """Change what a community of this node is called and for, and how it is led; its members' nodes are told.

    source: for the audit.  Raises NotFound, NotPermitted, Invalid.
    """
    name, note = _said(node.base_url, wanted.name, wanted.purpose)
    changed = await node.store.write(_change, me, community, wanted, name, note, source=source)
    await people.tell_profile(node, changed)
    return changed


async def close(node: Node, me: Account, community: AccountId, *, source: str) -> None:
    """Have nothing more be written in a community of this node; what is there stays to be read. Raises NotFound, NotPermitted, Invalid."""
    await people.tell_profile(node, await node.store.write(_close, me, community, source=source))


async def reopen(node: Node, me: Account, community: AccountId, *, source: str) -> None:
    """Take that back. Raises NotFound, NotPermitted, Invalid."""
    await people.tell_profile(node, await node.store.write(_reopen, me, community, source=source))


async def add_manager(node: Node, me: Account, community: AccountId, person: AccountId, *, source: str) -> bool:
    """Have somebody lead a community too, wherever they work; somebody of this node becomes a member of one that is here.

    Returns whether it is so now, as all in `node.actions.leading`.  Raises NotFound, NotPermitted, Invalid: who cannot lead.
    """
    return await node.store.write(_add_manager, me, community, person, source=source)


async def remove_manager(node: Node, me: Account, community: AccountId, person: AccountId, *, source: str) -> bool:
    """Have somebody lead a community no longer; they stay a member. Returns and raises as `add_manager`; the last one stays."""
    return await node.store.write(_remove_manager, me, community, person, source=source)


def _said(base_url: str, name: str, purpose: str) -> tuple[str, str]:
    """A name on one line, and the purpose as safe HTML. Raises Invalid."""
    name = " ".join(name.split())
    if not name:
        raise Invalid("name", "ERR_BLANK", "A community has a name")
    if len(name) > LONGEST_NAME:
        raise Invalid("name", "ERR_TOO_LONG", f"A name has at most {LONGEST_NAME} characters")
    if len(purpose) > LONGEST_PURPOSE:
        raise Invalid("purpose", "ERR_TOO_LONG", f"The purpose has at most {LONGEST_PURPOSE} characters")
    return name, markup.render(purpose, mentions={}, tag_url=lambda tag: f"{base_url}/tags/{tag.lower()}")


async def may_found(node: Node, somebody: Account) -> bool:
    """Whether somebody of this node may found a community, as the setting `communities.founding` says."""
    if node.settings.communities.founding == "everybody":
        return True
    member = await node.store.read(staff.by_account, somebody.id)
    return member is not None and member.role == staff.ADMIN


def _found(
    unit: Unit,
    base_url: str,
    founder: Account,
    wanted: Founding,
    username: str,
    name: str,
    note: str,
    *,
    by: str,
    source: str,
) -> Account:
    try:
        made = accounts.add_local(unit, username=username, display_name=name, base_url=base_url, kind=communities.KIND)
    except Conflict as error:
        raise Invalid("username", "ERR_TAKEN", f"The name {username} is taken. Choose another.") from error
    community = accounts.change_profile(
        unit,
        made.id,
        display_name=name,
        note=note,
        note_source=wanted.purpose,
        fields=(),
        locked=wanted.closed,
        discoverable=True,
    )
    communities.keep(
        unit,
        community.id,
        is_for_members=wanted.is_for_members,
        managers_write_only=wanted.managers_write_only,
        managers_uri=terms.managers_uri(community),
    )
    communities.add_manager(unit, community.id, founder.id)
    people.join(unit, founder, community)
    audit.add(unit, who=by, source=source, act="community.found", subject=username)
    return community


def _own(unit: Unit, me: Account, community: AccountId) -> Account:
    """A community of this node that one leads. Raises NotFound, NotPermitted, Invalid."""
    found = leading.led(unit, me, community)
    if not found.is_local:
        raise Invalid("base", "ERR_ELSEWHERE", "How this community is led is changed at its own node")
    return found


def _change(
    unit: Unit, me: Account, community: AccountId, wanted: Terms, name: str, note: str, *, source: str
) -> Account:
    before = _own(unit, me, community)
    changed = accounts.change_profile(
        unit,
        before.id,
        display_name=name,
        note=note,
        note_source=wanted.purpose,
        fields=before.named_fields,
        locked=wanted.closed,
        discoverable=before.discoverable,
    )
    communities.keep(
        unit,
        before.id,
        is_for_members=wanted.is_for_members,
        managers_write_only=wanted.managers_write_only,
        managers_uri=terms.managers_uri(before),
    )
    leading.note(unit, me, changed, "change", source=source, before=before.display_name, after=name)
    return changed


def _close(unit: Unit, me: Account, community: AccountId, *, source: str) -> Account:
    found = _own(unit, me, community)
    if communities.close(unit, found.id):
        leading.note(unit, me, found, "close", source=source)
    return found


def _reopen(unit: Unit, me: Account, community: AccountId, *, source: str) -> Account:
    found = _own(unit, me, community)
    if communities.reopen(unit, found.id):
        leading.note(unit, me, found, "reopen", source=source)
    return found


def _add_manager(unit: Unit, me: Account, community: AccountId, identifier: AccountId, *, source: str) -> bool:
    found, person = leading.led(unit, me, community), accounts.get(unit, identifier)
    if communities.is_manager(unit, found.id, person.id):
        return True
    demand_fit_to_lead(unit, found, person)
    target = _managers_of(unit, found)
    if person.is_local and found.is_local:
        people.join(unit, person, found)
    act = leading.written(unit, "Add", me, found, person.uri, target=target)
    is_so = leading.perform(unit, found, Add.read(act))
    leading.note(unit, me, found, "add-manager", source=source, person=person.handle)
    return is_so


def _remove_manager(unit: Unit, me: Account, community: AccountId, identifier: AccountId, *, source: str) -> bool:
    found, person = leading.led(unit, me, community), accounts.get(unit, identifier)
    unit.lock(f"managers of {found.id}")
    if not communities.is_manager(unit, found.id, person.id):
        return True
    if len(communities.managers(unit, found.id)) == 1:
        sentence = "Somebody must lead a community: have another person lead it first"
        raise Invalid("account_id", "ERR_LAST", sentence)
    act = leading.written(unit, "Remove", me, found, person.uri, target=_managers_of(unit, found))
    is_so = leading.perform(unit, found, Remove.read(act))
    leading.note(unit, me, found, "remove-manager", source=source, person=person.handle)
    return is_so


def demand_fit_to_lead(unit: Unit, community: Account, person: Account) -> None:
    """Raises Invalid: it is nobody who can lead, or somebody who is kept out of the community."""
    cannot = person.kind in (accounts.NODE_ACTOR_KIND, communities.KIND)
    if cannot or person.gone_at is not None or person.suspended_at is not None:
        raise Invalid("account_id", "ERR_NOBODY", f"{person.handle} cannot lead a community")
    if communities.banned(unit, community.id, person.id) is not None:
        raise Invalid("account_id", "ERR_BANNED", f"{person.handle} is kept out of this community: end that first")


def _managers_of(unit: Unit, community: Account) -> str:
    known = communities.find(unit, community.id)
    if known is None or not known.managers_uri:
        raise Invalid("base", "ERR_ELSEWHERE", "Who leads this community is decided at its own node")
    return known.managers_uri
