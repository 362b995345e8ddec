"""Reading what stands in the addresses of pages: posts, people, and where in a list one is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from aiohttp import web

from node.context import Node
from storage import accounts
from storage.accounts import Account
from storage.errors import NotFound
from storage.ids import AccountId, PostId, parsed
from storage.pages import Page
from storage.store import Unit

POSTS_A_PAGE = 20
PEOPLE_A_PAGE = 40


def number(text: str) -> int:
    """An id as it stands in an address. Raises NotFound when it is none."""
    found = parsed(text)
    if found is None:
        raise NotFound
    return found


def post_id(request: web.Request) -> PostId:
    """The post that the address names. Raises NotFound."""
    return PostId(number(request.match_info["id"]))


def account_id(request: web.Request) -> AccountId:
    """The account that the address names by its id. Raises NotFound."""
    return AccountId(number(request.match_info["id"]))


async def person(node: Node, handle: str) -> Account:
    """Somebody this node knows, by what stands behind the `@`: `name`, or `name@host` with any host, its own included.

    Raises NotFound and, for what is no host, NotThere.
    """
    username, _, host = handle.partition("@")
    return await node.store.read(_by_handle, username, node.federation.host_of_handle(host))


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


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where the newer and the older part of a list are, or None where there is nothing more."""

    newer: str | None
    older: str | None


def neighbours(request: web.Request, page: Page, ids: Sequence[int]) -> Neighbours:
    """What lies on both sides of a part of a list.

    ids: of what this page shows, newest first.
    """
    if not ids:
        return Neighbours(None, None)
    full = len(ids) >= page.limit
    newer = full if page.upwards else not is_first(page)
    older = full or page.upwards
    return Neighbours(
        newer=_at(request, min_id=ids[0]) if newer else None,
        older=_at(request, max_id=ids[-1]) if older else None,
    )


def _at(request: web.Request, **cursor: int) -> str:
    return f"{request.path}?{urlencode(cursor)}"
