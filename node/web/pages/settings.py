"""One's own settings: what the profile says, who may follow, the password, and where one is signed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from node.actions import people, portraits
from node.actions import staff as acts
from node.api import entities
from node.context import NODE
from node.errors import Invalid
from node.protection import streams_its_body
from node.uploads import Upload, form_of
from node.web import addresses, session
from node.web.answers import go, render, said
from node.web.declared import page
from storage import oauth, staff
from storage.ids import AccountId
from storage.media import Place
from storage.store import Unit

HERE = "/settings"

# In this order: most browsers also name those they descend from.
BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed about oneself."""

    note: str
    locked: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """An open session, or an app that may act. used_at: None when that was never noted."""

    name: str
    used_at: datetime | None
    number: str = ""


@page("GET", HERE)
async def show(request: web.Request) -> web.StreamResponse:
    """All of it."""
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


@page("POST", HERE + "/password")
async def change_password(request: web.Request) -> web.StreamResponse:
    """Choose another password, by giving the present one. Every other place is signed out."""
    node, visitor = request.app[NODE], session.present(request)
    form = await request.post()
    me = visitor.account
    try:
        await acts.change_own_password(
            node.store, node.passwords, me, present=str(form.get("present", "")), new=str(form.get("password", ""))
        )
    except Invalid as invalid:
        typed = Typed(me.note_source, me.locked)
        return await _shown(request, typed=typed, errors=said(request, visitor, invalid), status=422)
    # The present session ended with all others: whoever knows the new password signs in with it.
    return go("/sign-in")


@page("POST", HERE + "/apps/{number:\\d+}/end")
async def end_app(request: web.Request) -> web.StreamResponse:
    """An app may no longer act for one."""
    me = session.present(request).account
    await request.app[NODE].store.write(
        oauth.revoke_of, me.id, oauth.TokenId(addresses.number(request.match_info["number"]))
    )
    return go(HERE, done="saved")


def _picture_in(form: Mapping[str, Any]) -> Path:
    """The file that was chosen. Raises Invalid."""
    sent = form.get("file")
    if not isinstance(sent, Upload):
        raise Invalid("file", "ERR_BLANK", "Choose a picture first.")
    return sent.path


def browser_of(agent: str) -> str:
    """What people call the program behind a `User-Agent`; its first word when it is none of the usual browsers."""
    found = next((name for part, name in BROWSERS.items() if part in agent), "")
    return found or agent.partition(" ")[0].partition("/")[0][:40] or "?"


async def _shown(request: web.Request, *, typed: Typed, errors: dict[str, str], status: int) -> web.StreamResponse:
    me = session.present(request).account
    places, apps = await request.app[NODE].store.read(_opened, me.id)
    myself = entities.account(request.app[NODE], me)
    return await render(
        request, "settings.html", status=status, typed=typed, errors=errors, places=places, apps=apps, myself=myself
    )


def _opened(unit: Unit, account: AccountId) -> tuple[list[Opened], list[Opened]]:
    places = [
        Opened(f"{browser_of(one.agent)} · {one.address}", one.seen_at) for one in staff.sessions_of(unit, account)
    ]
    apps = [
        Opened(oauth.name_of_app(unit, grant) or "", grant.used_at, str(grant.id))
        for grant in oauth.of_account(unit, account)
    ]
    return places, apps
