"""Several processes on one machine: they come up together, are replaced one by one or when they die, and end together."""

import asyncio
import contextlib
import socket
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
from aiohttp import ClientError, ClientSession, TCPConnector

from node import workers
from node.errors import BadSettings
from node.server import AddressInUse, AddressNotOurs
from node.settings import Settings
from storage import accounts, oauth
from storage.ids import AccountId
from storage.opening import open_store
from storage.store import Unit
from tests import founding, loopback
from tests.databases import PostgresqlServer
from tests.node.command.conftest import HOUSE, PROGRAM, clean_environment, run_here
from tests.node.conftest import PASSWORD

SECONDS = 30


@dataclass
class Served:
    """A parent and its workers."""

    process: asyncio.subprocess.Process
    url: str
    announced: str
    log: Path

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
        whole = [line for line in self.log.read_bytes().splitlines(keepends=True) if line.endswith(b"}\n")]
        return [orjson.loads(line) for line in whole if line.startswith(b"{")]


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(SECONDS):
        while not is_so():  # noqa: ASYNC110  what is waited for happens in other processes
            await asyncio.sleep(0.02)


@pytest.fixture
async def settings(postgresql: PostgresqlServer, tmp_path: Path) -> AsyncIterator[Settings]:
    """A node on PostgreSQL."""
    address = postgresql.create("template")
    yield founding.with_templates(
        await founding.founded(tmp_path / "paris", admin="marie", password=PASSWORD, postgresql=address)
    )
    postgresql.drop(address)


Serve = Callable[..., Awaitable[Served]]


@pytest.fixture
async def serve(settings: Settings, tmp_path: Path) -> AsyncIterator[Serve]:
    """Runs the node until the test ends."""
    begun: list[Path] = []
    async with contextlib.AsyncExitStack() as stack:

        async def begin(*more: str) -> Served:
            log = tmp_path / f"log of {len(begun)}"
            begun.append(log)
            process = await asyncio.create_subprocess_exec(
                *(*PROGRAM, "serve", "--data", str(settings.data), *more),
                cwd=HOUSE,
                env=clean_environment(LEGATION_API_CALLS_PER_5_MINUTES="1000000", LEGATION_POSTS_PER_3_HOURS="100000"),
                stdout=asyncio.subprocess.PIPE,
                stderr=stack.enter_context(log.open("wb")),
            )
            assert process.stdout
            served = Served(process, settings.base_url, "", log)
            stack.push_async_callback(served.end)
            async with asyncio.timeout(SECONDS):
                served.announced = (await process.stdout.readline()).decode().rstrip("\n")
            return served

        yield begin


@pytest.fixture
async def token(settings: Settings) -> str:
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


async def test_connections_are_shared_between_workers(serve: Serve, settings: Settings) -> None:
    served = await serve("--workers", "2")
    port = int(settings.domain.rpartition(":")[2])
    held: list[asyncio.StreamWriter] = []
    for _ in range(200):
        held.append((await asyncio.open_connection("127.0.0.1", port))[1])  # noqa: PERF401  one after the other
    numbers = {worker.pid: partial(_connections_of, worker, port) for worker in served.workers}
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


async def test_one_worker_has_no_parent(serve: Serve) -> None:
    served = await serve()
    assert served.workers == []
    assert "workers" not in served.announced


async def test_a_start_that_fails_is_told_by_those_who_failed_and_ends(settings: Settings, serve: Serve) -> None:
    file = settings.data / "legation.toml"
    file.write_text(file.read_text().replace("paris.localhost", "oslo.localhost"))
    served = await serve("--workers", "2")
    assert await served.process.wait() == 1
    said = served.log.read_text().splitlines()
    assert sum(line.startswith("legation: This node's address is") for line in said) == 2
    assert said[-1] == "legation: A worker ended before it answered; it has said why."


# ---- one by one -----------------------------------------------------------------------------------------------------


async def test_a_worker_that_dies_is_replaced_and_meanwhile_another_answers(serve: Serve) -> None:
    served = await serve("--workers", "2")
    for times in (1, 2, 3):
        served.workers[0].kill()
        assert await answers(served.url)
        await served.logs("WorkerStarted", 2 + times)
    assert len(served.workers) == 2
    died = served.facts("WorkerDied")
    assert [line["code"] for line in died] == [-SIGKILL] * 3
    # Whose place it was is a matter of chance; in one place the pause doubles.
    assert {line["pause"] for line in died} <= {0.1, 0.2, 0.4}


