"""What `Store` promises, on both engines: durable answers, units that harm nobody else, clear errors."""

import asyncio
import contextlib

import pytest

from storage import facts
from storage.errors import Conflict
from storage.events import Event, PeerChanged
from storage.ids import Host
from storage.store import Store, Unit


def put(unit: Unit, name: str, value: str = "x") -> str:
    facts.put(unit, name, value)
    return name


def add(unit: Unit, name: str) -> None:
    unit.run("insert into facts (name, value) values (:name, '')", name=name)
    unit.after_commit(PeerChanged(Host(name)))


def fail_after_writing(unit: Unit, name: str) -> None:
    put(unit, name)
    raise LookupError(name)


def count(unit: Unit) -> int | None:
    return unit.one(int, "select count(*) from facts")


async def test_a_unit_that_raises_leaves_nothing_and_harms_no_other_of_its_commit(store: Store) -> None:
    results = await asyncio.gather(
        *(store.write(put, f"fact {n}") for n in range(50)),
        store.write(fail_after_writing, "half"),
        *(store.write(put, f"more {n}") for n in range(50)),
        return_exceptions=True,
    )
    assert [type(result) for result in results].count(LookupError) == 1
    assert await store.read(count) == 100
    assert await store.read(facts.get, "half") is None


async def test_a_taken_name_is_a_conflict(store: Store) -> None:
    await store.write(add, "once")
    with pytest.raises(Conflict):
        await store.write(add, "once")


async def test_events_are_told_after_the_commit_in_order_and_only_of_what_was_kept(store: Store) -> None:
    heard: list[Event] = []
    store.listen(heard.extend)
    await store.write(add, "a")
    with pytest.raises(Conflict):
        await store.write(add, "a")
    await store.write(add, "b")
    assert heard == [PeerChanged(Host("a")), PeerChanged(Host("b"))]


async def test_a_reader_sees_what_was_answered_before_it_asked(store: Store) -> None:
    for n in range(20):
        await store.write(put, f"fact {n}")
        assert await store.read(count) == n + 1


async def test_a_slow_reader_holds_up_nobody(store: Store) -> None:
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000000) select max(i) from n"
    slow = asyncio.create_task(store.read_slowly(lambda unit: unit.one(int, endless)))
    await asyncio.sleep(0)
    assert await store.write(put, "quick") == "quick"
    assert await store.read(count) == 1
    assert not slow.done()
    assert await slow == 2_000_000


async def test_a_mistake_in_a_statement_is_its_callers_alone(store: Store) -> None:
    wrong = store.write(lambda unit: unit.run("update nothing set x = 1"))
    right = store.write(put, "right")
    results = await asyncio.gather(wrong, right, return_exceptions=True)
    assert results[1] == "right"
    assert isinstance(results[0], Exception)


def attempt_both(unit: Unit) -> None:
    put(unit, "first")
    for name in ("half", "first"):
        with contextlib.suppress(Conflict), unit.attempt():
            add(unit, name)
            add(unit, "first")
    put(unit, "last")


async def test_an_attempt_that_raises_leaves_nothing_and_the_unit_goes_on(store: Store) -> None:
    heard: list[Event] = []
    store.listen(heard.extend)
    await store.write(attempt_both)
    assert await store.read(names) == ["first", "last"]
    assert heard == []


def names(unit: Unit) -> list[str]:
    return unit.all(str, "select name from facts order by name")


async def test_lists_choose_rows_and_an_empty_list_chooses_none(store: Store) -> None:
    for name in ("Dakar", "Paris", "Tokyo"):
        await store.write(put, name, name.lower())
    chosen = "select name from facts where name in :names order by name"
    others = "select name from facts where name not in :names order by name"

    def choose(unit: Unit, sql: str, wanted: list[str]) -> list[str]:
        return unit.all(str, sql, names=wanted)

    assert await store.read(choose, chosen, ["Paris", "Tokyo", "Oslo"]) == ["Paris", "Tokyo"]
    assert await store.read(choose, others, ["Paris"]) == ["Dakar", "Tokyo"]
    assert await store.read(choose, chosen, []) == []
    assert await store.read(choose, others, []) == ["Dakar", "Paris", "Tokyo"]


async def test_percent_and_colon_in_a_text_are_only_text(store: Store) -> None:
    await store.write(put, "100%", "a:b")
    found = await store.read(
        lambda unit: unit.one(str, "select value from facts where name like '100%%' or name = :n", n="100%")
    )
    assert found == "a:b"


