"""What all tests share: both databases, empty and at this program's schema, a fresh one for each test."""

import shutil
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from storage.migrations.apply import upgrade
from tests.databases import QUICK, PostgresqlServer, postgresql_server

BEGAN = pytest.StashKey[float]()
PICTURES = Path(__file__).parent.parent / ".screenshots"
"""What tests in a browser leave to look at."""

LONG = (
    "tests/test_house.py",
    "tests/browser/test_core_tasks.py",
    "tests/browser/test_accessibility.py",
    "tests/federated/test_chaos.py",
    "tests/federated/test_moving.py",
    "tests/federated/test_kill.py",
    "tests/node/test_workers.py",
    "tests/node/demo/test_demo.py",
    "tests/federation/test_inbox.py",
    "tests/storage/test_copying.py",
    "tests/node/command/test_migrate.py",
    "tests/node/command/test_doctor.py",
    "tests/federated/test_workers.py",
)
"""Files whose tests take a quarter of a minute and more together."""

Empty = Callable[[str], Path | str]
"""Makes one more empty database of the test's engine, by name."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long is begun first: at the end no process waits for another's last file."""
    items.sort(key=lambda item: not any(map(item.path.match, LONG)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a hostile text has put into a log goes from worker to worker as UTF-8, which has no halves of characters."""
    report = yield
    report.sections = [(name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections]
    return report


def pytest_sessionstart(session: pytest.Session) -> None:
    session.config.stash[BEGAN] = time.time()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say where the pictures of this run are, for people to look at."""
    taken = [each for each in PICTURES.glob("*.png") if each.stat().st_mtime >= config.stash[BEGAN]]
    if taken:
        terminalreporter.write_line(f"{len(taken)} pictures of pages are in {PICTURES}")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    """A PostgreSQL of the tests' own, with an empty node in the database `template`."""
    with postgresql_server(*QUICK) as server:
        upgrade(server.create("template0", name="template"))
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "node.db"
    upgrade(path)
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """Whoever asks for this, or for what stands on it, runs on both engines."""
    name: str = request.param
    return name


@pytest.fixture
def empty(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Empty]:
    made: list[str] = []

    def on_sqlite(name: str) -> Path:
        template: Path = request.getfixturevalue("sqlite_template")
        return Path(shutil.copy(template, tmp_path / f"{name}.db"))

    def on_postgresql(_name: str) -> str:
        made.append(request.getfixturevalue("postgresql").create("template"))
        return made[-1]

    yield on_sqlite if engine == "sqlite" else on_postgresql
    for address in made:
        request.getfixturevalue("postgresql").drop(address)


Bare = Callable[[], str]


@pytest.fixture
def bare(engine: str, request: pytest.FixtureRequest) -> Iterator[Bare]:
    """Makes one more PostgreSQL database with tables and no rows, for a node to be founded in; '' where the engine is SQLite."""
    made: list[str] = []

    def make() -> str:
        if engine == "sqlite":
            return ""
        made.append(request.getfixturevalue("postgresql").create("template"))
        return made[-1]

    yield make
    for address in made:
        request.getfixturevalue("postgresql").drop(address)


@pytest.fixture
def database(empty: Empty) -> Path | str:
    """An empty database at this program's schema."""
    return empty("node")


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Path:
    """The same, for what only a file has."""
    return Path(shutil.copy(sqlite_template, tmp_path / "file.db"))
