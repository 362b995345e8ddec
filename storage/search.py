"""Find posts by their words: what a person may read, the newest first.

    words ─► the newest posts that hold them all, from the index ─► those that the reader may see ─► enough? else further down

One walks down through time, a bounded number of posts at a time, so that a word that stands in every second post costs no more
than one that is rare, and stops after `MOST_LOOKED_AT`. Whoever may see little of what holds a common word is shown less than all.
Read on the lane for what takes long.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage import post_words, words
from storage.ids import AccountId, Host, PostId, first_id_at
from storage.pages import NEWEST
from storage.store import Unit
from storage.timelines import UNFILTERED
from storage.visibility import VISIBLE_TO

MOST_LOOKED_AT = 5_000
AT_ONCE = 250
LATEST_LOOKED_AT = 500
MOST_WORDS = 8
SHORTEST_BEGINNING = 4

WINDOWS = (timedelta(days=7), timedelta(days=60), timedelta(days=400))
"""Stretches of time that are gone through one after the other, the newest first; then all the rest."""

HITS = """
select post_words.rowid from post_words
where post_words match :words and post_words.rowid < :below and post_words.rowid > :above
order by post_words.rowid desc limit :most
"""

LATEST = "select cast(post_words.words as text) from post_words order by post_words.rowid desc limit :most"

# SQLite keeps them as they were given, PostgreSQL each in quotation marks.
BETWEEN = re.compile(r"[ ']+")

SHOWN = f"""
select p.id from posts p where p.id in :ids and {VISIBLE_TO} and {UNFILTERED}
    and (:tag = '' or exists (
        select 1 from post_tags t join tags g on g.id = t.tag_id where t.post_id = p.id and g.name = :tag))
order by p.id desc
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. host: of the author's node, '' for this one, None for any.  tag: without its sign."""

    text: str = ""
    author: AccountId | None = None
    host: Host | str | None = None
    tag: str = ""

    @property
    def words(self) -> list[str]:
        """The words that a post must hold, each once; a letter alone counts only where there is nothing else."""
        found = list(dict.fromkeys(words.of(self.text)))[:MOST_WORDS]
        return [word for word in found if len(word) > 1 or not word.isascii()] or found

    @property
    def beginning(self) -> str:
        """What the last word might be the beginning of; '' where it is too short for that."""
        last = words.folded(self.text).split()[-1:]
        short = last[0][: words.LONGEST_WORD] if last else ""
        return short if short.isalnum() and len(short) >= SHORTEST_BEGINNING else ""

    @property
    def filters(self) -> list[str]:
        """The words of the index that are no words of a text."""
        found = [post_words.of_author(self.author)] if self.author is not None else []
        found += [post_words.of_node(self.host)] if self.host is not None else []
        return [*found, *words.of(self.tag)]


def posts(
    unit: Unit,
    reader: AccountId,
    wanted: Wanted,
    *,
    below: int = NEWEST,
    above: int = 0,
    limit: int,
    offset: int = 0,
) -> list[PostId]:
    """The newest posts that hold all words of a text and that a person may read.

    Words are whole; where no post holds the last one, it is taken for the beginning of one.  below, above: only ids between
    these.  Returns nothing where nothing is looked for.
    """
    match = [*wanted.words, *wanted.filters]
    if not match:
        return []
    last = words.of(wanted.beginning)
    if last and not _stand_anywhere(unit, last):
        others = [word for word in match if word not in last]
        if others and not _stand_anywhere(unit, others):
            return []
        match = [*others, _whole_for(unit, wanted.beginning)]
    found: list[PostId] = []
    for hits in _walked(unit, " AND ".join(match), below=below, above=above):
        found += unit.all(PostId, SHOWN, ids=hits, reader=reader, tag=wanted.tag.lower(), now=unit.now)
        if len(found) >= offset + limit:
            break
    return found[offset : offset + limit]


def _whole_for(unit: Unit, beginning: str) -> str:
    """What is looked for in place of a beginning.

    SQLite puts together all posts that hold anything that begins so before it looks at the first of them. That is quick for what
    is rare; what is common stands in the newest posts too, and is looked for by its whole words, as these have them.
    """
    latest = unit.all(str, LATEST, most=LATEST_LOOKED_AT)
    known = Counter(word for row in latest for word in BETWEEN.split(row) if word.startswith(beginning))
    return f"({' OR '.join(word for word, _ in known.most_common(MOST_WORDS))})" if known else f"{beginning}*"


def _stand_anywhere(unit: Unit, match: Sequence[str]) -> bool:
    """Whether any post holds all of these words."""
    # As many as a walk takes: PostgreSQL, asked for one alone, would rather look through all posts than into the index.
    return bool(unit.all(PostId, HITS, words=" AND ".join(match), below=NEWEST, above=0, most=AT_ONCE))


def _walked(unit: Unit, match: str, *, below: int, above: int) -> Iterator[list[PostId]]:
    """Posts of the index, the newest first, some at a time."""
    looked_at = 0
    for start in (*_starts(unit.now), 0):
        lowest = max(start, above)
        while lowest + 1 < below and looked_at < MOST_LOOKED_AT:
            hits = unit.all(PostId, HITS, words=match, below=below, above=lowest, most=AT_ONCE)
            looked_at += len(hits)
            if hits:
                yield hits
            below = hits[-1] if len(hits) == AT_ONCE else lowest + 1


def _starts(now: datetime) -> Iterator[int]:
    return (first_id_at(now - ago) for ago in WINDOWS)
