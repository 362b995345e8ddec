"""Store and Unit: the two protocols that everything above stands on.

                 await store.write(posts.add, …)
    caller  ───────────────────────────────────────►  Store   (the only async boundary to data)
                                                        │  one hop to the engine's thread
                                                        ▼
                              posts.add(unit, …)       Unit    (one transaction; no await inside, nothing interleaves)

A unit of work that raises is rolled back whole, and harms no other unit that shares its commit. Events given to
`Unit.after_commit` are told to listeners once the commit is durable, never before, and not at all when it fails.

A unit changes nothing but rows: where several processes write at once it may have to be run again. SQL is written once for
both engines (`storage.statements`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from storage.events import Event
from storage.meters import Meters

T = TypeVar("T")
P = ParamSpec("P")

Value = str | int | float | bytes | datetime | Sequence[int] | Sequence[str] | None
"""What a statement may be given: a moment is kept as milliseconds, a boolean as 0 or 1; a list or tuple is for `in`."""

Listener = Callable[[Sequence[Event]], None]


class Unit(Protocol):
    """One unit of work on the database, while it runs."""

    @property
    def now(self) -> datetime:
        """The moment of this unit: aware, UTC, the same for all it does."""

    def all(self, kind: type[T], sql: str, /, **values: Value) -> list[T]:
        """Every row of a query, each as the kind asked for: a dataclass filled by position, or a plain scalar."""

    def one(self, kind: type[T], sql: str, /, **values: Value) -> T | None:
        """The first row of a query as the kind asked for, or None."""

    def run(self, sql: str, /, **values: Value) -> int:
        """Change rows. Returns how many. Raises Conflict when a unique name or a reference forbids it."""

    def each(self, sql: str, rows: Iterable[Mapping[str, Value]], /) -> None:
        """Run one statement for many rows, in one call."""

    def later(self, sql: str, /, **values: Value) -> None:
        """Change rows that nothing else in the unit looks at, in one call for all that are put off.

        Before the next `run` or `each`, at the latest when the unit ends. Raises there what `run` would.
        """

    def tally(self, sql: str, /, **values: Value) -> None:
        """Put off a change that counts one more of something: once for the same values, `:times` says how often it was asked for."""

    def new_id(self) -> int:
        """A fresh id that sorts after all ids given before."""

    def after_commit(self, event: Event, /) -> None:
        """Tell listeners of this once it is durable."""

    def attempt(self) -> AbstractContextManager[None]:
        """Do a part of the unit that may fail: when the body raises, what it changed and told is taken back, and it raises on."""

    def lock(self, *names: str) -> None:
        """Let no other unit that locks one of these names run until this one is committed. Where there is one writer: nothing."""

    def size(self) -> int:
        """How much room the whole database takes, in bytes."""


class Store(Protocol):
    """A node's database, opened."""

    @property
    def is_shared(self) -> bool:
        """Whether other processes may serve the same node from it."""

    async def read(self, unit: Callable[Concatenate[Unit, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a quick unit that only reads, on one snapshot."""

    async def read_slowly(self, unit: Callable[Concatenate[Unit, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a unit that reads at length (search, export) where it holds up nobody who is quick."""

    async def write(self, unit: Callable[Concatenate[Unit, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a unit that changes things; answers after the commit is durable.

        Raises what the unit raises, StorageFull or StorageBusy; then nothing of it is kept.
        """

    def listen(self, listener: Listener, /, *, here_only: bool = False) -> None:
        """Have a function told of the events of each commit, on the event loop.

        Those of this process come in order, before the writer has its answer; those of others as soon as they are heard of.
        here_only: only those of this process.
        """

    async def up_to_date(self) -> None:
        """Wait until listeners here were told of everything that was committed anywhere before this call.

        Ask before you answer from memory. Raises StorageTrouble when it cannot be known.
        """

    async def backup(self, target: Path, /, *, progress: Callable[[float], None]) -> None:
        """Copy the whole database to a new file while it is in use.

        progress: is called with the share done, 0 to 1.  Raises StorageFull.
        """

    def meters(self) -> Meters:
        """What the engine has counted of its work, for those who watch it."""

    async def close(self) -> None:
        """Finish what was begun and let go of the database."""
