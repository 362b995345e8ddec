"""Files given to whoever may see them, in whole or in part.

A person proves who they are by the session of the pages, the token of an app, or the pass in an address that they were given;
an allowed peer by its signature. Who may not see a file, and who asks for one that is not there, get the same 404.
Pictures of people are given to whoever knows their address, which has 128 random bits.

What members elsewhere have sent to a community of this node is given to the nodes of its other members, as it came: they
compare it with what its author signed. No browser ever shows it: nobody asks for it without a peer's signature.
"""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import hdrs, web

from federation import audience
from federation.asking import asking_peer, shown_account
from federation.errors import FederationError, NotFoundHere
from federation.routes import refusing
from node.api import callers
from node.api import scopes as scope_rules
from node.context import NODE, Node
from node.media import passes
from node.media.types import Kind, ending_of
from node.settings import Settings
from node.web import session
from storage import media, posts, second_factors, staff
from storage.accounts import Account
from storage.errors import NotFound, StorageError
from storage.files import FileMissing
from storage.ids import AccountId, Host
from storage.media import Media, Place
from storage.store import Unit
from storage.visibility import Reach

SMALL_TYPE = "image/webp"
SHOWN = frozenset(kind.value for kind in Kind if kind is not Kind.UNKNOWN)

HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; media-src 'self'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Accept-Ranges": "bytes",
    "Vary": "Authorization, Cookie, Signature",
}
KEPT = "private, max-age=604800, immutable"
NOT_KEPT = "private, no-store"


def routes() -> list[web.RouteDef]:
    """Where files are."""
    return [
        web.get(r"/media/{name:[A-Za-z0-9_-]{22}}", whole),
        web.get(r"/media/{name:[A-Za-z0-9_-]{22}}/small", small),
        web.get(r"/users/{account:\d+}/files", refusing(for_members)),
    ]


async def whole(request: web.Request) -> web.StreamResponse:
    """A file."""
    asked = await _asked_for(request)
    row = await _at_hand(request.app[NODE], asked.row)
    name, size = row.name, row.size
    answer = _answer(asked, row.media_type, shown=row.kind in SHOWN)
    return await _send(request, row, answer, name=name, size=size)


async def small(request: web.Request) -> web.StreamResponse:
    """The preview of a picture or a film."""
    asked = await _asked_for(request)
    row = await _at_hand(request.app[NODE], asked.row)
    if not row.small_size:
        raise web.HTTPNotFound
    answer = _answer(asked, SMALL_TYPE, shown=True)
    return await _send(request, row, answer, name=f"{row.name}.small", size=row.small_size)


async def for_members(request: web.Request) -> web.StreamResponse:
    """A file of a post for the members of a community of this node, as its author's node gave it, for a node of members.

    ?post=: the id of the post.  ?url=: of the file there.
    """
    signer = await asking_peer(request)
    community, node = await shown_account(request), request.app[NODE]
    post, url = request.query.get("post", ""), request.query.get("url", "")
    try:
        found = await node.store.read(_for_members, community, post=post, url=url, host=signer.host)
        row = await node.library.as_given(found)
    except NotFound as error:
        raise NotFoundHere from error
    answer = _answer(_Asked(row, is_peer=True), "application/octet-stream", shown=False)
    return await _send(request, row, answer, name=f"{row.name}.given", size=row.given_size)


# ---- who may --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Asked:
    """A file that whoever asks may see. is_peer: whether a signature says so."""

    row: Media
    is_peer: bool = False


async def _asked_for(request: web.Request) -> _Asked:
    """The file that is asked for.  Raises 404, alike for hidden and absent."""
    node, name = request.app[NODE], request.match_info["name"]
    with suppress(NotFound, FederationError):
        reader = await _reader(request, name)
        if reader is not None:
            found = await node.store.read(media.visible, name, reader=reader)
            if found is not None:
                return _Asked(found)
        elif "Signature" in request.headers:
            signer = await asking_peer(request)
            return _Asked(await node.store.read(_for_peer, name, signer.host), is_peer=True)
        else:
            is_open = node.settings.media.open_to_peers
            return _Asked(await node.store.read(_for_anybody, name, is_open=is_open))
    raise web.HTTPNotFound


async def _reader(request: web.Request, name: str) -> AccountId | None:
    """The person of this node who asks, if it is one."""
    node = request.app[NODE]
    if callers.bearer_token(request) is not None:
        caller = await callers.identify(request)
        may_read = scope_rules.covers(caller.scopes, "read:statuses")
        may_read = may_read and not caller.owes_second_factor
        return caller.account.id if caller.account is not None and may_read else None
    if (given := request.query.get("pass")) is not None:
        bearer = passes.bearer(node.vault, given, name, now=node.now())
        if bearer is not None and await node.store.read(_may_look, bearer, node.settings):
            return bearer
    visitor = await session.visitor_of(request)
    return visitor.account.id if visitor is not None and not visitor.must_enrol else None


def _may_look(unit: Unit, account: AccountId, settings: Settings) -> bool:
    """Whether somebody can sign in, and owes the node no second step of that."""
    member = staff.by_account(unit, account)
    if member is None or member.disabled_at is not None:
        return False
    return not settings.demands_second_factor(member.role) or second_factors.has_any(unit, account)


