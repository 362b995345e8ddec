"""Names for the things that every floor passes around: ids that sort by time, hosts, moments.

An id is a positive integer below 2**63: milliseconds since 1970 in the upper bits, a 16-bit sequence below. Client apps
sort by it and read a date out of it, so ids of all kinds are made here and nowhere else.
"""

import secrets
import threading
from datetime import UTC, datetime
from typing import NewType

AccountId = NewType("AccountId", int)
PostId = NewType("PostId", int)
EmojiId = NewType("EmojiId", int)
Host = NewType("Host", str)
"""A canonical host name with its port where that is not the scheme's own. Only `federation.hosts` makes one."""

SEQUENCE_BITS = 16
OTHERS_IDS = 1 << (SEQUENCE_BITS - 1)


class IdSequence:
    """Gives ids that grow, whatever the clock does: a clock that steps back never gives an older id."""

    def __init__(self, *, shared: bool = False) -> None:
        """Start a sequence.

        shared: whether other processes give ids too. Then the sequence of a millisecond begins at a place of chance, so
        that two seldom give the same; the database refuses the second, and the next one differs.
        The lower half of each millisecond is left to posts of others, which are sorted in by when they were published.
        """
        self._last = 0
        self._lock = threading.Lock()
        self._first = OTHERS_IDS + (secrets.randbelow(OTHERS_IDS // 2) if shared else 0)

    def next(self, now: datetime) -> int:
        """The next id at this moment.

        now: aware, UTC.  Returns an integer greater than all this sequence gave before.
        """
        with self._lock:
            self._last = max(self._last + 1, first_id_at(now) + self._first)
            return self._last


LARGEST = (1 << 63) - 1
LONGEST = len(str(LARGEST))


def parsed(text: str) -> int | None:
    """The id in a text from outside, or None when it is no id: plain digits, below 2**63."""
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST):
        return None
    found = int(text)
    return found if found <= LARGEST else None


def first_id_at(moment: datetime) -> int:
    """The smallest id of a moment (aware, millisecond precision): where a search by time begins."""
    return int(moment.timestamp() * 1000) << SEQUENCE_BITS


def moment_of(identifier: int) -> datetime:
    """When an id was made: aware, UTC, to the millisecond."""
    return datetime.fromtimestamp((identifier >> SEQUENCE_BITS) / 1000, UTC)
