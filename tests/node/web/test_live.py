"""What an open page is told: numbers, nothing of what was written."""

import asyncio
from unittest.mock import Mock

from aiohttp import ClientConnectionResetError
from aiohttp.abc import AbstractStreamWriter
from aiohttp.test_utils import make_mocked_request

from node.streaming import OpenStream, sse
from node.streaming.open_stream import Proof
from storage.ids import PostId
from tests.node.api.conftest import AppOf, app_of
from tests.node.conftest import PASSWORD, House

__all__ = ["app_of"]


async def test_a_page_hears_how_much_is_new_and_no_more(house: House, app_of: AppOf) -> None:
    paul, marie = await app_of("paul"), await app_of("marie")
    await paul.towards(marie, "follow")
    old = await marie.post("Bonjour")
    await marie.post("Encore")
    async with house.client.get("/live") as nobody:
        assert nobody.status == 204  # which tells a browser not to come again
    async with house.client.post("/sign-in", data={"username": "paul", "password": PASSWORD}) as answer:
        assert answer.status == 200
    async with house.client.get("/live", headers={"Sec-Fetch-Site": "cross-site"}) as answer:
        assert answer.status == 403
    async with house.client.get("/live", params={"since": old["id"]}) as page, asyncio.timeout(10):
        assert (page.status, page.content_type) == (200, "text/event-stream")

        async def told() -> tuple[str, str]:
            lines = [b":"]
            while lines[0].startswith(b":"):
                lines = (await page.content.readuntil(b"\n\n")).split(b"\n")
            return lines[0].decode(), lines[1].decode()

        assert await told() == ("event: posts", 'data: {"new":1}')
        assert await told() == ("event: notifications", 'data: {"unread":0}')
        newest = await marie.post("@paul Bonsoir")
        assert {await told(), await told()} == {
            ("event: posts", 'data: {"new":2}'),
            ("event: notifications", 'data: {"unread":1}'),
        }
        assert int(newest["id"]) > PostId(int(old["id"]))
        async with house.client.get("/") as journal:
            text = await journal.text()
        csrf = text.partition('name="csrf" value="')[2].partition('"')[0]
        async with house.client.post("/sign-out", data={"csrf": csrf}) as out:
            assert out.status == 200
        assert b"sign in again" in await page.content.read()


async def test_who_has_left_before_the_answer_begins_is_no_trouble(house: House) -> None:
    """Pages that are passed through quickly hang up on the way. aiohttp notices when it sends the head of the answer."""
    paul = await house.staff("paul")
    line = Mock(AbstractStreamWriter)
    line.send_headers.side_effect = ClientConnectionResetError("Cannot write to closing transport")
    request = make_mocked_request("GET", "/live", writer=line)
    stream = OpenStream(paul, Proof("0", is_session=True), frozenset(), transport="page", encode=sse.event)
    answer = await sse.send(request, stream)
    assert line.send_headers.called
    assert not line.write.called
    assert answer.status == 200
