"""French and English: which language a person reads, and how dates and numbers look in it.

Messages stand in English in the templates and in `wording.py`; the French is in `locale/fr/LC_MESSAGES/messages.po`.
The catalogue is read when the node starts, straight from its source (a few milliseconds), so nothing is ever compiled
by hand and nothing can be stale.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

from federation.occasions import is_timezone

Language = Literal["en", "fr"]

LANGUAGES: tuple[Language, ...] = ("en", "fr")
COOKIE = "language"

CATALOGUES = Path(__file__).parent / "locale"

# The languages that staff write in most; any other stays choosable once a post has it.
WRITTEN = ("fr", "en", "ar", "de", "es", "it", "ja", "nl", "pl", "pt", "ru", "sw", "tr", "uk", "vi", "zh")

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR

KILO, MEGA = 1_000, 1_000_000


def preferred(own: str | None, cookie: str | None, accepted: str, *, otherwise: Language = "en") -> Language:
    """The language in which to speak to someone.

    own: what the person has chosen in their account, if anyone is signed in.  cookie: what this browser was told.
    accepted: the Accept-Language header, maybe empty.  otherwise: the node's language, for when nothing fits.
    """
    for wanted in (own, cookie, *_by_weight(accepted)):
        for language in LANGUAGES:
            if wanted is not None and wanted.partition("-")[0].lower() == language:
                return language
    return otherwise


def _by_weight(accepted: str) -> Sequence[str]:
    weighted: list[tuple[float, str]] = []
    for part in accepted[:200].split(","):
        name, _, weight = part.strip().partition(";q=")
        weighted.append((_weight(weight), name))
    return [name for weight, name in sorted(weighted, key=lambda one: -one[0]) if weight > 0]


def _weight(text: str) -> float:
    try:
        return float(text or "1")
    except ValueError:
        return 0


@cache
def translations(language: Language) -> NullTranslations:
    """The messages of a language, read once. English is what the messages are written in."""
    if language == "en":
        return NullTranslations()
    with (CATALOGUES / language / "LC_MESSAGES" / "messages.po").open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def moment_of(moment: str | datetime) -> datetime:
    """A moment as entities (ISO 8601) or rows have it: aware, UTC."""
    parsed = moment if isinstance(moment, datetime) else datetime.fromisoformat(moment)
    return parsed.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Speech:
    """How one language writes numbers and moments. Moments are UTC, and say so where the hour matters."""

    language: Language

    def number(self, value: int) -> str:
        """`12,345` or `12 345`."""
        return format_decimal(value, locale=self.language)

    def size(self, count: int) -> str:
        """`82 kB` or `82 ko`, `1.4 MB` or `1,4 Mo`. count: bytes."""
        unit, letter = {"en": "B", "fr": "o"}[self.language], "k" if count < MEGA else "M"
        value = max(1, round(count / KILO)) if count < MEGA else round(count / MEGA, 1)
        return f"{format_decimal(value, locale=self.language)}\N{NO-BREAK SPACE}{letter}{unit}"

    def ago(self, moment: str | datetime, *, now: datetime) -> str:
        """`5 min ago` within a day, `20 November` within the year, `20 November 2025` before; `in 5 min` too."""
        then = moment_of(moment)
        apart = then - now
        if abs(apart.total_seconds()) < MINUTE:
            return {"en": "just now", "fr": "à l’instant"}[self.language]
        if abs(apart.total_seconds()) < DAY:
            return format_timedelta(apart, add_direction=True, threshold=1, format="short", locale=self.language)
        return format_date(then, "d MMMM" if then.year == now.year else "d MMMM y", locale=self.language)

    def long_time(self, moment: str | datetime) -> str:
        """`Monday 23 November 2026, 14:02 UTC`."""
        return _long_time(moment_of(moment), self.language)

    def span(self, starts: str | datetime, ends: str | datetime | None, timezone: str | None) -> str:
        """From when to when, by the clock of the place: `Friday 27 November 2026, 14:00 to 15:30 (Europe/Paris)`.

        timezone: IANA name; UTC where there is none, or none that this machine knows.
        """
        zone = ZoneInfo(timezone) if timezone and is_timezone(timezone) else UTC
        first = moment_of(starts).astimezone(zone)
        words = self._day(first) + ", " + self._hour(first)
        if ends is not None:
            last = moment_of(ends).astimezone(zone)
            until = self._hour(last) if last.date() == first.date() else f"{self._day(last)}, {self._hour(last)}"
            words += {"en": " to ", "fr": " à "}[self.language] + until
        return f"{words} ({timezone if zone is not UTC else 'UTC'})"

    def _day(self, moment: datetime) -> str:
        return format_date(moment.date(), "EEEE d MMMM y", locale=self.language)

    def _hour(self, moment: datetime) -> str:
        return moment.strftime({"en": "%H:%M", "fr": "%H\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}%M"}[self.language])

    def name_of(self, language: str) -> str:
        """What a language is called, or its code when nobody knows."""
        return _name_of(language, self.language)

    def written_languages(self, chosen: str) -> list[tuple[str, str]]:
        """Codes and names of the languages that a post may be marked with, the reader's two first.

        chosen: the code that must be among them, or "".
        """
        codes = [*WRITTEN, *([chosen] if chosen and chosen not in WRITTEN else [])]
        return [(code, self.name_of(code)) for code in codes]


@lru_cache(maxsize=2048)
def _long_time(moment: datetime, language: Language) -> str:
    return format_datetime(moment, "EEEE d MMMM y, HH:mm 'UTC'", locale=language)


@lru_cache(maxsize=512)
def _name_of(named: str, language: Language) -> str:
    try:
        name = Locale.parse(named, sep="-").get_display_name(language)
    except (ValueError, UnknownLocaleError):
        return named
    return name or named
