"""A request that was taken already, sent once more, byte for byte.

Nothing happens twice without this: the journal knows the id of every activity that was ever taken, in the database, for
all processes; and a copy that is older than `freshness.OLDEST` is refused for its age. What is added here is that a copy
costs nothing: no verification, no database, only a look into this process's memory. So it may forget, need not be
shared, and a copy that reaches another process is stopped there by the journal.

Only what was *kept* is remembered. A request that failed, for want of a key or of room on the disk, may come again as it
is: two attempts within one second have the same signature. For the same reason requests that only read are none of its
business.
"""

import hashlib
import time
from collections.abc import Callable

from federation.signatures import freshness
from federation.signatures.requests import SignedRequest

REMEMBERED_FOR = (freshness.OLDEST + freshness.FARTHEST_AHEAD).total_seconds()
"""Seconds after which no clock that this node accepts lets a signature pass."""
MOST_REMEMBERED = 32_768

_SIGNED_WITH = ("Signature", "Signature-Input", "Authorization")
_MARK_BYTES = 16


class Replays:
    """Remembers requests for as long as their signatures are good.

    Two generations: when the younger one is full or old, the elder is forgotten. So everything is remembered for
    `REMEMBERED_FOR`, unless more than `most` requests come in that time: then the oldest go first.
    """

    def __init__(self, *, most: int = MOST_REMEMBERED, seconds: Callable[[], float] = time.monotonic) -> None:
        """Remember nothing yet.

        most: requests in a generation, ≥ 1.  seconds: a clock that never goes back.
        """
        self._most = most
        self._seconds = seconds
        self._young: set[bytes] = set()
        self._old: set[bytes] = set()
        self._began = seconds()

    def is_known(self, request: SignedRequest) -> bool:
        """Whether this very request was remembered: method, target, signature and body."""
        self._age()
        mark = _mark_of(request)
        return mark in self._young or mark in self._old

    def remember(self, request: SignedRequest) -> None:
        """Know this request from now on. To be called once it was kept."""
        self._age()
        mark = _mark_of(request)
        if len(self._young) >= self._most and mark not in self._young:
            self._begin_generation()
        self._young.add(mark)

    def _age(self) -> None:
        age = self._seconds() - self._began
        if age >= 2 * REMEMBERED_FOR:
            self._young = set()
        if age >= REMEMBERED_FOR:
            self._begin_generation()

    def _begin_generation(self) -> None:
        self._young, self._old = set(), self._young
        self._began = self._seconds()


def _mark_of(request: SignedRequest) -> bytes:
    mark = hashlib.blake2b(digest_size=_MARK_BYTES)
    texts = [request.method, str(request.target)]
    for name in _SIGNED_WITH:
        texts += [name, *request.headers.getall(name, [])]
    # No header and no target has a line feed in it, so the parts cannot be mistaken for one another.
    mark.update("\n".join(texts).encode(errors="surrogateescape"))
    mark.update(b"\n\n")
    mark.update(request.body)
    return mark.digest()
