"""Streams between nodes, and between processes of one: a real client hears at once what is done elsewhere."""

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from aiohttp import ClientWebSocketResponse
from mastodon import Mastodon, StreamListener

from storage import oauth, staff
from tests.federated.clients import names_lead_here
from tests.federated.conftest import FederationOf, Json, Staff, settled
from tests.federated.test_workers import Person, Process, Two, served, two

__all__ = ["names_lead_here", "served", "two"]

SOON = 5.0
AT_ONCE = 1.0
"""Within how many seconds those who listen are told."""


class Ear(StreamListener):
    """What Mastodon.py hands to its user, noted in the order in which it comes."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Any]] = []
        self.something = threading.Condition()

    def note(self, what: str, about: Any) -> None:
        with self.something:
            self.heard.append((what, about))
            self.something.notify_all()

    def on_update(self, status: Any) -> None:
        self.note("update", status)

    def on_status_update(self, status: Any) -> None:
        self.note("edit", status)

    def on_delete(self, status_id: Any) -> None:
        self.note("delete", status_id)

    def on_notification(self, notification: Any) -> None:
        self.note("notification", notification)

    def wait_for(self, what: str) -> Any:
        with self.something:
            assert self.something.wait_for(lambda: any(name == what for name, _ in self.heard), SOON), self.heard
            return next(about for name, about in self.heard if name == what)


@contextlib.asynccontextmanager
async def mastodon_py(person: Staff) -> AsyncIterator[Ear]:
    """Somebody listens with Mastodon.py's own thread."""
    app = Mastodon(access_token=person._token, api_base_url=person.place.base_url)
    ear = Ear()
    assert await asyncio.to_thread(app.stream_healthy)
    handle = await asyncio.to_thread(app.stream_user, ear, run_async=True, timeout=30)
    try:
        yield ear
    finally:
        handle.closed = True  # `close` would wait for a line that does not come
        await person.place.running.streams.stop()
        await asyncio.to_thread(handle.join, SOON)
        assert not handle.is_alive()


async def test_what_happens_at_another_node_is_heard_by_a_real_client(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    marie, ken = await paris.staff("marie"), await tokyo.staff("ken")
    await ken.follow(marie)
    async with mastodon_py(ken) as ear:
        post = await marie.post(f"{ken.handle} Réunion à 15 h")
        shown = await asyncio.to_thread(ear.wait_for, "update")
        assert "Réunion à 15 h" in shown.content
        assert shown.account.acct == f"marie@{paris.host}"
        told = await asyncio.to_thread(ear.wait_for, "notification")
        assert (told.type, told.status.id) == ("mention", shown.id)
        await marie.ask("PUT", f"/api/v1/statuses/{post['id']}", json={"status": "Réunion à 16 h"})
        assert "16 h" in (await asyncio.to_thread(ear.wait_for, "edit")).content
        await marie.ask("DELETE", f"/api/v1/statuses/{post['id']}")
        assert int(await asyncio.to_thread(ear.wait_for, "delete")) == int(shown.id)
        await settled(paris, tokyo)


# ---- two processes --------------------------------------------------------------------------------------------------


async def next_of(line: ClientWebSocketResponse, event: str) -> Json:
    """What the next event of this name is about."""
    while True:
        said = orjson.loads((await line.receive(SOON)).data)
        if said["event"] == event:
            return said["payload"]


def listening(process: Process, person: Person, token: str = "") -> Any:
    headers = process.headers | {"Authorization": f"Bearer {token or person.token}"}
    return process.session.ws_connect(f"{process.url}/api/v1/streaming?stream=user", headers=headers)


async def test_what_is_done_through_one_process_is_told_at_once_by_the_other(two: Two) -> None:
    marie, ken = two.marie, two.ken
    for one, other in two.both_ways:
        async with listening(other, ken) as line:
            began = time.monotonic()
            post = await one.ask(marie.token, "POST", "/api/v1/statuses", json={"status": f"@{ken.name} Bonjour"})
            assert orjson.loads(await next_of(line, "update"))["id"] == post["id"]
            assert time.monotonic() - began < AT_ONCE
            await one.ask(marie.token, "PUT", f"/api/v1/statuses/{post['id']}", json={"status": "Bonsoir"})
            assert "Bonsoir" in orjson.loads(await next_of(line, "status.update"))["content"]
            await one.ask(marie.token, "DELETE", f"/api/v1/statuses/{post['id']}")
            assert await next_of(line, "delete") == post["id"]
            again = await one.ask(marie.token, "POST", "/api/v1/statuses", json={"status": f"@{ken.name} Bonjour"})
            told = orjson.loads(await next_of(line, "notification"))
            assert (told["type"], told["status"]["id"]) == ("mention", again["id"])


@pytest.mark.parametrize("how", ["revoke", "disable"])
async def test_a_stream_of_one_process_ends_with_what_the_other_is_told(two: Two, how: str) -> None:
    token = await two.token(two.ken)
    async with listening(two.other, two.ken, token) as line:
        if how == "revoke":
            await two.store.write(oauth.revoke, oauth.digest_of(token))
        else:
            await two.store.write(staff.disable, two.ken.id)
        await line.receive(SOON)
        assert line.close_code == 1008
