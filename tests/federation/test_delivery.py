"""How peers are told: in order per author, many authors side by side, by one process or several, whatever the peer does."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import orjson
import pytest
from aiohttp import web

from federation.delivery import LANES_AT_FIRST, MOST_LANES_OF_PEER
from federation.roles import Role
from federation.service import Federation
from storage import deliveries, peers
from storage.accounts import Account
from storage.events import DeliveriesQueued
from storage.ids import Host
from storage.store import Unit
from tests.federation.conftest import Beside, Side, until
from tests.loopback import free_port

WEB = frozenset({Role.WEB})
DELIVERY = frozenset({Role.DELIVERY})


@dataclass
class Listener:
    """A peer that takes what it is told, as slowly as the test says."""

    host: Host
    status: int = 202
    seconds: float = 0.0
    told: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.let_go.set()

    @property
    def inbox(self) -> str:
        return f"http://{self.host}/inbox"

    async def answer(self, request: web.Request) -> web.Response:
        if request.method == "GET":
            return web.Response(status=404)
        self.told.append(str(orjson.loads(await request.read())["id"]))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        status = self.status
        await self.let_go.wait()
        await asyncio.sleep(self.seconds)
        self.at_once -= 1
        return web.Response(status=status)

    async def was_told(self, number: int) -> bool:
        return len(self.told) >= number


MakeListener = Callable[[str], Awaitable[Listener]]


@pytest.fixture
async def listener(side: Side) -> AsyncIterator[MakeListener]:
    async with contextlib.AsyncExitStack() as stack:

        async def make(name: str) -> Listener:
            port = free_port()
            made = Listener(Host(f"{name}.localhost:{port}"))
            app = web.Application()
            app.router.add_route("*", "/{path:.*}", made.answer)
            runner = web.AppRunner(app, shutdown_timeout=0.1)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", port).start()
            await side.store.write(peers.allow, made.host, by="test")
            return made

        yield make


async def authors(side: Side, number: int) -> list[Account]:
    return [await side.member(f"author{at}") for at in range(number)]


def say(unit: Unit, people: list[Account], numbers: range, *listeners: Listener) -> None:
    """Each of these people says things that have these numbers, in turns."""
    for at in numbers:
        for author in people:
            uri = f"{author.uri}#{at}"
            body = orjson.dumps({"id": uri})
            inboxes = [(each.host, each.inbox) for each in listeners]
            deliveries.add(unit, uri=uri, actor=author.id, body=body, inboxes=inboxes)


async def all_told(side: Side) -> None:
    async def is_empty() -> bool:
        return not await side.store.read(deliveries.waiting_by_host)

    await until(is_empty)


def in_order(told: list[str]) -> dict[str, list[int]]:
    """What each author was heard to say, as the numbers came."""
    said: dict[str, list[int]] = {}
    for uri in told:
        author, _, number = uri.partition("#")
        said.setdefault(author, []).append(int(number))
    return said


async def test_a_slow_peer_is_told_by_many_authors_at_once_and_by_each_in_order(
    side: Side, listener: MakeListener
) -> None:
    tokyo = await listener("tokyo")
    tokyo.let_go.clear()
    people = await authors(side, 40)
    await side.store.write(say, people, range(3), tokyo)
    await until(lambda: tokyo.was_told(LANES_AT_FIRST))
    assert tokyo.most_at_once == LANES_AT_FIRST
    tokyo.seconds = 0.05
    tokyo.let_go.set()
    await all_told(side)
    assert in_order(tokyo.told) == {author.uri: [0, 1, 2] for author in people}
    assert LANES_AT_FIRST < tokyo.most_at_once <= MOST_LANES_OF_PEER
    left = "select count(*) from activities"
    assert await side.store.read(lambda unit: unit.one(int, left)) == 0


async def test_a_peer_that_failed_is_tried_by_one_before_all_go_on(side: Side, listener: MakeListener) -> None:
    tokyo = await listener("tokyo")
    tokyo.status = 503
    tokyo.let_go.clear()
    people = await authors(side, 8)
    await side.store.write(say, people, range(2), tokyo)
    await until(lambda: tokyo.was_told(LANES_AT_FIRST))
    tokyo.let_go.set()

    async def is_left_alone() -> bool:
        peer = await side.store.read(peers.get, tokyo.host)
        return peer is not None and peer.retry_at is not None and tokyo.at_once == 0

    await until(is_left_alone)
    peer = await side.store.read(peers.get, tokyo.host)
    assert peer is not None
    assert peer.failures == 1, "several at once are one failure of the peer"
    tokyo.told, tokyo.most_at_once, tokyo.status = [], 0, 202
    tokyo.let_go.clear()
    await side.store.write(peers.try_now, tokyo.host)
    await until(lambda: tokyo.was_told(1))
    await side.store.write(say, people[:1], range(9, 10), await listener("dakar"))  # one more turn for certain
    await until(lambda: _is_told(side, "dakar"))
    assert tokyo.told == [f"{people[0].uri}#0"]
    tokyo.let_go.set()
    await all_told(side)
    assert in_order(tokyo.told) == {author.uri: [0, 1] for author in people}


async def _is_told(side: Side, name: str) -> bool:
    waiting = await side.store.read(deliveries.waiting_by_host)
    return not any(queue.host.startswith(name) for queue in waiting)


async def test_what_a_peer_will_never_take_is_set_aside_and_the_next_ones_go(
    side: Side, listener: MakeListener
) -> None:
    tokyo = await listener("tokyo")
    tokyo.status = 410
    (marie,) = await authors(side, 1)
    await side.store.write(say, [marie], range(2), tokyo)
    await all_told(side)
    letters = await side.store.read(deliveries.dead)
    assert sorted(letter.activity_uri for letter in letters) == [f"{marie.uri}#0", f"{marie.uri}#1"]
    tokyo.status = 202
    assert await side.store.write(deliveries.retry) == 2
    await all_told(side)
    assert await side.store.read(deliveries.dead) == []
    assert in_order(tokyo.told)[marie.uri] == [0, 1, 0, 1]


@pytest.mark.parametrize("roles", [WEB])
async def test_two_processes_share_the_queue_and_send_each_thing_once_in_order(
    side: Side, beside: Beside, listener: MakeListener
) -> None:
    tokyo, dakar = await listener("tokyo"), await listener("dakar")
    people = await authors(side, 12)
    both: list[Federation] = [await beside(), await beside()]
    async with both[0].running(DELIVERY), both[1].running(DELIVERY):
        for first in (0, 2, 4):
            await side.store.write(say, people, range(first, first + 2), tokyo, dakar)
        await all_told(side)
    for peer in (tokyo, dakar):
        assert in_order(peer.told) == {author.uri: list(range(6)) for author in people}


@pytest.mark.parametrize("roles", [WEB])
async def test_a_process_that_stops_gives_its_lanes_back_at_once(
    side: Side, beside: Beside, listener: MakeListener
) -> None:
    tokyo = await listener("tokyo")
    tokyo.let_go.clear()
    (marie,) = await authors(side, 1)
    await side.store.write(say, [marie], range(3), tokyo)
    async with (await beside()).running(DELIVERY):
        await until(lambda: tokyo.was_told(1))
    tokyo.let_go.set()
    async with (await beside()).running(DELIVERY):
        await all_told(side)
    assert in_order(tokyo.told) == {marie.uri: [0, 0, 1, 2]}, "what was cut off is said again"


@pytest.mark.parametrize("roles", [WEB])
async def test_a_process_that_died_is_replaced_when_its_leases_ran_out(
    side: Side, beside: Beside, listener: MakeListener
) -> None:
    tokyo = await listener("tokyo")
    (marie,) = await authors(side, 1)
    await side.store.write(say, [marie], range(3), tokyo)
    held = "update deliveries set leased_by = 'dead', leased_until = :until"
    await side.store.write(lambda unit: unit.run(held, until=unit.now + timedelta(minutes=1)))
    async with (await beside()).running(DELIVERY):
        dakar = await listener("dakar")
        await side.store.write(say, [marie], range(9, 10), dakar)
        await until(lambda: dakar.was_told(1))
        assert tokyo.told == []
        await side.store.write(_let_run_out)
        await all_told(side)
    assert in_order(tokyo.told) == {marie.uri: [0, 1, 2]}


def _let_run_out(unit: Unit) -> None:
    unit.run("update deliveries set leased_until = :now where leased_by = 'dead'", now=unit.now)
    unit.after_commit(DeliveriesQueued(()))


async def test_a_peer_that_is_removed_gets_nothing_more(side: Side, listener: MakeListener) -> None:
    tokyo = await listener("tokyo")
    tokyo.let_go.clear()
    (marie,) = await authors(side, 1)
    await side.store.write(say, [marie], range(3), tokyo)
    await until(lambda: tokyo.was_told(1))
    await side.store.write(peers.remove, tokyo.host, by="test")
    tokyo.let_go.set()

    async def is_idle() -> bool:
        return not any(task.get_name().startswith("deliver to") for task in asyncio.all_tasks())

    await until(is_idle)
    assert in_order(tokyo.told) == {marie.uri: [0]}
    await side.store.write(peers.allow, tokyo.host, by="test")
    await all_told(side)
    assert in_order(tokyo.told) == {marie.uri: [0, 1, 2]}
