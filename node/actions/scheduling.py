"""Write now, post later.

draft ─► what can be judged is judged ─► kept as JSON ─► at its time: `compose.post_due`, once  (`node.timetable`)

At its time everything is judged again, as it then is: who is named, who may see what is answered, what may be attached. Nothing is
posted for somebody who does not work here any more.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pydantic import TypeAdapter

from node.actions import compose, files, quotes
from node.actions.compose import Draft
from node.context import Node
from node.errors import Invalid
from storage import posts, scheduled, staff
from storage.accounts import Account, by_id
from storage.errors import NotFound
from storage.pages import Page
from storage.scheduled import Scheduled
from storage.store import Unit

AT_LEAST_AHEAD = timedelta(minutes=5)
AT_MOST_AHEAD = timedelta(days=5 * 366)
MOST = 300
"""How many posts somebody may have put off."""

DRAFT = TypeAdapter(Draft)


def time_in(text: str, *, now: datetime) -> datetime:
    """The moment in a text, ISO 8601, UTC where it does not say. Raises Invalid: none, or too near, or too far."""
    try:
        found = datetime.fromisoformat(text.strip())
        found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid("scheduled_at", "ERR_INVALID", "Scheduled at is no date with a time") from None
    if not now + AT_LEAST_AHEAD <= found <= now + AT_MOST_AHEAD:
        raise Invalid(
            "scheduled_at", "ERR_INVALID", "Scheduled at must be at least five minutes from now, and within five years"
        )
    return found


async def schedule(
    node: Node,
    author: Account,
    draft: Draft,
    *,
    due: datetime,
    idempotency_key: str | None,
    application: str | None,
    app: int | None,
) -> Scheduled:
    """Keep a draft until its time. The same key gives the first one again.

    Raises Invalid; NotFound: what it answers or quotes is not there for this author.
    """
    compose.demand_fitting(author, draft)
    return await node.store.write(
        _schedule,
        author,
        draft,
        due=due,
        key=idempotency_key,
        application=application,
        app=app,
        most_files=node.settings.media.per_post,
    )


async def put_off(node: Node, author: Account, identifier: int, *, until: datetime) -> Scheduled:
    """Give a post another time. Raises NotFound."""
    return await node.store.write(_put_off, author, identifier, until)


async def cancel(node: Node, author: Account, identifier: int) -> None:
    """Do not post it. Raises NotFound."""
    await node.store.write(_cancel, author, identifier)


async def of(node: Node, author: Account, part: Page) -> list[Scheduled]:
    """What somebody has put off."""
    return await node.store.read(scheduled.of, author.id, part)


def draft_of(found: Scheduled) -> Draft:
    """What is to be posted."""
    return DRAFT.validate_json(found.draft)


def is_alike(one: Draft, other: Draft) -> bool:
    """Whether two drafts say the same, whatever files hang on them."""
    said, said_by_other = (DRAFT.dump_json(replace(draft, files=())) for draft in (one, other))
    return said == said_by_other


async def post(node: Node, found: Scheduled) -> None:
    """Post one whose time has come, unless another process has. Raises Invalid, NotFound, FederationError: it cannot be posted."""
    author = await node.store.read(_author, found)
    await compose.post_due(node, author, draft_of(found), kept=found)


def _author(unit: Unit, found: Scheduled) -> Account:
    author, member = by_id(unit, found.account_id), staff.by_account(unit, found.account_id)
    if author is None or member is None or member.disabled_at is not None or author.suspended_at is not None:
        raise NotFound
    return author


def _schedule(
    unit: Unit,
    author: Account,
    draft: Draft,
    *,
    due: datetime,
    key: str | None,
    application: str | None,
    app: int | None,
    most_files: int,
) -> Scheduled:
    unit.lock(f"scheduled posts of {author.id}")
    if key and (known := scheduled.by_key(unit, author.id, key)) is not None:
        return known
    if scheduled.count(unit, author.id) >= MOST:
        raise Invalid("scheduled_at", "ERR_TOO_MANY", f"At most {MOST} posts can wait for their time")
    if draft.reply_to is not None:
        posts.visible(unit, draft.reply_to, reader=author.id)
    if draft.quoted is not None:
        quotes.quotable(unit, author, draft.quoted)
    files.for_post(unit, author.id, draft.files, most=most_files)
    return scheduled.add(
        unit,
        author.id,
        DRAFT.dump_json(draft).decode(),
        due=due,
        files=draft.files,
        key=key,
        application=application,
        app=app,
    )


def _put_off(unit: Unit, author: Account, identifier: int, until: datetime) -> Scheduled:
    found = scheduled.get(unit, author.id, identifier)
    return scheduled.put_off(unit, found, until=until, files=draft_of(found).files)


def _cancel(unit: Unit, author: Account, identifier: int) -> None:
    found = scheduled.get(unit, author.id, identifier)
    scheduled.cancel(unit, found, files=draft_of(found).files)
