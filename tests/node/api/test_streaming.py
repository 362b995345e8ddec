"""Streams over real sockets: both transports, who is told of what, what ends them."""

import asyncio
import contextlib
import logging
import socket as sockets
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError
from yarl import URL

from node.api import streaming
from node.api.callers import Caller
from node.streaming import Ending, Subscription, open_stream
from storage import oauth, staff
from storage.events import ChangedElsewhere
from tests.federated.conftest import until
from tests.node.api import promised, shapes
from tests.node.api.conftest import App, AppOf, Json

PATH = "/api/v1/streaming"
SOON = 5.0
QUIET = 0.15
IDS = ("delete", "announcement.delete")
"""Events whose payload is a bare id."""


def token_of(app: App) -> str:
    return app._headers["Authorization"].removeprefix("Bearer ")


class Socket:
    """An app's WebSocket."""

    def __init__(self, line: ClientWebSocketResponse) -> None:
        self.line = line

    async def say(self, **frame: object) -> None:
        await self.line.send_str(orjson.dumps(frame).decode())

    async def next(self) -> Json:
        frame = await self.line.receive(SOON)
        assert frame.type is WSMsgType.TEXT, frame
        return orjson.loads(frame.data)

    async def told(self) -> tuple[list[str], str, Json]:
        """The next thing: of which stream, what, and about what."""
        said = await self.next()
        payload = said["payload"] if said["event"] in IDS else orjson.loads(said["payload"])
        promised.judge_event(said["event"], payload)
        return said["stream"], said["event"], payload

    async def closed(self) -> int | None:
        """The code with which it is closed, after whatever was told before."""
        async with asyncio.timeout(SOON):
            while (await self.line.receive()).type is WSMsgType.TEXT:
                pass
        return self.line.close_code

    async def is_quiet(self) -> bool:
        """Whether everything that happened so far was not for this one: what is asked for now is answered next."""
        await self.say(type="nonsense")
        return "error" in await self.next()


@contextlib.asynccontextmanager
async def listening(app: App, query: str = "", **options: Any) -> AsyncIterator[Socket]:
    headers = options.pop("headers", app._headers)
    async with app.house.client.ws_connect(f"{PATH}{query}", headers=headers, **options) as line:
        yield Socket(line)


@contextlib.asynccontextmanager
async def events(app: App, path: str) -> AsyncIterator[AsyncIterator[tuple[str, Json]]]:
    """What an app is told by Server-Sent Events."""
    async with app.house.client.get(f"{PATH}/{path}", headers=app._headers) as answer:
        assert (answer.status, answer.content_type) == (200, "text/event-stream")
        assert await answer.content.readline() == b":thump\n"

        async def told() -> AsyncIterator[tuple[str, Json]]:
            event = ""
            while line := (await answer.content.readline()).decode().rstrip("\n"):
                if line.startswith("event: "):
                    event = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    assert await answer.content.readline() == b"\n"
                    payload = orjson.loads(line.removeprefix("data: "))
                    promised.judge_event(event, str(payload) if event in IDS else payload)
                    yield event, payload

        assert await answer.content.readline() == b"\n"
        yield told()


@pytest.fixture
async def pair(app_of: AppOf) -> tuple[App, App]:
    """Paul, who follows Marie."""
    paul, marie = await app_of("paul"), await app_of("marie")
    await paul.towards(marie, "follow")
    return paul, marie


Pair = tuple[App, App]


async def test_a_post_its_edit_and_its_removal(pair: Pair) -> None:
    paul, marie = pair
    async with listening(paul, "?stream=user") as socket:
        post = await marie.post("Bonjour")
        stream, event, shown = await socket.told()
        assert (stream, event, shown["id"]) == (["user"], "update", post["id"])
        assert shapes.wrong(shown, shapes.STATUS) == []
        await marie.ask("PUT", f"/api/v1/statuses/{post['id']}", json={"status": "Bonsoir"})
        _, event, shown = await socket.told()
        assert (event, "Bonsoir" in shown["content"]) == ("status.update", True)
        await marie.ask("DELETE", f"/api/v1/statuses/{post['id']}")
        assert await socket.told() == (["user"], "delete", post["id"])


