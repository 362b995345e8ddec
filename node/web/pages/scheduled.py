"""Posts that wait for their time: another time, back into the form, or not at all."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from node.actions import drafts, scheduling
from node.context import NODE
from node.errors import Invalid
from node.web import session
from node.web.addresses import neighbours, number, page_of
from node.web.answers import go, render, said, zone_of
from node.web.declared import page
from node.web.typed import Typed, by_clock, moment_typed
from storage import scheduled
from storage.scheduled import Scheduled


@page("GET", "/scheduled")
async def show(request: web.Request) -> web.StreamResponse:
    """What one has put off."""
    return await listed(request, errors={}, wrong=None)


@page("POST", "/scheduled/{id}/time")
async def put_off(request: web.Request) -> web.StreamResponse:
    """Give a post another time."""
    node, visitor = request.app[NODE], session.present(request)
    form, identifier = await request.post(), number(request.match_info["id"])
    try:
        zone = str(form.get("scheduled_zone", ""))
        until = moment_typed(str(form.get("scheduled_at", "")), zone, now=node.now())
        await scheduling.put_off(node, visitor.account, identifier, until=until)
    except Invalid as invalid:
        return await listed(request, errors=said(request, visitor, invalid), wrong=identifier)
    return go("/scheduled", done="put-off")


@page("POST", "/scheduled/{id}/cancel")
async def cancel(request: web.Request) -> web.StreamResponse:
    """Do not post it."""
    await scheduling.cancel(request.app[NODE], session.present(request).account, number(request.match_info["id"]))
    return go("/scheduled", done="not-scheduled")


@page("POST", "/scheduled/{id}/reopen")
async def reopen(request: web.Request) -> web.StreamResponse:
    """Take it off the list and go on writing it."""
    node, me = request.app[NODE], session.present(request).account
    identifier = number(request.match_info["id"])
    found = await node.store.read(scheduled.get, me.id, identifier)
    typed, files = Typed.of_draft(scheduling.draft_of(found))
    draft = await drafts.instead_of_later(node, me, identifier, typed.key, typed.saved(files), files=files)
    return go(f"/compose?draft={draft}", done="not-scheduled")


async def listed(request: web.Request, *, errors: Mapping[str, str], wrong: int | None) -> web.Response:
    """The list. errors: what was wrong with a time that was given to the post `wrong`, by field."""
    part = page_of(request)
    found = await scheduling.of(request.app[NODE], session.present(request).account, part)
    return await render(
        request,
        "scheduled.html",
        status=422 if errors else 200,
        waiting=[_shown(each, zone_of(request)) for each in found],
        errors=errors,
        wrong_one=wrong,
        around=neighbours(request, part, [each.id for each in found]),
    )


def _shown(found: Scheduled, zone: str) -> dict[str, Any]:
    typed, files = Typed.of_draft(scheduling.draft_of(found))
    return {
        "id": found.id,
        "key": found.key,
        "typed": typed,
        "files": len(files),
        "due_at": found.due_at,
        "has_failed": found.failed_at is not None,
        "scheduled_at": by_clock(found.due_at, zone),
        "scheduled_zone": zone,
    }
