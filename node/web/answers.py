"""The answers of pages: a page, another page to go to, or a plain sentence about what is wrong.

`render` adds to a handler's own values what every page shows: who reads it, in which language, how much is new.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from aiohttp import web

from federation.occasions import is_timezone
from node.actions import drafts
from node.actions.drafts import UNDO_FOR
from node.context import NODE
from node.errors import Invalid
from node.web import compression, device, session, wording
from node.web.appearance import environment
from node.web.languages import COOKIE, Language, preferred
from node.web.session import Visitor
from node.web.typed import HEADQUARTERS
from storage import notifications
from storage.ids import PostId, parsed

MOST_COUNTED = 99
TIMEZONE_COOKIE = "timezone"


@dataclass(frozen=True, slots=True)
class Undo:
    """What may be taken back from this page. post: its id.  key: of the form that it was sent with.  seconds: for how long."""

    post: PostId
    key: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Me:
    """What every page knows of the person who reads it."""

    acct: str
    username: str
    display_name: str
    may_administer: bool
    may_moderate: bool


def language_of(request: web.Request, visitor: Visitor | None) -> Language:
    """The language in which to answer: the person's, else the browser's."""
    return preferred(
        visitor.locale if visitor else None,
        request.cookies.get(COOKIE),
        request.headers.get("Accept-Language", ""),
        otherwise=request.app[NODE].settings.language,
    )


def zone_of(request: web.Request) -> str:
    """The time zone by whose clock the person reads: the browser's, where a script has noted it, else headquarters'."""
    noted = unquote(request.cookies.get(TIMEZONE_COOKIE, ""))
    return noted if is_timezone(noted) else HEADQUARTERS


async def render(
    request: web.Request, template: str, /, *, status: int = 200, headers: Mapping[str, str] | None = None, **own: Any
) -> web.Response:
    """A page.

    template: its file name.  status: of the answer.  headers: added to the page's own.  own: what this template shows.
    """
    visitor = await session.visitor_of(request)
    read = request.app[NODE].store.read
    unread = await read(notifications.unread, visitor.account.id, most=MOST_COUNTED) if visitor else 0
    common = _common(request, visitor) | {"unread": unread, "undo": await _undo(request, visitor)}
    return _page(request, template, language_of(request, visitor), {**common, **own}, status=status, headers=headers)


def render_without_storage(
    request: web.Request, template: str, /, *, status: int, headers: Mapping[str, str] | None = None, **own: Any
) -> web.Response:
    """A page for when nothing can be read: as for somebody who is not signed in.  Arguments as for `render`."""
    shown = {**_common(request, None), **own}
    return _page(request, template, language_of(request, None), shown, status=status, headers=headers)


def render_for_all(request: web.Request, template: str, language: Language) -> web.Response:
    """A page in which nothing is of anybody, whoever asks for it.  language: of the page."""
    shown = {**_common(request, None), "csrf": "", "notice": "", "is_light": False, "has_shortcuts": True}
    return _page(request, template, language, shown, status=200, headers=None)


def _common(request: web.Request, visitor: Visitor | None) -> dict[str, Any]:
    node = request.app[NODE]
    return {
        "me": _me(visitor),
        "csrf": session.csrf_of(request),
        # A page made in answer to a form has no address of its own to come back to.
        "here": request.path_qs if request.method in {"GET", "HEAD"} else "/",
        "path": request.path,
        "node_name": node.federation.place.name,
        "now": node.now(),
        "drawn": node.memory.drawn,
        "notice": wording.notice(request.query.get("done", ""), language_of(request, visitor)),
        "unread": 0,
        "is_light": device.is_light(request),
        "has_shortcuts": device.has_shortcuts(request),
        "undo": None,
    }


async def _undo(request: web.Request, visitor: Visitor | None) -> Undo | None:
    """What was sent just now, where the address says so and it may still be taken back."""
    post = parsed(request.query.get("sent", ""))
    if visitor is None or post is None:
        return None
    node = request.app[NODE]
    found = await drafts.just_sent(node, visitor.account, PostId(post))
    if found is None or found.sent_at is None:
        return None
    left = found.sent_at + UNDO_FOR - node.now()
    return Undo(PostId(post), found.key, max(1, int(left.total_seconds())))


def _page(
    request: web.Request,
    template: str,
    language: Language,
    shown: Mapping[str, Any],
    *,
    status: int,
    headers: Mapping[str, str] | None,
) -> web.Response:
    text = environment(language).get_template(template).render(shown)
    answer = web.Response(text=text, content_type="text/html", status=status, headers=headers)
    compression.shrink(request, answer)
    return answer


def said(
    request: web.Request, visitor: Visitor | None, invalid: Invalid, *, fields: Mapping[str, str] = MappingProxyType({})
) -> dict[str, str]:
    """What is wrong with a form, in the person's language, by the field it concerns.

    fields: what this form calls those that the refusal calls otherwise.
    """
    named = Invalid(fields.get(invalid.field, invalid.field), invalid.reason, invalid.sentence)
    return {named.field: wording.refused_field(named, language_of(request, visitor))}


def _me(visitor: Visitor | None) -> Me | None:
    if visitor is None:
        return None
    account = visitor.account
    return Me(account.handle, account.username, account.display_name, visitor.may_administer, visitor.may_moderate)


def go(path: str, *, done: str = "", sent: PostId | None = None) -> web.Response:
    """Send the browser to another page, with GET.

    path: of this node, maybe with query and fragment.  done: the code of a notice to show there.
    sent: the post that may be taken back there.
    """
    address = with_notice(path, done, sent)
    return web.Response(status=303, headers={"Location": address, "Cache-Control": "no-store"})


def go_back(form: Mapping[str, Any], *, otherwise: str = "/", done: str = "") -> web.Response:
    """Send the browser to the page whose button was pressed.

    form: with the address in `back`; anything that is not a path of this node counts as none.
    otherwise: where to go then.
    """
    back = session.safe_path(str(form.get("back", "")), otherwise=otherwise)
    return go(back, done=done)


def with_notice(path: str, done: str, sent: PostId | None = None) -> str:
    """The address of a page that shows this notice.  done: its code; "" for the page without one.  sent: see `go`."""
    parts = urlsplit(path)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name not in {"done", "sent"}]
    if done:
        query.append(("done", done))
    if sent is not None:
        query.append(("sent", str(sent)))
    return parts._replace(query=urlencode(query)).geturl()
