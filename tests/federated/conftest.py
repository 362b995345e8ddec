"""Real nodes on real sockets: furnished as an administrator would, served as the command does, used through the client API."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from aiohttp.abc import AbstractResolver, ResolveResult

from node import app
from node.actions import staff as people
from node.app import Running
from node.settings import Settings
from storage import deliveries, journal, oauth, peers, staff, welcomes
from storage.ids import Host
from storage.sqlite import utc_now
from storage.store import Unit
from tests import founding, loopback
from tests.conftest import Bare
from tests.node.api import promised

PASSWORD = "quatre mots de passe"
NAMES = ("paris", "tokyo", "dakar", "ottawa", "nairobi")
SCOPES = "read write follow push admin:read admin:write"

Json = Any  # what a client decodes


class Nowhere(AbstractResolver):
    """Finds nobody."""

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        raise OSError(host)

    async def close(self) -> None:
        """Nothing is held."""


class Staff:
    """A member of staff with an app."""

    def __init__(self, place: "Place", username: str, token: str) -> None:
        self.place, self.username, self._token = place, username, token

    @property
    def handle(self) -> str:
        return f"@{self.username}@{self.place.host}"

    async def ask(self, method: str, path: str, *, expect: int = 200, **sent: Any) -> Json:
        headers = {"Authorization": f"Bearer {self._token}", **sent.pop("headers", {})}
        headers.setdefault("Host", self.place.host)
        address = self.place.reached_at + path
        async with self.place.session.request(method, address, headers=headers, **sent) as response:
            answer = await response.json()
            assert response.status == expect, (method, path, response.status, answer)
            promised.judge(method, path, response.status, answer)
            return answer

    async def post(self, text: str, **more: object) -> Json:
        return await self.ask("POST", "/api/v1/statuses", json={"status": text, **more})

    async def find(self, other: "Staff") -> Json:
        found = await self.ask(
            "GET", "/api/v2/search", params={"q": other.handle, "resolve": "true", "type": "accounts"}
        )
        return found["accounts"][0]

    async def follow(self, other: "Staff") -> None:
        """Follow somebody, and wait until their node has agreed."""
        account = await self.find(other)
        await self.ask("POST", f"/api/v1/accounts/{account['id']}/follow")
        await until(lambda: self.follows(account["id"]))

    async def follows(self, account_id: str) -> bool:
        (found,) = await self.ask("GET", "/api/v1/accounts/relationships", params={"id[]": account_id})
        return bool(found["following"])

    async def home(self, **page: Any) -> list[Json]:
        found: list[Json] = await self.ask("GET", "/api/v1/timelines/home", params={"limit": 40, **page})
        return found

    async def texts(self) -> list[str]:
        """The journal as text, newest first."""
        return [
            (post["reblog"] or post)["content"].removeprefix("<p>").removesuffix("</p>") for post in await self.home()
        ]

    async def notifications(self) -> list[tuple[str, str]]:
        found = await self.ask("GET", "/api/v1/notifications")
        return [(each["type"], each["account"]["username"]) for each in found]


class Place:
    """A node that serves."""

    def __init__(self, settings: Settings, session: ClientSession) -> None:
        self.settings, self.session = settings, session
        self.reached_at = settings.base_url
        """Where its own people reach it; peers look for it at `base_url`."""
        self.ahead = timedelta()
        """How far the clocks of its processes are ahead of ours."""
        self._stack: contextlib.AsyncExitStack | None = None
        self._running: Running | None = None

    @property
    def base_url(self) -> str:
        return self.settings.base_url

    @property
    def host(self) -> Host:
        return Host(self.settings.domain)

    @property
    def running(self) -> Running:
        assert self._running is not None
        return self._running

    async def start(self) -> None:
        await self._start(app.running(self.settings, clock=self._clock))
        self.reached_at = self.base_url

    async def start_cut_off(self) -> None:
        """Serve its own people, where no peer finds it and it finds no peer."""
        port = loopback.free_port()
        nowhere = app.running(self.settings, listen=("127.0.0.1", port), resolver=Nowhere(), clock=self._clock)
        await self._start(nowhere)
        self.reached_at = f"http://127.0.0.1:{port}"

    async def _start(self, running: contextlib.AbstractAsyncContextManager[Running]) -> None:
        self._stack = contextlib.AsyncExitStack()
        self._running = await self._stack.enter_async_context(running)

    def _clock(self) -> datetime:
        return utc_now() + self.ahead

    async def stop(self) -> None:
        if self._stack is not None:
            await self._stack.aclose()
        self._stack = self._running = None

    async def staff(self, username: str, *, role: str = "staff") -> Staff:
        """A new member of staff, welcomed already, signed in with an app."""
        node = self.running.node
        account = await people.add_member(
            node.store,
            self.settings,
            node.passwords,
            username=username,
            display_name=username.title(),
            password=PASSWORD,
            role=role,
            by="test",
            source="test",
        )
        await node.store.write(welcomes.finish, account.id)
        token = await node.store.write(oauth.add_token, account_id=account.id, scopes=SCOPES)
        return Staff(self, username, token)

    async def speak(self, username: str, locale: str) -> None:
        """Have somebody's pages in this language."""
        store = self.running.node.store
        await store.write(staff.change_locale, (await store.read(staff.get, username)).account_id, locale)

    async def allow(self, other: "Place") -> None:
        await self.running.node.store.write(peers.allow, other.host, by="test")

    async def remove(self, other: "Place") -> None:
        await self.running.node.store.write(peers.remove, other.host, by="test")

    async def knows(self, text: str) -> bool:
        """Whether the node's database holds a post with this text."""
        sql = "select 1 from posts where content like :text"
        return await self.running.node.store.read(lambda unit: unit.one(int, sql, text=f"%{text}%")) is not None

    async def is_idle(self) -> bool:
        return self.running.node.federation.backfill.is_idle

    async def is_settled(self) -> bool:
        store = self.running.node.store
        if not await store.read(_nothing_waits):
            return False
        # What is in memory hears of a commit a moment after others can read it, and before the next one is answered.
        await store.write(_do_nothing)
        await store.up_to_date()
        return True


