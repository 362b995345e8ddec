"""Visiting cards: what colleagues look somebody up by, beside their name.

Function, department and place of work come from the ministry's directory; languages and skills are said by the person. The card
stands in the row of the account, so whoever has the account has it. Everybody's stands folded in `directory` once more, one line
for each part, where one looks for a piece of any of them.

    accounts.card         {"function": "Attachée de presse", "languages": ["fr", "ja"], …}
    directory.words       marie delorme␤marie␤attachee de presse␤francais␤french␤japonais␤japanese␤…
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache

import orjson
from babel import Locale, UnknownLocaleError

from storage.ids import AccountId
from storage.store import Unit
from storage.words import folded, plain

LONGEST = 100
MOST_LANGUAGES = 20
MOST_SKILLS = 20
LONGEST_SKILL = 50

NAMED_IN = ("fr", "en")
"""In which languages people type the name of a language."""


@dataclass(frozen=True, slots=True)
class Card:
    """What colleagues look somebody up by. languages: codes as in BCP 47, in lower case.  skills: as typed."""

    function: str = ""
    department: str = ""
    place: str = ""
    languages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.function or self.department or self.place or self.languages or self.skills)


EMPTY = Card()


def kept(card: Card) -> str:
    """A card as it stands in an account: JSON, without what is empty."""
    return orjson.dumps({name: value for name, value in asdict(card).items() if value}).decode()


def read(text: str) -> Card:
    """The card that stands in an account."""
    if text == "{}":
        return EMPTY
    found = orjson.loads(text)
    return Card(
        found.get("function", ""),
        found.get("department", ""),
        found.get("place", ""),
        tuple(found.get("languages", ())),
        tuple(found.get("skills", ())),
    )


def words_of(username: str, host: str, display_name: str, card: Card, purpose: str = "") -> str:
    """What somebody is found by: each part folded, on a line of its own. purpose: HTML, of a community."""
    parts = [display_name, username, host, card.function, card.department, card.place, *card.skills, plain(purpose)]
    parts += [name for code in card.languages for name in names_of(code)]
    return "\n".join(dict.fromkeys(folded(" ".join(part.split())) for part in parts if part))


@cache
def names_of(code: str) -> tuple[str, ...]:
    """What a language is called in `NAMED_IN`, folded; only its code where nobody knows."""
    try:
        locale = Locale.parse(code, sep="-")
    except (ValueError, UnknownLocaleError):
        return (code,)
    return tuple(folded(locale.get_display_name(language) or code) for language in NAMED_IN)


INDEX = """
insert into directory (account_id, name, words, is_local, revision) values (:account, :name, :words, :is_local, :revision)
on conflict (account_id) do update set name = excluded.name, words = excluded.words, revision = excluded.revision
"""


def index(
    unit: Unit, account: AccountId, *, username: str, host: str, display_name: str, card: Card, purpose: str = ""
) -> None:
    """Have somebody be found by what is known of them now. purpose: what a community is for, HTML."""
    unit.run(
        INDEX,
        account=account,
        name=folded(display_name or username),
        words=words_of(username, host, display_name, card, purpose),
        is_local=int(not host),
        revision=unit.new_id(),
    )


def revise(unit: Unit, account: AccountId) -> None:
    """Note that others should hear of somebody anew: they can be found no more, or again."""
    unit.run(
        "update directory set revision = :revision where account_id = :account", account=account, revision=unit.new_id()
    )


TO_BE_INDEXED = """
select a.id, a.username, a.host, a.display_name from accounts a where a.id > {after} order by a.id limit 1000
"""

Row = tuple[int, str, str, int, int]


def first_rows(found: Sequence[tuple[int, str, str, str]]) -> list[Row]:
    """Rows of `directory` for accounts that have no card yet: id, user name, host and display name of each."""
    return [
        (account, folded(name or username), words_of(username, host, name, EMPTY), int(not host), account)
        for account, username, host, name in found
    ]
