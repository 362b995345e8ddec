"""When this version came out: a clock that says an earlier time is wrong.

A node whose clock is wrong refuses what its peers sign, and they what it signs; so it rather does not start.
"""

from datetime import UTC, datetime

from node.errors import Invalid

RELEASED = datetime(2026, 11, 23, tzinfo=UTC)
"""The day of the newest version in CHANGELOG.md."""


def demand_clock(now: datetime) -> None:
    """Refuse a clock that cannot be right. now: what it says; aware, UTC.  Raises Invalid."""
    if now < RELEASED:
        sentence = (
            f"The clock says {now:%Y-%m-%d %H:%M} UTC, and this version came out on {RELEASED:%Y-%m-%d}. "
            "Set it by NTP, then start again: with a wrong clock, no other node believes this one."
        )
        raise Invalid("clock", "ERR_INVALID", sentence)
