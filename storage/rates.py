"""How often somebody may ask, counted over all processes of a node without asking the database each time.

An allowance is a bucket: full at first, one token out for each request, refilled steadily. All there is to know of a bucket
is the moment when it will be full again; taking a token puts that moment off by one interval.

    SQLite       one process: the moment stands in its memory
    PostgreSQL   the moment stands in a row that all processes share. A process takes a portion out at once, a tenth of
                 what is in, and spends that from memory; it is told what the others take

What a unit counts itself (`take`), together with what it changes, stands in a row on both.

**Never more than allowed.** What a process holds counts as taken. It may not hold it while the row fills behind its back: of
a portion no more is good than there is still room for in the bucket, as the process last saw it. So what is in the row and
what all hold together is never more than a bucket, at no moment. A process that dies takes its portion with it: it is there
again when the bucket has filled.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from storage.events import AllowanceTaken, ChangedElsewhere, Event
from storage.store import Store, Unit

MOST_REMEMBERED = 50_000
PORTION = 10
"""A process takes one part in so many of what is left."""

SWEEP_EVERY = timedelta(minutes=10)
FURTHEST_AHEAD = 60_000_000
"""Clocks may differ by so many microseconds. What is further ahead was left behind by a clock that was put back since."""

MICROSECOND = timedelta(microseconds=1)
START = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in so much time; as many may come at once."""

    most: int
    within: timedelta

    @property
    def interval(self) -> int:
        """After how many microseconds there is one more."""
        return -(-(self.within // MICROSECOND) // self.most)

    @property
    def size(self) -> int:
        """How many microseconds it takes to fill."""
        return self.most * self.interval


@dataclass(frozen=True, slots=True)
class Counted:
    """What became of one request.

    wait: seconds after which it may come; 0 when it was let in.  left: how many more may come now, at least.
    full_at: when as many as ever may come again; aware, UTC.
    """

    wait: float
    left: int
    full_at: datetime


@dataclass(slots=True)
class _Portion:
    """What a process has taken out of a bucket.

    held: tokens.  good_until: when the bucket would be full again; microseconds, as all moments here.
    full_at: of the row, as far as it is known; None when signals were lost.  refused_until: the row has nothing before.
    """

    held: int = 0
    good_until: int = 0
    full_at: int | None = None
    refused_until: int = 0


class Shares:
    """Counts requests by whatever they are to be counted by."""

    def __init__(self, store: Store, *, now: Callable[[], datetime]) -> None:
        """now: aware, UTC."""
        self._store = store
        self._now = now
        self._buckets: dict[str, int] = {}
        self._portions: dict[str, _Portion] = {}
        self._asking: dict[str, asyncio.Task[Counted]] = {}
        self._swept_at = now()
        if store.is_shared:
            store.listen(self._hear)

    def spend(self, name: str, rate: Rate) -> Counted | None:
        """Count one request, if that needs no database; None when it does: then nothing was counted.

        name: of what is counted together.
        """
        if self._store.is_shared:
            return self._spend_portion(name, rate)
        return self._spend_here(name, rate)

    async def take(self, name: str, rate: Rate) -> Counted:
        """Count one request. Raises StorageTrouble."""
        while (counted := self.spend(name, rate)) is None:
            asking = self._asking.get(name)
            if asking is None:
                return await asyncio.shield(self._begin_asking(name, rate))
            await asyncio.shield(asking)
        return counted

    # ---- one process -----------------------------------------------------------------------------------------------

    def _spend_here(self, name: str, rate: Rate) -> Counted:
        moment = self._moment()
        known = self._buckets.get(name, 0)
        if not moment <= known <= moment + rate.size + FURTHEST_AHEAD:
            known = moment
        after = known + rate.interval
        wait = after - (moment + rate.size)
        if wait > 0:
            return _counted(wait, 0, known)
        if name not in self._buckets and len(self._buckets) >= MOST_REMEMBERED:
            self._forget_half_of_the_buckets()
        self._buckets[name] = after
        return _counted(0, _room(after, moment, rate), after)

    def _forget_half_of_the_buckets(self) -> None:
        """Those that are full first lose least."""
        kept = sorted(self._buckets.items(), key=lambda each: each[1])[MOST_REMEMBERED // 2 :]
        self._buckets = dict(kept)

    # ---- several processes -----------------------------------------------------------------------------------------

    def _spend_portion(self, name: str, rate: Rate) -> Counted | None:
        portion = self._portions.get(name)
        if portion is None:
            return None
        moment, interval = self._moment(), rate.interval
        portion.held = max(0, min(portion.held, (portion.good_until - moment) // interval))
        if portion.held:
            portion.held -= 1
            left = portion.held
            if portion.full_at is not None:
                left += _room(portion.full_at, moment, rate)
            return _counted(0, left, moment + (rate.most - min(left, rate.most)) * interval)
        if moment < portion.refused_until <= moment + interval + FURTHEST_AHEAD:
            return _counted(portion.refused_until - moment, 0, portion.refused_until + rate.size - interval)
        return None

    def _begin_asking(self, name: str, rate: Rate) -> asyncio.Task[Counted]:
        """In a task of its own: whoever has asked may go away, and others wait for the same."""
        asking = self._asking[name] = asyncio.create_task(self._ask(name, rate), name=f"take a share of {name}")

        def forget(_: asyncio.Task[Counted]) -> None:
            self._asking.pop(name, None)
            if not asking.cancelled():
                asking.exception()  # told to those who still wait

        asking.add_done_callback(forget)
        return asking

    async def _ask(self, name: str, rate: Rate) -> Counted:
        """Take a portion out of the row, and count one request."""
        known = self._portions.get(name)
        room = rate.most
        if known is not None and known.full_at is not None:
            room = _room(known.full_at, self._moment(), rate)
        wanted = max(1, room // PORTION)
        taken, full_at = await self._store.write(take, name, rate, wanted=wanted)
        portion = self._portion(name)
        portion.held, portion.good_until = max(0, taken - 1), full_at
        portion.full_at = max(full_at, portion.full_at or 0)
        portion.refused_until = 0 if taken else full_at - rate.size + rate.interval
        await self._sweep_sometimes()
        if not taken:
            return _counted(max(1, portion.refused_until - self._moment()), 0, full_at)
        moment = self._moment()
        left = portion.held + _room(portion.full_at, moment, rate)
        return _counted(0, left, moment + (rate.most - min(left, rate.most)) * rate.interval)

    def _portion(self, name: str) -> _Portion:
        known = self._portions.get(name)
        if known is None:
            if len(self._portions) >= MOST_REMEMBERED:
                kept = list(self._portions.items())[MOST_REMEMBERED // 2 :]
                self._portions = dict(kept)
            known = self._portions[name] = _Portion()
        return known

    async def _sweep_sometimes(self) -> None:
        if self._now() - self._swept_at > SWEEP_EVERY:
            self._swept_at = self._now()
            await self._store.write(sweep)

    def _hear(self, events: Sequence[Event]) -> None:
        for event in events:
            match event:
                case AllowanceTaken(name, full_at):
                    portion = self._portions.get(name)
                    if portion is not None and portion.full_at is not None:
                        portion.full_at = max(portion.full_at, full_at)
                case ChangedElsewhere():
                    for portion in self._portions.values():
                        portion.full_at = None
                case _:
                    pass

    def _moment(self) -> int:
        return microseconds(self._now())


def _counted(wait: int, left: int, full_at: int) -> Counted:
    return Counted(wait / 1_000_000, left, START + timedelta(microseconds=full_at))


def _room(full_at: int, moment: int, rate: Rate) -> int:
    """How many tokens are in a bucket that is full at this moment."""
    return max(0, rate.most - max(0, -((moment - full_at) // rate.interval)))


def microseconds(moment: datetime) -> int:
    """An aware moment as microseconds since 1970."""
    return (moment - START) // MICROSECOND


# ---- units -----------------------------------------------------------------------------------------------------------

LEVEL = "case when allowances.full_at between :now and :latest then allowances.full_at else :now end"
TAKE = f"""
insert into allowances (name, full_at) values (:name, :now + :cost)
on conflict (name) do update set full_at = {LEVEL} + :cost where {LEVEL} + :cost <= :now + :size
returning full_at
"""


def take(unit: Unit, name: str, rate: Rate, *, wanted: int) -> tuple[int, int]:
    """Take tokens out of a bucket: so many if they are there, else one, else none.

    Returns how many were taken, and when the bucket will be full again; microseconds since 1970.
    """
    now, size = microseconds(unit.now), rate.size
    for number in (wanted, 1) if wanted > 1 else (1,):
        cost, latest = number * rate.interval, now + size + FURTHEST_AHEAD
        full_at = unit.one(int, TAKE, name=name, now=now, cost=cost, size=size, latest=latest)
        if full_at is not None:
            unit.after_commit(AllowanceTaken(name, full_at))
            return number, full_at
    return 0, unit.one(int, "select full_at from allowances where name = :name", name=name) or now


def sweep(unit: Unit) -> int:
    """Forget buckets that are full. Returns how many."""
    return unit.run("delete from allowances where full_at < :now", now=microseconds(unit.now))
