"""What comes back from a peer, read with care: the right type, a bounded size, nothing that was not asked for."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path

import aiohttp
from aiohttp import hdrs
from yarl import URL

from federation.errors import BadDocument, FetchFailed, NotThere

ACTIVITY_TYPE = "application/activity+json"
ACTIVITY_PROFILE = "https://www.w3.org/ns/activitystreams"

DETAIL_CHARACTERS = 500
DETAIL_SECONDS = 2.0

REDIRECTS = frozenset({301, 302, 303, 307, 308})
NOT_THERE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
"""Refusals with which a peer says "not now"; with every 5xx they may be asked again."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of answer.

    accept: how it is asked for.  fits: whether a Content-Type is one.  most_bytes: its size.
    seconds: how long the whole may take, the client's own patience when None.  into: the file where its bytes go, instead of
    memory.
    """

    accept: str
    fits: Callable[[Message], bool]
    most_bytes: int
    seconds: float | None = None
    into: Path | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """One request's answer: bytes, or where they are instead. served_at: by the peer's clock, if it says."""

    uri: str
    raw: bytes = b""
    moved_to: str | None = None
    served_at: datetime | None = None


async def read_answer(response: aiohttp.ClientResponse, uri: str, kind: Kind) -> Fetched:
    """What came to a GET.  Raises NotThere, FetchFailed, BadDocument."""
    status = response.status
    if status == HTTPStatus.OK:
        demand_kind(response, uri, kind)
        served_at = moment_in(response.headers.get(hdrs.DATE, ""))
        if kind.into is not None:
            await write_within(response, uri, kind.most_bytes, kind.into)
            return Fetched(uri, served_at=served_at)
        return Fetched(uri, raw=await read_within(response, uri, kind.most_bytes), served_at=served_at)
    if status in REDIRECTS:
        return Fetched(uri, moved_to=destination(response, uri))
    if status in NOT_THERE:
        raise NotThere(uri, gone=status == HTTPStatus.GONE)
    temporary = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in PASSING
    raise FetchFailed(uri, temporary=temporary, code=f"status-{status}", internal=await detail_of(response))


def demand_kind(response: aiohttp.ClientResponse, uri: str, kind: Kind) -> None:
    """Raises BadDocument for another media type, and for compression, which was not asked for."""
    types = response.headers.getall(hdrs.CONTENT_TYPE, [])
    if len(types) != 1 or not kind.fits(media_type(types[0])):
        raise BadDocument(uri, code="wrong-type", internal=f"Content-Type {types!r:.200}")
    if response.headers.get(hdrs.CONTENT_ENCODING, "identity") != "identity":
        raise BadDocument(uri, code="compressed")


async def read_within(response: aiohttp.ClientResponse, uri: str, most_bytes: int) -> bytes:
    """The whole body.  Raises BadDocument as soon as it is larger than allowed, or says that it will be."""
    raw = bytearray()
    async for piece in pieces_within(response, uri, most_bytes):
        raw += piece
    return bytes(raw)


async def write_within(response: aiohttp.ClientResponse, uri: str, most_bytes: int, into: Path) -> None:
    """Put the whole body into a file.  Raises as `read_within`; OSError."""
    with into.open("wb") as file:
        async for piece in pieces_within(response, uri, most_bytes):
            await asyncio.to_thread(file.write, piece)


async def pieces_within(response: aiohttp.ClientResponse, uri: str, most_bytes: int) -> AsyncIterator[bytes]:
    """The body as it comes.  Raises BadDocument as soon as it is larger than allowed, or says that it will be."""
    too_large = BadDocument(uri, code="too-large", internal=f"more than {most_bytes} bytes")
    if (response.content_length or 0) > most_bytes:
        raise too_large
    received = 0
    async for piece in response.content.iter_any():
        received += len(piece)
        if received > most_bytes:
            raise too_large
        yield piece


def destination(response: aiohttp.ClientResponse, uri: str) -> str:
    """Where a redirect leads, as an absolute URI.  Raises BadDocument if it says nothing that can be read."""
    try:
        return str(response.url.join(URL(response.headers[hdrs.LOCATION])).with_fragment(None))
    except (KeyError, ValueError) as error:
        raise BadDocument(uri, code="bad-redirect") from error


def media_type(text: str) -> Message:
    """A Content-Type, ready to be asked for its parts; what cannot be read counts as `text/plain`."""
    message = Message()
    message[hdrs.CONTENT_TYPE] = text
    return message


def is_activity_type(message: Message) -> bool:
    """Whether this is an ActivityStreams document.  Source: ActivityPub 3.2."""
    if message.get_content_type() == "application/ld+json":
        return ACTIVITY_PROFILE in str(message.get_param("profile", "")).split()
    return message.get_content_type() == ACTIVITY_TYPE


def is_jrd_type(message: Message) -> bool:
    """Whether this may be a WebFinger answer.  Source: RFC 7033 section 10.2; some servers say just JSON."""
    return message.get_content_type() in {"application/jrd+json", "application/json"}


def is_json_type(message: Message) -> bool:
    """Whether this is plain JSON."""
    return message.get_content_type() == "application/json"


def is_any_type(message: Message) -> bool:
    """Anything: what a file is, its bytes say."""
    del message
    return True


async def detail_of(response: aiohttp.ClientResponse) -> str:
    """The beginning of a refusal's text, for the log: one line, printable, at most 500 characters."""
    if response.ok and response.status not in REDIRECTS:
        return ""
    try:
        async with asyncio.timeout(DETAIL_SECONDS):
            raw = await response.content.read(4 * DETAIL_CHARACTERS)
    except (TimeoutError, aiohttp.ClientError):  # the status has come, and it is what counts
        return ""
    text = " ".join(raw.decode("utf-8", "replace").split())
    return "".join(filter(str.isprintable, text))[:DETAIL_CHARACTERS].strip()


def seconds_until(retry_after: str, now: datetime) -> float | None:
    """How long a peer asks us to wait: a number of seconds or a date; None if it says neither.

    Source: RFC 9110 section 10.2.3.
    """
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:9])
    moment = moment_in(retry_after)
    return None if moment is None else max(0.0, (moment - now).total_seconds())


def moment_in(text: str) -> datetime | None:
    """The moment that a `Date` header names; None if it names none, or none with a zone.  Source: RFC 9110 5.6.7."""
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo is not None else None


ACTIVITY = Kind(f'{ACTIVITY_TYPE}, application/ld+json; profile="{ACTIVITY_PROFILE}"', is_activity_type, 1024 * 1024)
JRD = Kind("application/jrd+json, application/json;q=0.9", is_jrd_type, 256 * 1024)
JSON = Kind("application/json", is_json_type, 256 * 1024)
