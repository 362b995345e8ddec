"""`legation doctor`: everything that a node needs, each with what to do; exit code 1 when something is bad."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from node.doctor import condition, connections
from node.verdicts import State, clock, installed_at, room
from storage import postgresql
from storage.soundness import Condition
from tests.databases import postgresql_server
from tests.loopback import free_port
from tests.node.command.conftest import Place, Said, Serve, initialised, run, run_here
from tests.node.command.test_peers import filled as filled  # noqa: PLC0414  a fixture


def states(said: Said) -> dict[str, str]:
    return {each["what"]: each["state"] for each in said.json}


def sentence(said: Said, what: str) -> str:
    return next(str(each["sentence"]) for each in said.json if each["what"] == what)


def change(place: Place, statement: str) -> None:
    with closing(sqlite3.connect(place.database)) as opened:
        opened.execute("pragma foreign_keys = off")
        opened.execute(statement)
        opened.commit()


def test_a_new_node_is_well(place: Place) -> None:
    said = place.did("doctor", "--json")
    assert states(said) == {
        "settings": "good",
        "development": "look",
        "clock": "good",
        "disk": states(said)["disk"],
        "data folder": "good",
        "database": "good",
        "secret": "good",
        "audit": "good",
        "other nodes": "look",
    }
    lines = place.did("doctor").out.splitlines()
    assert [line[:4].strip() for line in lines].count("BAD") == 0
    assert len(lines) == len(states(said))


@pytest.mark.parametrize(
    ("statement", "what", "told"),
    [
        ("update audit set who = 'somebody'", "audit", "Tell your security officer"),
        ("update facts set value = 'http://oslo.localhost'", "address", "Put the domain back"),
        ("update staff set disabled_at = 1", "staff", "legation staff role NAME admin"),
        ("delete from accounts where username = 'marie'", "database", "restore the last backup"),
        ("update private_keys set sealed = zeroblob(60)", "secret", "Put the right secret file back"),
        ("update alembic_version set version_num = '9999'", "database", "newer version"),
    ],
)
def test_what_is_bad_is_told_with_what_to_do(place: Place, statement: str, what: str, told: str) -> None:
    change(place, statement)
    said = place.run_here("doctor", "--json")
    assert said.code == 1
    assert "bad" in [each["state"] for each in said.json if each["what"] == what]
    assert told in " ".join(each["sentence"] for each in said.json if each["what"] == what)


def test_a_secret_that_others_can_read_is_bad(place: Place) -> None:
    place.secret.chmod(0o644)
    said = place.run("doctor", "--json")
    assert said.code == 1
    assert f"chmod 600 {place.secret}" in sentence(said, "settings")


def test_a_missing_database_is_bad(place: Place) -> None:
    place.database.unlink()
    said = place.run("doctor", "--json")
    assert (said.code, states(said)["database"]) == (1, "bad")


def test_a_folder_that_others_can_look_into_is_told(place: Place) -> None:
    place.data.chmod(0o755)
    said = place.did("doctor", "--json")
    assert states(said)["data folder"] == "look"
    assert f"chmod 700 {place.data}" in sentence(said, "data folder")


def test_without_a_node_it_is_one_finding(tmp_path: Path) -> None:
    said = run("doctor", "--json", "--data", tmp_path)
    assert (said.code, states(said)) == (1, {"settings": "bad"})
    assert "legation init" in sentence(said, "settings")


def test_queue_and_dead_letters_are_told(filled: Place) -> None:
    change(filled, "update deliveries set created_at = created_at - 100000000")
    change(filled, "delete from peers")
    said = filled.did("doctor", "--json")
    assert states(said)["queue to oslo.example"] == "look"
    assert "3 waiting, the oldest for 27" in sentence(said, "queue to oslo.example")
    assert "3 deliveries were given up" in sentence(said, "dead letters")


@pytest.fixture
async def tokyo(tmp_path: Path, serve: Serve) -> Place:
    """Another node, which serves."""
    other = Place(tmp_path / "tokyo", f"tokyo.localhost:{free_port()}")
    call = ("init", "--data", other.data, "--domain", other.domain, "--development", "--admin", "ken")
    made = await asyncio.to_thread(run_here, *call, "--password-stdin", stdin="quatre mots bien choisis")
    assert made.code == 0, made.err
    await serve(other)
    return other


async def test_a_peer_that_answers_is_good(place: Place, tokyo: Place) -> None:
    await asyncio.to_thread(place.did, "peers", "allow", tokyo.domain)
    said = await asyncio.to_thread(place.did, "doctor", "--json")
    assert sentence(said, f"node {tokyo.domain}") == "It answers."


async def test_a_peer_that_refused_what_was_sent_is_told(place: Place, tokyo: Place) -> None:
    await asyncio.to_thread(place.did, "peers", "allow", tokyo.domain)
    change(place, "update peers set failures = 3, last_error = '403 not-admitted'")
    said = await asyncio.to_thread(place.did, "doctor", "--json")
    assert "ask its administrator whether this node is admitted there" in sentence(said, f"node {tokyo.domain}")


def test_a_peer_that_does_not_answer_is_told_and_not_bad(place: Place) -> None:
    gone = f"oslo.localhost:{free_port()}"
    place.did("peers", "allow", gone)
    said = place.did("doctor", "--json")
    assert states(said)[f"node {gone}"] == "look"
    assert "What is for it waits." in sentence(said, f"node {gone}")


def test_a_peer_at_a_forbidden_address_is_bad(place: Place) -> None:
    place.did("peers", "allow", "10.1.2.3:8001")
    said = place.run("doctor", "--json")
    assert (said.code, states(said)["node 10.1.2.3:8001"]) == (1, "bad")
    assert "allowed networks in the settings" in sentence(said, "node 10.1.2.3:8001")


@pytest.mark.parametrize(
    ("free", "state"), [(500, State.GOOD), (100, State.GOOD), (99, State.LOOK), (20, State.LOOK), (19, State.BAD)]
)
def test_sec_r8_little_room_is_told_and_none_is_bad(free: int, state: State) -> None:
    assert room(free, 1000, Path("/data")).state is state


def test_a_clock_that_shows_a_moment_before_the_program_came_here_is_bad() -> None:
    installed = datetime(2026, 3, 1, tzinfo=UTC)
    assert clock(installed - timedelta(hours=1), installed=installed).state is State.BAD
    assert "it said 2026-03-01 00:00" in clock(datetime(1970, 1, 1, tzinfo=UTC), installed=installed).sentence
    assert clock(installed, installed=installed).state is State.GOOD
    assert datetime(2020, 1, 1, tzinfo=UTC) < installed_at() <= datetime.now(UTC)


# ---- on PostgreSQL --------------------------------------------------------------------------------------------------


def test_a_node_on_postgresql_is_well_but_for_durability_that_was_switched_off(on_postgresql: Place) -> None:
    found = states(on_postgresql.did("doctor", "--json"))
    assert {name: found[name] for name in ("database", "connections", "secret", "audit")} == dict.fromkeys(
        ("database", "connections", "secret", "audit"), "good"
    )
    assert {name for name in found if found[name] == "look"} >= {"fsync", "synchronous_commit", "full_page_writes"}
    assert not {"version of PostgreSQL", "encoding"} & found.keys()


def test_a_postgresql_that_keeps_its_promises_is_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with postgresql_server() as server:
        place = initialised(tmp_path / "dakar", "--postgresql", server.create())
        found = place.did("doctor", "--json")
        assert not {"fsync", "synchronous_commit", "full_page_writes"} & states(found).keys()
        assert "PostgreSQL 16" in sentence(found, "database")
        server.stop()
        monkeypatch.setattr(postgresql, "PATIENCE_SECONDS", 1.0)
        stopped = place.run_here("doctor", "--json")
        assert (stopped.code, states(stopped)["database"]) == (1, "bad")
        assert "does not answer" in sentence(stopped, "database")


def test_another_secret_is_told_on_postgresql_too(on_postgresql: Place) -> None:
    on_postgresql.secret.write_text("c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3I=\n")
    assert "Put the right secret file back" in sentence(on_postgresql.run("doctor", "--json"), "secret")


GOOD = Condition(160004, "UTF8", dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "on"), 0, 97, 5)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (GOOD, []),
        (replace(GOOD, version=130012), ["version of PostgreSQL"]),
        (replace(GOOD, encoding="SQL_ASCII"), ["encoding"]),
        (replace(GOOD, settings={**GOOD.settings, "synchronous_commit": "off"}), ["synchronous_commit"]),
        (replace(GOOD, settings={**GOOD.settings, "synchronous_commit": "remote_apply"}), []),
    ],
)
def test_what_is_not_as_it_should_be_in_a_postgresql(found: Condition, told: list[str]) -> None:
    assert [finding.what for finding in condition(found)] == told


@pytest.mark.parametrize(
    ("needed", "used", "state"),
    [(10, 5, State.GOOD), (10, 90, State.LOOK), (90, 5, State.LOOK), (100, 5, State.BAD)],
)
def test_connections_that_run_out_are_told(needed: int, used: int, state: State) -> None:
    assert connections(replace(GOOD, used=used), needed=needed).state is state