def _nothing_waits(unit: Unit) -> bool:
    return not journal.unsettled(unit) and not deliveries.waiting_by_host(unit)


def _do_nothing(_: Unit) -> None:
    pass


async def settled(*places: Place) -> None:
    """Wait until nothing waits anywhere; twice, since what is applied last may cause one more delivery."""
    for _ in range(2):
        for place in places:
            await until(place.is_settled)


async def whole(*places: Place) -> None:
    """Wait until no node fetches anything of a conversation."""
    for place in places:
        await until(place.is_idle, seconds=20)


async def until(is_so: Callable[[], Awaitable[object]], *, seconds: float = 10.0) -> None:
    """Wait until something is so, looking often."""
    async with asyncio.timeout(seconds):
        while not await is_so():  # noqa: ASYNC110  what is waited for happens in another process or in a database
            await asyncio.sleep(0.01)


FederationOf = Callable[[int], Awaitable[list[Place]]]


@contextlib.asynccontextmanager
async def ministry(folder: Path, bare: Bare) -> AsyncIterator[FederationOf]:
    """Makes n nodes that allow one another, in this folder; they stop at the end."""
    made: list[Place] = []
    async with loopback.session() as session:

        async def make(number: int) -> list[Place]:
            for name in NAMES[:number]:
                settings = await founding.founded(
                    folder / name, admin=f"chief.{name}", password=PASSWORD, postgresql=bare()
                )
                place = Place(settings, session)
                await place.start()
                made.append(place)
            for place in made:
                for other in made:
                    if place is not other:
                        await place.allow(other)
            return made

        yield make
        for place in made:
            await place.stop()


@pytest.fixture
async def federation_of(tmp_path: Path, bare: Bare) -> AsyncIterator[FederationOf]:
    """Make n nodes that allow one another, all on the test's engine."""
    async with ministry(tmp_path, bare) as make:
        yield make
