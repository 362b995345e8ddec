"""What those who look after a node do about its communities, which they need not lead: in the community's own name.

Whoever leads one decides about it (`node.actions.communities`). Where nobody is left who does, or the command is what is at
hand, administrators say who leads it, and close it or open it again; its members' nodes are told as of any such decision.
"""

from federation import communities as terms
from federation.activities.add import Add
from federation.activities.remove import Remove
from federation.errors import Unreachable
from federation.service import Federation
from node.actions import communities as acts
from node.actions import leading, people
from node.errors import Invalid
from storage import accounts, audit, communities
from storage.accounts import Account
from storage.store import Unit


def appoint(unit: Unit, community: Account, person: Account, *, by: str, source: str) -> bool:
    """Have somebody lead a community of this node; who works here becomes a member. by, source: for the audit.

    Returns False when they lead it already.  Raises Invalid: who cannot lead.
    """
    if communities.is_manager(unit, community.id, person.id):
        return False
    acts.demand_fit_to_lead(unit, community, person)
    if person.is_local:
        people.join(unit, person, community)
    _decide(unit, "Add", community, person)
    _note(unit, community, "add-manager", by=by, source=source, person=person.handle)
    return True


def dismiss(unit: Unit, community: Account, person: Account, *, by: str, source: str) -> None:
    """Have somebody lead a community of this node no longer; they stay a member. by, source: for the audit.

    Raises Invalid: they do not lead it, or nobody else does.
    """
    unit.lock(f"managers of {community.id}")
    if not communities.is_manager(unit, community.id, person.id):
        raise Invalid("manager", "ERR_UNKNOWN", f"{person.handle} does not lead {community.username}.")
    if len(communities.managers(unit, community.id)) == 1:
        sentence = f"Nobody else leads {community.username}. Have another person lead it first."
        raise Invalid("manager", "ERR_LAST", sentence)
    _decide(unit, "Remove", community, person)
    _note(unit, community, "remove-manager", by=by, source=source, person=person.handle)


async def somebody(federation: Federation, text: str) -> Account:
    """Somebody of this node by name, or of another by handle. Raises Invalid: nobody is there, or their node does not answer."""
    handle = people.as_handle(text.strip())
    try:
        if handle is not None:
            return await federation.person(handle.username, handle.host or "")
    except Unreachable as error:
        sentence = f"{text} is not found ({error.code}). Somebody of another node is named as @name@node."
        raise Invalid("person", "ERR_UNKNOWN", sentence) from error
    raise Invalid("person", "ERR_INVALID", f"{text} is no name. Somebody of another node is named as @name@node.")


async def close(federation: Federation, community: Account, *, by: str, source: str) -> bool:
    """Have nothing more be written in a community of this node, and have it be found no more; what is there stays.

    by, source: for the audit.  Returns False when it was closed already.
    """
    has_changed = await federation.store.write(_close, community, by=by, source=source)
    await people.tell_followers(federation, community)
    return has_changed


async def reopen(federation: Federation, community: Account, *, by: str, source: str) -> bool:
    """Take that back. Returns False when it was open."""
    has_changed = await federation.store.write(_reopen, community, by=by, source=source)
    await people.tell_followers(federation, community)
    return has_changed


def _close(unit: Unit, community: Account, *, by: str, source: str) -> bool:
    if not communities.close(unit, community.id):
        return False
    _note(unit, community, "close", by=by, source=source)
    return True


def _reopen(unit: Unit, community: Account, *, by: str, source: str) -> bool:
    if not communities.reopen(unit, community.id):
        return False
    _note(unit, community, "reopen", by=by, source=source)
    return True


def _decide(unit: Unit, kind: str, community: Account, person: Account) -> None:
    act = leading.written(unit, kind, community, community, person.uri, target=terms.managers_uri(community))
    leading.perform(unit, community, Add.read(act) if kind == "Add" else Remove.read(act))


def _note(unit: Unit, community: Account, act: str, *, by: str, source: str, **detail: str) -> None:
    audit.add(unit, who=by, source=source, act=f"community.{act}", subject=community.handle, detail=detail)


def of_this_node(unit: Unit, name: str) -> Account:
    """The community of this node with this name. Raises Invalid: there is none."""
    found = accounts.by_handle(unit, name.strip().lstrip("@").lower())
    if found is None or found.kind != communities.KIND or found.gone_at is not None:
        sentence = f"No community here is called {name}. `legation community list` shows which there are."
        raise Invalid("name", "ERR_UNKNOWN", sentence)
    return found
