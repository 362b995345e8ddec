"""What one process counts of its own work, and what it tells when somebody scrapes.

Counting happens on the event loop, where the events are told; nothing here is locked. What other places count themselves
(the storage engine, caches) is read from them at the scrape, so that they pay a plain addition and know nothing of metrics.
"""

import os
import resource
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Protocol

from federation.events import (
    ActivityQuarantined,
    ActivityReceived,
    ActivitySettled,
    Delivered,
    DeliveryFailed,
    RequestRefused,
    SignatureVerified,
)
from node.metrics import catalogue
from node.metrics.figures import OTHER, Counts, Figure, Series, Timings, one
from storage.backlog import Backlog
from storage.events import Event
from storage.ids import AccountId, moment_of
from storage.meters import Durations
from storage.store import Store

PRESENT_FOR = timedelta(minutes=5)
UNKNOWN_ROUTE = "unknown"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
STATUS_CLASSES = {1: "1xx", 2: "2xx", 3: "3xx", 4: "4xx", 5: "5xx"}
SELF = Path("/proc/self")


class Cache(Protocol):
    """Something that counts how often it had what it was asked for."""

    @property
    def hits(self) -> int:
        """How often it had it."""

    @property
    def misses(self) -> int:
        """How often it had it not."""


class Streams(Protocol):
    """Something that counts who listens."""

    @property
    def endings(self) -> Mapping[str, int]:
        """How many have ended, by reason."""

    def open_by_transport(self) -> Mapping[str, int]:
        """How many are open."""


