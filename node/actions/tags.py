"""Follow tags: posts for everybody that carry one come to the journal."""

from node.actions import markup
from node.context import Node
from node.errors import Invalid
from storage import tag_follows, tags
from storage.accounts import Account
from storage.errors import NotFound
from storage.ids import AccountId
from storage.store import Unit
from storage.tags import Tag

MOST_FOLLOWED = 200
LONGEST = 100


def name_in(text: str) -> str | None:
    """The tag that a text is, as typed, with or without `#`; None for what could not be one."""
    name = text.strip().removeprefix("#")
    return name if len(name) <= LONGEST and markup.hashtags(f"#{name}") == [name] else None


def demanded(text: str) -> str:
    """The same. Raises Invalid: it could not be one."""
    wanted = name_in(text)
    if wanted is None:
        sentence = "Name is no hashtag: letters, digits and underscores, and at least one letter"
        raise Invalid("name", "ERR_INVALID", sentence)
    return wanted


async def follow(node: Node, me: Account, text: str) -> Tag:
    """Follow a tag, which nobody need have used yet. Raises Invalid: it is none, or there are too many."""
    return await node.store.write(_follow, me.id, demanded(text))


async def unfollow(node: Node, me: Account, text: str) -> Tag:
    """Follow it no longer. Raises NotFound: nobody knows it."""
    found = await node.store.read(tags.find, name_in(text) or "")
    if found is None:
        raise NotFound
    await node.store.write(tag_follows.remove, me.id, found.id)
    return found


def is_followed(unit: Unit, account: AccountId, name: str) -> bool:
    """Whether somebody follows the tag of this name."""
    found = tags.find(unit, name)
    return found is not None and bool(tag_follows.among(unit, account, [found.id]))


def _follow(unit: Unit, account: AccountId, name: str) -> Tag:
    found = tags.named(unit, name)
    unit.lock(f"followed tags of {account}")
    if not tag_follows.among(unit, account, [found.id]):
        if tag_follows.count(unit, account) >= MOST_FOLLOWED:
            raise Invalid("name", "ERR_TOO_MANY", f"At most {MOST_FOLLOWED} tags can be followed: leave one first")
        tag_follows.add(unit, account, found.id)
    return found
