"""Who has a node's database open: those who serve it and the commands on it, together; or one who moves it, alone.

A SQLite file: a lock on the folder that it lies in (`flock`, which leaves nothing behind and goes with its process). A
database in PostgreSQL: an advisory lock of the session, taken with the statements below. Each store holds its share for as
long as it is open, so whoever moves a node knows that nobody writes to it, without trusting anybody's word.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from storage.errors import StorageBusy, StorageTrouble

TOGETHER = "select pg_try_advisory_lock_shared(hashtextextended('legation: open', 0))"
ALONE = "select pg_try_advisory_lock(hashtextextended('legation: open', 0))"

BEING_MOVED = "The node is being moved to another database just now. Try again when that is done."


class InUse(StorageBusy):
    """Another process has the node's database open. Stop the node, and see that no command is at work on it."""

    code = "in-use"


class Share:
    """One's part in a SQLite file that others may have open too, until it is let go."""

    def __init__(self, folder: Path) -> None:
        """folder: where the file lies.  Raises StorageTrouble while somebody moves the node."""
        self._descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._descriptor)
            raise StorageTrouble(BEING_MOVED) from error

    def let_go(self) -> None:
        """Have no part any more."""
        os.close(self._descriptor)


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Nobody else has a SQLite file in this folder open as a store, and nobody opens one.  Raises InUse."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InUse(InUse.__doc__) from error
        yield
    finally:
        os.close(descriptor)
