"""Administration: remove somebody's second step, for whoever has lost their phone, passkey and recovery codes."""

from aiohttp import web

from node.actions import second_factors as acts
from node.context import NODE
from node.errors import Invalid
from node.web import confirming, session
from node.web.answers import go, render, said
from node.web.declared import page
from node.web.on_record import by
from node.web.pages.admin_staff import HERE as STAFF
from node.web.pages.admin_staff import name_of
from storage import second_factors, staff
from storage.errors import NotFound
from storage.staff import Member
from storage.store import Unit

HERE = STAFF + "/{username}/second-step"


@page("GET", HERE, administrators=True)
async def show(request: web.Request) -> web.StreamResponse:
    """Say what follows from it, and ask. Raises NotFound where there is nothing to remove."""
    return await _shown(request, errors={}, status=200)


@page("POST", HERE, administrators=True)
async def remove(request: web.Request) -> web.StreamResponse:
    """Remove it. Whoever does that gives their own password for it. Raises NotFound."""
    node, visitor = request.app[NODE], session.present(request)
    member = await node.store.read(_with_second_step, request.match_info["username"])
    try:
        await confirming.demand_password(request, await request.post())
        await node.store.write(acts.reset, member, **by(request))
    except Invalid as invalid:
        return await _shown(request, errors=said(request, visitor, invalid), status=422)
    return go(STAFF, done="second-step-removed")


async def _shown(request: web.Request, *, errors: dict[str, str], status: int) -> web.StreamResponse:
    member = await request.app[NODE].store.read(_with_second_step, request.match_info["username"])
    return await render(
        request,
        "admin_second_factor.html",
        status=status,
        username=member.username,
        who=name_of(member),
        confirmed=confirming.is_fresh(request),
        errors=errors,
    )


def _with_second_step(unit: Unit, username: str) -> Member:
    member = staff.get(unit, username)
    if not second_factors.has_any(unit, member.account_id):
        raise NotFound
    return member
