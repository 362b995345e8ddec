"""The form in which one writes, wherever a page shows it: what it needs beside what was typed."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web

from node.actions import audiences, compose
from node.actions.audiences import Audiences
from node.actions.compose import Preview
from node.api import entities
from node.context import NODE
from node.trends import TRENDS
from node.web import community, sending, session
from node.web.answers import render, zone_of
from node.web.typed import Typed
from storage import tags
from storage.ids import PostId, parsed

TAGS_PROPOSED = 50


async def readers(request: web.Request) -> Audiences:
    """How many people each choice of readers means for whoever writes here."""
    return await audiences.of(request.app[NODE], session.present(request).account)


async def show(
    request: web.Request,
    typed: Typed,
    *,
    errors: Mapping[str, str] | None = None,
    previewed: Preview | None = None,
    is_used: bool = False,
) -> web.Response:
    """The page with the whole form, what is answered or quoted above it. Where that is gone, the form says so and stands alone.

    errors: what was wrong with what was sent, by field.  previewed: how it will look, when that was asked for.
    is_used: whether it was sent before with something else in it; it says so, and is a form of its own from here on.
    """
    if is_used:
        typed = replace(typed, key=secrets.token_urlsafe(12))
    if not typed.scheduled_at:
        typed = replace(typed, scheduled_zone=zone_of(request))
    parent, quoted = await post_of(request, typed.reply_to), await post_of(request, typed.quoted)
    home = await community.to_write_in(request, typed.community)
    if home is None:
        typed = replace(typed, community="")
    is_torn = bool(typed.reply_to and parent is None) or bool(typed.quoted and quoted is None)
    if is_torn:
        typed = replace(typed, reply_to=parent["id"] if parent else "", quoted=quoted["id"] if quoted else "")
    return await render(
        request,
        "compose.html",
        status=422 if errors or is_torn or is_used else 200,
        draft=sending.with_room(request, typed),
        errors=errors or {},
        parent=parent,
        quoted=quoted,
        community=home,
        is_torn=is_torn,
        is_used=is_used,
        previewed=previewed,
        readers=await readers(request),
        known_tags=await _known_tags(request),
    )


async def preview(request: web.Request, typed: Typed) -> Preview:
    """How what was typed will look. Raises Invalid: it cannot be sent as it is."""
    draft = typed.draft()
    compose.demand_fitting(session.present(request).account, draft)
    return await compose.preview(request.app[NODE], session.present(request).account, draft.text)


async def post_of(request: web.Request, text: str) -> dict[str, Any] | None:
    """The post with this id, when there is one that the person may see."""
    number = parsed(text)
    if number is None:
        return None
    visitor = session.present(request)
    found = await entities.statuses(request.app[NODE], visitor.account, [PostId(number)])
    return found[0] if found else None


async def _known_tags(request: web.Request) -> list[str]:
    """What posts for everybody are marked with these days: proposed, so that one thing has one name."""
    node = request.app[NODE]
    counted = await request.app[TRENDS].at(node.now())
    return [tag.spelling for tag in await node.store.read(tags.by_ids, counted.tags[:TAGS_PROPOSED])]
