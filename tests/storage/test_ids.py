"""Ids sort by time, whatever the clock does."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from storage.ids import IdSequence, first_id_at, moment_of, parsed

MOMENTS = some.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=some.just(UTC))  # noqa: DTZ001


@given(some.lists(MOMENTS, min_size=1))
def test_ids_grow_even_when_the_clock_steps_back(moments: list[datetime]) -> None:
    sequence = IdSequence()
    given_out = [sequence.next(moment) for moment in moments]
    assert given_out == sorted(set(given_out))
    assert all(0 < identifier < 2**63 for identifier in given_out)


@given(MOMENTS)
def test_an_id_tells_its_moment_to_the_millisecond(moment: datetime) -> None:
    assert abs(moment_of(first_id_at(moment)) - moment) < timedelta(milliseconds=1)


@pytest.mark.parametrize("text", ["", "-1", "1.0", "x", "１２", " 1", str(2**63), "9" * 19, "1" * 400])
def test_what_is_no_id_is_none(text: str) -> None:
    assert parsed(text) is None


@given(some.integers(0, 2**63 - 1))
def test_an_id_in_a_text_is_found(identifier: int) -> None:
    assert parsed(str(identifier)) == identifier
