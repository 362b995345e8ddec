"""Settings: a copy of what is one's own, made in the background, kept for a day, for its owner alone."""

from aiohttp import web

from node.context import NODE
from node.errors import Invalid
from node.media import serving
from node.media.library import new_name
from node.web import confirming, session
from node.web.answers import go, render, said
from node.web.declared import page
from node.web.on_record import source_of
from storage import audit, exports
from storage.accounts import Account
from storage.errors import NotFound
from storage.exports import Export
from storage.files import FileMissing
from storage.store import Unit

HERE = "/settings/data"


@page("GET", HERE)
async def show(request: web.Request) -> web.StreamResponse:
    """How far it is, or where it can be fetched."""
    return await _shown(request, errors={}, status=200)


@page("POST", HERE)
async def ask(request: web.Request) -> web.StreamResponse:
    """Have a copy made. The password is given once more for it."""
    node, visitor = request.app[NODE], session.present(request)
    try:
        await confirming.demand_password(request, await request.post())
    except Invalid as invalid:
        return await _shown(request, errors=said(request, visitor, invalid), status=422)
    source = source_of(request)
    old = await node.store.write(_ask, visitor.account, new_name(), source=source)
    if old is not None:
        await node.library.files.remove([old])
    return go(HERE)


@page("POST", HERE + "/unlock")
async def unlock(request: web.Request) -> web.StreamResponse:
    """Give the password, to fetch what is there."""
    try:
        await confirming.demand_password(request, await request.post())
    except Invalid as invalid:
        return await _shown(request, errors=said(request, session.present(request), invalid), status=422)
    return go(HERE)


@page("GET", HERE + "/copy.zip")
async def fetch(request: web.Request) -> web.StreamResponse:
    """The copy. Raises NotFound where there is none; who has not given the password a moment ago is asked for it."""
    node, me = request.app[NODE], session.present(request).account
    if not confirming.is_fresh(request):
        return go(HERE)
    found = await node.store.read(exports.of, me.id)
    if found is None or found.finished_at is None:
        raise NotFound
    answer = web.StreamResponse(headers=_headers(me, found))
    answer.etag = found.name
    # A line that breaks is common: a browser asks for the rest.
    start, stop = serving.part_of(request, answer, name=found.name, size=found.size)
    answer.content_length = stop - start
    pieces = node.library.files.read(found.name, start=start, length=stop - start)
    try:
        piece = await anext(pieces)
    except FileMissing:
        await node.store.write(exports.forget, found)
        return go(HERE)
    return await serving.give(request, answer, piece, pieces)


def _headers(me: Account, found: Export) -> dict[str, str]:
    name = f"legation-{me.username}-{found.asked_at:%Y-%m-%d}.zip"
    return {
        "Content-Type": "application/zip",
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "Accept-Ranges": "bytes",
        "X-Content-Type-Options": "nosniff",
    }


def _ask(unit: Unit, me: Account, name: str, *, source: str) -> str | None:
    audit.add(unit, who=me.username, source=source, act="export", subject=me.username)
    return exports.ask(unit, me.id, name=name)


async def _shown(request: web.Request, *, errors: dict[str, str], status: int) -> web.StreamResponse:
    found = await request.app[NODE].store.read(exports.of, session.present(request).account.id)
    confirmed = confirming.is_fresh(request)
    return await render(request, "settings_data.html", status=status, export=found, confirmed=confirmed, errors=errors)
