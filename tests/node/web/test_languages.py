"""French and English are both whole, say nothing of the trade, and look right in each."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from node import web
from node.web.languages import CATALOGUES, Speech, preferred, translations

FOLDER = Path(web.__file__).parent
METHODS = [("**/templates/**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
OPTIONS = {"**/templates/**.html": {"silent": "false"}}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "message": None}
OF_THE_TRADE = re.compile(
    r"\b(instance|toot|boost|fediverse|fédivers|server|serveur|federated|fédérée?s?)", re.IGNORECASE
)
GAP = re.compile(r"%\((\w+)\)s")
NOW = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)

Message = str | tuple[str, ...]


def used() -> set[Message]:
    return {found[2] for found in extract_from_dir(FOLDER, METHODS, OPTIONS, keywords=KEYWORDS)}


@pytest.fixture(scope="module")
def french() -> Catalog:
    with (CATALOGUES / "fr" / "LC_MESSAGES" / "messages.po").open("rb") as source:
        return read_po(source, locale="fr", abort_invalid=True)


def texts(message: Message | list[str] | None) -> list[str]:
    return [message] if isinstance(message, str) else list(message or [])


def test_every_message_is_said_in_french(french: Catalog) -> None:
    assert len(used()) > 150
    said = {entry.id: entry for entry in french if entry.id}
    missing = {message for message in used() if message not in said or not all(texts(said[message].string))}
    assert missing == set()
    assert [entry.id for entry in french if entry.id and entry.fuzzy] == []


def test_nothing_is_said_twice() -> None:
    """Readers of the file, Babel among them, take the last of two entries and say nothing."""
    source = (CATALOGUES / "fr" / "LC_MESSAGES" / "messages.po").read_text()
    entries = re.findall(r'^((?:msgctxt "[^\n]*\n)?msgid ".*?)^msgstr', source, re.MULTILINE | re.DOTALL)
    assert [entry for entry, count in Counter(entries).items() if count > 1] == []


def test_no_french_is_left_over(french: Catalog) -> None:
    assert {entry.id for entry in french if entry.id} - used() == set()
    assert french.obsolete == {}


def test_gaps_are_the_same_in_french(french: Catalog) -> None:
    for entry in french:
        if entry.id:
            wanted = {gap for text in texts(entry.id) for gap in GAP.findall(text)}
            assert [set(GAP.findall(text)) for text in texts(entry.string)] == [wanted] * len(texts(entry.string)), (
                entry.id
            )


def test_no_words_of_the_trade(french: Catalog) -> None:
    said = [text for entry in french if entry.id for text in texts(entry.id) + texts(entry.string)]
    assert [text for text in said if OF_THE_TRADE.search(text)] == []


def test_french_typography(french: Catalog) -> None:
    said = [text for entry in french if entry.id for text in texts(entry.string)]
    assert [text for text in said if "'" in text or re.search(r"[^\u202f\u00a0][?!;:»]|«[^\u00a0]", text)] == []


def test_a_message_in_french_and_in_english() -> None:
    assert translations("fr").ugettext("All nodes") == "Tous les nœuds"
    assert translations("en").ugettext("All nodes") == "All nodes"
    assert translations("fr").ungettext("%(count)s reply", "%(count)s replies", 0) == "%(count)s réponse"


@pytest.mark.parametrize(
    ("own", "cookie", "accepted", "expected"),
    [
        ("fr", "en", "en", "fr"),
        (None, "fr", "en", "fr"),
        (None, None, "de, fr;q=0.8, en;q=0.5", "fr"),
        (None, None, "en;q=0.2,fr-CA", "fr"),
        (None, None, "de", "en"),
        (None, None, "fr;q=0", "en"),
        (None, None, ";;;q=x,,", "en"),
        ("xx", "yy", "", "en"),
    ],
)
def test_which_language(own: str | None, cookie: str | None, accepted: str, expected: str) -> None:
    assert preferred(own, cookie, accepted) == expected


def test_the_language_of_the_node_is_for_those_who_have_none() -> None:
    assert preferred(None, None, "de", otherwise="fr") == "fr"


@pytest.mark.parametrize(
    ("apart", "english", "french"),
    [
        (timedelta(seconds=-20), "just now", "à l’instant"),
        (timedelta(minutes=-12), "12 min. ago", "il y a 12 min"),
        (timedelta(hours=-1), "1 hr. ago", "il y a 1 h"),
        (timedelta(minutes=8), "in 8 min.", "dans 8 min"),
        (timedelta(days=-3), "20 November", "20 novembre"),
        (timedelta(days=-400), "19 October 2025", "19 octobre 2025"),
    ],
)
def test_moments(apart: timedelta, english: str, french: str) -> None:
    spoken = [Speech("en").ago(NOW + apart, now=NOW), Speech("fr").ago((NOW + apart).isoformat(), now=NOW)]
    assert [text.replace("\u00a0", " ").replace("\u202f", " ") for text in spoken] == [english, french]


@pytest.mark.parametrize(
    ("count", "english", "french"),
    [(12, "1 kB", "1 ko"), (82_345, "82 kB", "82 ko"), (1_440_000, "1.4 MB", "1,4 Mo"), (12_000_000, "12 MB", "12 Mo")],
)
def test_sizes(count: int, english: str, french: str) -> None:
    assert [Speech(language).size(count).replace("\u00a0", " ") for language in ("en", "fr")] == [english, french]


def test_long_moments_and_numbers() -> None:
    assert Speech("fr").long_time(NOW) == "lundi 23 novembre 2026, 14:02 UTC"
    assert Speech("en").long_time("2026-11-23T14:02:03.004Z") == "Monday 23 November 2026, 14:02 UTC"
    assert (Speech("en").number(12345), Speech("fr").number(12345)) == ("12,345", "12\u202f345")


def test_names_of_languages() -> None:
    assert ("ja", "japonais") in Speech("fr").written_languages("fr")
    assert ("br", "Breton") in Speech("en").written_languages("br")
    assert ("zz-quite-wrong!", "zz-quite-wrong!") in Speech("en").written_languages("zz-quite-wrong!")