async def test_what_is_told_is_the_readers_own(pair: Pair, app_of: AppOf) -> None:
    """Paul has liked what Marie shares; Zoé, who follows her too, has not. Marie's own acts come back to her."""
    paul, marie = pair
    zoe = await app_of("zoe")
    await zoe.towards(marie, "follow")
    other = await app_of("ken")
    post = await other.post("Bonjour")
    await paul.act(post, "favourite")
    async with contextlib.AsyncExitStack() as stack:
        ears = [await stack.enter_async_context(listening(app, "?stream=user")) for app in (paul, zoe, marie)]
        await marie.act(post, "reblog")
        shown = [(await ear.told())[2] for ear in ears]
    assert [one["reblog"]["favourited"] for one in shown] == [True, False, False]
    assert [one["reblog"]["reblogged"] for one in shown] == [False, False, True]


async def test_the_journal_is_told_of_what_stands_in_it_alone(pair: Pair, app_of: AppOf) -> None:
    paul, marie = pair
    stranger, muted = await app_of("zoe"), await app_of("ken")
    await paul.towards(muted, "follow")
    await paul.towards(muted, "mute")
    async with listening(paul, "?stream=user") as socket:
        asked = await stranger.post("Une question")
        await marie.post("Une réponse", in_reply_to_id=asked["id"])  # to somebody whom Paul does not follow
        await muted.post("Bonjour")
        private = await marie.post("Pour toi", visibility="direct")
        await stranger.ask("DELETE", f"/api/v1/statuses/{asked['id']}")
        await marie.ask("DELETE", f"/api/v1/statuses/{private['id']}")
        last = await marie.post("Bonjour")
        assert (await socket.told())[2]["id"] == last["id"]


async def test_the_lists_for_all_and_tags(pair: Pair, app_of: AppOf) -> None:
    paul, marie = pair
    blocked = await app_of("zoe")
    await paul.towards(blocked, "block")
    async with listening(paul) as socket:
        wanted: list[tuple[str, dict[str, str]]] = [
            ("public", {}),
            ("public:local", {}),
            ("public:remote", {}),
            ("public:media", {}),
        ]
        wanted += [("hashtag", {"tag": "Quito"}), ("hashtag:local", {"tag": "quito"}), ("hashtag", {"tag": "lima"})]
        for name, more in wanted:
            await socket.say(type="subscribe", stream=name, **more)
        assert await socket.is_quiet()
        await blocked.post("#quito")
        await marie.post("#quito pour peu", visibility="unlisted")
        post = await marie.post("#Quito")
        told = [await socket.told() for _ in range(4)]
        assert {tuple(stream) for stream, _, _ in told} == {
            ("public",),
            ("public:local",),
            ("hashtag", "Quito"),
            ("hashtag:local", "quito"),
        }
        assert {shown["id"] for _, _, shown in told} == {post["id"]}
        await socket.say(type="unsubscribe", stream="public")
        await marie.ask("DELETE", f"/api/v1/statuses/{post['id']}")
        told = [await socket.told() for _ in range(4)]  # whether it had files nobody knows any more
        assert all(one[1:] == ("delete", post["id"]) for one in told)
        assert await socket.is_quiet()


async def test_notifications_under_each_name_and_conversations(pair: Pair) -> None:
    paul, marie = pair
    async with listening(paul, "?stream=user:notification") as socket:
        await socket.say(type="subscribe", stream="direct")
        assert await socket.is_quiet()
        post = await marie.post("@paul Bonjour", visibility="direct")
        told = {tuple(stream): (event, shown) for stream, event, shown in [await socket.told(), await socket.told()]}
        event, shown = told["user:notification",]
        assert (event, shown["type"], shown["status"]["id"]) == ("notification", "mention", post["id"])
        assert shapes.wrong(shown, shapes.NOTIFICATION_OF_POST) == []
        event, shown = told["direct",]
        assert (event, shown["unread"], shown["last_status"]["id"]) == ("conversation", True, post["id"])
        assert [one["acct"] for one in shown["accounts"]] == ["marie"]


