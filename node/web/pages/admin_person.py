"""Administration: what the directory of the ministry says of one person of this node."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from aiohttp import web

from node.actions import cards
from node.context import NODE
from node.errors import Invalid
from node.web import session
from node.web.answers import go, render, said
from node.web.declared import page
from node.web.on_record import by
from node.web.pages.admin_staff import HERE
from storage import accounts, staff
from storage.accounts import Account
from storage.cards import Card
from storage.store import Unit

LONGEST_TYPED = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """The form of an entry."""

    display_name: str = ""
    function: str = ""
    department: str = ""
    place: str = ""

    @classmethod
    def of(cls, account: Account) -> Self:
        """As it stands."""
        card = account.visiting_card
        return cls(account.display_name, card.function, card.department, card.place)

    @classmethod
    def read(cls, form: Mapping[str, Any]) -> Self:
        """As it was typed."""
        return cls(
            *(str(form.get(name, ""))[:LONGEST_TYPED] for name in ("display_name", "function", "department", "place"))
        )

    def card(self) -> Card:
        """What of it makes a card. Raises Invalid."""
        return cards.from_the_directory(function=self.function, department=self.department, place=self.place)


@page("GET", HERE + "/{username}", administrators=True)
async def show(request: web.Request) -> web.StreamResponse:
    """The entry, to be changed. Raises NotFound."""
    account = await request.app[NODE].store.read(_account, request.match_info["username"])
    return await _shown(request, account.username, Entry.of(account), errors={}, status=200)


@page("POST", HERE + "/{username}/card", administrators=True)
async def change(request: web.Request) -> web.StreamResponse:
    """Change the entry; other nodes are told. Raises NotFound."""
    node, visitor = request.app[NODE], session.present(request)
    username, typed = request.match_info["username"], Entry.read(await request.post())
    try:
        await cards.describe(
            node.federation, username, display_name=typed.display_name, card=typed.card(), **by(request)
        )
    except Invalid as invalid:
        return await _shown(request, username, typed, errors=said(request, visitor, invalid), status=422)
    return go(HERE, done="described")


async def _shown(
    request: web.Request, username: str, typed: Entry, *, errors: dict[str, str], status: int
) -> web.StreamResponse:
    return await render(request, "admin_person.html", status=status, username=username, typed=typed, errors=errors)


def _account(unit: Unit, username: str) -> Account:
    return accounts.get(unit, staff.get(unit, username).account_id)
