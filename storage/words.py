"""Words as they are compared: without case, accents and the marks of the plural, the same on both databases.

    “Les visas de l’État, journaux & embassies”   ─► les, visa, de, l, etat, journal, embassy

Neither engine is asked to understand a language: SQLite knows no stems, PostgreSQL's depend on what was installed with it. What a
text is cut into is decided here, when it is written and when somebody searches. A letter of a script without spaces (Chinese,
Japanese) is a word of its own. Whoever changes this file has the index of posts be made anew (`storage.post_words`).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

LONGEST_WORD = 40
LONGEST_AS_IT_IS = 3
"""So short a word keeps its end: bus, gas, vie."""

LONGEST_IN_AUX = 5
"""Longer ones, as canaux, are several of something in al."""

MARKUP = re.compile(r"<[^>]*>")
UNSPACED = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
WORD = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")

# What is a letter of its own to Unicode, and not to whoever types without it.
SPELLED_OUT = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text. text: as it is compared.  start, end: where it stands."""

    text: str
    start: int
    end: int


def folded(text: str) -> str:
    """A text without case, accents and ligatures."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold().translate(SPELLED_OUT)).lower()
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def plain(html: str) -> str:
    """What HTML says, its markup taken away."""
    return unescape(MARKUP.sub(" ", html)) if "<" in html or "&" in html else html


def of(text: str) -> list[str]:
    """The words of a text as they are compared, in their order; what is longer than `LONGEST_WORD` is cut."""
    whole = text if text.isascii() else unicodedata.normalize("NFC", text)
    return [word for word in map(_compared, WORD.findall(whole.casefold())) if word]


def placed(text: str) -> Iterator[Word]:
    """The words of a text as they are compared, and where each stands in it. text: in normal form C."""
    for found in WORD.finditer(text):
        if word := _compared(found[0].casefold()):
            yield Word(word, found.start(), found.end())


# The few thousand words that people write most are most of what they write.
@lru_cache(maxsize=30_000)
def _compared(word: str) -> str:
    """A word as it is compared. Letters and digits are left of it, whatever a character stands for."""
    return _singular("".join(filter(str.isalnum, folded(word)))[:LONGEST_WORD])


def _singular(word: str) -> str:
    """The word without what French and English put at its end for more than one: close enough to find both by either."""
    if len(word) <= LONGEST_AS_IT_IS or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("aux") and not word.endswith("eaux") and len(word) > LONGEST_IN_AUX:
        return word[:-3] + "al"
    if word[-1] in "sx":
        word = word[:-1]
    return word[:-2] + "y" if word.endswith("ie") and len(word) > LONGEST_AS_IT_IS else word
