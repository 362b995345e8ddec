"""Pages on their way through a narrow line: a journal of twenty posts takes a tenth of its size.

What is compressed together can be guessed by its length, if somebody can put guesses into a page and see how long it comes
out (BREACH). So the length says little: up to a hundred letters of no meaning travel in the header of each answer, where
gzip has room for the name of a file.  Source: RFC 1952, section 2.3; "Heal the Breach" (Palmieri, 2022).
"""

import secrets
import struct
import zlib

from aiohttp import web

SMALLEST = 1_000
"""Bytes below which the packets on the line are the same."""

LEVEL = 5
"""Nearly as small as 9, in a third of the time: under a millisecond for a journal."""

LONGEST_NAME = 100
LETTERS = b"abcdefghijklmnopqrstuvwxyz"

# Deflated, with a name; no time; made on an unknown system.
HEAD = b"\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\xff"


def shrink(request: web.Request, answer: web.Response) -> None:
    """Compress the body of an answer, for browsers that take it."""
    answer.headers.add("Vary", "Accept-Encoding")
    body = answer.body
    if not isinstance(body, bytes) or len(body) < SMALLEST or "gzip" not in request.headers.get("Accept-Encoding", ""):
        return
    answer.body = gzipped(body)
    answer.headers["Content-Encoding"] = "gzip"


def gzipped(body: bytes) -> bytes:
    """A body as gzip, of a length that differs from time to time."""
    name = bytes(secrets.choice(LETTERS) for _ in range(1 + secrets.randbelow(LONGEST_NAME)))
    deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    tail = struct.pack("<II", zlib.crc32(body), len(body) & 0xFFFFFFFF)
    return b"".join((HEAD, name, b"\x00", deflate.compress(body), deflate.flush(), tail))
