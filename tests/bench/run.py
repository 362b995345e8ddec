"""`make bench`: every figure beside its floor, on both databases."""

import asyncio
import contextlib
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import click

from tests.bench import report
from tests.bench.measures import MEASURES
from tests.bench.measuring import Bench, Row
from tests.databases import postgresql_server

QUICK_PART = 0.1
ENGINES = ("sqlite", "postgresql")


@click.command()
@click.option(
    "--only", multiple=True, type=click.Choice(list(MEASURES)), help="Only these; may be given several times."
)
@click.option("--database", multiple=True, type=click.Choice(ENGINES), help="Only on this one.")
@click.option(
    "--part", default=1.0, show_default=True, help="How much of everything is sent; below 1, smaller worlds too."
)
@click.option("--quick", is_flag=True, help="A tenth of everything: to see whether it runs, not how fast.")
@click.option("--profile", is_flag=True, help="A flame graph of the node for each benchmark, in .bench/.")
@click.option("--publish", is_flag=True, help="Put the figures into docs/performance.md, and the curve beside it.")
def main(
    *, only: tuple[str, ...], database: tuple[str, ...], part: float, quick: bool, profile: bool, publish: bool
) -> None:
    """Measure how fast a node is, each figure beside what the machine itself could do."""
    part = QUICK_PART if quick else part
    found: dict[str, list[Row]] = {}
    curve: list[dict[str, float | str]] = []
    for engine in database or ENGINES:
        with contextlib.ExitStack() as leaving:
            new_database: Callable[[], str] = partial(str, "")
            if engine == "postgresql":
                new_database = leaving.enter_context(postgresql_server()).create
            folder = Path(leaving.enter_context(tempfile.TemporaryDirectory(prefix="legation-bench-")))
            bench = Bench(folder, engine, new_database, part, tell, curve, flames if profile else quietly)
            found[engine] = asyncio.run(measured(bench, only or tuple(MEASURES)))
        click.echo(f"\n{engine}: {report.machine()}\n{report.table(found[engine])}")
    report.keep(found, part=part)
    if curve and publish:
        report.draw(curve)
    if publish:
        report.publish(found, part=part)


async def measured(bench: Bench, names: tuple[str, ...]) -> list[Row]:
    """All of these, one after the other."""
    found: list[Row] = []
    for name in names:
        began = time.monotonic()
        tell(f"{bench.database}: {name}")
        found += await MEASURES[name](bench)
        tell(f"{bench.database}: {name}: {time.monotonic() - began:.0f} s\n")
        for left in bench.folder.iterdir():
            shutil.rmtree(left, ignore_errors=True)
    return found


def tell(what: str) -> None:
    """Show how far it is, in one line."""
    end = "" if sys.stderr.isatty() and not what.endswith("\n") else "\n"
    sys.stderr.write(f"\r\x1b[K{what.rstrip()}{end}" if sys.stderr.isatty() else f"{what.rstrip()}\n")


@contextlib.asynccontextmanager
async def quietly(_name: str, _pid: int) -> AsyncIterator[None]:
    """Without a profile."""
    yield


@contextlib.asynccontextmanager
async def flames(name: str, pid: int) -> AsyncIterator[None]:
    """Draw where a process spends its time meanwhile, into .bench/."""
    report.HISTORY.parent.mkdir(exist_ok=True)
    target = report.HISTORY.parent / f"{name.replace(' ', '-')}.svg"
    program = Path(sys.executable).parent / "py-spy"
    command = (
        str(program),
        "record",
        "--pid",
        str(pid),
        "--output",
        str(target),
        "--rate",
        "200",
        "--duration",
        "3600",
    )
    recorder = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            recorder.send_signal(2)
        await recorder.wait()


if __name__ == "__main__":
    main()
