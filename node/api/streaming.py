"""Streams for apps: WebSocket, with any number of subscriptions on one socket, and Server-Sent Events, one on each.

What is told, and to whom, stands in `node.streaming`; here is how it goes over the line.  Source: the Mastodon API
documentation, "Streaming API"; RFC 6455; the HTML standard, "Server-sent events".
"""

import asyncio
import contextlib
from typing import Final

import orjson
from aiohttp import WSMsgType, hdrs, web

from federation import strict_json
from federation.errors import Malformed
from node.api.answers import Answerable
from node.api.callers import OPEN, Caller, bearer_token
from node.api.endpoints import endpoint
from node.api.errors import ApiError, OutsideScopes
from node.api.parameters import Parameters
from node.streaming import STREAMS, Ending, Message, OpenStream, Subscription, sse
from node.streaming.open_stream import Proof
from node.streaming.subscriptions import MEDIA, SCOPES
from storage import joined_lists, lists, oauth
from storage.errors import NotFound
from storage.ids import AccountId, parsed
from storage.store import Unit

ANY_OF_THEM: Final = tuple(dict.fromkeys(SCOPES.values()))

PING_SECONDS = 30.0
CLOSE_SECONDS = 2.0
LARGEST_FRAME = 16 * 1024
MOST_SUBSCRIPTIONS = 100
LONGEST_TAG = 200


class UnknownStream(ApiError):
    """There is no such stream, or what it needs was not said."""

    code = "unknown-stream"


class Wanted(Parameters):
    """What an app wants to hear of."""

    stream: str = ""
    tag: str = ""
    list: str = ""
    only_media: bool = False


@endpoint("GET", "/api/v1/streaming/health", scope=OPEN)
async def health(caller: Caller) -> Answerable:
    """Whether streams can be had."""
    del caller
    return web.Response(text="OK")


@endpoint("GET", "/api/v1/streaming", scope=ANY_OF_THEM)
async def websocket(caller: Caller, query: Wanted) -> Answerable:
    """A WebSocket: what is subscribed to is said in its address or in frames."""
    request = caller.request
    if request.headers.get(hdrs.UPGRADE, "").lower() != "websocket":
        raise UnknownStream(f"Ask for a WebSocket here, or for a stream by its name, as {request.path}/user")
    stream = _stream_of(caller, "websocket", _frame)
    if query.stream:
        stream.subscribe(await _demanded(caller, stream, query.stream, query))
    with caller.request.app[STREAMS].opened(stream):
        offered = request.headers.get(hdrs.SEC_WEBSOCKET_PROTOCOL)
        socket = web.WebSocketResponse(
            protocols=(offered,) if offered else (),
            heartbeat=PING_SECONDS,
            timeout=CLOSE_SECONDS,
            max_msg_size=LARGEST_FRAME,
            compress=False,  # what remembers enough to compress well is a quarter of a megabyte for each socket
        )
        try:
            await socket.prepare(request)
        except ConnectionError:  # whoever asked has left already
            return socket
        await _talk(caller, socket, stream)
    sse.cut_off_later(request)
    return socket


@endpoint("GET", "/api/v1/streaming/{name:.+}", scope=ANY_OF_THEM)
async def events(caller: Caller, query: Wanted, *, name: str) -> Answerable:
    """One stream as Server-Sent Events, by its name in the address: `user/notification`."""
    stream = _stream_of(caller, "sse", sse.event)
    wanted = name.strip("/").replace("/", ":") + (MEDIA if query.only_media and name.startswith("public") else "")
    stream.subscribe(await _demanded(caller, stream, wanted, query))
    with caller.request.app[STREAMS].opened(stream):
        return await sse.send(caller.request, stream)


def _stream_of(caller: Caller, transport: str, encode: sse.Encode) -> OpenStream:
    token = bearer_token(caller.request) or ""
    proof = Proof(oauth.digest_of(token), is_session=False)
    return OpenStream(caller.me, proof, caller.scopes, transport=transport, encode=encode)


