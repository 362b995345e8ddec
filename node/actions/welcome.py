"""The first days: the steps of welcome, what is said of oneself in them, whom and what one follows, the first post."""

import asyncio
from collections.abc import Sequence

from federation.errors import NotAllowed
from node.actions import cards, compose, people, tags
from node.actions.compose import Draft
from node.context import Node
from storage import accounts, directory, idempotency, staff, welcomes
from storage.accounts import Account
from storage.errors import NotFound
from storage.store import Unit
from storage.visibility import Reach
from storage.welcomes import STEPS

MOST_AT_ONCE = 200
"""Of how many colleagues one follows all by one button."""


async def greet(node: Node, digest: str) -> bool:
    """Have the steps begin for who signs in for the first time. Returns whether they begin now.

    digest: of the session that has just begun.  Whoever follows people or has written is no newcomer.
    """
    return await node.store.write(_greet, digest)


async def introduce(node: Node, me: Account, *, note: str, languages: Sequence[str]) -> Account:
    """Say who one is; what else the directory and the profile say stays. Raises Invalid.

    note: Markdown.  languages: codes of those that one speaks.
    """
    changed = await people.change_profile(
        node,
        me,
        display_name=me.display_name,
        note=note,
        fields=None,
        locked=me.locked,
        discoverable=me.discoverable,
    )
    skills = ", ".join(changed.visiting_card.skills)
    return await cards.say(node.federation, changed, languages=languages, skills=skills)


async def follow_colleagues(node: Node, me: Account) -> int:
    """Follow, or ask to follow, everybody of this node whom one does not follow yet. Returns how many were asked.

    Nothing happens where they are more than `MOST_AT_ONCE`. Whoever left or blocked the newcomer in this moment is passed over.
    """
    wanted = await node.store.read(colleagues, me, limit=MOST_AT_ONCE + 1)
    if len(wanted) > MOST_AT_ONCE:
        return 0
    return sum(await asyncio.gather(*(_follow(node, me, other) for other in wanted)))


async def _follow(node: Node, me: Account, other: Account) -> bool:
    try:
        await people.follow(node, me, other)
    except (NotFound, NotAllowed):
        return False
    return True


def colleagues(unit: Unit, me: Account, *, limit: int) -> list[Account]:
    """People of this node whom one does not follow yet."""
    ids = directory.colleagues(unit, me.id, limit=limit)
    known = accounts.by_ids(unit, ids)
    return [known[identifier] for identifier in ids]


async def follow_topics(node: Node, me: Account, names: Sequence[str]) -> None:
    """Follow some tags, as typed, each once. Raises Invalid: one of them is none, or they are too many; then none is followed."""
    wanted = dict.fromkeys(tags.demanded(name) for name in names)
    for name in wanted:
        await tags.follow(node, me, name)


async def write_first(node: Node, me: Account, *, text: str, reach: Reach, language: str, key: str) -> None:
    """Publish the first post. key: tells this form from others.  Raises Invalid."""
    draft = Draft(text, reach=reach, language=language)
    await compose.post(node, me, draft, idempotency_key=idempotency.of_words(key, text) if key else None)


def come_to(unit: Unit, me: Account, step: int) -> None:
    """Note that somebody comes to a step; behind the last one, that they are through. step: ≥ 1."""
    if step > STEPS:
        welcomes.finish(unit, me.id)
    else:
        welcomes.reach(unit, me.id, step)


def _greet(unit: Unit, digest: str) -> bool:
    found = staff.find_session(unit, digest)
    if found is None:
        return False
    account = accounts.get(unit, found[1].account_id)
    return not account.following_count and not account.posts_count and welcomes.begin(unit, account.id)
