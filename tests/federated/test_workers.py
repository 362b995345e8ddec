"""Two processes on one PostgreSQL, as on two machines: what was done through one is so through the other, at once."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pytest
from aiohttp import ClientSession, CookieJar

from federation.client import Budget
from federation.errors import Unreachable
from node.settings import Settings
from storage import oauth, peers
from storage.ids import AccountId, Host
from storage.opening import open_store
from storage.store import Store, Unit
from tests import founding, loopback
from tests.databases import PostgresqlServer
from tests.federated.conftest import PASSWORD, SCOPES, Json, Place
from tests.federated.processes import port_of, process_of
from tests.node.conftest import PASSWORD as KNOWN
from tests.node.conftest import _hire as hire
from tests.node.oauth.conftest import fields_of
from tests.receiver import Service

TIMES = 300
FEW = 20
SOON = 10.0
CALLS = 100_000
POSTS = 700
"""What marie's and ken's apps may do in a short time: enough for these tests, and exactly counted in one of them."""
LIMITS = {"LEGATION_API_CALLS_PER_5_MINUTES": str(CALLS), "LEGATION_POSTS_PER_3_HOURS": str(POSTS)}


@dataclass
class Process:
    """One of the processes of a node, asked through its own port."""

    settings: Settings
    port: int
    session: ClientSession

    async def ask(self, token: str, method: str, path: str, *, expect: int = 200, **sent: Any) -> Json:
        status, answer, _ = await self.answer(token, method, path, **sent)
        assert status == expect, (method, path, status, answer)
        return answer

    async def answer(self, token: str, method: str, path: str, **sent: Any) -> tuple[int, Json, dict[str, str]]:
        headers = self.headers | {"Authorization": f"Bearer {token}"} | sent.pop("headers", {})
        async with self.session.request(method, self.url + path, headers=headers, **sent) as response:
            return response.status, await response.json(), dict(response.headers)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Host": self.settings.domain}


@dataclass
class Person:
    """A member of staff with an app; ask both processes for them as you like."""

    id: AccountId
    name: str
    token: str


@dataclass
class Two:
    """A node of two processes, with marie and ken, who follows her."""

    one: Process
    other: Process
    store: Store
    marie: Person
    ken: Person
    push_port: int

    @property
    def both_ways(self) -> tuple[tuple[Process, Process], tuple[Process, Process]]:
        return (self.one, self.other), (self.other, self.one)

    async def token(self, person: Person) -> str:
        """One more token of somebody."""
        made: str = await self.store.write(oauth.add_token, account_id=person.id, scopes=SCOPES)
        return made


@dataclass(frozen=True)
class Served:
    """A node that two processes serve. ports: of each; the first is the node's own.  push_port: of its push service."""

    settings: Settings
    ports: tuple[int, int]
    push_port: int