def _for_peer(unit: Unit, name: str, host: Host) -> Media:
    """A file of this node, for a peer that may read its post. Raises NotFound."""
    found = _own(unit, name)
    if found.place is not Place.POST:
        return found
    if found.post_id is None or not audience.peer_may_read(unit, posts.get(unit, found.post_id), host=host):
        raise NotFound
    return found


def _for_members(unit: Unit, community: Account, *, post: str, url: str, host: Host) -> Media:
    """A file that a member elsewhere sent to a community, for a node that has members of it. Raises NotFound."""
    known = posts.by_uri(unit, post)
    found = media.of_peer(unit, known.id, url) if known is not None else None
    if known is None or found is None or not audience.is_given_to(unit, known, community, host=host):
        raise NotFound
    return found


def _for_anybody(unit: Unit, name: str, *, is_open: bool) -> Media:
    """A picture of somebody; where the node is set so, a file of a post for all nodes. Raises NotFound."""
    found = media.by_name(unit, name)
    if found is not None and found.place is not Place.POST:
        return found
    if found is None or not is_open or found.post_id is None or found.remote_url is not None:
        raise NotFound
    if posts.get(unit, found.post_id).reach not in (Reach.ALL_NODES, Reach.UNLISTED):
        raise NotFound
    return found


def _own(unit: Unit, name: str) -> Media:
    found = media.by_name(unit, name)
    if found is None or found.remote_url is not None:
        raise NotFound
    return found


# ---- bytes ----------------------------------------------------------------------------------------------------------


async def _at_hand(node: Node, row: Media) -> Media:
    try:
        return await node.library.at_hand(row)
    except NotFound as error:
        raise web.HTTPNotFound from error


def _answer(asked: _Asked, media_type: str, *, shown: bool) -> web.StreamResponse:
    answer = web.StreamResponse(headers=HEADERS)
    answer.content_type = media_type
    answer.headers[hdrs.CACHE_CONTROL] = NOT_KEPT if asked.is_peer else KEPT
    answer.headers[hdrs.CONTENT_DISPOSITION] = (
        "inline" if shown else f'attachment; filename="file{ending_of(media_type)}"'
    )
    return answer


async def _send(
    request: web.Request, row: Media, answer: web.StreamResponse, *, name: str, size: int
) -> web.StreamResponse:
    """Send a file, or the part of it that was asked for.  Source: RFC 9110 sections 13.1.2, 13.1.5 and 14."""
    answer.etag = name
    if any(tag.value in {name, "*"} for tag in request.if_none_match or ()):
        answer.set_status(304)
        return answer
    start, stop = part_of(request, answer, name=name, size=size)
    answer.content_length = stop - start
    if request.method == hdrs.METH_HEAD or start == stop:
        return answer
    pieces = request.app[NODE].library.files.read(name, start=start, length=stop - start)
    return await give(request, answer, await _first_of(request.app[NODE], row, pieces), pieces)


async def give(
    request: web.Request, answer: web.StreamResponse, first: bytes, others: AsyncIterator[bytes]
) -> web.StreamResponse:
    """Send what is read piece by piece; that whoever asked has left on the way is no trouble.

    Raises ConnectionError where the pieces come from is away.
    """
    try:
        await answer.prepare(request)
        await answer.write(first)
        async for piece in others:
            await answer.write(piece)
        await answer.write_eof()
    except ConnectionError:
        if not _has_left(request):
            raise
    return answer


def _has_left(request: web.Request) -> bool:
    """Whether nobody waits for the answer any more, as browsers do not that go from one page to the next."""
    return request.transport is None or request.transport.is_closing()


def part_of(request: web.Request, answer: web.StreamResponse, *, name: str, size: int) -> tuple[int, int]:
    """From where to where whoever asks wants something; what cannot be read as one range counts as none.

    answer: is told what is sent.  name: of the thing, its ETag.  size: bytes.  Raises 416.
    """
    wanted = request.headers.get(hdrs.RANGE)
    if wanted is None or request.headers.get(hdrs.IF_RANGE, f'"{name}"') != f'"{name}"':
        return 0, size
    try:
        start, stop, _ = request.http_range.indices(size) if "," not in wanted else (0, size, 1)
        begins_at = request.http_range.start or 0
    except ValueError:
        return 0, size
    if begins_at >= size or start >= stop:
        raise web.HTTPRequestRangeNotSatisfiable(headers={hdrs.CONTENT_RANGE: f"bytes */{size}"})
    if "," not in wanted:
        answer.set_status(206)
        answer.headers[hdrs.CONTENT_RANGE] = f"bytes {start}-{stop - 1}/{size}"
    return start, stop


async def _first_of(node: Node, row: Media, pieces: AsyncIterator[bytes]) -> bytes:
    try:
        return await anext(pieces)
    except FileMissing as error:
        with suppress(StorageError):
            await node.library.lost(row)
        raise web.HTTPNotFound from error
    except OSError as error:  # the bucket is away
        raise web.HTTPServiceUnavailable(headers={"Retry-After": "30"}) from error
