"""How far a long piece of work is, shown at a terminal; elsewhere nothing is said of it."""

import contextlib
import sys
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from storage.copying import COPYING, Tell
from storage.copying import Progress as Told


@contextlib.contextmanager
def share_shown(what: str) -> Iterator[Callable[[float], None]]:
    """Shows the share that is done, 0 to 1."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=1.0)
        yield lambda share: bar.update(task, completed=share)


@contextlib.contextmanager
def copying_shown() -> Iterator[Tell]:
    """Shows how many rows of a database are copied or verified, and which table it is at."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("")

        def tell(told: Told) -> None:
            doing = "Copying" if told.doing == COPYING else "Verifying"
            bar.update(task, description=f"{doing} {told.table}", completed=told.done, total=told.total)

        yield tell
