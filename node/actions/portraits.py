"""Pictures of oneself: the small one beside one's name, and the wide one above one's profile."""

from pathlib import Path

from node.actions import people
from node.context import Node
from storage import accounts, media
from storage.accounts import Account
from storage.media import Place


async def show(node: Node, me: Account, place: Place, source: Path) -> Account:
    """Be shown by another picture; followers' nodes are told. source: taken away from where it is.  Raises Invalid."""
    await node.library.portray(me, place, source)
    return await _told(node, me)


async def remove(node: Node, me: Account, place: Place) -> Account:
    """Be shown by no picture; followers' nodes are told."""
    await node.store.write(media.remove_portrait, me.id, place)
    return await _told(node, me)


async def _told(node: Node, me: Account) -> Account:
    changed = await node.store.read(accounts.get, me.id)
    await people.tell_profile(node, changed)
    return changed
