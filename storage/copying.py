"""Copy a node between two databases, whichever engines they are, so that afterwards both hold the same rows.

    catch_up   walk through each table on both sides at once, a thousand rows at a time ─► stretches that differ
               take them away there, all of them ─► put them in as they are here
    verify     the same walk; any difference is an error

**It needs no memory of where it was.** What is there already is compared and left alone, so a run that was cut off is begun
again and goes on, and a run that follows another takes over only what has changed since: added, changed, or gone.

**Order.** All that differs is taken away before anything is put in: a name that has moved from one row to another is never
there twice. References are not looked at meanwhile (`storage.destinations`), so that nothing goes with what is taken away.

**What is made from it.** The index of words (`storage.post_words`) is no table of a node: what differs is indexed anew there.

**Sameness.** Rows of both sides become Python values, and a thousand of them a digest over all columns. PostgreSQL keeps no
NUL in a text: it is left out, as the node itself does there.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from storage import destinations, post_words, sides
from storage.errors import StorageTrouble
from storage.sides import WHOLE, Key, Row, Side, Span, TableShape

POSTS = "posts"
COPYING = "copying"
VERIFYING = "verifying"


class CopyDiffers(StorageTrouble):
    """The copy of a table is not what was copied. Nothing was switched over; run the command again."""

    code = "copy-differs"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a walk is. doing: `copying` or `verifying`.  done, total: rows of all tables."""

    doing: str
    table: str
    done: int
    total: int

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return min(self.done / self.total, 1.0) if self.total else 1.0


WORDS = TableShape(post_words.TABLE, ("rowid", "words"), (0,), frozenset())

