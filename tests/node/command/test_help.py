"""The one page that everybody who runs a node meets first."""

import time

import pytest

from node.command import GROUPS
from tests.node.command.conftest import run, run_here


def test_the_help_names_every_command() -> None:
    said = run("--help")
    assert (said.code, said.err) == (0, "")
    assert all(f"  {name} " in said.out for name in GROUPS)
    assert max(map(len, said.out.splitlines())) <= 100


def test_the_help_is_there_at_once() -> None:
    def seconds() -> float:
        began = time.perf_counter()
        run("--help")
        return time.perf_counter() - began

    assert min(seconds() for _ in range(3)) < 0.3


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
        *(("peers", name) for name in ("list", "show", "allow", "remove")),
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
