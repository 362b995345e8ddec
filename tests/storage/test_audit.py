"""The audit: entries are added, read newest first, and a changed one breaks the chain."""

from datetime import UTC, datetime

import orjson
import pytest

from storage import audit
from storage.audit import Sought
from storage.pages import Page
from storage.store import Store, Unit


@pytest.fixture
async def three_entries(store: Store) -> Store:
    for act in ("peer.allow", "staff.role", "peer.remove"):
        await store.write(
            audit.add,
            who="marie",
            source="web 10.1.2.3",
            act=act,
            subject="tokyo.example",
            detail={"reason": "travail"},
        )
    return store


async def test_entries_are_numbered_and_read_newest_first(three_entries: Store) -> None:
    found = await three_entries.read(audit.entries, limit=2)
    assert [(entry.id, entry.act) for entry in found] == [(3, "peer.remove"), (2, "staff.role")]
    older = await three_entries.read(audit.entries, limit=2, before=2)
    assert [entry.id for entry in older] == [1]


async def test_an_entry_says_who_from_where_what_and_why(three_entries: Store) -> None:
    (entry,) = await three_entries.read(audit.entries, limit=1)
    assert (entry.who, entry.source, entry.subject) == ("marie", "web 10.1.2.3", "tokyo.example")
    assert orjson.loads(entry.detail) == {"reason": "travail"}
    assert entry.at.tzinfo is not None


async def test_each_entry_seals_the_one_before(three_entries: Store) -> None:
    third, second, first = await three_entries.read(audit.entries, limit=3)
    assert first.previous == audit.BEGINNING
    assert (second.previous, third.previous) == (first.digest, second.digest)


async def test_a_chain_that_nobody_touched_is_whole(three_entries: Store) -> None:
    assert await three_entries.read(audit.verify) is None


async def test_an_empty_chain_is_whole(store: Store) -> None:
    assert await store.read(audit.verify) is None


@pytest.mark.parametrize(
    ("tampering", "first_broken"),
    [
        ("update audit set who = 'somebody' where id = 2", 2),
        ("update audit set at = at + 1 where id = 1", 1),
        ("update audit set detail = '{}' where id = 3", 3),
        ("update audit set subject = 'oslo.example', digest = previous where id = 2", 2),
        ("delete from audit where id = 2", 2),
        ("delete from audit where id = 1", 1),
    ],
)
async def test_sec_l_a_changed_or_missing_entry_breaks_the_chain(
    three_entries: Store, tampering: str, first_broken: int
) -> None:
    def tamper(unit: Unit) -> None:
        assert unit.run(tampering) == 1

    await three_entries.write(tamper)
    assert await three_entries.read(audit.verify) == first_broken


async def test_an_act_that_failed_leaves_no_entry(store: Store) -> None:
    def refused(unit: Unit) -> None:
        audit.add(unit, who="marie", source="web", act="staff.role", subject="ken")
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        await store.write(refused)
    assert await store.read(audit.entries, limit=10) == []


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Sought(), [3, 2, 1]),
        (Sought(who="MARIE"), [3, 2, 1]),
        (Sought(who="mari"), []),
        (Sought(act="peer"), [3, 1]),
        (Sought(act="peer.allow"), [1]),
        (Sought(act="peer%"), []),
        (Sought(about="TOKYO"), [3, 2, 1]),
        (Sought(about="to_yo"), []),
        (Sought(since=datetime(2026, 1, 5, tzinfo=UTC), until=datetime(2026, 1, 6, tzinfo=UTC)), [3, 2, 1]),
        (Sought(until=datetime(2026, 1, 5, tzinfo=UTC)), []),
        (Sought(since=datetime(2026, 1, 6, tzinfo=UTC)), []),
    ],
)
async def test_entries_are_found_by_who_what_about_and_when(
    three_entries: Store, wanted: Sought, expected: list[int]
) -> None:
    assert [entry.id for entry in await three_entries.read(audit.sought, wanted, Page(5))] == expected
    older = await three_entries.read(audit.sought, wanted, Page(5, max_id=3))
    assert [entry.id for entry in older] == [each for each in expected if each < 3]
    assert await three_entries.read(audit.acts) == ["peer.allow", "peer.remove", "staff.role"]
