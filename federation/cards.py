"""Visiting cards on the wire: what a node says of its people's functions, languages and skills.

Twice in the actor: as `visitingCard`, which nodes of this software read, and as lines of the profile (`PropertyValue`), which all
others show. Whoever reads the card leaves those lines out.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from federation.html import plain
from federation.strict_json import JsonObject, JsonValue
from federation.vocabulary import as_list
from storage import cards
from storage.cards import Card

NAMESPACE = "https://legation.example/ns#"

TERMS: JsonValue = {
    "legation": NAMESPACE,
    "directory": {"@id": "legation:directory", "@type": "@id"},
    "visitingCard": "legation:visitingCard",
    "function": "legation:function",
    "department": "legation:department",
    "place": "legation:place",
    "languages": "legation:languages",
    "skills": "legation:skills",
}
"""The names of the terms of an actor that has a card, and of a node that has a directory."""

# In both languages of the ministry: who reads them has no say in which.
LABELS = {
    "function": "Fonction · Function",
    "department": "Service · Department",
    "place": "Poste · Post",
    "languages": "Langues · Languages",
    "skills": "Compétences · Skills",
}


def said(card: Card) -> JsonObject:
    """The card as it stands in an actor, without what is empty."""
    found: JsonObject = {}
    for name in ("function", "department", "place"):
        if text := getattr(card, name):
            found[name] = text
    for name in ("languages", "skills"):
        if several := getattr(card, name):
            found[name] = list[JsonValue](several)
    return found


def lines(card: Card) -> list[tuple[str, str]]:
    """The card as lines of a profile: label and text, not HTML."""
    texts = {
        "function": card.function,
        "department": card.department,
        "place": card.place,
        "languages": ", ".join(card.languages),
        "skills": ", ".join(card.skills),
    }
    return [(LABELS[name], text) for name, text in texts.items() if text]


def read(value: Mapping[str, Any] | None) -> Card:  # Any: whatever JSON holds
    """The card in an actor of a peer; what cannot be read is left out. Never raises."""
    if not value:
        return cards.EMPTY
    return Card(
        _text(value.get("function")),
        _text(value.get("department")),
        _text(value.get("place")),
        tuple(dict.fromkeys(code.lower() for code in _several(value.get("languages"), cards.MOST_LANGUAGES))),
        _several(value.get("skills"), cards.MOST_SKILLS),
    )


def without_lines(fields: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The lines of a profile that do not repeat its card."""
    repeated = frozenset(LABELS.values())
    return [(name, value) for name, value in fields if name not in repeated]


def _text(value: object, longest: int = cards.LONGEST) -> str:
    return " ".join(plain(value, longest=longest).split()) if isinstance(value, str) else ""


def _several(value: object, most: int) -> tuple[str, ...]:
    found = (_text(part, cards.LONGEST_SKILL) for part in as_list(value)[:most])
    return tuple(dict.fromkeys(part for part in found if part))
