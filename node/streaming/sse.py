"""Server-Sent Events: how a stream goes over an answer that does not end.  Source: the HTML standard, section 9.2."""

import asyncio
import contextlib
from collections.abc import Callable

from aiohttp import web

from node.streaming.open_stream import Ending, Message, OpenStream

Encode = Callable[[Message], bytes]

THUMP = b":thump\n\n"
THUMP_SECONDS = 15.0
LINGER_SECONDS = 5.0
"""How long what was sent may take to be read once a stream has ended."""


def event(message: Message) -> bytes:
    """A message as lines. The payload is JSON on one line."""
    data = b"" if message.payload is None else b"data: " + message.payload + b"\n"
    return b"event: " + message.event.encode() + b"\n" + data + b"\n"


async def send(request: web.Request, stream: OpenStream) -> web.StreamResponse:
    """Answer with everything that the stream has to say, until it ends; and with a sign of life now and then."""
    answer = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "private, no-store", "X-Accel-Buffering": "no"}
    )
    answer.force_close()
    try:
        await answer.prepare(request)
    except ConnectionError:  # whoever asked has left already, as browsers do from one page to the next
        return answer
    stream.say(THUMP)
    async with asyncio.TaskGroup() as group:
        writing = group.create_task(_write(answer, stream), name="write events")
        ending = await stream.ended()
        writing.cancel()
    cut_off_later(request)
    if ending is not Ending.LEFT:
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(LINGER_SECONDS):
                await answer.write(f": {ending.words}\n\n".encode())
    return answer


def cut_off_later(request: web.Request) -> None:
    """Let go of a connection in a moment, whoever has not read what was sent until then."""
    transport = request.transport
    if transport is not None:
        asyncio.get_running_loop().call_later(LINGER_SECONDS, transport.abort)


async def _write(answer: web.StreamResponse, stream: OpenStream) -> None:
    try:
        while True:
            try:
                async with asyncio.timeout(THUMP_SECONDS):
                    line = await stream.take()
            except TimeoutError:
                line = THUMP
            await answer.write(line)
    except ConnectionError:
        stream.end(Ending.LEFT)
