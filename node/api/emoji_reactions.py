"""Emoji under posts, as Pleroma's apps put them there and take them away."""

from node.actions import reactions
from node.api import entities
from node.api.answers import Answerable
from node.api.callers import Caller
from node.api.endpoints import endpoint
from node.api.entities import emoji as emoji_entities
from node.api.entities.parts import Entity
from node.memory.rendered import Reactions
from storage import accounts, emoji_reactions, posts
from storage.accounts import Account
from storage.custom_emoji import Emoji
from storage.emoji_reactions import Own
from storage.ids import AccountId, PostId
from storage.store import Unit

MOST_PEOPLE = 400


@endpoint("PUT", "/api/v1/pleroma/statuses/{id}/reactions/{emoji}", scope="write:favourites")
async def react(caller: Caller, *, id: PostId, emoji: str) -> Answerable:
    """Put an emoji under a post."""
    await reactions.react(caller.node, caller.me, id, emoji)
    return await entities.status(caller.node, caller.me, id)


@endpoint("DELETE", "/api/v1/pleroma/statuses/{id}/reactions/{emoji}", scope="write:favourites")
async def unreact(caller: Caller, *, id: PostId, emoji: str) -> Answerable:
    """Take it away."""
    await reactions.unreact(caller.node, caller.me, id, emoji)
    return await entities.status(caller.node, caller.me, id)


@endpoint("GET", "/api/v1/pleroma/statuses/{id}/reactions", scope="read:statuses")
async def several(caller: Caller, *, id: PostId) -> Answerable:
    """Who put which emoji under a post."""
    rows, people, custom = await caller.node.store.read(_people, id, caller.me.id)
    by_emoji: dict[str, list[Account]] = {}
    for row in rows:
        by_emoji.setdefault(row.emoji, []).append(people[row.account])
    return [
        _reaction(caller, Reactions(text, len(found), frozenset(each.id for each in found), custom.get(text)))
        | {"accounts": [entities.account(caller.node, each) for each in found]}
        for text, found in by_emoji.items()
    ]


def _reaction(caller: Caller, shown: Reactions) -> Entity:
    return emoji_entities.reaction(shown, mine=caller.me.id in shown.here, base_url=caller.node.base_url)


def _people(
    unit: Unit, identifier: PostId, reader: AccountId
) -> tuple[list[Own], dict[AccountId, Account], dict[str, Emoji]]:
    post = posts.visible(unit, identifier, reader=reader)
    rows = emoji_reactions.people(unit, post.boost_of or post.id, most=MOST_PEOPLE)
    custom = emoji_entities.of_reactions(unit, {row.emoji for row in rows})
    return rows, accounts.by_ids(unit, [row.account for row in rows]), custom
