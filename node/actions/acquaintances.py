"""What one notes about others for oneself, whom one recommends, and which nodes one wants to read nothing of."""

from federation.errors import NotThere
from node.actions import people
from node.context import Node
from node.errors import Invalid
from storage import acquaintances, blocked_nodes, follows
from storage.accounts import Account
from storage.ids import Host
from storage.store import Unit

LONGEST_NOTE = 2_000


async def note(node: Node, me: Account, target: Account, text: str) -> None:
    """Note something about somebody, for oneself alone; an empty text takes it away. Raises Invalid."""
    if len(text) > LONGEST_NOTE:
        raise Invalid("comment", "ERR_TOO_LONG", f"Comment is too long (maximum is {LONGEST_NOTE} characters)")
    await node.store.write(acquaintances.note, me.id, target.id, text.strip())


async def endorse(node: Node, me: Account, target: Account) -> None:
    """Recommend somebody whom one follows. Raises Invalid."""
    await node.store.write(_endorse, me, target)


async def unendorse(node: Node, me: Account, target: Account) -> None:
    """Recommend them no longer."""
    await node.store.write(acquaintances.unendorse, me.id, target.id)


async def hide_node(node: Node, me: Account, name: str) -> None:
    """Read nothing of a node's people; follows from and to them end. They are not told why. Raises Invalid."""
    await node.store.write(_hide, me, _host(node, name))


async def show_node(node: Node, me: Account, name: str) -> None:
    """Read of them again. Raises Invalid."""
    await node.store.write(blocked_nodes.remove, me.id, _host(node, name))


def _host(node: Node, name: str) -> Host:
    if not name.strip():
        raise Invalid("domain", "ERR_BLANK", "Domain can't be blank")
    try:
        found = node.federation.host_of_handle(name.strip())
    except NotThere as error:
        raise Invalid("domain", "ERR_INVALID", "Domain is not a valid domain name") from error
    if not found:
        raise Invalid("domain", "ERR_SELF", "You cannot block the node that you are on")
    return Host(found)


def _endorse(unit: Unit, me: Account, target: Account) -> None:
    known = follows.between(unit, me.id, target.id)
    if known is None or known.accepted_at is None:
        raise Invalid("base", "ERR_NOT_FOLLOWED", "You can recommend only people whom you follow")
    acquaintances.endorse(unit, me.id, target.id)


def _hide(unit: Unit, me: Account, host: Host) -> None:
    theirs = [*blocked_nodes.followed_at(unit, me.id, host), *blocked_nodes.followers_at(unit, me.id, host)]
    for other in {each.id: each for each in theirs}.values():
        people.part(unit, me, other)
    blocked_nodes.add(unit, me.id, host)
