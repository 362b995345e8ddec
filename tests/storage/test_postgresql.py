"""What is PostgreSQL's own: races between processes, signals, a database that goes away and comes back."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from itertools import count as numbers

import pytest

from storage import accounts, facts
from storage.errors import Conflict, StorageTrouble, WrongSchema
from storage.events import ChangedElsewhere, DeliveriesQueued, Event, PeerChanged
from storage.ids import Host
from storage.migrations.apply import upgrade
from storage.postgresql import PostgresqlStore
from storage.sqlite import utc_now
from storage.store import Unit
from tests.databases import PostgresqlServer, postgresql_server


@pytest.fixture
def address(postgresql: PostgresqlServer) -> object:
    made = postgresql.create("template")
    yield made
    postgresql.drop(made)


@pytest.fixture
async def pair(address: str) -> AsyncIterator[tuple[PostgresqlStore, PostgresqlStore]]:
    """Two processes' stores on one database."""
    one = await PostgresqlStore.open(address, clock=utc_now)
    other = await PostgresqlStore.open(address, clock=utc_now)
    yield one, other
    await one.close()
    await other.close()


Pair = tuple[PostgresqlStore, PostgresqlStore]


def tell(unit: Unit, name: str) -> None:
    facts.put(unit, name, "x")
    unit.after_commit(PeerChanged(Host(name)))


async def test_what_one_process_did_is_told_in_the_other_before_it_says_it_is_up_to_date(pair: Pair) -> None:
    one, other = pair
    heard: list[Event] = []
    other.listen(heard.extend)
    for number in range(200):
        await one.write(tell, f"fact {number}")
        await other.up_to_date()
        assert heard[-1:] == [PeerChanged(Host(f"fact {number}"))]
    assert len(heard) == 200


async def test_a_signal_comes_by_itself_too(pair: Pair) -> None:
    one, other = pair
    heard = asyncio.Event()
    other.listen(lambda _: heard.set())
    await asyncio.sleep(0.05)
    await one.write(tell, "news")
    await asyncio.wait_for(heard.wait(), 5)


async def test_ones_own_events_are_told_once_and_others_not_to_those_who_want_only_ones_own(pair: Pair) -> None:
    one, other = pair
    everywhere: list[Event] = []
    here: list[Event] = []
    one.listen(everywhere.extend)
    one.listen(here.extend, here_only=True)
    await one.write(tell, "mine")
    await other.write(tell, "theirs")
    await one.up_to_date()
    assert everywhere == [PeerChanged(Host("mine")), PeerChanged(Host("theirs"))]
    assert here == [PeerChanged(Host("mine"))]


async def test_many_hosts_in_one_event_arrive_or_stand_for_any_change(pair: Pair) -> None:
    one, other = pair
    heard: list[Event] = []
    other.listen(heard.extend)
    some = tuple(Host(f"embassy-{n:03}.example") for n in range(170))
    too_many = tuple(Host(f"consulate-{n:05}.example") for n in range(2_000))
    await one.write(lambda unit: unit.after_commit(DeliveriesQueued(some)))
    await one.write(lambda unit: unit.after_commit(DeliveriesQueued(too_many)))
    await other.up_to_date()
    assert heard == [DeliveriesQueued(some), ChangedElsewhere()]


def add_marie(unit: Unit) -> int:
    return accounts.add_local(unit, username="marie", display_name="Marie", base_url="https://paris.example").id


async def test_of_two_who_take_a_name_at_once_one_has_it(pair: Pair) -> None:
    one, _ = pair
    results = await asyncio.gather(
        *(store.write(add_marie) for store in pair for _ in range(4)), return_exceptions=True
    )
    assert [isinstance(result, int) for result in results].count(True) == 1
    assert [type(result) for result in results].count(Conflict) == 7
    assert await one.read(lambda unit: unit.one(int, "select count(*) from accounts")) == 1


def count_up(unit: Unit, first: str, second: str) -> None:
    """Locks two rows in the order given: two that do it crosswise wait for each other for ever."""
    for name in (first, second):
        unit.run("update facts set value = cast(cast(value as integer) + 1 as text) where name = :name", name=name)


