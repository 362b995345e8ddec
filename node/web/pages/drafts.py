"""What one has begun to write: kept with a button, or by a script while one types; gone on with, thrown away, taken back."""

from typing import Any

from aiohttp import web

from node.actions import drafts
from node.context import NODE
from node.errors import Invalid
from node.protection import streams_its_body
from node.uploads import form_of
from node.web import composing, sending, session
from node.web.addresses import number, post_id
from node.web.answers import go, render, said
from node.web.declared import page
from node.web.typed import Typed
from storage.drafts import KeptDraft


@page("GET", "/drafts")
async def show(request: web.Request) -> web.StreamResponse:
    """What one has begun, the latest first."""
    found = await drafts.of(request.app[NODE], session.present(request).account)
    return await render(request, "drafts.html", drafts=[_shown(each) for each in found])


@page("POST", "/drafts")
@streams_its_body
async def keep(request: web.Request) -> web.StreamResponse:
    """Keep a form as a draft. A script that keeps it while one types asks `?quietly`: 204, or 410 once it was sent."""
    quietly = "quietly" in request.query
    typed, refused = await sending.taken(request, Typed.of(await form_of(request)))
    if typed.is_empty and quietly:
        return web.Response(status=204)
    if typed.is_empty:
        refused = refused or Invalid("text", "ERR_BLANK", "Write something first")
    try:
        if refused is not None:
            raise refused
        me = session.present(request).account
        is_kept = await drafts.keep(request.app[NODE], me, typed.key, typed.saved(), files=typed.media)
    except Invalid as invalid:
        if quietly:
            return web.Response(status=422)
        return await composing.show(request, typed, errors=said(request, session.present(request), invalid))
    if quietly:
        return web.Response(status=204 if is_kept else 410)
    return go("/drafts", done="draft-kept" if is_kept else "published")


@page("POST", "/drafts/{id}/discard")
async def discard(request: web.Request) -> web.StreamResponse:
    """Throw one away."""
    node, me = request.app[NODE], session.present(request).account
    found = await drafts.get(node, me, number(request.match_info["id"]))
    _, files = Typed.kept(found.typed, key=found.key)
    await drafts.discard(node, me, found.id, files=files)
    return go("/drafts", done="draft-discarded")


@page("POST", "/posts/{id}/take-back")
async def take_back(request: web.Request) -> web.StreamResponse:
    """Take back what was sent a moment ago, and go on with it."""
    post = post_id(request)
    try:
        draft = await drafts.take_back(request.app[NODE], session.present(request).account, post)
    except Invalid:
        return go(f"/posts/{post}/delete", done="too-late")
    return go(f"/compose?draft={draft}", done="taken-back")


def _shown(found: KeptDraft) -> dict[str, Any]:
    typed, files = Typed.kept(found.typed, key=found.key)
    return {"id": found.id, "key": found.key, "typed": typed, "files": len(files), "updated_at": found.updated_at}
