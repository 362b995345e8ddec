"""Visiting cards: what the administrator takes over from the ministry's directory, and what people say of themselves."""

import re
from collections.abc import Iterable
from dataclasses import replace

from federation.service import Federation
from node.actions import people
from node.actions.staff import LONGEST_NAME
from node.errors import Invalid
from storage import accounts, audit, cards, staff
from storage.accounts import Account
from storage.cards import Card
from storage.ids import AccountId
from storage.store import Unit

BETWEEN = re.compile(r"[,;\n]")


def from_the_directory(*, function: str, department: str, place: str) -> Card:
    """The part of a card that an administrator fills in. Raises Invalid: a part is too long."""
    card = Card(" ".join(function.split()), " ".join(department.split()), " ".join(place.split()))
    for field, part in (("function", card.function), ("department", card.department), ("place", card.place)):
        if len(part) > cards.LONGEST:
            # An event has a place too, which may be longer.
            reason = "ERR_TOO_LONG_PLACE" if field == "place" else "ERR_TOO_LONG"
            raise Invalid(field, reason, f"The {field} is too long: {cards.LONGEST} characters at most.")
    return card


def enter(unit: Unit, account: AccountId, card: Card) -> None:
    """Have somebody who was just added stand so in the directory. Raises NotFound."""
    if card:
        accounts.change_card(unit, account, display_name=accounts.get(unit, account).display_name, card=card)


async def describe(
    federation: Federation, username: str, *, display_name: str | None, card: Card, by: str, source: str
) -> Account:
    """Have somebody be called so, and have this function, department and place; other nodes are told.

    display_name: None leaves it.  card: without languages and skills, which are the person's own.  by, source: for the audit.
    Raises NotFound, Invalid: the name is empty or too long.
    """
    name = None if display_name is None else " ".join(display_name.split())
    if name is not None and not 0 < len(name) <= LONGEST_NAME:
        sentence = f"A name has 1 to {LONGEST_NAME} characters."
        raise Invalid("display_name", "ERR_INVALID", sentence)
    changed = await federation.store.write(_describe, username, name, card, by, source)
    await people.tell_followers(federation, changed)
    return changed


async def say(federation: Federation, me: Account, *, languages: Iterable[str], skills: str) -> Account:
    """Say which languages one speaks and what one knows; other nodes are told.

    languages: codes.  skills: as typed, with commas or line ends between them.  Raises Invalid.
    """
    known = [" ".join(part.split()) for part in BETWEEN.split(skills)]
    said = tuple(dict.fromkeys(part for part in known if part))
    spoken = tuple(dict.fromkeys(code.lower() for code in languages if people.LANGUAGE.fullmatch(code.lower())))
    if len(said) > cards.MOST_SKILLS:
        raise Invalid("skills", "ERR_TOO_MANY", f"There can be at most {cards.MOST_SKILLS} skills.")
    if any(len(part) > cards.LONGEST_SKILL for part in said):
        raise Invalid("skills", "ERR_TOO_LONG", f"A skill has at most {cards.LONGEST_SKILL} characters.")
    if len(spoken) > cards.MOST_LANGUAGES:
        raise Invalid("languages", "ERR_TOO_MANY", f"There can be at most {cards.MOST_LANGUAGES} languages.")
    changed = await federation.store.write(_say, me.id, spoken, said)
    await people.tell_followers(federation, changed)
    return changed


def _describe(unit: Unit, username: str, name: str | None, card: Card, by: str, source: str) -> Account:
    member = staff.get(unit, username)
    account = accounts.get(unit, member.account_id)
    whole = replace(account.visiting_card, function=card.function, department=card.department, place=card.place)
    changed = accounts.change_card(unit, account.id, display_name=name or account.display_name, card=whole)
    audit.add(unit, who=by, source=source, act="staff.describe", subject=member.username)
    return changed


def _say(unit: Unit, me: AccountId, languages: tuple[str, ...], skills: tuple[str, ...]) -> Account:
    account = accounts.get(unit, me)
    whole = replace(account.visiting_card, languages=languages, skills=skills)
    return accounts.change_card(unit, me, display_name=account.display_name, card=whole)
