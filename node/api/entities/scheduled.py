"""Posts that wait for their time: ScheduledStatus."""

from collections.abc import Sequence

from node.actions import scheduling
from node.actions.compose import Draft
from node.api.entities import files
from node.api.entities.parts import VISIBILITY, Entity, text_or_none, timestamp
from node.context import Node
from storage import media
from storage.accounts import Account
from storage.media import Media, MediaId
from storage.scheduled import Scheduled


async def scheduled(node: Node, author: Account, found: Sequence[Scheduled]) -> list[Entity]:
    """What somebody has put off, in its order."""
    drafts = [scheduling.draft_of(each) for each in found]
    known = await node.store.read(media.find_own, author.id, [each for draft in drafts for each in draft.files])
    return [_scheduled(node, author, each, draft, known) for each, draft in zip(found, drafts, strict=True)]


def _scheduled(node: Node, author: Account, found: Scheduled, draft: Draft, known: dict[MediaId, Media]) -> Entity:
    rows = [row for row in map(known.get, map(MediaId, draft.files)) if row is not None]
    shown = [files.attachment(row, base_url=node.base_url) for row in rows]
    return {
        "id": str(found.id),
        "scheduled_at": timestamp(found.due_at),
        "params": _params(found, draft),
        "media_attachments": files.for_reader(node.vault, author.id, shown, now=node.now()),
    }


def _params(found: Scheduled, draft: Draft) -> Entity:
    return {
        "text": draft.text,
        "poll": _poll(draft),
        "media_ids": [str(each) for each in draft.files] or None,
        "sensitive": draft.sensitive,
        "spoiler_text": draft.summary,
        "visibility": VISIBILITY[draft.reach],
        "in_reply_to_id": text_or_none(draft.reply_to),
        "quoted_status_id": text_or_none(draft.quoted),
        "quote_approval_policy": draft.quotable,
        "language": draft.language,
        "application_id": found.app_id or 0,
        "scheduled_at": None,
        "idempotency": found.key,
        "with_rate_limit": False,
    }


def _poll(draft: Draft) -> Entity | None:
    if draft.poll is None:
        return None
    return {
        "options": list(draft.poll.options),
        "expires_in": str(draft.poll.seconds) if draft.poll.seconds is not None else None,
        "multiple": draft.poll.multiple,
        "hide_totals": draft.poll.hides_totals,
    }
