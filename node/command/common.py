"""What the commands share: the data folder, an opened store, a password from standard input, tables and JSON."""

import asyncio
import contextlib
import getpass
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click
import orjson
from rich.cells import cell_len, set_cell_size

from federation.errors import BadHost
from federation.hosts import canonical_host
from node import settings as node_settings
from node.errors import Invalid
from node.settings import DATA_VARIABLE, Settings
from storage.addresses import fault_in
from storage.ids import Host
from storage.opening import open_store
from storage.store import Store

P = ParamSpec("P")
T = TypeVar("T")

SOURCE = "command"
"""From where the command acts, for the audit."""

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=lambda: os.environ.get(DATA_VARIABLE, "."),
    help="The node's data folder (else $LEGATION_DATA, else the current folder).",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for scripts.")
postgresql_option = click.option(
    "--postgresql",
    envvar="LEGATION_POSTGRESQL",
    default="",
    metavar="ADDRESS",
    help="An empty PostgreSQL database to keep the node in, as postgresql://legation@host/legation.",
)
password_option = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


def asynchronous(command: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:  # Any: what a coroutine never yields
    """Run a command that awaits."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        return asyncio.run(command(*args, **kwargs))

    return run


@contextlib.asynccontextmanager
async def opened(data: Path) -> AsyncIterator[tuple[Settings, Store]]:
    """The settings and the store of the node in a folder, beside the node that may run. Raises BadSettings, StorageTrouble."""
    settings = node_settings.load(data)
    store = await open_store(settings.database)
    try:
        yield settings, store
    finally:
        await store.close()


def ask_password(*, from_stdin: bool) -> str:
    """A password: all of standard input without its last line end, or asked for twice at the terminal."""
    if from_stdin:
        return sys.stdin.read().removesuffix("\n").removesuffix("\r")
    if not sys.stdin.isatty():
        raise Invalid("password", "ERR_BLANK", "There is no terminal to ask for a password at. Use --password-stdin.")
    asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return asked


def operator() -> str:
    """Who runs the command, for the audit: the account that asked for other rights, else the one it runs in."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in containers
        return f"uid {os.getuid()}"


def a_host(text: str, settings: Settings) -> Host:
    """A host as the allowlist has it. Raises Invalid."""
    try:
        host = canonical_host(text.strip(), allow_addresses=settings.development)
    except BadHost as error:
        raise Invalid("host", "ERR_INVALID", f"{text!r} cannot be a peer: {error.reason}") from error
    if host == settings.domain:
        raise Invalid("host", "ERR_SELF", f"{host} is this node itself.")
    return host


def a_postgresql(text: str, option: str) -> str:
    """The address of a PostgreSQL database as somebody wrote it. option: where.  Raises Invalid, which repeats nothing of it."""
    fault = fault_in(text)
    if fault is not None:
        raise Invalid("postgresql", "ERR_INVALID", f"{option}: {fault}.")
    return text


def print_json(value: object) -> None:
    """A value as JSON, indented."""
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z).decode())


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str) -> None:
    """Rows under headings, or a sentence when there are none."""
    lines = [list(headings), *map(list, rows)]
    if len(lines) == 1:
        click.echo(empty)
        return
    # Names may be Japanese or Chinese: what counts is how wide they are shown.
    widths = [max(cell_len(line[at]) for line in lines) for at in range(len(headings))]
    for line in lines:
        shown = (set_cell_size(cell, width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(shown).rstrip())


def moment(value: datetime | None) -> str:
    """A moment for a table: UTC to the minute, or a dash."""
    return value.strftime("%Y-%m-%d %H:%M") if value else "-"
