"""The one page that everybody who runs a node meets first."""

import subprocess
import sys

import pytest

from node.command import GROUPS
from tests.node.command.conftest import HOUSE, Place, run, run_here


def test_the_help_names_every_command() -> None:
    said = run("--help")
    assert (said.code, said.err) == (0, "")
    assert all(f"  {name} " in said.out for name in GROUPS)
    assert max(map(len, said.out.splitlines())) <= 100


HEAVY = ("aiohttp", "alembic", "jinja2", "psycopg", "pydantic", "sqlalchemy", "uvloop")
ASKED = """
import sys
from node.command import main
try:
    main(["--help"])
finally:
    print(*sys.modules, file=sys.stderr)
"""


def test_the_help_loads_nothing_that_it_does_not_need() -> None:
    """So it is there at once, on an old machine too."""
    said = subprocess.run([sys.executable, "-c", ASKED], cwd=HOUSE, capture_output=True, text=True, check=True)
    assert set(HEAVY).isdisjoint(said.stderr.split())


LISTS = [("announcements", "list"), ("keys", "list"), ("peers", "list"), ("queue", "list"), ("staff", "list")]


def test_a_process_says_what_the_other_tests_hear_in_theirs(place: Place) -> None:
    """Beside `init`, `doctor`, `migrate`, `restore` and `serve`, which have processes in tests of their own."""
    for command in LISTS:
        assert place.run(*command) == place.did(*command)
    assert "has new keys" in place.run("keys", "rotate", "--node").out
    assert len(place.run("token", "marie").out.strip()) > 20
    made = place.run("backup", place.data.with_name("paris.backup"))
    assert (made.code, made.err) == (0, "")
    assert place.data.with_name("paris.backup").stat().st_size > 1000


@pytest.mark.parametrize("command", GROUPS)
def test_every_command_tells_what_it_takes(command: str) -> None:
    said = run_here(command, "--help")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"Usage: legation {command} ")


@pytest.mark.parametrize(
    ("group", "command"),
    [
        *(("staff", name) for name in ("add", "list", "role", "disable", "enable", "password")),
        *(("announcements", name) for name in ("publish", "list", "withdraw")),
        *(("peers", name) for name in ("list", "show", "allow", "remove", "pause", "resume", "contact")),
        *(("queue", name) for name in ("list", "retry", "drop")),
        *(("keys", name) for name in ("list", "rotate")),
    ],
)
def test_every_command_of_a_group_takes_a_data_folder(group: str, command: str) -> None:
    assert "--data DIRECTORY" in run_here(group, command, "--help").out


@pytest.mark.parametrize(
    "call",
    [
        ["sreve"],
        ["serve", "--prot", "80"],
        ["init"],
        ["staff", "add"],
        ["staff", "role", "marie", "emperor"],
        ["peers", "allow"],
        ["backup"],
        ["queue", "list", "--yaml"],
    ],
)
def test_a_call_that_cannot_be_understood_ends_with_2(call: list[str]) -> None:
    said = run_here(*call)
    assert (said.code, said.out) == (2, "")
    assert "Error: " in said.err
    assert "Traceback" not in said.err
