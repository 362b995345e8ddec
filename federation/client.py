"""The only way out of the house: every byte that leaves for another node goes through `Client`.

Before a packet leaves: the URI names one host and no other reading of it exists, over https; the host is on the
allowlist, and is not this node; the address is one that `Egress` permits. While it is answered: connecting, the whole
request and the size of the answer have limits, none of which begins anew with each byte. Before an answer is believed:
it has the right type, nothing but a redirect within the same origin led to it, and it calls itself by the URL it came
from. What one incoming activity may cause is counted by its `Budget`.

Every GET is signed with the node's own key, since peers answer only those whom they know; so nothing is cached here
and no two questions share an answer. In which way it is signed, `Knocking` knows: a peer that cannot read one is tried
in another.

Source: ActivityPub appendix B.5, FEP-fe34, RFC 7033.
"""

import asyncio
import contextlib
import ssl
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Protocol, TypeVar
from urllib.parse import quote

import aiohttp
from aiohttp import hdrs
from aiohttp.abc import AbstractResolver
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from yarl import URL

from federation import strict_json
from federation.addresses import Egress
from federation.answers import (
    ACTIVITY,
    JRD,
    JSON,
    Fetched,
    Kind,
    detail_of,
    is_any_type,
    moment_in,
    read_answer,
    seconds_until,
)
from federation.connections import CheckedResolver, checked_connector
from federation.errors import BadDocument, BadHost, BudgetSpent, FetchFailed, Malformed, PeerNotAdmitted
from federation.hosts import host_of, origin_of, same_origin
from federation.signatures import ways
from federation.signatures.keys import Kind as KeyKind
from federation.signatures.keys import PrivateKey
from federation.signatures.requests import NONE
from federation.signatures.ways import Way
from federation.strict_json import JsonObject, JsonValue
from storage.ids import Host

SIGNING_THREADS = 2

SIGNATURE_NOT_TAKEN = frozenset({400, 401})
"""What peers answer who could not verify a signature, or not read it. Source: `docs/explanation/protocol.md`."""
STUMBLED = 500
"""What some answer whom a header that they do not know makes stumble: it counts with peers of whom nothing is known."""
OF_OUR_OWN = "about:legation/"
"""How refusals of our own software begin: it reads all that this node can sign, and another signature changes nothing."""

T = TypeVar("T")
KeyFor = Callable[[KeyKind], Awaitable[PrivateKey]]
"""Gives the key of this kind with which somebody signs."""

SPEAKERS = ("attributedTo", "actor", "owner", "controller")
"""The properties in which a document says for whom it speaks."""


@dataclass(frozen=True, slots=True)
class Patience:
    """What a peer may take of our time. connect_seconds: TCP and TLS.  The others: the whole request, all included."""

    connect_seconds: float = 5.0
    get_seconds: float = 15.0
    post_seconds: float = 20.0


@dataclass(slots=True)
class Budget:
    """What one cause, as an incoming activity, may still make this node ask of others.

    fetches: requests.  seconds: spent waiting for them, one after the other.
    """

    fetches: int = 20
    seconds: float = 30.0

    @classmethod
    def to_know_who(cls) -> "Budget":
        """The part of what one activity may cost that finding the keys of those who vouch for it has."""
        return cls(fetches=5, seconds=10.0)

    @classmethod
    def to_apply(cls) -> "Budget":
        """The rest of that: for what must be known before the activity has its effect."""
        return cls(fetches=15, seconds=20.0)

    @contextlib.contextmanager
    def one_fetch(self, uri: str) -> Iterator[float]:
        """Count a request and the time it takes; yields the seconds it may take.  Raises BudgetSpent."""
        if self.fetches <= 0 or self.seconds <= 0:
            raise BudgetSpent(uri)
        self.fetches -= 1
        began = time.monotonic()
        try:
            yield self.seconds
        finally:
            self.seconds -= time.monotonic() - began


