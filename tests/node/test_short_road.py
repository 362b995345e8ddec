"""An answer that is given again is the same answer, counted and named anew; and nothing else comes by the short road."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.node.conftest import House, OpenHouse

HOME = "/api/v1/timelines/home"
OF_EACH = ("X-Request-Id", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Date")

Head = dict[str, str]
Answer = tuple[int, Head, bytes]


async def told(house: House, text: str) -> Answer:
    """What a raw request is answered: status, header lines, body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.node.settings.listen_port)
    try:
        return await said(reader, writer, text)
    finally:
        writer.close()
        await writer.wait_closed()


async def said(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, text: str) -> Answer:
    writer.write(text.encode())
    async with asyncio.timeout(5):
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[:-2]
        head = dict(line.split(": ", 1) for line in lines)
        length = 0 if text.startswith("HEAD") else int(head.get("Content-Length", "0"))
        body = await reader.readexactly(length)
    return int(first.split()[1]), head, body


@pytest.fixture
async def asking(house: House) -> Callable[..., str]:
    """Writes a request of a reader who was answered a moment ago."""
    account = await house.staff("marie")
    token = (await house.token(account))["Authorization"]
    domain = house.node.settings.domain

    def ask(path: str = HOME, *, method: str = "GET", host: str = domain, more: str = "", body: str = "") -> str:
        return f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {token}\r\n{more}\r\n{body}"

    await told(house, ask())
    return ask


async def test_the_same_answer_comes_again_with_what_is_its_own(house: House, asking: Callable[..., str]) -> None:
    answers = house.node.memory.answers
    hits = answers.hits
    _, again, body = await told(house, asking())
    assert answers.hits == hits + 1
    house.node.memory.forget_all()
    status, anew, fresh = await told(house, asking())
    assert answers.hits == hits + 1
    assert (status, body) == (200, fresh)
    assert {name: value for name, value in again.items() if name not in OF_EACH} == {
        name: value for name, value in anew.items() if name not in OF_EACH
    }
    assert set(again) == set(anew)
    assert again["X-Request-Id"] != anew["X-Request-Id"]
    assert again["Date"].endswith(" GMT")
    assert int(again["X-RateLimit-Remaining"]) == int(anew["X-RateLimit-Remaining"]) + 1
    assert int(again["X-RateLimit-Limit"]) == house.node.settings.api_calls_per_5_minutes


async def test_one_connection_carries_many(house: House, asking: Callable[..., str]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.node.settings.listen_port)
    names = {(await said(reader, writer, asking()))[1]["X-Request-Id"] for _ in range(20)}
    writer.write(asking().encode() * 3)  # without waiting for answers between
    for _ in range(3):
        names.add((await said(reader, writer, ""))[1]["X-Request-Id"])
    writer.close()
    await writer.wait_closed()
    assert len(names) == 23


SPECIAL: list[dict[str, Any]] = [
    {"host": "evil.example"},
    {"more": "Host: evil.example\r\n"},
    {"method": "POST"},
    {"method": "HEAD"},
    {"method": "OPTIONS"},
    {"path": f"{HOME}?limit=5"},
    {"path": f"{HOME}/"},
    {"more": "Content-Encoding: gzip\r\n"},
    {"more": "Content-Length: 2\r\n", "body": "{}"},
    {"more": "Transfer-Encoding: chunked\r\n", "body": "0\r\n\r\n"},
    {"more": "Expect: 100-continue\r\n"},
    {"more": "Connection: close\r\n"},
    {"more": "Connection: Upgrade\r\nUpgrade: websocket\r\n"},
    {"path": f"http://evil.example{HOME}"},
]


@pytest.mark.parametrize("request_", SPECIAL, ids=str)
async def test_what_is_not_the_very_same_question_takes_the_whole_road(
    house: House, asking: Callable[..., str], request_: dict[str, Any]
) -> None:
    hits = house.node.memory.answers.hits
    remembered, *_ = await told(house, asking(**request_))
    house.node.memory.forget_all()
    whole, *_ = await told(house, asking(**request_))
    assert house.node.memory.answers.hits == hits
    assert remembered == whole


@pytest.mark.parametrize("line", ["", "Authorization: Bearer wrong\r\n", "Authorization: Basic eDp5\r\n"])
async def test_without_the_token_there_is_nothing(house: House, asking: Callable[..., str], line: str) -> None:
    request = f"GET {HOME} HTTP/1.1\r\nHost: {house.node.settings.domain}\r\n{line}\r\n"
    assert (await told(house, request))[0] == 401


async def test_http_1_0_is_answered_as_it_expects(house: House, asking: Callable[..., str]) -> None:
    status, head, _ = await told(house, asking().replace("HTTP/1.1", "HTTP/1.0"))
    assert (status, head.get("Connection")) == (200, None)


async def test_the_allowance_is_the_same_on_both_roads(open_house: OpenHouse) -> None:
    house = await open_house(api_calls_per_5_minutes=4)
    account = await house.staff("marie")
    headers = await house.token(account)
    seen = []
    for _ in range(6):
        async with house.client.get(HOME, headers=headers) as answer:
            seen.append((answer.status, answer.headers["X-RateLimit-Remaining"]))
    assert seen == [(200, "3"), (200, "2"), (200, "1"), (200, "0"), (429, "0"), (429, "0")]


async def test_refusals_are_not_remembered(house: House, asking: Callable[..., str]) -> None:
    kept = len(house.node.memory.answers)
    for path in ("/api/v1/statuses/1", f"{HOME}?max_id=x", "/api/v1/nothing"):
        assert (await told(house, asking(path)))[0] in {404, 422}
    assert len(house.node.memory.answers) == kept


async def test_what_is_remembered_is_bounded(house: House, asking: Callable[..., str]) -> None:
    answers = house.node.memory.answers
    answers._most = 5
    for number in range(12):
        await told(house, asking(f"{HOME}?any={number}"))
    assert len(answers) == 5
    assert answers._bytes == sum(kept.size for kept in answers._kept.values()) > 5 * 2_000
