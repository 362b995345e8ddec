"""The part of a text where the words stand that somebody looked for, and those words marked in it.

What comes out is plain text in pieces; whoever shows it escapes it, and puts the mark around a piece as markup of its own.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from storage import words
from storage.search import Wanted
from storage.words import Word

LETTERS = 280
BEFORE = 70
LONGEST_LOOKED_AT = 20_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of an excerpt. found: whether it was looked for."""

    text: str
    found: bool = False


def of(text: str, wanted: Wanted, *, letters: int = LETTERS) -> list[Piece]:
    """The stretch of a text that begins shortly before the first word that was looked for; its beginning where there is none.

    text: plain.  letters: how long it may be, about.
    """
    whole = unicodedata.normalize("NFC", " ".join(text[:LONGEST_LOOKED_AT].split()))
    if not whole:
        return []
    found = list(_found(whole, wanted))
    start = _start(whole, found[0].start) if found and len(whole) > letters else 0
    end = len(whole) if len(whole) - start <= letters else whole.rfind(" ", start + letters // 2, start + letters)
    end = end if end > start else start + letters
    pieces = list(_pieces(whole, [word for word in found if start <= word.start and word.end <= end], start, end))
    return [*([Piece("… ")] if start else []), *pieces, *([Piece(" …")] if end < len(whole) else [])]


def _found(text: str, wanted: Wanted) -> Iterator[Word]:
    sought, beginning = frozenset(wanted.words), wanted.beginning
    for word in words.placed(text):
        if word.text in sought or (beginning and word.text.startswith(beginning)):
            yield word


def _start(text: str, first: int) -> int:
    """Where an excerpt begins, at a word."""
    if first <= BEFORE:
        return 0
    space = text.find(" ", first - BEFORE, first)
    return first if space < 0 else space + 1


def _pieces(text: str, found: Sequence[Word], start: int, end: int) -> Iterator[Piece]:
    at = start
    for word in found:
        if word.start < at:  # a second part of the same word
            continue
        if word.start > at:
            yield Piece(text[at : word.start])
        yield Piece(text[word.start : word.end], found=True)
        at = word.end
    if at < end:
        yield Piece(text[at:end])