@dataclass(frozen=True, slots=True)
class Document:
    """An object as its own origin shows it.

    uri: its id, which is the URL it came from.  json: the document.  raw: the bytes it was read from.
    """

    uri: str
    json: JsonObject
    raw: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What a peer said to a delivery.

    retry_after: seconds, if the peer named a time.  detail: the beginning of a refusal's text, printable.
    skew_seconds: the peer's clock minus ours, if it said what time it is there.
    """

    status: int
    retry_after: float | None
    detail: str
    skew_seconds: int | None = None


class Knocking(Protocol):
    """Knows in which way requests to a peer are signed."""

    async def ways_to(self, host: Host, /) -> Sequence[Way]:
        """The ways to try, one after the other; at least one."""

    async def took(self, host: Host, way: Way, /) -> None:
        """Learn that a peer takes what is signed in this way."""


class Client:
    """Asks and tells other nodes. One per process; made on a running loop, closed with `close`."""

    def __init__(  # noqa: PLR0913  the one way out is told everything that it may not decide
        self,
        *,
        own: Host,
        admitted: Callable[[Host], Awaitable[bool]],
        egress: Egress,
        signer: KeyFor,
        knocks: Knocking,
        now: Callable[[], datetime],
        software: str,
        resolver: AbstractResolver | None = None,
        tls: ssl.SSLContext | None = None,
        patience: Patience | None = None,
    ) -> None:
        """A client that is allowed nothing by itself.

        own: this node, which is never asked over the network.  admitted: whether a host is a peer, now.
        egress: which addresses may be connected to.  signer: the node's own keys, with which GETs are signed.
        knocks: in which way, for whom.  now: aware, UTC.  software: the User-Agent.  resolver: finds addresses, the system's if None; closed with this.
        tls: which certificates are believed, the system's if None.
        """
        self._own = own
        self._admitted = admitted
        self._egress = egress
        self._signer = signer
        self._knocks = knocks
        self._now = now
        self._patience = patience or Patience()
        self._signing = ThreadPoolExecutor(SIGNING_THREADS, thread_name_prefix="signing")
        self._resolver = CheckedResolver(egress, resolver or aiohttp.ThreadedResolver())
        self._session = aiohttp.ClientSession(
            connector=checked_connector(egress, self._resolver, tls=tls),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._patience.connect_seconds),
            headers={hdrs.USER_AGENT: software, hdrs.ACCEPT_ENCODING: "identity"},
        )

    async def close(self) -> None:
        """Close every connection. Requests under way fail."""
        await self._session.close()
        await self._resolver.close()
        self._signing.shutdown(wait=False)

    async def get_document(self, uri: str, *, budget: Budget) -> Document:
        """An ActivityStreams object, from where its id says it is.

        uri: its id, or another URL of the same origin that leads to it; a fragment does not count.
        Raises PeerNotAdmitted, ForbiddenAddress, FetchFailed, NotThere, BadDocument, BudgetSpent.
        Source: FEP-fe34; ActivityPub 3.2.
        """
        document = await self._document(uri, budget)
        name = id_of(document)
        if name != document.uri:
            if not same_origin(name, document.uri):
                raise BadDocument(uri, code="id-of-another-origin", internal=f"it calls itself {name}")
            document = await self._document(name, budget)
            if id_of(document) != document.uri:
                raise BadDocument(uri, code="id-is-not-its-url", internal=f"{document.uri} calls itself something else")
        demand_own_speakers(document)
        return document

    async def get_copy(self, uri: str, *, budget: Budget) -> JsonObject:
        """An activity as somebody keeps it who need not be its own node: it is worth what its proof is worth.

        Raises as `get_document`.
        """
        return parsed(await self._fetch(uri, ACTIVITY, budget))

    async def get_jrd(self, host: Host, resource: str, *, budget: Budget) -> JsonObject:
        """What a peer's WebFinger says of a resource; whether to believe it is the caller's to check.

        resource: `acct:name@host` or a URI.  Raises as `get_document`.  Source: RFC 7033.
        """
        scheme = "http" if self._egress.plain_http else "https"
        uri = f"{scheme}://{host}/.well-known/webfinger?resource={quote(resource, safe=':@/')}"
        return parsed(await self._fetch(uri, JRD, budget))

    async def get_json(self, uri: str, *, budget: Budget) -> JsonObject:
        """A plain JSON document of a peer, as NodeInfo.  Raises as `get_document`."""
        return parsed(await self._fetch(uri, JSON, budget))

    async def get_file(self, uri: str, into: Path, *, most_bytes: int, seconds: float, budget: Budget) -> None:
        """A file of a peer, put into one of this machine. What it is, nobody has looked at.

        most_bytes: how large it may be.  seconds: how long the whole may take.  Raises as `get_document`; OSError.
        """
        kind = Kind("image/*, video/*, audio/*, application/pdf", is_any_type, most_bytes, seconds=seconds, into=into)
        await self._fetch(uri, kind, budget)

    async def clock_of(self, host: Host, *, budget: Budget) -> datetime | None:
        """What time it is at a peer; None if it does not say.  Raises as `get_document`."""
        scheme = "http" if self._egress.plain_http else "https"
        return (await self._fetch(f"{scheme}://{host}/.well-known/nodeinfo", JSON, budget)).served_at

    async def post(self, inbox: str, body: bytes, key_for: KeyFor, *, fields: Mapping[str, str] = NONE) -> Answer:
        """Deliver an activity, signed with a key of its author. A redirect is an answer, and is not followed.

        key_for: gives the author's keys.  fields: further header fields, signed too.
        Raises PeerNotAdmitted, ForbiddenAddress, and FetchFailed when no answer came.  Source: ActivityPub 7.
        """
        url = await self._checked(inbox)

        async def attempt(way: Way) -> Answer:
            return await self._post(inbox, url, body, way, await key_for(way.kind), fields)

        found, way, _ = await self._knock(host_of(inbox), attempt, status_of=_status_to_mend)
        if found.status // 100 == 2:  # noqa: PLR2004  the family of 200
            await self._knocks.took(host_of(inbox), way)
        return found

    async def _post(
        self, inbox: str, url: URL, body: bytes, way: Way, key: PrivateKey, fields: Mapping[str, str]
    ) -> Answer:
        with failures_named(inbox):
            async with asyncio.timeout(self._patience.post_seconds):
                headers = await self._signed(way, hdrs.METH_POST, url, body, key, fields)
                async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
                    now, there = self._now(), moment_in(response.headers.get(hdrs.DATE, ""))
                    retry_after = seconds_until(response.headers.get(hdrs.RETRY_AFTER, ""), now)
                    skew = round((there - now).total_seconds()) if there else None
                    return Answer(response.status, retry_after, await detail_of(response), skew)

    async def _document(self, uri: str, budget: Budget) -> Document:
        fetched = await self._fetch(uri.partition("#")[0], ACTIVITY, budget)
        return Document(fetched.uri, parsed(fetched), fetched.raw)

    async def _fetch(self, uri: str, kind: Kind, budget: Budget) -> Fetched:
        first = await self._get(uri, kind, budget)
        if first.moved_to is None:
            return first
        if not same_origin(uri, first.moved_to):
            raise BadDocument(uri, code="redirect-to-another-origin", internal=f"to {first.moved_to}")
        second = await self._get(first.moved_to, kind, budget)
        if second.moved_to is not None:
            raise BadDocument(uri, code="too-many-redirects", internal=f"{second.uri} leads further")
        return second

    async def _knock(
        self, host: Host, attempt: Callable[[Way], Awaitable[T]], *, status_of: Callable[[T], int]
    ) -> tuple[T, Way, bool]:
        """What came of the last attempt, the way in which it was signed, and whether another was refused before.

        status_of: the status of an answer for which the signature may be to blame, else 0.
        """
        *others, last = order = await self._knocks.ways_to(host)
        not_taken = SIGNATURE_NOT_TAKEN | ({STUMBLED} if set(order) == set(Way) else set())
        for number, way in enumerate(others):
            found = await attempt(way)
            if status_of(found) not in not_taken:
                return found, way, number > 0
        return await attempt(last), last, bool(others)

    async def _get(self, uri: str, kind: Kind, budget: Budget) -> Fetched:
        url = await self._checked(uri)

        async def attempt(way: Way) -> Fetched | FetchFailed:
            found = await self._ask(uri, url, kind, budget, way, signed_as=url)
            if way is not Way.DRAFT or _status_of(found) != HTTPStatus.UNAUTHORIZED or not url.raw_query_string:
                return found
            # Older Mastodon leaves the query out of what it verifies.
            return await self._ask(uri, url, kind, budget, way, signed_as=url.with_query(None))

        found, way, after_refusal = await self._knock(host_of(uri), attempt, status_of=_status_of)
        if isinstance(found, FetchFailed):
            raise found
        if after_refusal:
            await self._knocks.took(host_of(uri), way)
        return found

    async def _ask(
        self, uri: str, url: URL, kind: Kind, budget: Budget, way: Way, *, signed_as: URL
    ) -> Fetched | FetchFailed:
        """One request. A refusal that may be for the signature is returned, all other failures are raised."""
        try:
            return await self._ask_signed(uri, url, kind, budget, way, signed_as=signed_as)
        except FetchFailed as failure:
            if _status_of(failure):
                return failure
            raise

    async def _ask_signed(self, uri: str, url: URL, kind: Kind, budget: Budget, way: Way, *, signed_as: URL) -> Fetched:
        key = await self._signer(way.kind)
        with budget.one_fetch(uri) as seconds_left, failures_named(uri):
            async with asyncio.timeout(min(kind.seconds or self._patience.get_seconds, seconds_left)):
                signature = await self._signed(way, hdrs.METH_GET, signed_as, None, key)
                headers = {hdrs.ACCEPT: kind.accept, **signature}
                async with self._session.get(url, headers=headers, allow_redirects=False) as response:
                    return await read_answer(response, uri, kind)

    async def _checked(self, uri: str) -> URL:
        """The URL to ask, if it may be asked. No packet has left before."""
        try:
            origin = origin_of(uri)
        except BadHost as error:
            raise PeerNotAdmitted(uri, code="bad-uri", internal=error.reason) from error
        if origin.scheme != "https" and not self._egress.plain_http:
            raise PeerNotAdmitted(uri, code="not-https")
        if origin.host == self._own:
            raise PeerNotAdmitted(uri, code="own-host", internal="this node does not ask itself over the network")
        if not await self._admitted(origin.host):
            raise PeerNotAdmitted(uri)
        return URL(uri).with_fragment(None)

    async def _signed(
        self,
        way: Way,
        method: str,
        url: URL,
        body: bytes | None,
        key: PrivateKey,
        fields: Mapping[str, str] = NONE,
    ) -> dict[str, str]:
        sign = partial(ways.sign, way, method, url, body=body, key=key, now=self._now(), fields=fields)
        if isinstance(key.material, RSAPrivateKey):  # 0.7 ms that the loop would stand still
            return await asyncio.get_running_loop().run_in_executor(self._signing, sign)
        return sign()


def _status_to_mend(answer: Answer) -> int:
    return 0 if OF_OUR_OWN in answer.detail else answer.status


def _status_of(found: Fetched | FetchFailed) -> int:
    if not isinstance(found, FetchFailed) or OF_OUR_OWN in found.detail:
        return 0
    return _REFUSALS.get(found.code, 0)


_REFUSALS = {f"status-{status}": status for status in (*SIGNATURE_NOT_TAKEN, STUMBLED)}


@contextlib.contextmanager
def failures_named(uri: str) -> Iterator[None]:
    """Turn what the network raises into FetchFailed. All of it may pass: a network is mended, a certificate renewed."""
    try:
        yield
    except TimeoutError as error:
        raise FetchFailed(uri, temporary=True, code="timeout") from error
    except aiohttp.ClientSSLError as error:
        raise FetchFailed(uri, temporary=True, code="bad-certificate", internal=str(error)) from error
    except (aiohttp.ClientError, OSError) as error:
        raise FetchFailed(uri, temporary=True, code="no-answer", internal=repr(error)) from error


def parsed(fetched: Fetched) -> JsonObject:
    """The JSON of an answer.  Raises BadDocument."""
    try:
        return strict_json.loads(fetched.raw)
    except Malformed as error:
        raise BadDocument(fetched.uri, code=error.code, internal=str(error)) from error


def id_of(document: Document) -> str:
    """What a document calls itself.  Raises BadDocument if nothing."""
    name = document.json.get("id")
    if not isinstance(name, str):
        raise BadDocument(document.uri, code="no-id")
    return name


def demand_own_speakers(document: Document) -> None:
    """Raises BadDocument if a document speaks for somebody of another origin.  Source: FEP-fe34."""
    for speaker in references(document.json.get(name) for name in SPEAKERS):
        if not same_origin(speaker, document.uri):
            raise BadDocument(document.uri, code="speaks-for-another-origin", internal=f"for {speaker}")


def references(values: Iterable[JsonValue]) -> Iterator[str]:
    """The ids in values that may each be absent, an id, an object with an id, or a list of these."""
    for value in values:
        match value:
            case str():
                yield value
            case {"id": str(name)}:
                yield name
            case list():
                yield from references(value)
            case _:
                pass