async def test_names_sort_by_their_bytes(store: Store) -> None:
    for name in ("b", "Z", "é", "a"):
        await store.write(put, name)
    assert await store.read(names) == ["Z", "a", "b", "é"]


def add_one(unit: Unit) -> None:
    """Reads, thinks, writes: wrong where two run at once without excluding each other."""
    with contextlib.suppress(LookupError), unit.attempt():
        unit.lock("a counter")  # let go with the attempt: the next one has to be asked for
        raise LookupError
    unit.lock("another", "a counter")
    known = int(facts.get(unit, "counter") or 0)
    facts.put(unit, "counter", str(known + 1))


async def test_units_that_lock_the_same_name_run_one_after_the_other(store: Store) -> None:
    await asyncio.gather(*(store.write(add_one) for _ in range(50)))
    assert await store.read(facts.get, "counter") == "50"


def change_what_was_put_off(unit: Unit) -> None:
    unit.later("insert into facts (name, value) values (:name, 'new')", name="a")
    unit.later("insert into facts (name, value) values (:name, 'new')", name="b")
    unit.run("update facts set value = 'changed' where name = 'a'")
    unit.later("insert into facts (name, value) values (:name, 'new')", name="c")


async def test_what_is_put_off_is_done_before_the_next_change_and_before_the_end(store: Store) -> None:
    await store.write(change_what_was_put_off)
    found = [await store.read(facts.get, name) for name in ("a", "b", "c")]
    assert found == ["changed", "new", "new"]


def tallied(unit: Unit) -> None:
    sql = "update facts set value = value || cast(:times as text) || :what where name = :name"
    for name, what in (("a", "x"), ("b", "x"), ("a", "x"), ("a", "y"), ("a", "x")):
        unit.tally(sql, name=name, what=what)


async def test_what_is_tallied_is_changed_once_with_how_often_it_was_asked_for(store: Store) -> None:
    for name in ("a", "b"):
        await store.write(put, name, "")
    await store.write(tallied)
    assert [await store.read(facts.get, name) for name in ("a", "b")] == ["3x1y", "1x"]


def put_off_what_cannot_be(unit: Unit, name: str) -> None:
    put(unit, f"with {name}")
    unit.later("insert into facts (name, value) values (:name, '')", name=name)


async def test_what_is_put_off_and_forbidden_fails_the_unit_it_belongs_to(store: Store) -> None:
    await store.write(add, "taken")
    with pytest.raises(Conflict):
        await store.write(put_off_what_cannot_be, "taken")
    assert await store.read(names) == ["taken"]


def attempt_what_cannot_be(unit: Unit) -> None:
    unit.later("insert into facts (name, value) values (:name, '')", name="before")
    with contextlib.suppress(Conflict), unit.attempt():
        unit.later("insert into facts (name, value) values (:name, '')", name="taken")
    with contextlib.suppress(LookupError), unit.attempt():
        unit.later("insert into facts (name, value) values (:name, '')", name="never")
        raise LookupError
    unit.later("insert into facts (name, value) values (:name, '')", name="after")


async def test_what_an_attempt_puts_off_goes_with_it(store: Store) -> None:
    await store.write(add, "taken")
    await store.write(attempt_what_cannot_be)
    assert await store.read(names) == ["after", "before", "taken"]


async def test_what_only_this_process_did_is_told_to_those_who_want_only_that(store: Store) -> None:
    here: list[Event] = []
    store.listen(here.extend, here_only=True)
    await store.write(add, "a")
    assert here == [PeerChanged(Host("a"))]


async def test_who_went_away_while_waiting_loses_nothing(store: Store) -> None:
    heard: list[Event] = []
    store.listen(heard.extend)
    waiting = asyncio.create_task(store.write(add, "late"))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await store.write(add, "after")
    async with asyncio.timeout(5):
        while len(heard) < 2:  # noqa: ASYNC110  events are told, not awaited
            await asyncio.sleep(0.005)
    assert await store.read(names) == ["after", "late"]


def fill(unit: Unit) -> None:
    unit.each(
        "insert into tombstones (uri, owner_uri, at) values (:uri, :uri, :now)",
        [{"uri": f"https://tokyo.example/{number:0500}", "now": unit.now} for number in range(500)],
    )


async def test_the_room_that_a_database_takes_is_told(store: Store) -> None:
    before = await store.read(lambda unit: unit.size())
    await store.write(fill)
    assert await store.read(lambda unit: unit.size()) >= before + 200_000