async def test_the_same_by_server_sent_events(pair: Pair) -> None:
    paul, marie = pair
    heard = {"user": 2, "public/local": 1, "user/notification/": 1, "hashtag?tag=quito": 1}
    async with contextlib.AsyncExitStack() as stack:
        ears = {path: await stack.enter_async_context(events(paul, path)) for path in heard}
        post = await marie.post("@paul #quito")
        told = {path: [await anext(ear) for _ in range(heard[path])] for path, ear in ears.items()}
    assert {path: sorted(event for event, _ in said) for path, said in told.items()} == {
        "user": ["notification", "update"],
        "public/local": ["update"],
        "user/notification/": ["notification"],
        "hashtag?tag=quito": ["update"],
    }
    assert {shown.get("status", shown)["id"] for said in told.values() for _, shown in said} == {post["id"]}


async def test_a_token_comes_in_three_ways(pair: Pair) -> None:
    paul, _ = pair
    token = token_of(paul)
    async with listening(paul, "/?stream=user", headers={}, protocols=(token,)) as socket:
        assert socket.line.protocol == token  # browsers fail where it is not echoed
    async with listening(paul, f"?stream=user&access_token={token}", headers={}) as socket:
        assert await socket.is_quiet()
    for given in ({}, {"headers": {"Authorization": "Bearer no"}}, {"protocols": ("no",)}):
        with pytest.raises(WSServerHandshakeError) as refused:
            async with listening(paul, "?stream=user", **{"headers": {}} | given):
                pass
        assert refused.value.status == 401
    async with paul.house.client.get(f"/api/v1/timelines/home?access_token={token}") as answer:
        assert answer.status == 401  # nowhere else


async def test_what_cannot_be_subscribed_to_is_said_and_the_socket_stays(app_of: AppOf) -> None:
    app = await app_of("paul", scopes="read:statuses write")
    async with listening(app) as socket:
        for frame, status in (
            ("{", 400),
            ("[]", 400),
            ("1" * 5000, 400),
            ('{"type":"subscribe","stream":"nowhere"}', 400),
            ('{"type":"subscribe","stream":"hashtag"}', 400),
            ('{"type":"subscribe","stream":["user"]}', 400),
            ('{"type":"subscribe","stream":"hashtag","tag":{"a":1}}', 400),
            ('{"type":"dance","stream":"user"}', 400),
            ('{"type":"subscribe","stream":"user:notification"}', 403),
        ):
            await socket.line.send_str(frame)
            refused = await socket.next()
            assert (refused["status"], bool(refused["error"])) == (status, True), frame
        await socket.line.send_bytes(b"\x00")
        assert (await socket.next())["status"] == 400
        await socket.say(type="subscribe", stream="user")
        post = await app.post("Bonjour")
        assert (await socket.told())[2]["id"] == post["id"]
        await socket.line.send_str("x" * 100_000)
        assert await socket.closed() == 1009
    for path, status in (("/nowhere", 400), ("", 400), ("/hashtag", 400), ("/user/notification", 403)):
        assert (await app.get(PATH + path, expect=status))["error"]
    reader = await app_of("zoe", scopes="read:lists")
    await reader.get(f"{PATH}/list?list=1", expect=404)


async def test_notifications_need_their_own_scope_also_on_user(app_of: AppOf) -> None:
    marie, paul = await app_of("marie", scopes="read:statuses write"), await app_of("paul")
    async with listening(marie, "?stream=user") as socket:
        post = await marie.post("Bonjour")
        await socket.told()
        await paul.act(post, "favourite")
        await marie.post("Bonsoir")
        assert (await socket.told())[1] == "update"


@pytest.mark.parametrize("how", ["revoke", "disable", "password"])
async def test_who_may_no_longer_is_parted_with_at_once(pair: Pair, how: str) -> None:
    paul, marie = pair
    store = paul.house.node.store
    async with listening(marie, "?stream=user") as other, listening(paul, "?stream=user") as socket:
        async with events(paul, "user") as told:
            if how == "revoke":
                await store.write(oauth.revoke, oauth.digest_of(token_of(paul)))
            elif how == "disable":
                await store.write(staff.disable, paul.account.id)
            else:
                await store.write(staff.set_password, paul.account.id, "x")
            assert await socket.closed() == 1008
            async with asyncio.timeout(SOON):
                assert [one async for one in told] == []
        assert await other.is_quiet()