Tell = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Verified:
    """A table that is the same on both sides. digest: over all its rows, in the order of their key, in hexadecimal."""

    table: str
    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a table on both sides. rows: how many there are here; here, there: what they come to."""

    span: Span
    rows: int
    here: bytes
    there: bytes

    @property
    def is_same(self) -> bool:
        """Whether both sides hold the same."""
        return self.here == self.there


def catch_up(source: Side, target: Side, *, tell: Tell) -> int:
    """Have the target hold what the source holds.

    target: made by `storage.destinations`; what is done is kept bit by bit.  tell: hears how far it is.
    Returns how many rows were put in.  Raises StorageTrouble, StorageFull.
    """
    tally = _Tally(COPYING, source, tell)
    differing = [
        (shape, block)
        for shape in sides.shapes()
        for block in (_all_of_it(shape, source, target) or _compared(shape, source, target, tally))
        if not block.is_same
    ]
    for shape, block in reversed(differing):
        target.remove(shape, block.span)
        if shape.name == POSTS:
            target.remove(WORDS, block.span)
    target.keep()
    copied = sum(_put_in(shape, block.span, source, target, tally) for shape, block in differing)
    _index_what_is_not(target)
    return copied


def verify(source: Side, target: Side, *, tell: Tell) -> list[Verified]:
    """Compare every row of every table. tell: hears how far it is.  Raises CopyDiffers."""
    tally = _Tally(VERIFYING, source, tell)
    return [_verified(shape, source, target, tally) for shape in sides.shapes()]


def duplicate(source: Path | str, target: Path | str, *, tell: Tell) -> list[Verified]:
    """Copy a node, which may be running, into a database of its own that holds nothing yet.

    source, target: each the path of a SQLite file or `postgresql://…`; target: a file that does not exist, or an empty
    database.  Raises Occupied, CopyDiffers, StorageTrouble, StorageFull; then nothing is left in the target.
    """
    destinations.demand_empty(target)
    try:
        with sides.reading(source) as ours:
            destinations.prepare(target, node=destinations.identity_of(ours))
            with sides.writing(target) as theirs:
                catch_up(ours, theirs, tell=tell)
                verified = verify(ours, theirs, tell=tell)
        destinations.finish(target)
        destinations.forget(target)
    except BaseException:
        destinations.discard(target)
        raise
    return verified


def back_up(source: str, target: Path, *, progress: Callable[[float], None]) -> None:
    """Copy a node in PostgreSQL into a new SQLite file. progress: hears the share done, 0 to 1.  Raises: see `duplicate`."""
    duplicate(source, target, tell=lambda told: progress((told.share + (told.doing == VERIFYING)) / 2))


# ---- walking --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Tally:
    """Counts rows, and tells how far a walk is."""

    doing: str
    source: Side
    tell: Tell
    done: int = 0
    total: int = field(init=False)

    def __post_init__(self) -> None:
        self.total = sum(self.source.rows_in(shape) for shape in sides.shapes())

    def add(self, shape: TableShape, rows: int) -> None:
        self.done += rows
        self.tell(Progress(self.doing, shape.name, self.done, self.total))


def _all_of_it(shape: TableShape, source: Side, target: Side) -> list[Block]:
    """The whole table as one stretch that differs, where there is nothing of it yet: it is not read twice."""
    if target.rows_in(shape):
        return []
    return [Block(WHOLE, source.rows_in(shape), b"here", b"nothing there")]


def _compared(shape: TableShape, source: Side, target: Side, tally: _Tally) -> Iterator[Block]:
    """Walk through a table on both sides."""
    theirs = _Walk(shape, target.batches(shape))
    after: Key | None = None
    for rows in source.batches(shape):
        upto = shape.key_of(rows[-1])
        block = Block(Span(after, upto), len(rows), _digest(rows), _digest(theirs.take(upto)))
        if block.is_same or tally.doing == VERIFYING:
            tally.add(shape, block.rows)
        yield block
        after = upto
    beyond = theirs.take(None)
    if beyond:
        yield Block(Span(after, None), 0, _digest([]), _digest(beyond))


class _Walk:
    """The rows of a table, taken key by key."""

    def __init__(self, shape: TableShape, batches: Iterator[list[Row]]) -> None:
        self._shape = shape
        self._batches = batches
        self._left: list[Row] = []

    def take(self, upto: Key | None) -> list[Row]:
        """The next rows up to and with this key; None for all that are left."""
        taken: list[Row] = []
        while self._left or (batch := next(self._batches, None)):
            self._left = self._left or batch or []
            at = len(self._left) if upto is None else bisect_right(self._left, upto, key=self._shape.key_of)
            taken += self._left[:at]
            self._left = self._left[at:]
            if self._left:
                break
        return taken


def _put_in(shape: TableShape, span: Span, source: Side, target: Side, tally: _Tally) -> int:
    copied = 0
    for rows in source.batches(shape, span):
        target.add(shape, _without_nul(rows))
        target.keep()
        copied += len(rows)
        tally.add(shape, len(rows))
    return copied


def _index_what_is_not(target: Side) -> None:
    def put(rows: list[post_words.Row]) -> None:
        target.add(WORDS, rows)
        target.keep()

    post_words.fill(target.ask, put)


def _verified(shape: TableShape, source: Side, target: Side, tally: _Tally) -> Verified:
    rows, digest = 0, hashlib.sha256()
    for block in _compared(shape, source, target, tally):
        if not block.is_same:
            raise CopyDiffers(
                f"The copy of the table {shape.name} is not what was copied. Nothing was switched over: see that nobody "
                "else works on the two databases, and run the command again."
            )
        rows += block.rows
        digest.update(block.here)
    return Verified(shape.name, rows, digest.hexdigest())


def _digest(rows: Sequence[Row]) -> bytes:
    return hashlib.sha256(repr(_without_nul(rows)).encode()).digest()


def _without_nul(rows: Sequence[Row]) -> Sequence[Row]:
    if not any(type(value) is str and "\0" in value for row in rows for value in row):
        return rows
    return [tuple(value.replace("\0", "") if type(value) is str else value for value in row) for row in rows]
