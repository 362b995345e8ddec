"""The living style page: every token and every part of the pages in its states, as they are now. People and posts on it are made up."""

import re
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from aiohttp import web

from node.api.entities import timestamp
from node.context import NODE
from node.web import assets, session
from node.web.addresses import Neighbours
from node.web.answers import language_of, render
from node.web.declared import page

COLOUR = re.compile(r"--(?P<name>[a-z0-9-]+): ?#[0-9a-f]{3,8}\b")
STEPS = ("small", "", "large", "title")

SAID = {
    "en": (
        "The delegation arrives on Thursday at 9:40. Who has met the new board?",
        "Accident on the Mombasa road",
        "Noon",
    ),
    "fr": (
        "La délégation arrive jeudi à 9 h 40. Qui a rencontré la nouvelle direction ?",
        "Accident sur la route",
        "Midi",
    ),
}


@page("GET", "/style", sign_in=False)
async def show(request: web.Request) -> web.StreamResponse:
    """All of it, for administrators; for everybody where the node is in development mode."""
    visitor = await session.visitor_of(request)
    is_administrator = visitor is not None and visitor.may_administer
    if not may_see(is_administrator=is_administrator, development=request.app[NODE].settings.development):
        raise web.HTTPForbidden
    language = language_of(request, visitor)
    return await render(
        request,
        "style.html",
        colours=colours(),
        steps=STEPS,
        samples=samples(*SAID[language], now=request.app[NODE].now()),
        around=Neighbours("#pages", "#pages"),
        relation=RELATION,
    )


def may_see(*, is_administrator: bool, development: bool) -> bool:
    """Whether the page is for somebody. development: whether the node is in that mode."""
    return development or is_administrator


RELATION = SimpleNamespace(
    following=False,
    requested=False,
    blocking=False,
    muting=False,
    followed_by=False,
    blocked_by=False,
    requested_by=False,
)


def colours() -> list[str]:
    """The names of all colours of the style sheet, in its order, each once."""
    return list(dict.fromkeys(found["name"] for found in COLOUR.finditer(assets.ASSETS["style.css"].plain.decode())))


def samples(text: str, warning: str, option: str, *, now: datetime) -> list[dict[str, Any]]:
    """Posts of every kind, as entities. Nobody wrote them, and nothing can be done to them."""
    plain = _post(1, f"<p>{text}</p>", now=now, favourites_count=12, favourited=True, replies_count=3)
    reacted = [{"name": "👍", "count": 2, "me": True}, {"name": "🙏", "count": 1, "me": False}]
    options = [{"title": option, "votes_count": 3}, {"title": "9 h", "votes_count": 1}]
    poll = {
        "id": "4",
        "expires_at": timestamp(now + timedelta(hours=3)),
        "expired": False,
        "multiple": False,
        "votes_count": 4,
        "voters_count": 4,
        "options": options,
        "voted": True,
        "own_votes": [0],
    }
    return [
        plain,
        _post(2, f"<p>{text}</p>", now=now, emoji_reactions=reacted, edited_at=timestamp(now), reach="node"),
        _post(3, f"<p>{text}</p>", now=now, spoiler_text=warning, visibility="private", reach="followers"),
        _post(4, f"<p>{text}</p>", now=now, poll=poll),
        _post(5, "<p>→</p>", now=now, quote={"state": "accepted", "quoted_status": plain}, quotes_count=1),
        _post(6, "<p>→</p>", now=now, quote={"state": "pending", "quoted_status": None}),
        _post(7, f"<p>{text}</p>", now=now, reblog=plain),
    ]


def _post(number: int, content: str, *, now: datetime, reach: str = "all_nodes", **more: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "created_at": timestamp(now - timedelta(minutes=12 * number)),
        "in_reply_to_id": None,
        "spoiler_text": "",
        "sensitive": False,
        "visibility": "public",
        "language": "fr",
        "replies_count": 0,
        "reblogs_count": 0,
        "favourites_count": 0,
        "quotes_count": 0,
        "edited_at": None,
        "content": content,
        "mentions": [],
        "tags": [],
        "media_attachments": [],
        "poll": None,
        "quote": None,
        "quote_approval": {"automatic": ["public"], "manual": [], "current_user": "automatic"},
        "emoji_reactions": [],
        "filtered": [],
        "favourited": False,
        "reblogged": False,
        "bookmarked": False,
        "muted": False,
        "pinned": False,
        "reblog": None,
        "account": _person(),
        "legation": {"reach": reach, "title": None, "event": None},
        **more,
    }


def _person() -> dict[str, Any]:
    return {
        "id": "1",
        "username": "ken",
        "acct": "ken@tokyo.example",
        "display_name": "Ken Tanaka",
        "locked": False,
        "bot": False,
        "group": False,
        "emojis": [],
        "avatar": assets.DEFAULT_AVATAR,
        "header": assets.DEFAULT_HEADER,
    }
