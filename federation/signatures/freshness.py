"""When a request was signed, and whether that is recent enough.

A signature is good for an hour and no longer: so a copy of a request cannot be used tomorrow, and an embassy whose
clock is a little off still gets through. A refusal names the difference, because a wrong clock is the usual reason.
"""

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache

from federation.errors import Unauthenticated

OLDEST = timedelta(hours=1)
FARTHEST_AHEAD = timedelta(minutes=5)

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_IMF_FIXDATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), ([0-9]{2}) (" + "|".join(_MONTHS) + r") ([0-9]{4}) "
    r"([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT"
)


def http_date(moment: datetime) -> str:
    """The value of a `Date` header. moment: aware. See RFC 9110, 5.6.7."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


# Requests of one second say the same.
@lru_cache(maxsize=256)
def read_http_date(text: str) -> datetime:
    """The moment in a `Date` header, in the one form that is still sent (IMF-fixdate).

    Raises Unauthenticated (`bad-date`).  See RFC 9110, 5.6.7.
    """
    match = _IMF_FIXDATE.fullmatch(text)
    if match is None:
        raise Unauthenticated("The Date header is not of the form 'Thu, 01 Jan 2026 00:00:00 GMT'.", code="bad-date")
    day, month, year, hour, minute, second = match.groups()
    try:
        return datetime(
            int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second), tzinfo=UTC
        )  # fmt: skip
    except ValueError as error:
        raise Unauthenticated("The Date header names no day of the calendar.", code="bad-date") from error


def demand_fresh(signed_at: float, *, now: datetime) -> None:
    """A request must have been signed at most an hour ago, and at most five minutes ahead of this node's clock.

    signed_at: seconds since 1970.  now: aware.  Raises Unauthenticated (`clock-skew`).
    """
    behind = now.timestamp() - signed_at
    if behind > OLDEST.total_seconds():
        raise Unauthenticated(
            f"The request was signed {behind:.0f} seconds before this node's time; at most "
            f"{OLDEST.total_seconds():.0f} are allowed. Is the clock of the sending node right?",
            code="clock-skew",
        )
    if -behind > FARTHEST_AHEAD.total_seconds():
        raise Unauthenticated(
            f"The request was signed {-behind:.0f} seconds ahead of this node's time; at most "
            f"{FARTHEST_AHEAD.total_seconds():.0f} are allowed. Is the clock of the sending node right?",
            code="clock-skew",
        )


def demand_unexpired(expires: float | None, *, now: datetime) -> None:
    """A signature that says how long it is good must still be.

    expires: seconds since 1970; None says nothing.  now: aware.  Raises Unauthenticated (`expired`).
    """
    if expires is not None and (late := now.timestamp() - expires) > 0:
        raise Unauthenticated(f"The signature expired {late:.0f} seconds ago.", code="expired")
