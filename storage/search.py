"""Find posts by their words: among the newest that a person may read, the newest first.

Letters are compared without case and accents, so that `etat` finds `État`. No index is kept: what is looked through is bounded, on
both databases alike, and read on the lane for what takes long.
"""

import re
import unicodedata
from dataclasses import dataclass
from html import unescape

from storage.ids import AccountId, PostId
from storage.pages import NEWEST
from storage.store import Unit
from storage.timelines import UNFILTERED
from storage.visibility import VISIBLE_TO

MOST_LOOKED_AT = 5_000
AT_ONCE = 500
MOST_WORDS = 8
MARKUP = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class _Text:
    id: PostId
    content: str
    summary: str


CANDIDATES = f"""
select p.id, p.content, p.summary from posts p
where p.id < :below and p.id > :above and p.boost_of is null and {VISIBLE_TO} and {UNFILTERED} and (:author = 0 or p.author_id = :author)
order by p.id desc limit :most
"""


def posts(
    unit: Unit,
    reader: AccountId,
    text: str,
    *,
    author: AccountId | None = None,
    below: int = NEWEST,
    above: int = 0,
    limit: int,
    offset: int = 0,
) -> list[PostId]:
    """The newest posts that hold all words of a text, among the newest `MOST_LOOKED_AT` that a person may read.

    author: only what this one wrote.  below, above: only ids between these.
    """
    words = folded(text).split()[:MOST_WORDS]
    found: list[PostId] = []
    for _ in range(MOST_LOOKED_AT // AT_ONCE if words else 0):
        rows = unit.all(
            _Text, CANDIDATES, reader=reader, author=author or 0, below=below, above=above, most=AT_ONCE, now=unit.now
        )
        found += [row.id for row in rows if _holds(row, words)]
        if len(rows) < AT_ONCE or len(found) >= offset + limit:
            break
        below = rows[-1].id
    return found[offset : offset + limit]


def folded(text: str) -> str:
    """A text as it is compared: without case, accents and ligatures, its markup taken away."""
    plain = unescape(MARKUP.sub(" ", text))
    apart = unicodedata.normalize("NFKD", plain.casefold().replace("œ", "oe").replace("æ", "ae"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _holds(row: _Text, words: list[str]) -> bool:
    text = folded(f"{row.content} {row.summary}")
    return all(word in text for word in words)
