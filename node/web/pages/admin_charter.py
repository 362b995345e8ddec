"""Administration: the charter of the node, its rules and the texts about it, which apps and reports show."""

from dataclasses import dataclass

from aiohttp import web

from node.actions.charter import add_rule, remove_rule, write
from node.context import NODE
from node.errors import Invalid
from node.web import session
from node.web.addresses import number
from node.web.answers import go, render, said
from node.web.declared import page
from node.web.on_record import by
from storage import house
from storage.house import Rule, Text
from storage.store import Unit

HERE = "/administration/charter"


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the forms; the texts by their names in `storage.house`."""

    rule: str = ""
    hint: str = ""
    extended_description: str = ""
    privacy_policy: str = ""


@page("GET", HERE, administrators=True)
async def show(request: web.Request) -> web.StreamResponse:
    """The rules and the texts."""
    return await shown(request, errors={})


@page("POST", HERE + "/rules", administrators=True)
async def add(request: web.Request) -> web.StreamResponse:
    """Add a rule."""
    form = await request.post()
    rule, hint = str(form.get("rule", "")), str(form.get("hint", ""))
    try:
        await request.app[NODE].store.write(add_rule, rule, hint, **by(request))
    except Invalid as invalid:
        return await shown(request, errors=said(request, session.present(request), invalid), rule=rule, hint=hint)
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
    typed = {name: str(form.get(name, "")).replace("\r\n", "\n") for name in house.TEXTS}
    try:
        await request.app[NODE].store.write(write, typed, **by(request))
    except Invalid as invalid:
        return await shown(request, errors=said(request, session.present(request), invalid), **typed)
    return go(HERE, done="saved")


async def shown(request: web.Request, *, errors: dict[str, str], **typed_now: str) -> web.StreamResponse:
    """The page, with what was typed, by its names in `Typed`, and what is wrong with it."""
    rules, written = await request.app[NODE].store.read(_everything)
    typed = Typed(**{name: text.source for name, text in written.items()} | typed_now)
    status = 422 if errors else 200
    return await render(request, "admin_charter.html", status=status, rules=rules, typed=typed, errors=errors)


def _everything(unit: Unit) -> tuple[list[Rule], dict[str, Text]]:
    return house.rules(unit), house.texts(unit)
