"""Administration: the charter of the node, its rules and the texts about it, which apps and reports show."""

from dataclasses import dataclass

from aiohttp import web

from node.actions.charter import add_rule, remove_rule, write
from node.context import NODE
from node.errors import Invalid
from node.origins import address_of
from node.web import session
from node.web.addresses import number
from node.web.answers import go, render, said
from node.web.declared import page
from storage import house
from storage.house import Rule, Text
from storage.store import Unit

HERE = "/administration/charter"


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the forms."""

    rule: str = ""
    hint: str = ""
    description: str = ""
    privacy: str = ""


@page("GET", HERE, administrators=True)
async def show(request: web.Request) -> web.StreamResponse:
    """The rules and the texts."""
    return await shown(request, errors={})


@page("POST", HERE + "/rules", administrators=True)
async def add(request: web.Request) -> web.StreamResponse:
    """Add a rule."""
    form = await request.post()
    rule, hint = str(form.get("rule", "")), str(form.get("hint", ""))
    visitor = session.present(request)
    try:
        await request.app[NODE].store.write(add_rule, rule, hint, **by(request))
    except Invalid as invalid:
        return await shown(request, errors=said(request, visitor, invalid), rule=rule[:1000], hint=hint[:2000])
    return go(HERE, done="rule-added")


@page("POST", HERE + "/rules/{id:[0-9]+}/remove", administrators=True)
async def remove(request: web.Request) -> web.StreamResponse:
    """Take a rule out."""
    await request.app[NODE].store.write(remove_rule, number(request.match_info["id"]), **by(request))
    return go(HERE, done="rule-removed")


@page("POST", HERE + "/texts", administrators=True)
async def texts(request: web.Request) -> web.StreamResponse:
    """Write the texts about the node."""
    form = await request.post()
    written = {house.DESCRIPTION: str(form.get("description", "")), house.PRIVACY: str(form.get("privacy", ""))}
    visitor = session.present(request)
    try:
        await request.app[NODE].store.write(write, written, **by(request))
    except Invalid as invalid:
        return await shown(request, errors=said(request, visitor, invalid))
    return go(HERE, done="saved")


async def shown(request: web.Request, *, errors: dict[str, str], rule: str = "", hint: str = "") -> web.StreamResponse:
    """The page, with what was typed and what is wrong with it."""
    rules, written = await request.app[NODE].store.read(_everything)
    description, privacy = (written[name].source if name in written else "" for name in house.TEXTS)
    typed = Typed(rule, hint, description, privacy)
    status = 422 if errors else 200
    return await render(request, "admin_charter.html", status=status, rules=rules, typed=typed, errors=errors)


def by(request: web.Request) -> dict[str, str]:
    """Who decides, and from where, for the record."""
    return {"by": session.present(request).account.username, "source": f"web {address_of(request)}"}


def _everything(unit: Unit) -> tuple[list[Rule], dict[str, Text]]:
    return house.rules(unit), house.texts(unit)
