"""What several processes on one machine are made of, and what is refused before any of them starts."""

import socket
from pathlib import Path

import pytest

from node import workers
from node.errors import BadSettings
from node.server import AddressInUse, AddressNotOurs
from node.settings import Settings
from tests import loopback
from tests.node.command.conftest import run_here


@pytest.mark.parametrize("options", [("--workers", "2"), ("--role", "web")])
def test_a_node_on_sqlite_is_one_process_that_does_everything(tmp_path: Path, options: tuple[str, str]) -> None:
    (tmp_path / "legation.toml").write_text('domain = "paris.example"')
    assert run_here("serve", "--data", tmp_path, *options).sentence == (
        "A node on SQLite is one process that does everything. To run several, move the node to PostgreSQL first: "
        "legation migrate --to postgresql://USER@HOST/DATABASE"
    )


def test_the_pause_before_a_replacement_grows_to_an_end() -> None:
    assert [workers.pause_before(deaths) for deaths in (0, 1, 2, 3, 20)] == [0.0, 0.1, 0.2, 0.4, 15.0]


def test_a_port_in_use_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(AddressInUse, match=r"listens on 127\.0\.0\.1"):
        workers.listening("127.0.0.1", taken.getsockname()[1])


def test_an_address_that_is_not_ours_is_told() -> None:
    with pytest.raises(AddressNotOurs):
        workers.listening("192.0.2.1", 0)


def test_a_name_is_listened_on_at_all_its_addresses() -> None:
    made = workers.listening("localhost", loopback.free_port())
    assert made
    for each in made:
        each.close()


async def test_settings_of_several_processes_on_sqlite_harm_no_other_command(tmp_path: Path) -> None:
    sensible = Settings(data=tmp_path, domain="paris.example", workers=2)
    with pytest.raises(BadSettings):
        workers.demand_possible(sensible)
    workers.demand_possible(sensible.model_copy(update={"workers": 1}))
