"""From whom one wants to be told things, and whose notifications wait for a decision."""

from collections.abc import Mapping
from dataclasses import asdict

from aiohttp import web

from node.api import entities
from node.context import NODE
from node.errors import Invalid
from node.web import session
from node.web.addresses import PEOPLE_A_PAGE, neighbours, number, page_of
from node.web.answers import go, render, said
from node.web.declared import page
from storage import notification_policies as policies
from storage import notification_requests as requests
from storage.errors import NotFound
from storage.ids import AccountId
from storage.notification_policies import Policy
from storage.notification_requests import Request
from storage.store import Unit

HERE = "/settings/notifications"
REQUESTS = "/notifications/requests"


@page("GET", HERE)
async def policy(request: web.Request) -> web.StreamResponse:
    """What one has chosen for each kind of stranger."""
    chosen, waiting = await request.app[NODE].store.read(_chosen, session.present(request).account.id)
    return await render(request, "notification_policy.html", chosen=asdict(chosen), waiting=waiting, errors={})


@page("POST", HERE)
async def change_policy(request: web.Request) -> web.StreamResponse:
    """Choose anew, for what comes from now on."""
    visitor, form = session.present(request), await request.post()
    typed = {name: str(form.get(name, "")) for name in policies.NAMES}
    try:
        _demand(typed)
    except Invalid as invalid:
        errors = said(request, visitor, invalid)
        return await render(request, "notification_policy.html", status=422, chosen=typed, waiting=0, errors=errors)
    await request.app[NODE].store.write(policies.change, visitor.account.id, Policy(**typed))
    return go(HERE, done="saved")


@page("GET", REQUESTS)
async def several(request: web.Request) -> web.StreamResponse:
    """Whose notifications wait for one's decision."""
    node, me = request.app[NODE], session.present(request).account
    part = page_of(request, limit=PEOPLE_A_PAGE)
    found = await node.store.read(requests.of, me.id, part)
    return await render(
        request,
        "notification_requests.html",
        where="notifications",
        requests=await entities.requests(node, me, found),
        around=neighbours(request, part, [each.id for each in found]),
    )


@page("POST", REQUESTS + "/{id:[0-9]+}/accept")
async def accept(request: web.Request) -> web.StreamResponse:
    """Let somebody's notifications through, those that wait and those that come."""
    await request.app[NODE].store.write(
        requests.accept, session.present(request).account.id, [(await _one(request)).id]
    )
    return go(REQUESTS, done="request-accepted")


@page("POST", REQUESTS + "/{id:[0-9]+}/dismiss")
async def dismiss(request: web.Request) -> web.StreamResponse:
    """Take away what waits of somebody."""
    await request.app[NODE].store.write(
        requests.dismiss, session.present(request).account.id, [(await _one(request)).id]
    )
    return go(REQUESTS, done="request-dismissed")


async def _one(request: web.Request) -> Request:
    identifier = number(request.match_info["id"])
    found = await request.app[NODE].store.read(requests.one, session.present(request).account.id, identifier)
    if found is None:
        raise NotFound
    return found


def _demand(typed: Mapping[str, str]) -> None:
    for name, choice in typed.items():
        if choice not in policies.STRICTNESS:
            raise Invalid(name, "ERR_INCLUSION", "Choose one of the three")


def _chosen(unit: Unit, me: AccountId) -> tuple[Policy, int]:
    return policies.of(unit, me), requests.counts(unit, me)[0]
