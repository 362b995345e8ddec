"""The short road: what was answered a moment ago, to the very same question, is answered again.

    request ─► the same address, Host and token as before, no body ─► still remembered? ─► counted ─► the same bytes
       │ no                                                              │ no
       └────────────────────────── the whole road (`server.py`) ◄────────┘

Every check that an endpoint's request passes looks at the request line, `Host`, `Authorization`, and what announces a body;
the first three are the key under which an answer is remembered, and a request with any of the last takes the whole road. So
a request that finds an answer here has passed every check already, and would again: whatever could change that (a token that
ends, a role, a block, an edit) makes the answer go (`node.memory`). What each request has of its own is made anew: its id, its
place in the caller's allowance, the date, its line in the log.
"""

from email.utils import formatdate
from hashlib import sha256
from time import time

from aiohttp import HttpVersion11, hdrs, web
from aiohttp.abc import AbstractStreamWriter

from node.api.answers import LASTING
from node.api.endpoints import STANDING
from node.api.errors import TooOften
from node.context import NODE, Node
from node.memory import Remembered
from node.memory.memory import Key
from node.protection import ACCOUNT, REQUEST_ID, Identifier
from storage.errors import StorageTrouble
from storage.ids import AccountId

# These take the whole road. A body is found by `body_exists`.
SPECIAL = (hdrs.CONTENT_ENCODING, hdrs.EXPECT, hdrs.UPGRADE)

OF_EACH = frozenset({"DATE", "X-REQUEST-ID", "X-RATELIMIT-LIMIT", "X-RATELIMIT-REMAINING", "X-RATELIMIT-RESET"})
"""The header lines that each answer has of its own, in capitals."""

OVERHEAD = 2_000
"""What remembering an answer costs beside its bytes, about."""


class Again(web.StreamResponse):
    """An answer that was given before, written with one call."""

    def __init__(self, remembered: Remembered, own: str) -> None:
        """own: the header lines of this answer alone."""
        super().__init__()
        self._remembered = remembered
        self._own = own
        self._writer: AbstractStreamWriter | None = None

    @property
    def prepared(self) -> bool:
        """Whether anything was written."""
        return self._writer is not None

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Write it."""
        if self._writer is None:
            self._keep_alive = request.keep_alive
            self._writer = writer = request._payload_writer  # noqa: SLF001  a response's own way to its request
            head = self._remembered.head
            await writer.write(b"".join((head, self._own.encode("ascii"), b"\r\n", self._remembered.body)))
        return self._writer

    async def write_eof(self, data: bytes = b"") -> None:
        """Wait until the caller has taken what is too much for the connection's buffer."""
        del data
        assert self._writer is not None
        await self._writer.drain()
        self._eof_sent = True


class ShortRoad:
    """Answers requests before any middleware runs, where the same was answered a moment ago."""

    def __init__(self, node: Node, identifier: Identifier) -> None:
        """identifier: the application's own, so that ids are given in one place."""
        self._store = node.store
        self._answers = node.memory.answers
        self._identifier = identifier

    async def take(self, request: web.Request) -> web.StreamResponse | None:
        """The answer to a request, if it was given before and everything in it is as it was; else None."""
        key = _key_of(request)
        if key is None:
            return None
        try:
            await self._store.up_to_date()
            found = self._answers.get(key)
            if found is None:
                return None
            standing = found.standing()
            if standing is None:
                return None
        except (StorageTrouble, TooOften):  # said on the whole road
            return None
        self._identifier.name(request)
        request[ACCOUNT] = found.account
        request._match_info = found.route  # noqa: SLF001  what the router would find again
        lines = "".join([f"{name}: {value}\r\n" for name, value in standing.items()])
        return Again(found, f"{lines}Date: {_dates.now()}\r\nX-Request-Id: {request[REQUEST_ID]}\r\n")


async def remember(request: web.BaseRequest, answer: web.StreamResponse) -> None:
    """Remember an answer whose endpoint has said that it may be. The last signal before an answer is written."""
    lasting = request.get(LASTING)
    if lasting is None or answer.status != web.HTTPOk.status_code or not isinstance(answer, web.Response):
        return
    assert isinstance(request, web.Request)
    key, body = _key_of(request), answer.body
    if key is None or not isinstance(body, bytes):
        return
    lines = [f"{name}: {value}\r\n" for name, value in answer.headers.items() if name.upper() not in OF_EACH]
    head = f"HTTP/1.1 200 OK\r\n{''.join(lines)}".encode()
    request.app[NODE].memory.answers.keep(
        key,
        Remembered(head, body, request.match_info, AccountId(request[ACCOUNT]), request[STANDING]),
        since=lasting.since,
        made_of=lasting.made_of,
        size=len(head) + len(body) + sum(map(len, key)) + OVERHEAD + 100 * len(lasting.made_of),
        until=lasting.until,
    )


def _key_of(request: web.Request) -> Key | None:
    """What an answer is remembered under; None for requests that always take the whole road."""
    headers = request.headers
    token = headers.get(hdrs.AUTHORIZATION)
    if token is None or request.method != hdrs.METH_GET or request.version != HttpVersion11:
        return None
    if request.body_exists or not request.keep_alive:
        return None
    hosts = headers.getall(hdrs.HOST, ())
    if len(hosts) != 1 or any(name in headers for name in SPECIAL):
        return None
    return request.raw_path, sha256(token.encode(errors="surrogateescape")).digest(), hosts[0]


class _Dates:
    """The date as HTTP writes it, made once a second."""

    def __init__(self) -> None:
        self._second = 0
        self._text = ""

    def now(self) -> str:
        """The date, now."""
        second = int(time())
        if second != self._second:
            self._second, self._text = second, formatdate(second, usegmt=True)
        return self._text


_dates = _Dates()
