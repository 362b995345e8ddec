"""What a community is called and for, how it is led, and its end: changed by those who lead it."""

from collections.abc import Mapping
from types import MappingProxyType

from aiohttp import web

from node.actions import communities as acts
from node.actions.communities import Terms
from node.community_order import COMMUNITY_ORDER
from node.context import NODE
from node.errors import Invalid
from node.web import managing, session
from node.web.answers import go, render, said
from node.web.community import Shown
from node.web.declared import page
from node.web.managing import DESK, FIELDS, desk_of
from node.web.on_record import source_of
from node.web.pages.communities import Typed
from storage import accounts
from storage.errors import NotFound
from storage.ids import AccountId

HERE = DESK + "/about"


@page("GET", HERE)
async def form(request: web.Request) -> web.StreamResponse:
    """The form, with what holds now."""
    about = await _own(request)
    known = await request.app[NODE].store.read(accounts.get, _id_of(about))
    typed = Typed(
        name=known.display_name,
        purpose=known.note_source,
        entry="closed" if known.locked else "open",
        readers="members" if about.led.is_for_members else "all",
        writers="managers" if about.led.managers_write_only else "members",
    )
    return await _form(request, about, typed)


@page("POST", HERE)
async def change(request: web.Request) -> web.StreamResponse:
    """Change it; its members' nodes are told."""
    node, visitor = request.app[NODE], session.present(request)
    about, typed = await _own(request), Typed.of(await request.post())
    wanted = typed.founding()
    terms = Terms(wanted.name, wanted.purpose, wanted.closed, wanted.is_for_members, wanted.managers_write_only)
    try:
        await acts.change(node, visitor.account, _id_of(about), terms, source=source_of(request))
    except Invalid as invalid:
        return await _form(request, about, typed, errors=said(request, visitor, invalid, fields=FIELDS))
    return go(f"{desk_of(about)}/about", done="saved")


@page("GET", DESK + "/close")
async def close_form(request: web.Request) -> web.StreamResponse:
    """The question before it is closed down."""
    return await render(request, "manage_close.html", community=await _own(request))


@page("POST", DESK + "/close")
async def close(request: web.Request) -> web.StreamResponse:
    """Close it down: nothing more is written in it."""
    about = await _own(request)
    await acts.close(request.app[NODE], session.present(request).account, _id_of(about), source=source_of(request))
    request.app[COMMUNITY_ORDER].forget()
    return go(f"/@{about.account['acct']}", done="community-closed")


@page("POST", DESK + "/reopen")
async def reopen(request: web.Request) -> web.StreamResponse:
    """Open it again."""
    about = await _own(request)
    await acts.reopen(request.app[NODE], session.present(request).account, _id_of(about), source=source_of(request))
    request.app[COMMUNITY_ORDER].forget()
    return go(f"/@{about.account['acct']}", done="community-reopened")


async def _own(request: web.Request) -> Shown:
    """The community, which is one of this node. Raises NotFound, HTTPForbidden."""
    about = await managing.led(request)
    if not about.is_here:
        raise NotFound
    return about


async def _form(
    request: web.Request, about: Shown, typed: Typed, *, errors: Mapping[str, str] = MappingProxyType({})
) -> web.StreamResponse:
    status = 422 if errors else 200
    return await render(request, "manage_about.html", status=status, community=about, typed=typed, errors=errors)


def _id_of(about: Shown) -> AccountId:
    return AccountId(int(about.account["id"]))
