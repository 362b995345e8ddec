"""How a community is led, as lines of its profile: every app shows those, and few know communities."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Final

from node.context import Node
from node.web.languages import Language, Speech
from storage import community_life
from storage.accounts import Account
from storage.communities import KIND
from storage.community_life import Leading
from storage.ids import AccountId
from storage.store import Unit

Lines = Sequence[tuple[str, str]]
"""Label and HTML of each."""

LABELS: Final[Mapping[Language, tuple[str, str, str]]] = {
    "en": ("Managers", "Who reads", "Who begins conversations"),
    "fr": ("Animation", "Qui lit", "Qui ouvre les conversations"),
}
READ_BY: Final[Mapping[Language, tuple[str, str]]] = {
    "en": ("everybody", "members only"),
    "fr": ("tout le monde", "les membres seulement"),
}
BEGUN_BY: Final[Mapping[Language, tuple[str, str, str]]] = {
    "en": ("members", "managers; members answer", "nobody any more: the community is closed"),
    "fr": ("les membres", "l’animation ; les membres répondent", "plus personne : la communauté est fermée"),
}


def leading_among(unit: Unit, found: Iterable[Account]) -> dict[AccountId, Leading]:
    """How those of these accounts are led that are communities; asks nothing where none is."""
    chosen = [each.id for each in found if each.kind == KIND]
    return community_life.leading(unit, chosen) if chosen else {}


def lines(node: Node, led: Leading | None) -> Lines:
    """The lines of a community's profile, in the node's language; none for what is no community."""
    if led is None:
        return ()
    language = Speech(node.settings.language).language
    managers, read, begin = LABELS[language]
    how = led.community
    begun_by = 2 if how.closed_at is not None else int(how.managers_write_only)
    named = ", ".join(map(_link, led.managers))
    said = [(read, READ_BY[language][how.is_for_members]), (begin, BEGUN_BY[language][begun_by])]
    return [(managers, named), *said] if named else said


def _link(manager: Account) -> str:
    return (
        f'<a href="{escape(manager.url)}" class="u-url mention">{escape(manager.display_name or manager.username)}</a>'
    )
