"""Log lines: one of JSON for each thing worth knowing, with the id of what was being worked on, and nothing secret."""

import asyncio
import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from federation.events import DeliveryFailed, RequestRefused, working_on
from node import observe
from node.actions import people
from node.metrics.scraping import IN_USE
from node.settings import checked
from storage import deliveries, peers
from storage.events import PeerChanged, PostAdded
from storage.ids import AccountId, Host, PostId
from tests.node.conftest import House, OpenHouse

Said = Callable[..., list[dict[str, Any]]]

HOSTILE = [
    "\n{}",
    "\r\n\x00",
    "\x1b[2J\x1b]0;title\x07",
    "\x7f\x80\x9b31m\x9f",
    "\u2028\u2029\x85",
    "\u202e\u2066\u200f\ufeff",
    '","level":"error"}',
    "\udc80 \ud800 \udfff",
]


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Where the lines go, from `info` on."""
    kept = [(log, log.handlers, log.level, log.propagate) for log in (observe.LOG, logging.getLogger())]
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    observe.configure(level="info")
    yield written
    for log, handlers, level, propagate in kept:
        log.handlers, log.propagate = handlers, propagate
        log.setLevel(level)


@pytest.fixture
def said(stream: io.StringIO) -> Said:
    def lines(event: str = "") -> list[dict[str, Any]]:
        found = [json.loads(line) for line in stream.getvalue().splitlines()]
        return [line for line in found if event in ("", line["event"])]

    return lines


# ---- requests -------------------------------------------------------------------------------------------------------


async def test_a_request_is_told_by_its_pattern_its_status_its_time_and_for_whom(
    open_house: OpenHouse, said: Said
) -> None:
    house = await open_house(log_requests="all")
    marie = await house.staff("marie")
    headers = await house.token(marie)
    async with house.client.get(f"/api/v1/accounts/{marie.id}?secret=1", headers=headers) as answer:
        assert answer.status == 200
        name = answer.headers["X-Request-Id"]
    (line,) = said("Request")
    assert datetime.fromisoformat(line.pop("at")).tzinfo is not None
    assert 0 < line.pop("ms") < 10_000
    assert line == {
        "level": "info",
        "event": "Request",
        "request": name,
        "method": "GET",
        "route": "/api/v1/accounts/{id}",
        "status": 200,
        "account": marie.id,
    }


async def test_queries_tokens_cookies_and_bodies_stay_out_of_the_log(
    open_house: OpenHouse, stream: io.StringIO
) -> None:
    house = await open_house(log_requests="all")
    headers = await house.token(await house.staff("marie")) | {"Cookie": "legation=a-cookie"}
    secrets = [headers["Authorization"].split()[1], "in-the-query", "in-the-body", "a-cookie", "quatre mots"]
    async with house.client.post("/api/v1/statuses?q=in-the-query", headers=headers, json={"status": secrets[2]}) as a:
        assert a.status == 200
    async with house.client.post("/sign-in", data={"username": "marie", "password": "quatre mots"}) as a:
        assert a.status == 422
    async with house.client.get("/in-the-query/no-such-page?in-the-query") as a:
        assert a.status == 404
    assert stream.getvalue().count('"event":"Request"') >= 3
    assert [secret for secret in secrets if secret in stream.getvalue()] == []


async def test_a_quick_request_without_trouble_gets_no_line_unless_asked_for(house: House, said: Said) -> None:
    async with house.client.get("/api/v2/instance") as answer:
        assert answer.status == 200
    async with house.client.get("/nothing") as answer:
        assert answer.status == 404
    assert said("Request") == []


async def test_a_slow_request_gets_a_line_always(house: House, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observe, "SLOW_SECONDS", 0.0)
    async with house.client.get("/api/v2/instance") as answer:
        assert answer.status == 200
    assert [(line["level"], line["route"]) for line in said("Request")] == [("warning", "/api/v2/instance")]


async def test_a_request_that_failed_gets_a_line_always_and_why_beside_it(house: House, said: Said) -> None:
    token = await house.token(await house.staff("marie"))
    await house.node.store.write(lambda unit: unit.run("update oauth_tokens set created_at = 'the secret inside'"))
    async with house.client.get("/api/v1/preferences", headers=token) as answer:
        assert answer.status == 500
        name = answer.headers["X-Request-Id"]
    (why,) = said("RequestFailed")
    assert (why["level"], why["request"], why["path"]) == ("error", name, "/api/v1/preferences")
    assert "Traceback" in why["error"]
    assert [(line["level"], line["request"], line["status"]) for line in said("Request")] == [("error", name, 500)]


async def test_what_is_no_request_at_all_is_told_without_its_bytes(open_house: OpenHouse, said: Said) -> None:
    house = await open_house(log_requests="all")
    reader, writer = await connected(house)
    writer.write(b"\x16\x03\x01 hostile\r\n\x1b[31m\r\n\r\n")
    assert (await reader.read()).startswith(b"HTTP/1.0 400")
    writer.close()
    await writer.wait_closed()
    (line,) = said("Request")
    assert (line["route"], line["status"]) == ("unknown", 400)
    assert "hostile" not in json.dumps(line)


async def connected(house: House) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", int(house.url.rpartition(":")[2]))


# ---- ids ------------------------------------------------------------------------------------------------------------


async def test_our_own_proxy_may_name_a_request(open_house: OpenHouse, said: Said) -> None:
    house = await open_house(log_requests="all")
    async with house.client.get("/api/v2/instance", headers={"X-Request-Id": "from-the_proxy.1"}) as answer:
        assert answer.headers["X-Request-Id"] == "from-the_proxy.1"
    assert [line["request"] for line in said("Request")] == ["from-the_proxy.1"]


async def test_nobody_else_may(open_house: OpenHouse) -> None:
    house = await open_house(trusted_proxies=["192.0.2.0/24"])
    async with house.client.get("/api/v2/instance", headers={"X-Request-Id": "mine"}) as answer:
        assert answer.headers["X-Request-Id"] != "mine"


@pytest.mark.parametrize("name", ["", " ", "a" * 65, 'a"b', "a b", "é", "a,b", "a\x1b[31m"])
async def test_what_is_no_name_for_a_request_is_not_taken(house: House, name: str) -> None:
    reader, writer = await connected(house)
    head = (
        f"GET /api/v2/instance HTTP/1.1\r\nHost: {house.url[7:]}\r\nConnection: close\r\nX-Request-Id: {name}\r\n\r\n"
    )
    writer.write(head.encode())
    answer = (await reader.read()).decode()
    writer.close()
    await writer.wait_closed()
    if answer.startswith("HTTP/1.1 200"):
        found = next(line for line in answer.splitlines() if line.startswith("X-Request-Id: "))
        assert len(found.removeprefix("X-Request-Id: ")) == 16
    else:  # bytes that no header may hold
        assert answer.startswith("HTTP/1.0 400")
        assert name not in answer


async def test_no_two_requests_share_an_id(house: House) -> None:
    names = []
    for _ in range(50):
        async with house.client.get("/api/v2/instance") as answer:
            names.append(answer.headers["X-Request-Id"])
    assert len(set(names)) == 50


async def test_whatever_is_logged_during_a_request_carries_its_id(house: House, said: Said) -> None:
    async with house.client.post("/inbox", json={}) as answer:  # refused in the federation, two floors further down
        assert answer.status == 415
        name = answer.headers["X-Request-Id"]
    assert [(line["code"], line["request"]) for line in said("RequestRefused")] == [("unsupported-type", name)]


async def test_what_is_logged_outside_of_requests_carries_none(house: House, said: Said) -> None:
    async with house.client.get("/api/v2/instance") as answer:
        assert answer.status == 200
    await house.node.store.write(peers.allow, Host("tokyo.example"), by="test")
    assert all("request" not in line for line in said("PeerChanged"))
    assert len(said("PeerChanged")) == 1


def test_whatever_is_logged_about_an_activity_carries_its_id_and_the_peer(said: Said) -> None:
    with working_on("https://tokyo.example/1", "tokyo.example"):
        observe.hear(RequestRefused("192.0.2.1", "gone", ""))
        with working_on("https://dakar.example/2", "dakar.example"):
            logging.getLogger("asyncio").warning("deep inside")
        observe.hear(RequestRefused("192.0.2.1", "gone", ""))
    observe.hear(RequestRefused("192.0.2.1", "gone", ""))
    tokyo, dakar = ("https://tokyo.example/1", "tokyo.example"), ("https://dakar.example/2", "dakar.example")
    assert [(line.get("activity"), line.get("peer")) for line in said()] == [tokyo, dakar, tokyo, (None, None)]


async def test_a_delivery_is_told_with_its_activity_and_the_peer(house: House, said: Said) -> None:
    away, uri = Host("tokyo.localhost:1"), "https://paris.example/activities/1"
    marie = await house.staff("marie")
    await house.node.store.write(peers.allow, away, by="test")
    queued = {"uri": uri, "actor": marie.id, "body": b"{}", "inboxes": [(away, f"http://{away}/inbox")]}
    await house.node.store.write(deliveries.add, **queued)  # type: ignore[arg-type]  # as they are named
    async with asyncio.timeout(10):
        while not said("DeliveryFailed"):  # noqa: ASYNC110  a stream of lines gives no event
            await asyncio.sleep(0.02)
    (line,) = said("DeliveryFailed")
    assert (line["activity"], line["peer"], line["level"]) == (uri, away, "warning")
    assert (line["reason"], line["dead"]) == ("no-answer", False)
    assert line["seconds"] > 0


async def test_an_activity_that_came_in_is_told_with_its_id_and_the_peer(open_house: OpenHouse, said: Said) -> None:
    observe.LOG.setLevel(logging.DEBUG)
    paris, tokyo = await open_house(name_of_host="paris.localhost"), await open_house(name_of_host="tokyo.localhost")
    for here, there in ((paris, tokyo), (tokyo, paris)):
        await here.node.store.write(peers.allow, there.node.federation.place.host, by="test")
    marie, ken = await paris.staff("marie"), await tokyo.staff("ken")
    found = await paris.node.federation.person("ken", tokyo.node.federation.place.account_domain)
    assert found.uri == ken.uri
    await people.follow(paris.node, marie, found)
    async with asyncio.timeout(10):
        while len(said("ActivitySettled")) < 2:  # noqa: ASYNC110  a stream of lines gives no event
            await asyncio.sleep(0.02)
    told = {line["type"]: (line["activity"], line["peer"], line["outcome"]) for line in said("ActivitySettled")}
    sent = {line["peer"]: line["activity"] for line in said("Delivered")}
    assert told == {
        "Follow": (sent[tokyo.node.federation.place.host], paris.node.federation.place.host, "applied"),
        "Accept": (sent[paris.node.federation.place.host], tokyo.node.federation.place.host, "applied"),
    }


# ---- lines ----------------------------------------------------------------------------------------------------------


def raise_lookup(text: str) -> None:
    raise LookupError(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_line_is_made_of_it_is_one_line_and_shows_as_what_it_is(
    stream: io.StringIO, said: Said, text: str
) -> None:
    observe.hear(DeliveryFailed(text, Host(text), text, dead=True))
    with working_on(text, text):
        observe.tell(logging.ERROR, text, {text: text, "beyond": 2**70, "odd": object()})
    logging.getLogger("aiohttp.server").error("%s", text)
    try:
        raise_lookup(text)
    except LookupError:
        observe.failed(text, text, text)
    written = stream.getvalue()
    assert written.count("\n") == 4
    assert written.endswith("}\n")
    assert all(character.isprintable() for character in written.replace("\n", ""))
    assert said()[0]["reason"] == text
    assert said()[1]["event"] == text
    assert said()[2]["text"] == text
    assert said()[3]["path"] == text


@pytest.mark.parametrize("text", ["Zoë à Genève", "東京", "🇫🇷"])
def test_text_of_any_language_stays_readable(stream: io.StringIO, text: str) -> None:
    observe.tell(logging.INFO, "Event", {"text": text})
    assert text in stream.getvalue()


def test_a_long_path_is_cut(said: Said) -> None:
    observe.failed("1", "GET", "/" * 10_000)
    assert len(said()[0]["path"]) == observe.LONGEST_PATH


def test_what_is_quieter_than_the_level_is_not_written(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", stream := io.StringIO())
    for level in ("error", "warning"):
        observe.configure(level=level)
        observe.hear(RequestRefused("192.0.2.1", level, ""))
        observe.tell(logging.INFO, "Event", {})
    assert said() == []
    assert [json.loads(line)["code"] for line in stream.getvalue().splitlines()] == ["warning"]


def test_rows_that_changed_are_not_logged(said: Said) -> None:
    observe.LOG.setLevel(logging.DEBUG)
    observe.hear_all([PostAdded(PostId(1), AccountId(1)), PeerChanged(Host("tokyo.example"))])
    assert [line["event"] for line in said()] == ["PeerChanged"]


def test_a_log_that_takes_nothing_does_not_stop_the_node(stream: io.StringIO) -> None:
    stream.close()
    observe.tell(logging.ERROR, "Event", {})
    logging.getLogger("asyncio").error("something")


# ---- start and stop -------------------------------------------------------------------------------------------------


async def test_start_and_stop_are_told(open_house: OpenHouse, said: Said) -> None:
    house = await open_house()
    (line,) = said("Started")
    assert (line["database"], line["worker"]) == ("sqlite", 0)
    assert line["settings"]["domain"] == house.node.settings.domain


def test_a_stop_is_told(said: Said) -> None:
    observe.stopped(worker=2)
    assert [(line["level"], line["worker"]) for line in said("Stopped")] == [("info", 2)]


def test_a_start_tells_no_secret_and_nothing_that_leads_to_one(
    stream: io.StringIO, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEGATION_SECRET", "the-secret-itself")
    written = {
        "domain": "paris.example",
        "postgresql": "postgresql://legation:a-password@db.internal/legation",
        "secret_file": str(tmp_path / "kept-apart"),
        "contact_email": "marie@paris.example",
    }
    settings = checked(written, data=tmp_path, where="this test")
    observe.started(settings, version="1", schema="0001", worker=0)
    text = stream.getvalue()
    assert '"database":"postgresql"' in text
    assert [word for word in ("secret", "kept-apart", "a-password", "db.internal", "marie") if word in text] == []


def test_every_setting_that_a_start_tells_is_one(tmp_path: Path) -> None:
    settings = checked({"domain": "paris.example"}, data=tmp_path, where="this test")
    line = observe.line(
        datetime.now(UTC), logging.INFO, "Event", {n: getattr(settings, n) for n in observe.TOLD_SETTINGS}
    )
    assert json.loads(line)["domain"] == "paris.example"


def test_every_event_that_is_logged_stands_in_the_guide() -> None:
    guide = (Path(__file__).parents[2] / "docs/how-to/watch-a-node.md").read_text(encoding="utf-8")
    events = {kind.__name__ for kind in observe.LEVELS} | {
        observe.FAILED,
        observe.ANSWERED,
        IN_USE,
        "Started",
        "Stopped",
    }
    assert [name for name in sorted(events) if f"`{name}`" not in guide] == []