async def _demanded(caller: Caller, stream: OpenStream, name: str, wanted: Wanted) -> Subscription:
    """What is wanted, if the token is good for it.  Raises UnknownStream, OutsideScopes, NotFound."""
    if name not in SCOPES:
        raise UnknownStream("There is no such stream")
    found = Subscription(name)
    if name.startswith("hashtag"):
        if not wanted.tag.strip("# ") or len(wanted.tag) > LONGEST_TAG:
            raise UnknownStream("Say which tag: the parameter `tag` is missing")
        found = Subscription(name, wanted.tag)
    if not stream.may(found):
        raise OutsideScopes
    return await _own_list(caller, wanted.list) if found.is_list else found


async def _own_list(caller: Caller, named: str) -> Subscription:
    """One of the caller's lists, or that of a community. Raises NotFound."""
    identifier = parsed(named)
    if identifier is None or not await caller.node.store.read(_is_own, caller.me.id, identifier):
        raise NotFound
    return Subscription("list", str(identifier))


def _is_own(unit: Unit, me: AccountId, identifier: int) -> bool:
    return (lists.one(unit, me, identifier) or joined_lists.one(unit, me, identifier)) is not None


# ---- WebSocket ------------------------------------------------------------------------------------------------------


async def _talk(caller: Caller, socket: web.WebSocketResponse, stream: OpenStream) -> None:
    """Send and listen until one of both sides ends it."""
    async with asyncio.TaskGroup() as group:
        both = [group.create_task(_listen(caller, socket, stream)), group.create_task(_send(socket, stream))]
        ending = await stream.ended()
        for task in both:
            task.cancel()
    with contextlib.suppress(TimeoutError):  # who does not read is cut off in a moment
        async with asyncio.timeout(2 * CLOSE_SECONDS):
            await socket.close(code=ending.code, message=ending.words.encode())


async def _send(socket: web.WebSocketResponse, stream: OpenStream) -> None:
    try:
        while True:
            await socket.send_frame(await stream.take(), WSMsgType.TEXT)
    except ConnectionError:
        stream.end(Ending.LEFT)


async def _listen(caller: Caller, socket: web.WebSocketResponse, stream: OpenStream) -> None:
    async for frame in socket:
        try:
            await _obey(caller, stream, frame.data if frame.type is WSMsgType.TEXT else "")
        except (ApiError, NotFound, Malformed, ValueError) as error:
            stream.say(_refusal(error))
    stream.end(Ending.LEFT)


async def _obey(caller: Caller, stream: OpenStream, text: str) -> None:
    """Do what a frame asks for.  Raises UnknownStream, OutsideScopes, NotFound, Malformed, ValueError."""
    said = strict_json.loads(text.encode())
    kind, name = said.get("type"), said.get("stream")
    if kind not in {"subscribe", "unsubscribe"} or not isinstance(name, str):
        raise UnknownStream("Say what to do: type `subscribe` or `unsubscribe`, and the name of a stream")
    wanted = Wanted.model_validate({field: said.get(field) for field in ("tag", "list")})
    found = await _demanded(caller, stream, name, wanted)
    if kind == "unsubscribe":
        stream.unsubscribe(found)
    elif len(stream.subscriptions) >= MOST_SUBSCRIPTIONS:
        raise UnknownStream(f"At most {MOST_SUBSCRIPTIONS} subscriptions on one socket")
    else:
        stream.subscribe(found)


def _refusal(error: Exception) -> bytes:
    match error:
        case ApiError():
            text, status = error.text, error.status
        case NotFound():
            text, status = "Record not found", 404
        case _:
            text, status = "The frame cannot be read: send one JSON object in a text frame", 400
    return orjson.dumps({"error": text, "status": status})


def _frame(message: Message) -> bytes:
    said: dict[str, object] = {"stream": message.stream.path, "event": message.event}
    if message.payload is not None:
        said["payload"] = message.payload.decode()
    return orjson.dumps(said)