async def test_who_waits_crosswise_is_run_again_and_nothing_is_lost(pair: Pair) -> None:
    one, _ = pair
    for name in ("a", "b"):
        await one.write(facts.put, name, "0")
    crosswise = [
        store.write(count_up, *names) for store in pair for names in (("a", "b"), ("b", "a")) for _ in range(2)
    ]
    await asyncio.gather(*crosswise)
    assert [await one.read(facts.get, name) for name in ("a", "b")] == ["8", "8"]


async def test_ids_of_two_processes_differ_or_are_made_again(pair: Pair) -> None:
    def put(unit: Unit) -> None:
        unit.run(
            "insert into tags (id, name, spelling) values (:id, :name, '')", id=unit.new_id(), name=str(unit.new_id())
        )

    await asyncio.gather(*(store.write(put) for store in pair for _ in range(200)))
    assert await pair[0].read(lambda unit: unit.one(int, "select count(*) from tags")) == 400


async def test_a_text_with_a_nul_is_kept_without_it(pair: Pair) -> None:
    await pair[0].write(facts.put, "odd", "a\0b")
    assert await pair[0].read(facts.get, "odd") == "ab"


def fail_silently(unit: Unit) -> None:
    facts.put(unit, "kept", "x")
    with contextlib.suppress(Exception):
        unit.run("update nothing set x = 1")


async def test_a_unit_that_hides_a_failed_statement_is_not_acknowledged(pair: Pair) -> None:
    with pytest.raises(Exception, match="rolled back"):
        await pair[0].write(fail_silently)
    assert await pair[0].read(facts.get, "kept") is None


async def test_a_read_changes_nothing(pair: Pair) -> None:
    with pytest.raises(Exception, match="read-only"):
        await pair[0].read(facts.put, "a", "b")
    assert await pair[0].read(facts.get, "a") is None


@pytest.mark.parametrize("kill", [False, True])
async def test_the_database_restarts_and_everything_acknowledged_is_there(kill: bool) -> None:
    with postgresql_server() as server:  # one that waits for the disk, as those of real nodes
        address = server.create()
        upgrade(address)
        async with contextlib.AsyncExitStack() as open_stores:
            pair = [await PostgresqlStore.open(address, clock=utc_now) for _ in range(2)]
            for store in pair:
                open_stores.push_async_callback(store.close)
            await restart_while_writing(server, *pair, kill=kill)


async def restart_while_writing(
    server: PostgresqlServer, one: PostgresqlStore, other: PostgresqlStore, *, kill: bool
) -> None:
    heard: list[Event] = []
    other.listen(heard.extend)
    acknowledged: list[str] = []
    stop = asyncio.Event()

    async def write() -> None:
        for number in numbers():
            if stop.is_set():
                return
            name = f"fact {number:06}"
            with contextlib.suppress(StorageTrouble):  # the answer to a commit was lost: it may be there or not
                await one.write(tell, name)
                acknowledged.append(name)

    writing = asyncio.create_task(write())
    await asyncio.sleep(0.3)
    await asyncio.to_thread(server.restart, kill=kill)
    await asyncio.sleep(0.3)
    before = len(acknowledged)
    await asyncio.sleep(0.3)
    stop.set()
    await writing
    assert len(acknowledged) > before, "writing did not go on"
    kept = set(await one.read(lambda unit: unit.all(str, "select name from facts")))
    assert set(acknowledged) <= kept
    await other.up_to_date()
    assert ChangedElsewhere() in heard
    await one.write(tell, "after")
    await other.up_to_date()
    assert heard[-1] == PeerChanged(Host("after"))


async def test_nobody_there_is_said(address: str) -> None:
    with pytest.raises(StorageTrouble, match="does not answer"):
        await PostgresqlStore.open(address.replace("host=", "host=/nowhere"), clock=utc_now)


async def test_a_database_without_a_node_is_said(postgresql: PostgresqlServer) -> None:
    with pytest.raises(WrongSchema, match="not a node's database"):
        await PostgresqlStore.open(postgresql.address("postgres"), clock=utc_now)


async def test_pages_of_accounts_keep_room_for_the_next_count_of_posts(pair: Pair) -> None:
    sql = "select unnest(reloptions) from pg_class where relname = 'accounts'"
    assert await pair[0].read(lambda unit: unit.all(str, sql)) == ["fillfactor=70"]