async def test_a_token_that_went_unnoticed_is_noticed_at_the_next_look(pair: Pair) -> None:
    """As when the command has changed something beside a node on SQLite."""
    paul, _ = pair
    async with listening(paul, "?stream=user") as socket:
        assert await socket.is_quiet()
        await paul.house.node.store.write(lambda unit: unit.run("delete from oauth_tokens"))
        assert await socket.is_quiet()
        await paul.house.node.store.write(lambda unit: unit.after_commit(ChangedElsewhere()))
        assert await socket.closed() == 1008


async def test_who_reads_too_slowly_is_parted_with_and_holds_up_nobody(pair: Pair) -> None:
    paul, marie = pair
    hub, port = paul.house.streams, int(paul.house.url.rpartition(":")[2])
    head = f"GET {PATH}/user HTTP/1.1\r\nHost: paris.localhost:{port}\r\nAuthorization: Bearer {token_of(paul)}\r\n\r\n"
    with sockets.socket() as slow:
        slow.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        slow.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(slow, ("127.0.0.1", port))
        await loop.sock_sendall(slow, head.encode())
        assert b"200 OK" in await loop.sock_recv(slow, 256)  # and reads no more
        (stream,) = hub._open[paul.account.id]
        async with asyncio.timeout(4 * SOON):
            while stream.ending is None:
                stream.say(b": " + b"x" * 100_000 + b"\n\n")
                await marie.get("/api/v1/markers")
        assert (stream.ending, stream._bytes) == (Ending.SLOW, 0)
        async with listening(paul, "?stream=user") as quick:
            await marie.post("Bonjour")
            assert (await quick.told())[1] == "update"
        read, last = 0, b""
        async with asyncio.timeout(4 * SOON):  # what was sent before, and then the end
            while part := await loop.sock_recv(slow, 1_000_000):
                read += len(part)
                last = part
        assert Ending.SLOW.words.encode() in last
        assert read > open_stream.MOST_BYTES


async def test_a_person_has_so_many_streams_and_no_more(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    paul, _ = pair
    monkeypatch.setattr("node.streaming.hub.MOST_OF_ONE_PERSON", 1)
    async with listening(paul):
        await paul.get(f"{PATH}/user", expect=429)
    async with paul.house.client.get(f"{PATH}/health") as answer:
        assert (answer.status, await answer.text()) == (200, "OK")


async def test_a_node_that_stops_says_so(pair: Pair) -> None:
    paul, _ = pair
    async with listening(paul) as socket:
        await paul.house.streams.stop()
        assert await socket.closed() == 1001


async def test_who_leaves_before_the_answer_begins_is_no_trouble(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    paul, _ = pair
    address = URL(paul.house.url)
    found, were_gone = streaming._demanded, asyncio.Event()

    async def once_they_are_gone(caller: Caller, *wanted: Any) -> Subscription:
        writer.transport.abort()
        await until(lambda: no_more(caller))
        were_gone.set()
        return await found(caller, *wanted)

    async def no_more(caller: Caller) -> bool:
        return caller.request.transport is None

    monkeypatch.setattr(streaming, "_demanded", once_they_are_gone)
    _, writer = await asyncio.open_connection("127.0.0.1", address.port)
    asked = {
        "Host": address.authority,
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Authorization": f"Bearer {token_of(paul)}",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in asked.items())
    writer.write(f"GET {PATH}?stream=user HTTP/1.1\r\n{head}\r\n".encode())
    async with asyncio.timeout(SOON):
        await were_gone.wait()

    async def is_forgotten() -> bool:
        return paul.house.streams.endings["left"] == 1

    await until(is_forgotten)
    assert [record.msg for record in caplog.records if record.levelno >= logging.ERROR] == []