class Metrics:
    """The figures of one process."""

    def __init__(self, store: Store, *, facts: Mapping[str, str], now: Callable[[], datetime]) -> None:
        """facts: the labels of `legation_info`: version, schema, database, worker.  now: aware, UTC."""
        self._store = store
        self._facts = tuple(facts[name] for name in catalogue.INFO.labels)
        self._now = now
        self._requests = Timings(catalogue.REQUESTS)
        self._signatures = Counts(catalogue.SIGNATURES)
        self._refusals = Counts(catalogue.REFUSALS)
        self._received = Counts(catalogue.RECEIVED)
        self._settled = Counts(catalogue.SETTLED)
        self._deliveries = Counts(catalogue.DELIVERIES)
        self._delivery_seconds = Timings(catalogue.DELIVERY_SECONDS_TAKEN)
        self._lag = Durations(catalogue.LAG.bounds)
        self._present: dict[AccountId, datetime] = {}
        self._caches: dict[str, Cache] = {}
        self._streams: Streams | None = None
        self.late = Durations(catalogue.LOOP_LATE.bounds)

    def watch_cache(self, name: str, cache: Cache) -> None:
        """Tell from now on how often a cache has what it is asked for. name: one word, as `posts`."""
        self._caches[name] = cache

    def watch_streams(self, streams: Streams) -> None:
        """Tell from now on how many listen."""
        self._streams = streams

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered. route: the pattern of its address, never the address itself."""
        known = method if method in METHODS else OTHER
        self._requests.of(known, route, STATUS_CLASSES.get(status // 100, OTHER)).add(seconds)

    def present(self, account: AccountId) -> None:
        """Somebody who is signed in was answered."""
        self._present[account] = self._now()

    def hear(self, event: Event) -> None:
        """Count one event, if it is one that is counted."""
        match event:
            case Delivered():
                self._attempted("delivered", event.seconds)
            case DeliveryFailed():
                self._attempted("dead" if event.dead else "later", event.seconds)
            case SignatureVerified():
                self._signatures.add(event.scheme)
            case ActivityReceived():
                self._received.add(event.type)
            case ActivitySettled():
                self._settled.add(event.type or OTHER, event.outcome)
                if event.outcome == "applied" and event.seconds is not None:
                    self._lag.add(event.seconds)
            case ActivityQuarantined():
                self._settled.add(event.type or OTHER, "quarantined")
            case RequestRefused():
                self._refusals.add("inbox" if event.inbox else "reading", event.code)
            case _:
                pass

    def figures(self, backlog: Backlog | None) -> Iterator[tuple[Figure, Series]]:
        """Everything there is to tell. backlog: what waits, None when the database could not say."""
        return chain(self._own(), self._waiting(backlog), self._of_storage(), _of_process())

    def _attempted(self, outcome: str, seconds: float | None) -> None:
        self._deliveries.add(outcome)
        if seconds is not None:
            self._delivery_seconds.of(outcome).add(seconds)

    def _own(self) -> Iterator[tuple[Figure, Series]]:
        yield catalogue.INFO, [(self._facts, 1)]
        for timings in (self._requests, self._delivery_seconds):
            yield timings.figure, timings.series.items()
        for counts in (self._signatures, self._refusals, self._received, self._settled, self._deliveries):
            yield counts.figure, counts.series.items()
        yield catalogue.LAG, one(self._lag)
        yield catalogue.LOOP_LATE, one(self.late)
        yield catalogue.PEOPLE, one(self._people())
        yield catalogue.CACHE, [found for name, cache in self._caches.items() for found in _asked(name, cache)]

        if self._streams is not None:
            yield catalogue.STREAMS, [((name,), count) for name, count in self._streams.open_by_transport().items()]
            yield catalogue.STREAMS_ENDED, [((name,), count) for name, count in self._streams.endings.items()]

    def _people(self) -> int:
        since = self._now() - PRESENT_FOR
        self._present = {account: moment for account, moment in self._present.items() if moment > since}
        return len(self._present)

    def _waiting(self, backlog: Backlog | None) -> Iterator[tuple[Figure, Series]]:
        yield catalogue.DATABASE_ANSWERS, one(0 if backlog is None else 1)
        if backlog is None:
            return
        yield catalogue.JOURNAL, one(backlog.journal.count)
        yield catalogue.JOURNAL_AGE, one(self._age(backlog.journal.oldest))
        yield catalogue.QUEUE, [((peer.host,), peer.count) for peer in backlog.peers]
        yield catalogue.QUEUE_AGE, [((peer.host,), self._age(peer.oldest)) for peer in backlog.peers]
        yield catalogue.DEAD, [((peer.host,), peer.count) for peer in backlog.dead]
        yield catalogue.CLOCK, [((peer.host,), peer.ahead) for peer in backlog.clocks]

    def _age(self, identifier: int | None) -> float:
        return 0.0 if identifier is None else max(0.0, (self._now() - moment_of(identifier)).total_seconds())

    def _of_storage(self) -> Iterator[tuple[Figure, Series]]:
        meters = self._store.meters()
        yield catalogue.COMMITS, one(meters.commits.seconds)
        yield catalogue.UNITS, one(meters.commits.units)
        yield catalogue.COMMITS_FAILED, one(meters.commits.failed)
        yield catalogue.UNITS_WAITING, [(("read",), meters.reads_waiting), (("write",), meters.writes_waiting)]


def _asked(name: str, cache: Cache) -> Series:
    return [((name, "hit"), cache.hits), ((name, "miss"), cache.misses)]


def _of_process() -> Iterator[tuple[Figure, Series]]:
    yield catalogue.CPU, one(time.process_time())
    yield catalogue.MOST_FILES, one(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    with suppress(OSError):  # only Linux tells the rest in this way
        yield catalogue.MEMORY, one(int((SELF / "statm").read_text().split()[1]) * resource.getpagesize())
        yield catalogue.STARTED, one(time.time() - _seconds_alive())
        yield catalogue.OPEN_FILES, one(sum(1 for _ in (SELF / "fd").iterdir()))


def _seconds_alive() -> float:
    # The program's name comes before, in brackets, and may hold blanks.
    fields = (SELF / "stat").read_text().rpartition(")")[2].split()
    return time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")
