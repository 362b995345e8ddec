"""Administration: what everybody of this node is told; and, for everybody, to put it away."""

from dataclasses import dataclass

from aiohttp import web

from node.actions import announcements as acts
from node.context import NODE
from node.errors import Invalid
from node.web import session
from node.web.addresses import number
from node.web.answers import go, go_back, render, said
from node.web.declared import page
from node.web.on_record import by
from storage import announcements

HERE = "/administration/announcements"


@dataclass(frozen=True, slots=True)
class Typed:
    """The form to announce something."""

    text: str = ""
    ends_at: str = ""


@page("GET", HERE, administrators=True)
async def show(request: web.Request) -> web.StreamResponse:
    """All announcements, and the form to write one more."""
    return await listed(request, errors={}, typed=Typed())


@page("POST", HERE, administrators=True)
async def publish(request: web.Request) -> web.StreamResponse:
    """Tell everybody something."""
    form = await request.post()
    typed = Typed(str(form.get("text", "")).replace("\r\n", "\n"), str(form.get("ends_at", ""))[:20])
    visitor = session.present(request)
    try:
        await request.app[NODE].store.write(acts.publish, typed.text, last_day=typed.ends_at, **by(request))
    except Invalid as invalid:
        return await listed(request, errors=said(request, visitor, invalid), typed=typed)
    return go(HERE, done="announced")


@page("POST", HERE + "/{id:[0-9]+}/withdraw", administrators=True)
async def withdraw(request: web.Request) -> web.StreamResponse:
    """Take an announcement away."""
    await request.app[NODE].store.write(acts.withdraw, number(request.match_info["id"]), **by(request))
    return go(HERE, done="withdrawn")


@page("POST", "/announcements/{id:[0-9]+}/dismiss")
async def dismiss(request: web.Request) -> web.StreamResponse:
    """Put an announcement away for oneself."""
    me = session.present(request).account
    await request.app[NODE].store.write(announcements.dismiss, number(request.match_info["id"]), me.id)
    return go_back(await request.post())


async def listed(request: web.Request, *, errors: dict[str, str], typed: Typed) -> web.StreamResponse:
    """The page, with what was typed and what is wrong with it."""
    node = request.app[NODE]
    found = await node.store.read(announcements.every)
    status = 422 if errors else 200
    return await render(
        request, "admin_announcements.html", status=status, announcements=found, errors=errors, typed=typed
    )
