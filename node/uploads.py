"""Forms with files, taken in as they come: a file goes into a folder piece by piece, and never lies in memory.

A handler marked with `node.protection.streams_its_body` gets its form from here; its size and its time are limited here too.
"""

import asyncio
from pathlib import Path
from typing import Any

from aiohttp import BodyPartReader, web
from multidict import MultiDict, MultiMapping

from node.protection import read_body
from node.server import LIMITS

CHUNK = 64 * 1024
MOST_PARTS = 200
WHOLE_SECONDS = 1_800.0
"""How long a form with files may take: a poor link sends 16 MiB in half an hour."""
PIECE_SECONDS = 30.0


class Upload:
    """A file that was sent.

    No dataclass: of those, models make new ones from what callers write, and a caller must never name a path.
    """

    __slots__ = ("filename", "path", "size")

    def __init__(self, filename: str, path: Path, size: int) -> None:
        """filename: as its sender calls it.  path: where it is.  size: bytes, of what was kept of it."""
        self.filename, self.path, self.size = filename, path, size


FORM: web.RequestKey[MultiMapping[Any]] = web.RequestKey("form")
"""The form of a request that was taken in here."""


async def form_of(request: web.Request) -> MultiMapping[Any]:
    """What a form says, whichever way it came."""
    return request[FORM] if FORM in request else await request.post()


async def take_form(request: web.Request, folder: Path, *, most_bytes: int, most_of_a_file: int) -> None:
    """Have `form_of` give the form of a request whose body nobody has read.  Arguments and errors as for `received`."""
    if request.content_type == "multipart/form-data":
        pairs = await received(request, folder, most_bytes=most_bytes, most_of_a_file=most_of_a_file)
        request[FORM] = MultiDict(pairs)
    else:
        await read_plain(request)


async def read_plain(request: web.Request) -> None:
    """Read a body without files, under the limits of all others.  Raises 413, 408, 400."""
    if request.body_exists:
        limits = request.app[LIMITS]
        await read_body(request, body_seconds=limits.body_seconds, body_bytes=limits.body_bytes)


async def received(
    request: web.Request, folder: Path, *, most_bytes: int, most_of_a_file: int
) -> list[tuple[str, str | Upload]]:
    """The parts of a multipart form, files in a folder; a field for a file that nobody chose is left out.

    most_bytes: of the whole.  most_of_a_file: what is larger is kept with one byte too many, so that whoever looks sees it.
    Raises 413, 408, 400; ValueError for what is no form.
    """
    if (request.content_length or 0) > most_bytes:
        raise web.HTTPRequestEntityTooLarge(most_bytes, request.content_length or 0)
    room = _Room(most_bytes)
    found: list[tuple[str, str | Upload]] = []
    try:
        async with asyncio.timeout(WHOLE_SECONDS):
            async for part in await request.multipart():
                if not isinstance(part, BodyPartReader) or part.name is None or len(found) >= MOST_PARTS:
                    raise web.HTTPBadRequest(text="The form cannot be read.")
                if part.filename is None:
                    found.append((part.name, await _text(part, room, request.app[LIMITS].body_bytes)))
                    continue
                upload = await _file(part, room, folder / f"upload{len(found)}", most_of_a_file)
                if upload.filename or upload.size:
                    found.append((part.name, upload))
    except TimeoutError:
        raise web.HTTPRequestTimeout(text="The body did not arrive in time.") from None
    except (web.RequestPayloadError, ConnectionError, ValueError, AssertionError, LookupError):
        raise web.HTTPBadRequest(text="The form cannot be read.") from None
    return found


class _Room:
    """How many bytes may still come."""

    def __init__(self, most: int) -> None:
        self._most = self._left = most

    def take(self, count: int) -> None:
        """Count bytes.  Raises 413."""
        self._left -= count
        if self._left < 0:
            raise web.HTTPRequestEntityTooLarge(self._most, self._most - self._left)


async def _text(part: BodyPartReader, room: _Room, most: int) -> str:
    raw = bytearray()
    while piece := await _piece(part, room):
        raw += piece
        if len(raw) > most:
            raise web.HTTPRequestEntityTooLarge(most, len(raw))
    return raw.decode(part.get_charset("utf-8"))


async def _file(part: BodyPartReader, room: _Room, path: Path, most: int) -> Upload:
    kept = 0
    with path.open("wb") as file:
        while piece := await _piece(part, room):
            piece = piece[: most + 1 - kept]
            kept += len(piece)
            await asyncio.to_thread(file.write, piece)
    return Upload(part.filename or "", path, kept)


async def _piece(part: BodyPartReader, room: _Room) -> bytes:
    async with asyncio.timeout(PIECE_SECONDS):
        piece = await part.read_chunk(CHUNK)
    room.take(len(piece))
    return piece
