"""What one has begun to write: kept, gone on with, thrown away; and what was sent a moment ago, taken back.

    form ─► kept while it is typed ─► sent ─► 30 s: taken back ─► a draft again, and no post anywhere
                                         └─► an hour: forgotten

Taking back is removing: here at once, at nodes that were sent the post by a Delete. Nodes that were not tried yet never hear
of the post. Why nothing is held up for it: docs/decisions, "Taking back what was sent".
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from node.actions import compose, scheduling
from node.actions.compose import Draft
from node.context import Node
from node.errors import Invalid
from storage import drafts, idempotency, media, posts, scheduled
from storage.accounts import Account
from storage.drafts import KeptDraft
from storage.errors import NotFound
from storage.ids import PostId
from storage.store import Unit

UNDO_FOR = timedelta(seconds=30)
"""How long a page offers to take back what was sent."""

ON_THE_WAY = timedelta(seconds=10)
"""How long the answer to the offer may take on a poor link."""

MOST = 100
"""How many drafts somebody may have."""

LONGEST = 60_000
"""Characters of a draft, with everything in its form."""

LONGEST_KEY = 64


async def keep(node: Node, me: Account, key: str, typed: str, *, files: Sequence[int]) -> bool:
    """Keep what is typed into a form. Returns False where the form was sent already: nothing is kept then.

    key: of the form.  typed: JSON.  files: ids of the uploads in it.  Raises Invalid: too long, or too many.
    """
    if not 0 < len(key) <= LONGEST_KEY:
        raise Invalid("key", "ERR_INVALID", "The form has no key. Reload the page")
    if len(typed) > LONGEST:
        raise Invalid("text", "ERR_TOO_LONG", "The draft is too long")
    return await node.store.write(_keep, me, key, typed, files=files)


async def of(node: Node, me: Account) -> list[KeptDraft]:
    """What one has begun, the latest first."""
    return await node.store.read(drafts.of, me.id)


async def get(node: Node, me: Account, identifier: int) -> KeptDraft:
    """One of them. Raises NotFound."""
    return await node.store.read(drafts.get, me.id, identifier)


async def discard(node: Node, me: Account, identifier: int, *, files: Sequence[int]) -> None:
    """Throw one away, with its files. Raises NotFound."""
    await node.store.write(_discard, me, identifier, files=files)


async def sent(node: Node, me: Account, key: str, typed: str, *, post: PostId | None) -> None:
    """Note that a form was sent. post: what it became; None for what waits for its time."""
    if 0 < len(key) <= LONGEST_KEY:
        await node.store.write(drafts.send, me.id, key, typed, post=post)


async def was_sent_otherwise(node: Node, me: Account, key: str, draft: Draft, *, due: datetime | None) -> bool:
    """Whether a form was sent before, with other words or for another time: its key would give what it became then.

    due: when it is to be posted now, None for at once.  Files do not count: who sends a form twice uploads them twice.
    """
    return bool(key) and await node.store.read(_was_sent_otherwise, me, key, draft, due=due)


async def just_sent(node: Node, me: Account, post: PostId) -> KeptDraft | None:
    """What was typed to write this post, if it may still be taken back."""
    found = await node.store.read(drafts.of_post, me.id, post)
    if found is None or found.sent_at is None or node.now() > found.sent_at + UNDO_FOR:
        return None
    return found


async def take_back(node: Node, me: Account, post: PostId) -> int:
    """Take back a post that was sent a moment ago, and have its author go on with what was typed. Returns the draft's id.

    Raises NotFound; Invalid: it is too late, also where what was typed is forgotten already.
    """
    return await node.store.write(_take_back, me, post)


async def instead_of_later(
    node: Node, me: Account, scheduled_post: int, key: str, typed: str, *, files: Sequence[int]
) -> int:
    """Make a post that waits for its time a draft again. Returns the draft's id. Arguments as for `keep`. Raises NotFound."""
    return await node.store.write(_instead_of_later, me, scheduled_post, key, typed, files=files)


def _keep(unit: Unit, me: Account, key: str, typed: str, *, files: Sequence[int]) -> bool:
    unit.lock(f"drafts of {me.id}")
    known = drafts.by_key(unit, me.id, key)
    if known is not None and known.sent_at is not None:
        return False
    if known is None:
        if idempotency.find(unit, me.id, key) is not None:
            return False
        if drafts.count(unit, me.id) >= MOST:
            raise Invalid("text", "ERR_TOO_MANY", f"At most {MOST} drafts can be kept: throw one away first")
    drafts.keep(unit, me.id, key, typed, files=files)
    return True


def _was_sent_otherwise(unit: Unit, me: Account, key: str, draft: Draft, *, due: datetime | None) -> bool:
    if (made := idempotency.find(unit, me.id, key)) is not None:
        (post,) = posts.by_ids(unit, [made]) or (None,)
        return due is not None or post is None or (post.source, post.summary) != (draft.text, draft.summary)
    if (waiting := scheduled.by_key(unit, me.id, key)) is not None:
        return due != waiting.due_at or not scheduling.is_alike(scheduling.draft_of(waiting), draft)
    return False


def _discard(unit: Unit, me: Account, identifier: int, *, files: Sequence[int]) -> None:
    drafts.discard(unit, drafts.get(unit, me.id, identifier), files=files)


def _instead_of_later(unit: Unit, me: Account, identifier: int, key: str, typed: str, *, files: Sequence[int]) -> int:
    scheduled.cancel(unit, scheduled.get(unit, me.id, identifier), files=files)
    drafts.keep(unit, me.id, key, typed, files=files)
    kept = drafts.by_key(unit, me.id, key)
    assert kept is not None
    return kept.id


def _take_back(unit: Unit, me: Account, post: PostId) -> int:
    found = drafts.of_post(unit, me.id, post)
    if found is None and posts.get(unit, post).author_id != me.id:
        raise NotFound
    if found is None or found.sent_at is None or unit.now > found.sent_at + UNDO_FOR + ON_THE_WAY:
        raise Invalid("undo", "ERR_TOO_LATE", "It is too late to take the post back. You can still delete it")
    files = [row.id for row in media.of(unit, [post]).get(post, [])]
    compose.withdraw(unit, me, post)
    idempotency.forget(unit, me.id, post)
    drafts.reopen(unit, found, key=secrets.token_urlsafe(12), files=files)
    return found.id
