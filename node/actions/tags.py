"""Follow tags: posts for everybody that carry one come to the journal. Show some on one's profile."""

from federation import documents, featured, outbox
from federation.activities.add import Add
from federation.activities.remove import Remove
from federation.strict_json import JsonObject
from node.actions import markup
from node.context import Node
from node.errors import Invalid
from storage import featured_tags, tag_follows, tags
from storage.accounts import Account
from storage.errors import NotFound
from storage.ids import AccountId
from storage.store import Unit
from storage.tags import Tag

MOST_FOLLOWED = 200
MOST_FEATURED = 10
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


async def feature(node: Node, me: Account, text: str) -> Tag:
    """Show a tag on one's profile, here and at other nodes. Raises Invalid: it is none, or there are too many."""
    return await node.store.write(_feature, me, demanded(text))


async def unfeature(node: Node, me: Account, found: Tag) -> None:
    """Show it there no more, if it is shown."""
    await node.store.write(_unfeature, me, found)


def _feature(unit: Unit, me: Account, name: str) -> Tag:
    found = tags.named(unit, name)
    unit.lock(f"featured tags of {me.id}")
    if featured.shown(unit, me, name) is None:
        if len(featured_tags.of(unit, me.id)) >= MOST_FEATURED:
            sentence = f"At most {MOST_FEATURED} tags stand on a profile: take one off first"
            raise Invalid("name", "ERR_TOO_MANY", sentence)
        outbox.perform(unit, Add.read(_featuring(unit, "Add", me, found)))
    return found


def _unfeature(unit: Unit, me: Account, found: Tag) -> None:
    if featured.shown(unit, me, found.name) is not None:
        outbox.perform(unit, Remove.read(_featuring(unit, "Remove", me, found)))


def _featuring(unit: Unit, kind: str, me: Account, tag: Tag) -> JsonObject:
    shown = featured.hashtag(me, tag.spelling)
    act = documents.act(kind, me, shown, uri=f"{me.uri}#tags/{unit.new_id()}", to=[me.followers_uri])
    return {**act, "target": me.featured_uri}


def _follow(unit: Unit, account: AccountId, name: str) -> Tag:
    found = tags.named(unit, name)
    unit.lock(f"followed tags of {account}")
    if not tag_follows.among(unit, account, [found.id]):
        if tag_follows.count(unit, account) >= MOST_FOLLOWED:
            raise Invalid("name", "ERR_TOO_MANY", f"At most {MOST_FOLLOWED} tags can be followed: leave one first")
        tag_follows.add(unit, account, found.id)
    return found