@pytest.fixture(scope="module")
def served(postgresql: PostgresqlServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    address = postgresql.create("template")
    found = founding.founded(
        tmp_path_factory.mktemp("node") / "paris", admin="chief", password=PASSWORD, postgresql=address
    )
    settings = founding.with_templates(asyncio.run(found))
    service = Service(loopback.free_port())
    allowed = {"LEGATION_PUSH__ALLOW": service.host}
    with contextlib.ExitStack() as stack:
        processes = [
            stack.enter_context(process_of(settings, *more, **LIMITS, **allowed))
            for more in ((), ("--listen", "127.0.0.1:0"))
        ]
        yield Served(settings, (port_of(processes[0]), port_of(processes[1])), service.port)
    postgresql.drop(address)


numbers = itertools.count()


@pytest.fixture
async def two(served: Served) -> AsyncIterator[Two]:
    store = await open_store(served.settings.database)
    async with loopback.session() as session:
        one, other = (Process(served.settings, port, session) for port in served.ports)
        number = next(numbers)
        marie, ken = [await hired(store, f"{name}{number}", one) for name in ("marie", "ken")]
        await one.ask(ken.token, "POST", f"/api/v1/accounts/{marie.id}/follow")
        yield Two(one, other, store, marie, ken, served.push_port)
    await store.close()


async def hired(store: Store, name: str, process: Process) -> Person:
    account = await store.write(hire, name, process.settings.base_url, "admin")
    return Person(account.id, name, await store.write(oauth.add_token, account_id=account.id, scopes=SCOPES))


async def home(process: Process, person: Person) -> list[str]:
    """The ids of somebody's journal, newest first."""
    return [post["id"] for post in await process.ask(person.token, "GET", "/api/v1/timelines/home")]


# ---- posts ----------------------------------------------------------------------------------------------------------


async def test_a_post_through_one_is_seen_at_once_through_the_other(two: Two) -> None:
    """In the journal, on the profile, among what is new: hundreds of times in a row, without a pause."""
    marie, ken = two.marie, two.ken
    for number in range(TIMES):
        one, other = two.both_ways[number % 2]
        post = await one.ask(marie.token, "POST", "/api/v1/statuses", json={"status": f"@{ken.name} {number}"})
        assert (await home(other, ken))[0] == post["id"]
        written = await other.ask(ken.token, "GET", f"/api/v1/accounts/{marie.id}/statuses")
        assert written[0]["id"] == post["id"]
        profile = await other.ask(ken.token, "GET", f"/api/v1/accounts/{marie.id}")
        assert profile["statuses_count"] == number + 1
        told = await other.ask(ken.token, "GET", "/api/v1/notifications")
        assert told[0]["status"]["id"] == post["id"]


async def test_an_edit_a_like_and_a_removal_too(two: Two) -> None:
    marie, ken = two.marie, two.ken
    for number in range(FEW):
        one, other = two.both_ways[number % 2]
        post = await one.ask(marie.token, "POST", "/api/v1/statuses", json={"status": "Bonjour"})
        path = f"/api/v1/statuses/{post['id']}"
        await other.ask(ken.token, "GET", path)
        await one.ask(marie.token, "PUT", path, json={"status": "Bonsoir"})
        assert "Bonsoir" in (await other.ask(ken.token, "GET", path))["content"]
        await one.ask(ken.token, "POST", f"{path}/favourite")
        liked = await other.ask(ken.token, "GET", path)
        assert (liked["favourited"], liked["favourites_count"]) == (True, 1)
        await one.ask(marie.token, "DELETE", path)
        await other.ask(ken.token, "GET", path, expect=404)
        assert post["id"] not in await home(other, ken)


async def test_a_post_that_is_sent_twice_at_once_is_posted_once(two: Two) -> None:
    for number in range(FEW):
        sent, named = {"status": "Bonjour"}, {"Idempotency-Key": f"key {number}"}
        both = await asyncio.gather(
            *(
                process.ask(two.marie.token, "POST", "/api/v1/statuses", json=sent, headers=named)
                for process in (two.one, two.other)
            )
        )
        assert both[0]["id"] == both[1]["id"]


# ---- pushes ---------------------------------------------------------------------------------------------------------


async def test_each_push_is_sent_once(two: Two) -> None:
    """Both processes are woken by each, and take from one queue."""
    marie, ken, service = two.marie, two.ken, Service(two.push_port)
    runner = await service.start()
    await two.one.ask(ken.token, "POST", "/api/v1/push/subscription", json=service.subscription(standard=True))
    written = (
        process.ask(marie.token, "POST", "/api/v1/statuses", json={"status": f"@{ken.name} {number}"})
        for number in range(FEW)
        for process in (two.one, two.other)
    )
    posts = await asyncio.gather(*written)
    async with asyncio.timeout(SOON):
        while await two.store.read(_pushes):
            pass
    pushed = [service.read(*service.got.get_nowait())["notification_id"] for _ in range(service.got.qsize())]
    told = await two.other.ask(ken.token, "GET", "/api/v1/notifications?types[]=mention&limit=80")
    assert len(told) == len(posts)
    assert sorted(pushed) == sorted(one["id"] for one in told)
    await runner.cleanup()


def _pushes(unit: Unit) -> int:
    return unit.one(int, "select count(*) from pushes") or 0


# ---- relations ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("end", "again"), [("block", "unblock"), ("mute", "unmute"), ("unfollow", "follow")])
async def test_who_is_not_to_be_seen_is_not_seen_through_the_other(two: Two, end: str, again: str) -> None:
    marie, ken = two.marie, two.ken
    for number in range(FEW):
        one, other = two.both_ways[number % 2]
        post = await one.ask(marie.token, "POST", "/api/v1/statuses", json={"status": f"{number}"})
        assert post["id"] in await home(other, ken)
        await one.ask(ken.token, "POST", f"/api/v1/accounts/{marie.id}/{end}")
        assert post["id"] not in await home(other, ken)
        await one.ask(ken.token, "POST", f"/api/v1/accounts/{marie.id}/{again}")
        if end == "block":  # which has ended the follow
            await one.ask(ken.token, "POST", f"/api/v1/accounts/{marie.id}/follow")
        assert post["id"] in await home(other, ken)


# ---- who may --------------------------------------------------------------------------------------------------------


async def test_a_token_that_was_given_back_to_one_is_refused_by_the_other(two: Two) -> None:
    for number in range(FEW):
        one, other = two.both_ways[number % 2]
        token = await two.token(two.ken)
        await other.ask(token, "GET", "/api/v1/timelines/home")
        await other.ask(token, "GET", "/api/v1/timelines/home")  # from memory
        await two.store.write(oauth.revoke, oauth.digest_of(token))
        await other.ask(token, "GET", "/api/v1/timelines/home", expect=401)
        await one.ask(token, "GET", "/api/v1/timelines/home", expect=401)


class Browser:
    """Somebody whose requests go to one process or the other."""

    def __init__(self, two: Two) -> None:
        self._two = two
        self._session = ClientSession(cookie_jar=CookieJar(unsafe=True), headers=two.one.headers)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def open(self, process: Process, path: str, action: str) -> dict[str, str]:
        """The fields of a form on a page."""
        async with self._session.get(process.url + path, headers={"Accept": "text/html"}) as answer:
            assert answer.status == 200, (path, answer.status)
            return await fields_of(answer, action)

    async def send(self, process: Process, path: str, fields: dict[str, str]) -> tuple[int, str]:
        async with self._session.post(process.url + path, data=fields, allow_redirects=False) as answer:
            return answer.status, answer.headers.get("Location", "")

    async def is_signed_in(self, process: Process) -> bool:
        async with self._session.get(f"{process.url}/notifications", allow_redirects=False) as answer:
            return answer.status == 200

    async def sign_in(self, process: Process, password: str = KNOWN) -> int:
        named = {"username": self._two.ken.name, "password": password}
        return (await self.send(process, "/sign-in", named))[0]


async def test_signed_in_through_one_a_browser_goes_on_through_the_other(two: Two) -> None:
    for number in range(4):
        one, other = two.both_ways[number % 2]
        async with Browser(two) as browser:
            assert await browser.sign_in(one) == 303
            assert await browser.is_signed_in(other)
            form = await browser.open(other, "/", "/posts")
            post = form | {"text": f"Bonjour {number}", "reach": "all_nodes", "language": "fr"}
            assert (await browser.send(one, "/posts", post))[0] == 303
            assert (await browser.send(one, "/posts", post | {"csrf": "0" * 64}))[0] == 403
            form = await browser.open(one, "/", "/sign-out")
            assert (await browser.send(one, "/sign-out", form))[0] == 303
            assert not await browser.is_signed_in(other)


async def test_failures_to_sign_in_count_together(two: Two) -> None:
    async with Browser(two) as browser:
        tried = [await browser.sign_in(two.both_ways[number % 2][0], "not the password") for number in range(6)]
        assert tried[:5] == [422] * 5, tried
        assert await browser.sign_in(two.one) == await browser.sign_in(two.other) == 429


async def test_an_app_may_ask_each_step_of_another_process(two: Two) -> None:
    one, other = two.one, two.other
    asked = {"client_name": "Tusky", "redirect_uris": "https://app.example/back", "scopes": "read"}
    async with one.session.post(f"{one.url}/api/v1/apps", data=asked, headers=one.headers) as answer:
        app = await answer.json()
    question = f"response_type=code&client_id={app['client_id']}&redirect_uri=https://app.example/back&scope=read"
    async with Browser(two) as browser:
        await browser.sign_in(one)
        form = await browser.open(other, f"/oauth/authorize?{question}", "/oauth/authorize")
        _, where = await browser.send(one, "/oauth/authorize", form | {"answer": "allow"})
    sent = {
        "grant_type": "authorization_code",
        "code": where.partition("code=")[2],
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
        "redirect_uri": "https://app.example/back",
    }
    async with other.session.post(f"{other.url}/oauth/token", data=sent, headers=other.headers) as answer:
        token = (await answer.json())["access_token"]
    for process in (one, other):
        await process.ask(token, "GET", "/api/v1/timelines/home")
    revoked = {"token": token, "client_id": app["client_id"], "client_secret": app["client_secret"]}
    async with one.session.post(f"{one.url}/oauth/revoke", data=revoked, headers=one.headers) as answer:
        assert answer.status == 200
    await other.ask(token, "GET", "/api/v1/timelines/home", expect=401)


# ---- how often ------------------------------------------------------------------------------------------------------


async def test_an_allowance_is_counted_over_both(two: Two) -> None:
    """Several at once, in any order: exactly as many are let in as the settings say, and what is said to be left is left."""
    let_in, refused = 0, 0
    through = {two.one.port: 0, two.other.port: 0}
    began = time.monotonic()

    def regained() -> float:
        """What the passing of time has given back: a machine that has much else to do takes long over this test."""
        return (time.monotonic() - began) * POSTS / (3 * 3600)

    async def write(process: Process) -> None:
        nonlocal let_in, refused
        while not refused:
            before = through[process.port]  # what went through the other it may not have heard of yet
            status, _, headers = await process.answer(
                two.marie.token, "POST", "/api/v1/statuses", json={"status": "Bonjour"}
            )
            if status == 200:
                let_in += 1
                through[process.port] += 1
                assert int(headers["X-RateLimit-Remaining"]) < POSTS - before + regained()
            else:
                assert status == 429
                refused += 1

    await asyncio.gather(*(write(process) for process in (two.one, two.other) for _ in range(BESIDE)))
    for process in (two.one, two.other):  # what one of them still holds
        refused = 0
        await write(process)
    assert POSTS <= let_in <= POSTS + regained()


BESIDE = 3


# ---- peers ----------------------------------------------------------------------------------------------------------


@pytest.fixture
async def tokyo(tmp_path: Path) -> AsyncIterator[Place]:
    """A peer, in this process."""
    settings = await founding.founded(tmp_path / "tokyo", admin="chief", password=PASSWORD)
    async with loopback.session() as session:
        place = Place(settings, session)
        await place.start()
        yield place
        await place.stop()


async def test_a_peer_that_was_removed_through_one_is_refused_by_the_other(two: Two, tokyo: Place) -> None:
    paris = two.one.settings
    await tokyo.running.node.store.write(peers.allow, Host(paris.domain), by="test")
    client = tokyo.running.node.federation.client

    async def may_ask() -> bool:
        """Asks the process on the node's own port."""
        try:
            await client.get_document(f"{paris.base_url}/users/{two.marie.id}", budget=Budget())
        except Unreachable:
            return False
        return True

    allow = {"domain": tokyo.settings.domain}
    for _ in range(FEW):
        allowed = await two.other.ask(two.marie.token, "POST", "/api/v1/admin/domain_allows", json=allow)
        assert await may_ask()
        await two.other.ask(two.marie.token, "DELETE", f"/api/v1/admin/domain_allows/{allowed['id']}")
        assert not await may_ask()
