"""Tell everybody of this node something, and take it back; each on record."""

from datetime import UTC, date, datetime, time, timedelta

from federation import emoji
from node.actions import markup
from node.errors import Invalid
from storage import announcements, audit
from storage.announcements import Announcement
from storage.ids import AccountId
from storage.store import Unit

LONGEST = 5_000
MOST_EMOJI = 8
"""Under one announcement, of different kinds."""


def publish(unit: Unit, text: str, *, last_day: str, by: str, source: str) -> Announcement:
    """Publish an announcement.

    text: Markdown.  last_day: the last day on which it is shown, as 2027-01-31; '' for until it is withdrawn.
    by, source: for the audit.  Raises Invalid.
    """
    said = text.strip()
    if not said:
        raise Invalid("text", "ERR_BLANK", "Text can't be blank")
    if len(said) > LONGEST:
        raise Invalid("text", "ERR_TOO_LONG", f"Text is too long (maximum is {LONGEST} characters)")
    ends_at = _end_of(last_day.strip(), now=unit.now)
    made = announcements.publish(
        unit, source=said, content=rendered(said), ends_at=ends_at, all_day=ends_at is not None
    )
    audit.add(unit, who=by, source=source, act="announcement.publish", subject=str(made.id))
    return made


def withdraw(unit: Unit, identifier: int, *, by: str, source: str) -> None:
    """Take an announcement away. by, source: for the audit.  Raises NotFound."""
    announcements.withdraw(unit, identifier)
    audit.add(unit, who=by, source=source, act="announcement.withdraw", subject=str(identifier))


def react(unit: Unit, identifier: int, account: AccountId, text: str) -> None:
    """Put an emoji under an announcement. Raises NotFound, Invalid."""
    wanted = text.strip()
    if not emoji.is_grapheme(wanted):
        raise Invalid("name", "ERR_INVALID", "A reaction is one emoji")
    present = {each.emoji for each in announcements.reactions(unit, account, [identifier])}
    if wanted not in present and len(present) >= MOST_EMOJI:
        raise Invalid("name", "ERR_TOO_MANY", f"An announcement takes {MOST_EMOJI} different reactions")
    announcements.react(unit, identifier, account, wanted)


def rendered(text: str) -> str:
    """A text of the house as safe HTML: Markdown, without anybody being mentioned."""
    return markup.render(text, mentions={}, tag_url=lambda _: "")


def _end_of(day: str, *, now: datetime) -> datetime | None:
    if not day:
        return None
    try:
        end = datetime.combine(date.fromisoformat(day), time(), UTC) + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise Invalid("ends_at", "ERR_INVALID", "A day is written year-month-day, such as 2027-01-31") from error
    if end <= now:
        raise Invalid("ends_at", "ERR_INVALID", "This day is over")
    return end
