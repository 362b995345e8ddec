"""`legation serve`: says where it answers, works beside the other commands, and ends when told."""

import asyncio
import re
from datetime import UTC, datetime
from signal import SIGINT, SIGTERM

import pytest

from node.released import RELEASED
from tests import loopback
from tests.node.command.conftest import HOUSE, PASSWORD, Place, Serve, run_here


def port_of(place: Place) -> int:
    return int(place.domain.rpartition(":")[2])


async def name_of(place: Place, url: str) -> str:
    async with (
        loopback.session(headers={"Host": place.domain}) as session,
        session.get(f"{url}/.well-known/nodeinfo") as answer,
    ):
        links = await answer.json()
    address: str = links["links"][0]["href"]
    return address


async def test_one_line_says_that_the_node_answers_and_where(place: Place, serve: Serve) -> None:
    served = await serve(place)
    assert served.announced == (
        f"{place.domain} answers at http://{place.domain} (listening on 127.0.0.1:{port_of(place)})"
    )
    assert await name_of(place, served.url) == f"http://{place.domain}/nodeinfo/2.0"


async def test_development_is_announced_at_each_start(place: Place, serve: Serve) -> None:
    for _ in range(2):
        served = await serve(place)
        assert await served.end() == 0
        assert served.warnings[0] == "Development mode: plain http, on this machine alone. Never for real posts."


async def test_another_place_to_listen_may_be_named(place: Place, serve: Serve) -> None:
    served = await serve(place, "--listen", "127.0.0.1:0")
    assert served.url != f"http://127.0.0.1:{port_of(place)}"
    assert served.url.startswith("http://127.0.0.1:")
    assert await name_of(place, served.url) == f"http://{place.domain}/nodeinfo/2.0"


@pytest.mark.parametrize("signal", [SIGTERM, SIGINT])
async def test_a_signal_ends_it_in_order(place: Place, serve: Serve, signal: int) -> None:
    served = await serve(place)
    assert await served.end(signal) == 0
    assert not any("Traceback" in line for line in served.warnings)


async def test_a_port_in_use_is_one_sentence(place: Place, serve: Serve) -> None:
    served = await serve(place)
    said = await asyncio.to_thread(place.run, "serve")
    assert said.code == 1
    last = said.err.splitlines()[-1]
    assert last == (
        f"legation: Another program listens on 127.0.0.1:{port_of(place)} already: stop it, or choose another port."
    )
    assert await name_of(place, served.url)


@pytest.mark.parametrize("listen", ["8080", "127.0.0.1", "127.0.0.1:http", "127.0.0.1:70000"])
def test_a_place_to_listen_that_is_none_is_one_sentence(place: Place, listen: str) -> None:
    said = run_here("serve", "--data", place.data, "--listen", listen)
    assert said.code == 1
    assert said.err.splitlines()[-1].startswith("legation: listen is an address and a port")


def test_a_clock_from_before_this_version_is_no_clock(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("node.command.serve.utc_now", lambda: datetime(1970, 1, 1, 0, 3, tzinfo=UTC))
    said = run_here("serve", "--data", place.data)
    assert said.code == 1
    assert said.err.splitlines()[-1].startswith(
        "legation: The clock says 1970-01-01 00:03 UTC, and this version came out on "
    )


def test_this_version_came_out_on_the_day_that_the_changelog_says() -> None:
    days = re.findall(r"^## \d+\.\d+\.\d+ \((\d{4}-\d\d-\d\d)\)$", (HOUSE / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert days[0] == f"{RELEASED:%Y-%m-%d}"


async def test_the_other_commands_work_while_it_runs(place: Place, serve: Serve) -> None:
    await serve(place)
    added = await asyncio.to_thread(place.did, "staff", "add", "ken", "--password-stdin", stdin=PASSWORD)
    assert added.out == f"ken (@ken) can sign in at http://{place.domain}.\n"
    token = (await asyncio.to_thread(place.did, "token", "ken", "--scope", "read")).out.strip()
    async with loopback.session(base_url=f"http://{place.domain}") as session:
        headers = {"Authorization": f"Bearer {token}"}
        async with session.get("/api/v1/accounts/verify_credentials", headers=headers) as answer:
            assert (answer.status, (await answer.json())["username"]) == (200, "ken")
        await asyncio.to_thread(place.did, "staff", "disable", "ken")
        async with asyncio.timeout(1):  # what a command has changed is noticed within half a second
            while (await session.get("/api/v1/accounts/verify_credentials", headers=headers)).status != 401:  # noqa: ASYNC110  another process acts
                await asyncio.sleep(0.05)


async def test_the_address_of_a_node_cannot_change(place: Place) -> None:
    file = place.data / "legation.toml"
    file.write_text(file.read_text().replace("paris.localhost", "oslo.localhost"))
    said = await asyncio.to_thread(place.run, "serve")
    assert said.code == 1
    assert f"This node's address is http://{place.domain}" in said.err.splitlines()[-1]
