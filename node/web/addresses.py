"""Reading what stands in the addresses of pages: posts, people, and where in a list one is."""

from dataclasses import replace
from urllib.parse import urlencode

from aiohttp import web

from federation.errors import BadHost
from federation.hosts import canonical_host
from node.context import Node
from storage import accounts
from storage.accounts import Account
from storage.errors import NotFound
from storage.ids import AccountId, PostId
from storage.pages import Page
from storage.store import Unit

POSTS_A_PAGE = 20
PEOPLE_A_PAGE = 40
LONGEST_ID = 19


def number(text: str) -> int:
    """An id as it stands in an address. Raises NotFound when it is none."""
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_ID):
        raise NotFound
    return int(text)


def post_id(request: web.Request) -> PostId:
    """The post that the address names. Raises NotFound."""
    return PostId(number(request.match_info["id"]))


def account_id(request: web.Request) -> AccountId:
    """The account that the address names by its id. Raises NotFound."""
    return AccountId(number(request.match_info["id"]))


async def person(node: Node, handle: str) -> Account:
    """Somebody by what stands behind the `@`: `name`, or `name@host` with this node's host or another.

    Raises NotFound.
    """
    username, _, host = handle.partition("@")
    return await node.store.read(_by_handle, username, _elsewhere(node, host))


def _elsewhere(node: Node, host: str) -> str:
    """The host as accounts have it: "" for this node's own."""
    if not host:
        return ""
    try:
        canonical = canonical_host(host, allow_addresses=True)
    except BadHost:
        raise NotFound from None
    return "" if canonical == node.settings.host else canonical


def _by_handle(unit: Unit, username: str, host: str) -> Account:
    found = accounts.by_handle(unit, username, host)
    if found is None or found.gone_at is not None:
        raise NotFound
    return found


def page_of(request: web.Request, *, limit: int = POSTS_A_PAGE) -> Page:
    """Which part of a list is asked for. Raises NotFound for an id that is none."""
    whole = Page(limit=limit)
    if "max_id" in request.query:
        return replace(whole, max_id=number(request.query["max_id"]))
    if "min_id" in request.query:
        return replace(whole, min_id=number(request.query["min_id"]))
    return whole


def is_first(page: Page) -> bool:
    """Whether this is where a list begins."""
    return page.max_id is None and page.min_id is None


def neighbours(request: web.Request, page: Page, ids: list[int]) -> dict[str, str | None]:
    """Where the newer and the older part of a list are, or None where there is nothing more.

    ids: of what this page shows, newest first.
    """
    if not ids:
        return {"newer": None, "older": None}
    full = len(ids) >= page.limit
    newer = full if page.upwards else not is_first(page)
    older = full or page.upwards
    return {
        "newer": _at(request, min_id=ids[0]) if newer else None,
        "older": _at(request, max_id=ids[-1]) if older else None,
    }


def _at(request: web.Request, **cursor: int) -> str:
    return f"{request.path}?{urlencode(cursor)}"
