"""One's own settings: what the profile says, and who may follow. Each other part has a page of its own beside this one."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from node.actions import people, portraits
from node.api import entities
from node.context import NODE
from node.errors import Invalid
from node.protection import streams_its_body
from node.uploads import Upload, form_of
from node.web import session
from node.web.answers import go, render, said
from node.web.declared import page
from storage.media import Place

HERE = "/settings"


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed about oneself."""

    note: str
    locked: bool


@page("GET", HERE)
async def show(request: web.Request) -> web.StreamResponse:
    """The profile."""
    me = session.present(request).account
    return await _shown(request, typed=Typed(me.note_source, me.locked), errors={}, status=200)


@page("POST", HERE + "/profile")
async def change_profile(request: web.Request) -> web.StreamResponse:
    """Change what the profile says. Name and duty come from the directory, and are not changed here."""
    visitor = session.present(request)
    form = await request.post()
    me = visitor.account
    typed = Typed(str(form.get("note", "")).replace("\r\n", "\n"), "locked" in form)
    try:
        await people.change_profile(
            request.app[NODE],
            me,
            display_name=me.display_name,
            note=typed.note,
            fields=None,
            locked=typed.locked,
            discoverable=me.discoverable,
        )
    except Invalid as invalid:
        return await _shown(request, typed=typed, errors=said(request, visitor, invalid), status=422)
    return go(HERE, done="saved")


@page("POST", HERE + "/picture")
@streams_its_body
async def change_picture(request: web.Request) -> web.StreamResponse:
    """Be shown by another picture, or by none."""
    node, visitor = request.app[NODE], session.present(request)
    form = await form_of(request)
    try:
        if "remove" in form:
            await portraits.remove(node, visitor.account, Place.AVATAR)
        else:
            await portraits.show(node, visitor.account, Place.AVATAR, _picture_in(form))
    except Invalid as invalid:
        typed = Typed(visitor.account.note_source, visitor.account.locked)
        return await _shown(request, typed=typed, errors=said(request, visitor, invalid), status=422)
    return go(HERE, done="saved")


def _picture_in(form: Mapping[str, Any]) -> Path:
    """The file that was chosen. Raises Invalid."""
    sent = form.get("file")
    if not isinstance(sent, Upload):
        raise Invalid("file", "ERR_BLANK", "Choose a picture first.")
    return sent.path


async def _shown(request: web.Request, *, typed: Typed, errors: dict[str, str], status: int) -> web.StreamResponse:
    myself = entities.account(request.app[NODE], session.present(request).account)
    return await render(request, "settings.html", status=status, typed=typed, errors=errors, myself=myself)
