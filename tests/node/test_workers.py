"""Several processes on one machine: they come up together, are replaced one by one or when they die, and end together."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from signal import SIGHUP, SIGINT, SIGKILL, SIGTERM
from typing import Any

import orjson
import psutil  # type: ignore[import-untyped]  # it has no types
import pytest
import pytest_asyncio
from aiohttp import ClientError, ClientSession, TCPConnector

from node.settings import Settings
from storage import accounts, oauth
from storage.ids import AccountId
from storage.opening import open_store
from storage.store import Unit
from tests import founding, loopback
from tests.databases import PostgresqlServer
from tests.node.command.conftest import HOUSE, PROGRAM, clean_environment
from tests.node.conftest import PASSWORD

SECONDS = 60


@dataclass
class Served:
    """A parent and its workers."""

    settings: Settings
    process: asyncio.subprocess.Process
    announced: str
    log: Path
    before: int = 0
    """Where in the log begins what counts."""

    @property
    def url(self) -> str:
        return self.settings.base_url

    @property
    def workers(self) -> list[psutil.Process]:
        children: list[psutil.Process] = psutil.Process(self.process.pid).children()
        return children

    def said(self, event: str) -> int:
        """How often something was logged."""
        return sum(line.get("event") == event for line in self._lines())

    def facts(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self._lines() if line.get("event") == event]

    async def logs(self, event: str, times: int = 1) -> None:
        await until(lambda: self.said(event) >= times)

    async def end(self, signal: int = SIGTERM) -> int:
        if self.process.returncode is None:
            self.process.send_signal(signal)
        async with asyncio.timeout(SECONDS):
            return await self.process.wait()

    def _lines(self) -> list[dict[str, Any]]:
        written = self.log.read_bytes()[self.before :]
        whole = [line for line in written.splitlines(keepends=True) if line.endswith(b"}\n")]
        return [orjson.loads(line) for line in whole if line.startswith(b"{")]


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(SECONDS):
        while not is_so():  # noqa: ASYNC110  what is waited for happens in other processes
            await asyncio.sleep(0.02)


pytestmark = pytest.mark.asyncio(loop_scope="module")

Serve = Callable[..., Awaitable[Served]]


@contextlib.asynccontextmanager
async def founded(postgresql: PostgresqlServer, folder: Path) -> AsyncIterator[Settings]:
    """A node on PostgreSQL."""
    address = postgresql.create("template")
    yield founding.with_templates(
        await founding.founded(folder / "paris", admin="marie", password=PASSWORD, postgresql=address)
    )
    postgresql.drop(address)


@contextlib.asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Serve]:
    """Runs a node until the context ends."""
    begun: list[Path] = []
    async with contextlib.AsyncExitStack() as stack:

        async def begin(*more: str) -> Served:
            log = settings.data.with_name(f"log of {len(begun)}")
            begun.append(log)
            process = await asyncio.create_subprocess_exec(
                *(*PROGRAM, "serve", "--data", str(settings.data), *more),
                cwd=HOUSE,
                env=clean_environment(LEGATION_API_CALLS_PER_5_MINUTES="1000000", LEGATION_POSTS_PER_3_HOURS="100000"),
                stdout=asyncio.subprocess.PIPE,
                stderr=stack.enter_context(log.open("wb")),
            )
            assert process.stdout
            served = Served(settings, process, "", log)
            stack.push_async_callback(served.end)
            async with asyncio.timeout(SECONDS):
                served.announced = (await process.stdout.readline()).decode().rstrip("\n")
            return served

        yield begin


@pytest_asyncio.fixture(loop_scope="module")
async def settings(postgresql: PostgresqlServer, tmp_path: Path) -> AsyncIterator[Settings]:
    """Of the test's own node."""
    async with founded(postgresql, tmp_path) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def serve(settings: Settings) -> AsyncIterator[Serve]:
    """Runs the test's own node until the test ends."""
    async with serving(settings) as begin:
        yield begin


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lasting(postgresql: PostgresqlServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """Two workers for all tests whose blows they outlive."""
    async with founded(postgresql, tmp_path_factory.mktemp("node")) as settings, serving(settings) as begin:
        yield await begin("--workers", "2")


@pytest_asyncio.fixture(loop_scope="module")
async def pair(lasting: Served) -> Served:
    """The same, and what it has logged since this test began."""
    await until(lambda: len(lasting.workers) == 2)
    lasting.before = lasting.log.stat().st_size
    return lasting


async def token_for(settings: Settings) -> str:
    """Lets marie's app read and write."""
    store = await open_store(settings.database)
    account = await store.read(_marie)
    made: str = await store.write(oauth.add_token, account_id=account, scopes="read write")
    await store.close()
    return made


def _marie(unit: Unit) -> AccountId:
    found = accounts.by_handle(unit, "marie")
    assert found is not None
    return found.id


async def answers(url: str) -> bool:
    async with loopback.session() as session:
        try:
            async with session.get(f"{url}/health") as response:
                return response.status == 200
        except ClientError:
            return False


# ---- together -------------------------------------------------------------------------------------------------------


async def test_all_answer_when_it_says_so_and_the_parent_does_no_work(serve: Serve, settings: Settings) -> None:
    served = await serve("--workers", "3")
    port = settings.domain.rpartition(":")[2]
    assert served.announced == f"Paris answers at {settings.base_url} (listening on 127.0.0.1:{port}, 3 workers)"
    assert sorted(line["worker"] for line in served.facts("Started")) == [0, 1, 2]
    assert len(served.workers) == 3
    assert await answers(served.url)


async def test_connections_are_shared_between_workers(pair: Served) -> None:
    port = int(pair.settings.domain.rpartition(":")[2])
    held: list[asyncio.StreamWriter] = []
    for _ in range(200):
        held.append((await asyncio.open_connection("127.0.0.1", port))[1])  # noqa: PERF401  one after the other
    numbers = {worker.pid: partial(_connections_of, worker, port) for worker in pair.workers}
    await until(lambda: sum(number() for number in numbers.values()) == 200)
    assert min(number() for number in numbers.values()) >= 20
    for writer in held:
        writer.close()


def _connections_of(worker: psutil.Process, port: int) -> int:
    return sum(each.laddr.port == port and each.status == "ESTABLISHED" for each in worker.net_connections())


@pytest.mark.parametrize("signal", [SIGTERM, SIGINT])
async def test_a_signal_ends_all_in_order(serve: Serve, signal: int) -> None:
    served = await serve("--workers", "2")
    children = served.workers
    assert await served.end(signal) == 0
    assert not any(child.is_running() for child in children)
    assert served.said("Stopped") == 2
    assert "Traceback" not in served.log.read_text()


async def test_workers_end_by_themselves_when_the_parent_is_killed(serve: Serve) -> None:
    served = await serve("--workers", "2")
    children = served.workers
    assert await served.end(SIGKILL) == -SIGKILL
    await until(lambda: not any(child.is_running() for child in children))
    assert served.said("Stopped") == 2


async def test_one_worker_has_no_parent_and_leaves_in_order_too(serve: Serve) -> None:
    served = await serve()
    assert served.workers == []
    assert "workers" not in served.announced
    assert await served.end(SIGHUP) == 0
    assert served.said("Stopped") == 1


async def test_a_start_that_fails_is_told_by_those_who_failed_and_ends(settings: Settings, serve: Serve) -> None:
    file = settings.data / "legation.toml"
    file.write_text(file.read_text().replace("paris.localhost", "oslo.localhost"))
    served = await serve("--workers", "2")
    assert await served.process.wait() == 1
    said = served.log.read_text().splitlines()
    assert sum(line.startswith("legation: This node's address is") for line in said) == 2
    assert said[-1] == "legation: A worker ended before it answered; it has said why."


# ---- one by one -----------------------------------------------------------------------------------------------------


async def test_a_worker_that_dies_is_replaced_and_meanwhile_another_answers(pair: Served) -> None:
    for times in (1, 2, 3):
        pair.workers[0].kill()
        assert await answers(pair.url)
        await pair.logs("WorkerStarted", times)
    assert len(pair.workers) == 2
    died = pair.facts("WorkerDied")
    assert [line["code"] for line in died] == [-SIGKILL] * 3
    # Whose place it was is a matter of chance; in one place the pause doubles, or there is none for who had lived long.
    assert {line["pause"] for line in died} <= {0.0, 0.1, 0.2, 0.4}


async def test_a_worker_that_was_told_to_end_by_somebody_is_replaced(pair: Served) -> None:
    pair.workers[0].terminate()
    await pair.logs("WorkerStarted")
    assert len(pair.workers) == 2


async def test_all_are_replaced_without_a_request_that_fails(pair: Served) -> None:
    """Under load: reads and posts on kept connections, and connections that are new for each request."""
    token = await token_for(pair.settings)
    before = {worker.pid for worker in pair.workers}
    going, answered = True, Counter[str]()

    async def load(session: ClientSession, kind: str, method: str, path: str, **sent: object) -> None:
        while going:
            async with session.request(method, pair.url + path, **sent) as response:  # type: ignore[arg-type]
                assert response.status == 200, await response.text()
                await response.read()
            answered[kind] += 1

    headers = {"Authorization": f"Bearer {token}"}
    new_each_time = TCPConnector(resolver=loopback.Loopback(), force_close=True)
    async with (
        loopback.session(headers=headers) as kept,
        ClientSession(connector=new_each_time, headers=headers) as fresh,
        asyncio.TaskGroup() as group,
    ):
        for _ in range(2):
            group.create_task(load(kept, "read", "GET", "/api/v1/timelines/home"))
            group.create_task(load(fresh, "fresh", "GET", "/api/v1/timelines/home"))
            group.create_task(load(kept, "post", "POST", "/api/v1/statuses", json={"status": "Bonjour"}))
        await until(lambda: len(answered) == 3)
        pair.process.send_signal(SIGHUP)
        await pair.logs("WorkersReplaced")
        going = False
    assert min(answered.values()) > 50, answered
    assert before.isdisjoint(worker.pid for worker in pair.workers)
    assert len(pair.workers) == 2
    assert not pair.said("WorkerDied")


async def test_when_a_new_one_does_not_come_up_the_old_ones_go_on(pair: Served) -> None:
    before = pair.workers
    file = pair.settings.data / "legation.toml"
    good = file.read_text()
    file.write_text(good + '\nnonsense = "yes"\n')
    pair.process.send_signal(SIGHUP)
    await pair.logs("WorkersNotReplaced")
    assert pair.workers == before
    assert await answers(pair.url)
    file.write_text(good)
    pair.process.send_signal(SIGHUP)
    await pair.logs("WorkersReplaced")


# ---- roles ----------------------------------------------------------------------------------------------------------


async def test_who_answers_nobody_opens_no_port(serve: Serve) -> None:
    served = await serve("--role", "inbox", "--role", "delivery")
    assert served.announced == "Paris works as delivery and inbox (no port)"
    assert listening(served) == []
    assert await served.end() == 0


def listening(served: Served) -> list[Any]:
    processes = [psutil.Process(served.process.pid), *served.workers]
    return [each for one in processes for each in one.net_connections() if each.status == "LISTEN"]


async def test_roles_may_stand_in_the_settings(serve: Serve, settings: Settings) -> None:
    file = settings.data / "legation.toml"
    file.write_text(file.read_text() + '\nroles = ["delivery"]\nworkers = 2\n')
    served = await serve()
    assert served.announced == "Paris works as delivery (no port, 2 workers)"
    assert listening(served) == []
    assert await served.end() == 0
