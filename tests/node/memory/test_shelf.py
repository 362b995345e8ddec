"""A shelf holds so much and no more, and nothing that may be old."""

from datetime import timedelta

from node.memory import tags
from node.memory.shelf import MOST_NOTED, Changes, Shelf
from storage.ids import AccountId
from tests.storage.conftest import Clock

MARIE, KEN = tags.reader(AccountId(1)), tags.reader(AccountId(2))


def shelf(changes: Changes, *, most: int = 3, most_bytes: int | None = None) -> Shelf[str, int]:
    return Shelf(changes, now=Clock(), most=most, most_bytes=most_bytes)


def test_whoever_was_asked_for_longest_ago_goes_first() -> None:
    kept = shelf(Changes())
    for name in ("a", "b", "c"):
        kept.keep(name, 1, since=0, made_of=(MARIE,))
    assert kept.get("a") == 1
    kept.keep("d", 1, since=0, made_of=(MARIE,))
    assert [name for name in "abcd" if kept.get(name)] == ["a", "c", "d"]
    assert (kept.hits, kept.misses) == (4, 1)


def test_bytes_are_bounded_and_counted_down_again() -> None:
    kept = shelf(Changes(), most=100, most_bytes=10)
    for number in range(50):
        kept.keep(f"{number}", number, since=0, made_of=(), size=4)
    assert len(kept) == 2
    kept.keep("49", 1, since=0, made_of=(), size=1)
    kept.keep("x", 1, since=0, made_of=(), size=5)
    assert [kept.get("48"), kept.get("49"), kept.get("x")] == [48, 1, 1]
    kept.keep("too large", 1, since=0, made_of=(), size=11)
    assert len(kept) == 0


def test_a_thing_goes_with_any_part_of_it_and_no_other() -> None:
    changes = Changes()
    kept = shelf(changes)
    kept.keep("both", 1, since=0, made_of=(MARIE, KEN))
    kept.keep("marie", 2, since=0, made_of=(MARIE,))
    kept.forget(KEN)
    assert (kept.get("both"), kept.get("marie")) == (None, 2)
    kept.forget(KEN)
    kept.forget(MARIE)
    assert kept.get("marie") is None
    assert not kept._made_of


def test_what_changed_while_it_was_read_is_not_kept() -> None:
    changes = Changes()
    kept = shelf(changes)
    since = changes.now
    changes.note(KEN)
    kept.keep("ken", 1, since=since, made_of=(KEN,))
    kept.keep("marie", 2, since=since, made_of=(MARIE,))
    assert (kept.get("ken"), kept.get("marie")) == (None, 2)
    kept.keep("ken", 1, since=changes.now, made_of=(KEN,))
    assert kept.get("ken") == 1
    changes.note_all()
    kept.keep("other", 3, since=since, made_of=())
    assert kept.get("other") is None


def test_what_was_noted_too_long_ago_counts_as_changed() -> None:
    changes = Changes()
    since = changes.now
    for number in range(MOST_NOTED + 1):
        changes.note(tags.reader(AccountId(number + 10)))
    assert changes.since(since, (MARIE,))
    assert not changes.since(changes.now, (MARIE,))


def test_a_thing_is_good_until_its_time() -> None:
    clock = Clock()
    kept: Shelf[str, int] = Shelf(Changes(), now=clock, most=3)
    kept.keep("a", 1, since=0, made_of=(), until=clock.moment + timedelta(seconds=5))
    assert kept.get("a") == 1
    clock.forward(seconds=5)
    assert kept.get("a") is None