async def test_a_worker_that_was_told_to_end_by_somebody_is_replaced(serve: Serve) -> None:
    served = await serve("--workers", "2")
    served.workers[0].terminate()
    await served.logs("WorkerStarted", 3)
    assert len(served.workers) == 2


async def test_all_are_replaced_without_a_request_that_fails(serve: Serve, token: str) -> None:
    """Under load: reads and posts on kept connections, and connections that are new for each request."""
    served = await serve("--workers", "2")
    before = {worker.pid for worker in served.workers}
    going, answered = True, Counter[str]()

    async def load(session: ClientSession, kind: str, method: str, path: str, **sent: object) -> None:
        while going:
            async with session.request(method, served.url + path, **sent) as response:  # type: ignore[arg-type]
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
        for _ in range(4):
            group.create_task(load(kept, "read", "GET", "/api/v1/timelines/home"))
            group.create_task(load(fresh, "fresh", "GET", "/api/v1/timelines/home"))
            group.create_task(load(kept, "post", "POST", "/api/v1/statuses", json={"status": "Bonjour"}))
        await asyncio.sleep(0.3)
        served.process.send_signal(SIGHUP)
        await served.logs("WorkersReplaced")
        going = False
    assert min(answered.values()) > 50, answered
    assert before.isdisjoint(worker.pid for worker in served.workers)
    assert len(served.workers) == 2
    assert not served.said("WorkerDied")


async def test_when_a_new_one_does_not_come_up_the_old_ones_go_on(serve: Serve, settings: Settings) -> None:
    served = await serve("--workers", "2")
    before = served.workers
    file = settings.data / "legation.toml"
    good = file.read_text()
    file.write_text(good + '\nnonsense = "yes"\n')
    served.process.send_signal(SIGHUP)
    await served.logs("WorkersNotReplaced")
    assert served.workers == before
    assert await answers(served.url)
    file.write_text(good)
    served.process.send_signal(SIGHUP)
    await served.logs("WorkersReplaced")


async def test_a_process_without_a_parent_leaves_in_order_too(serve: Serve) -> None:
    served = await serve()
    assert await served.end(SIGHUP) == 0
    assert served.said("Stopped") == 1


# ---- roles ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["1", "2"])
async def test_who_answers_nobody_opens_no_port(serve: Serve, number: str) -> None:
    served = await serve("--workers", number, "--role", "inbox", "--role", "delivery")
    several = ", 2 workers" if number == "2" else ""
    assert served.announced == f"Paris works as delivery and inbox (no port{several})"
    processes = [psutil.Process(served.process.pid), *served.workers]
    listening = [each for one in processes for each in one.net_connections() if each.status == "LISTEN"]
    assert listening == []
    assert await served.end() == 0


async def test_roles_may_stand_in_the_settings(serve: Serve, settings: Settings) -> None:
    file = settings.data / "legation.toml"
    file.write_text(file.read_text() + '\nroles = ["delivery"]\nworkers = 2\n')
    served = await serve()
    assert served.announced == "Paris works as delivery (no port, 2 workers)"


@pytest.mark.parametrize("options", [("--workers", "2"), ("--role", "web")])
def test_a_node_on_sqlite_is_one_process_that_does_everything(tmp_path: Path, options: tuple[str, str]) -> None:
    (tmp_path / "legation.toml").write_text('domain = "paris.example"')
    assert run_here("serve", "--data", tmp_path, *options).sentence == (
        "A node on SQLite is one process that does everything. To run several, move the node to PostgreSQL first: "
        "legation migrate --to postgresql://USER@HOST/DATABASE"
    )


# ---- parts ----------------------------------------------------------------------------------------------------------


def test_the_pause_before_a_replacement_grows_to_an_end() -> None:
    assert [workers.pause_before(deaths) for deaths in (0, 1, 2, 3, 20)] == [0.0, 0.1, 0.2, 0.4, 15.0]


def test_a_port_in_use_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(AddressInUse, match=r"listens on 127\.0\.0\.1"):
        workers.listening("127.0.0.1", taken.getsockname()[1])


def test_an_address_that_is_not_ours_is_told() -> None:
    with pytest.raises(AddressNotOurs):
        workers.listening("192.0.2.1", 0)


def test_a_name_is_listened_on_at_all_its_addresses() -> None:
    made = workers.listening("localhost", loopback.free_port())
    assert made
    for each in made:
        each.close()


async def test_settings_of_several_processes_on_sqlite_harm_no_other_command(tmp_path: Path) -> None:
    sensible = Settings(data=tmp_path, domain="paris.example", workers=2)
    with pytest.raises(BadSettings):
        workers.demand_possible(sensible)
    workers.demand_possible(sensible.model_copy(update={"workers": 1}))
