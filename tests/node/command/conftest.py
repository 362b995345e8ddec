"""The real command, as a process of its own, on real nodes."""

import asyncio
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGTERM
from typing import Any

import orjson
import pytest

from node.command import main
from tests.databases import PostgresqlServer
from tests.loopback import free_port

HOUSE = Path(__file__).parent.parent.parent.parent
PROGRAM = (sys.executable, "-W", "error", "-m", "node.command")
PASSWORD = "quatre mots bien choisis"
READY_SECONDS = 15


@dataclass
class Said:
    """What a call ended with."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # Any: whatever was said
        return orjson.loads(self.out)

    @property
    def sentence(self) -> str:
        """The one sentence of a refusal."""
        assert (self.code, self.out) == (1, ""), self
        assert "Traceback" not in self.err
        assert self.err.startswith("legation: ")
        assert self.err.count("\n") == 1
        return self.err.removeprefix("legation: ").rstrip("\n")


def clean_environment(**more: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("LEGATION_")} | more


def run(*arguments: object, stdin: str | None = None, **environment: str) -> Said:
    """Call the command. stdin: what is given to it; nothing when None."""
    ended = subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        cwd=HOUSE,
        env=clean_environment(**environment),
        input=stdin or "",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return Said(ended.returncode, ended.stdout, ended.stderr)


def run_here(*arguments: object, stdin: str = "") -> Said:
    """As `run`, in this process, outside of its event loop."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patched, redirect_stdout(out), redirect_stderr(err):
        patched.setattr(sys, "stdin", io.StringIO(stdin))
        for name in [name for name in os.environ if name.startswith("LEGATION_")]:
            patched.delenv(name)
        with pytest.raises(SystemExit) as ended:
            main([*map(str, arguments)])
    code = ended.value.code
    assert isinstance(code, int)
    return Said(code, out.getvalue(), err.getvalue())


@dataclass
class Place:
    """A node's folder, and the command on it."""

    data: Path
    domain: str
    postgresql: str = ""

    @property
    def database(self) -> Path:
        return self.data / "legation.db"

    @property
    def secret(self) -> Path:
        return self.data.with_name(self.data.name + ".secret")

    def run(self, *arguments: object, stdin: str | None = None, **environment: str) -> Said:
        return run(*arguments, "--data", self.data, stdin=stdin, **environment)

    def run_here(self, *arguments: object, stdin: str = "") -> Said:
        """As `run`, in this process: a process starts for longer than it works, and each command has tests of its own with one."""
        return run_here(*arguments, "--data", self.data, stdin=stdin)

    def refused(self, *arguments: object, stdin: str = "") -> str:
        """The sentence with which a call ends."""
        return self.run_here(*arguments, stdin=stdin).sentence

    def did(self, *arguments: object, stdin: str = "") -> Said:
        """What must go well."""
        said = self.run_here(*arguments, stdin=stdin)
        assert (said.code, said.err) == (0, "")
        return said


def initialised(data: Path, *more: str) -> Place:
    domain = f"paris.localhost:{free_port()}"
    said = run(
        *("init", "--data", data, "--domain", domain, "--development", "--admin", "marie", "--password-stdin", *more),
        stdin=PASSWORD + "\n",
    )
    assert said.code == 0, said.err
    return Place(data, domain, more[more.index("--postgresql") + 1] if "--postgresql" in more else "")


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return initialised(tmp_path_factory.mktemp("template") / "paris")


@pytest.fixture
def place(made_once: Place, tmp_path: Path) -> Place:
    """A node that `legation init` made, with marie as its administrator."""
    copy = Place(tmp_path / "paris", made_once.domain)
    shutil.copytree(made_once.data, copy.data)
    shutil.copy(made_once.secret, copy.secret)
    file = copy.data / "legation.toml"
    file.write_text(file.read_text().replace(str(made_once.secret), str(copy.secret)))
    return copy


@pytest.fixture(scope="session")
def made_once_on_postgresql(postgresql: PostgresqlServer, tmp_path_factory: pytest.TempPathFactory) -> Place:
    return initialised(tmp_path_factory.mktemp("template") / "dakar", "--postgresql", postgresql.create())


@pytest.fixture
def on_postgresql(made_once_on_postgresql: Place, postgresql: PostgresqlServer, tmp_path: Path) -> Iterator[Place]:
    """The same, with its database in PostgreSQL."""
    made = made_once_on_postgresql
    address = postgresql.create(made.postgresql.rpartition("@/")[2].partition("?")[0])
    copy = Place(tmp_path / "dakar", made.domain, address)
    shutil.copytree(made.data, copy.data)
    shutil.copy(made.secret, copy.secret)
    file = copy.data / "legation.toml"
    written = file.read_text().replace(str(made.secret), str(copy.secret))
    file.write_text(written.replace(made.postgresql, address))
    yield copy
    postgresql.drop(address)


@pytest.fixture
def bare_postgresql(postgresql: PostgresqlServer) -> Iterator[str]:
    """The address of a database with nothing in it."""
    address = postgresql.create()
    yield address
    postgresql.drop(address)


@dataclass
class Served:
    """A node that `legation serve` runs."""

    place: Place
    process: asyncio.subprocess.Process
    announced: str
    warnings: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it says that it listens."""
        found = re.search(r"listening on ([^)]+)\)", self.announced)
        assert found
        return f"http://{found[1]}"

    async def end(self, signal: int = SIGTERM) -> int:
        if self.process.returncode is None:
            self.process.send_signal(signal)
        async with asyncio.timeout(READY_SECONDS):
            _, rest = await self.process.communicate()
        self.warnings += rest.decode().splitlines()
        assert self.process.returncode is not None
        return self.process.returncode


@asynccontextmanager
async def serving(place: Place, *more: str) -> AsyncIterator[Served]:
    process = await asyncio.create_subprocess_exec(
        *(*PROGRAM, "serve", "--data", str(place.data), *more),
        cwd=HOUSE,
        env=clean_environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    served = Served(place, process, "")
    try:
        async with asyncio.timeout(READY_SECONDS):
            served.announced = (await process.stdout.readline()).decode().rstrip("\n")
        yield served
    finally:
        await served.end()


Serve = Callable[..., Awaitable[Served]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Runs nodes until the test ends."""
    async with AsyncExitStack() as stack:

        async def begin(place: Place, *more: str) -> Served:
            return await stack.enter_async_context(serving(place, *more))

        yield begin
