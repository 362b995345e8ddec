"""The charter, as everybody reads it; and the one time, after each change, when somebody accepts it before going on."""

from dataclasses import dataclass

from aiohttp import web

from node.context import NODE
from node.web import session
from node.web.addresses import number
from node.web.answers import go, render
from node.web.declared import page
from storage import house, welcomes
from storage.house import DESCRIPTION, Rule
from storage.ids import AccountId
from storage.rows import milliseconds, moment
from storage.store import Unit
from storage.welcomes import Welcome

HERE = "/charter"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page tells. about: safe HTML, what the node is for, "" where nobody has said it.

    as_of: when it stood so, milliseconds since 1970.
    """

    rules: list[Rule]
    about: str
    mine: Welcome | None
    as_of: int = 0


@page("GET", HERE, before_charter=True)
async def show(request: web.Request) -> web.StreamResponse:
    """The rules; for who has yet to accept them, with the button that does. Query: `next`, where to go on then."""
    visitor = session.present(request)
    shown = await request.app[NODE].store.read(charter_for, visitor.account.id)
    then = session.safe_path(request.query.get("next", ""), otherwise="/")
    return await render(request, "charter.html", shown=shown, owes=visitor.owes_charter, then=then)


@page("POST", HERE + "/accept", before_charter=True)
async def accept(request: web.Request) -> web.StreamResponse:
    """Accept the charter as the page showed it, and go on. Raises NotFound: the form does not say when that was."""
    node, form = request.app[NODE], await request.post()
    shown_at = moment(min(number(str(form.get("as_of", ""))), milliseconds(node.now())))
    await node.store.write(welcomes.accept_charter, session.present(request).account.id, as_of=shown_at)
    return go(session.safe_path(str(form.get("next", "")), otherwise="/"))


def charter_for(unit: Unit, reader: AccountId) -> Shown:
    """The charter, and when this person accepted it."""
    about = house.texts(unit).get(DESCRIPTION)
    return Shown(house.rules(unit), about.content if about else "", welcomes.of(unit, reader), milliseconds(unit.now))
