"""Files that hang on posts: which of somebody's uploads, and what is said of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from federation.html import plain
from node.errors import Invalid
from storage import media
from storage.errors import NotFound
from storage.ids import AccountId, PostId
from storage.media import Media, State
from storage.store import Unit

LONGEST_DESCRIPTION = 1_500
THOUSAND = 1_000


@dataclass(frozen=True, slots=True)
class About:
    """What its author says of a file; None stays as it is. focus: thousandths."""

    description: str | None = None
    focus: tuple[int, int] | None = None


def checked_description(text: str) -> str:
    """What a file shows, on one line or several. Raises Invalid."""
    if len(text) > LONGEST_DESCRIPTION:
        sentence = f"Description is too long (maximum is {LONGEST_DESCRIPTION} characters)"
        raise Invalid("description", "ERR_TOO_LONG", sentence)
    return plain(text, longest=LONGEST_DESCRIPTION)


def focus_in(text: str) -> tuple[int, int]:
    """The point that matters most, `x,y` from −1 to 1, in thousandths. Raises Invalid."""
    try:
        x, y = (round(float(part) * THOUSAND) for part in text.split(","))
    except (ValueError, OverflowError):
        x, y = THOUSAND + 1, 0
    if not (-THOUSAND <= x <= THOUSAND and -THOUSAND <= y <= THOUSAND):
        raise Invalid("focus", "ERR_INVALID", "Focus is two numbers from -1.0 to 1.0, with a comma between them")
    return x, y


def describe(unit: Unit, row: Media, about: About) -> None:
    """Say something else of a file. Raises Invalid."""
    media.describe(
        unit,
        row.id,
        description=row.description if about.description is None else checked_description(about.description),
        focus=(row.focus_x, row.focus_y) if about.focus is None else about.focus,
    )


def for_post(
    unit: Unit, owner: AccountId, wanted: Sequence[int], *, post: PostId | None = None, most: int
) -> list[Media]:
    """Uploads of somebody that shall hang on a post, in their order.

    post: on which some may hang already.  most: how many.
    Raises Invalid: too many, not ready, or not there for this post.
    """
    ids = list(dict.fromkeys(wanted))
    if len(ids) > most:
        raise Invalid("media_ids", "ERR_TOO_MANY", f"Cannot attach more than {most} files")
    found = media.find_own(unit, owner, ids)
    rows = [row for row in map(found.get, map(media.MediaId, ids)) if row is not None and row.post_id in (None, post)]
    if len(rows) < len(ids):
        raise Invalid("media_ids", "ERR_NOT_FOUND", "A file is no longer there. Send it again")
    if any(row.state is State.WAITING for row in rows):
        sentence = "Cannot attach files that have not finished processing. Try again in a moment!"
        raise Invalid("media_ids", "ERR_NOT_READY", sentence)
    if any(row.state is not State.READY for row in rows):
        raise Invalid("media_ids", "ERR_BROKEN", "A file could not be processed. Remove it, or send another")
    return rows


def of_own_post(unit: Unit, post: PostId, owner: AccountId) -> list[Media]:
    """What hangs on a post of somebody's own. Raises NotFound."""
    rows = media.of(unit, [post]).get(post, [])
    if any(row.owner_id != owner for row in rows):
        raise NotFound
    return rows
