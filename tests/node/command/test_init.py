"""`legation init`: a new node, or nothing at all."""

import os
import pty
import select
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from node.settings import load
from storage import postgresql
from tests.node.command.conftest import HOUSE, PASSWORD, PROGRAM, Place, Said, clean_environment, run, run_here


def init(
    data: Path, *more: object, domain: str = "tokyo.example", password: str = PASSWORD, **environment: str
) -> Said:
    call = ("init", "--data", data, "--domain", domain, "--admin", "marie", "--password-stdin", *more)
    if environment:
        return run(*call, stdin=password + "\n", **environment)
    return run_here(*call, stdin=password + "\n")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_node_is_a_folder_that_is_its_owners_alone(place: Place) -> None:
    assert mode(place.data) == 0o700
    assert {path.name for path in place.data.iterdir()} >= {"legation.toml", "legation.db"}
    assert {mode(path) for path in place.data.iterdir()} == {0o600}
    assert mode(place.secret) == 0o600
    assert place.secret.parent != place.data


def test_what_was_asked_for_is_what_is_there(tmp_path: Path) -> None:
    said = init(
        tmp_path / "tokyo", "--name", "Ambassade de France à Tokyo", "--language", "en", "--admin-name", "Marie D"
    )
    assert (said.code, said.err) == (0, "")
    assert f"legation serve --data {tmp_path / 'tokyo'}" in said.out
    assert f"{tmp_path / 'tokyo.secret'}: keep a copy" in said.out
    settings = load(tmp_path / "tokyo")
    assert (settings.base_url, settings.name) == ("https://tokyo.example", "Ambassade de France à Tokyo")
    assert (settings.language, settings.development) == ("en", False)
    people = run("staff", "list", "--json", "--data", tmp_path / "tokyo").json
    assert [(each["username"], each["name"], each["role"]) for each in people] == [("marie", "Marie D", "admin")]


def test_the_password_is_nowhere_in_clear(place: Place) -> None:
    assert all(PASSWORD.encode() not in path.read_bytes() for path in place.data.iterdir())


def test_sec_k_the_secret_is_not_in_the_folder(place: Place) -> None:
    secret = place.secret.read_bytes().strip()
    assert len(secret) == 44
    assert all(secret not in path.read_bytes() for path in place.data.iterdir())


def test_a_node_is_not_overwritten(place: Place) -> None:
    before = {path: path.read_bytes() for path in (*place.data.iterdir(), place.secret)}
    said = init(place.data)
    assert "There is a node in" in said.sentence
    assert "nothing was changed" in said.sentence
    assert {path: path.read_bytes() for path in (*place.data.iterdir(), place.secret)} == before


def test_the_secret_of_another_node_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "tokyo.secret").write_text("of another")
    assert "The secret of another node lies at" in init(tmp_path / "tokyo").sentence
    assert (tmp_path / "tokyo.secret").read_text() == "of another"
    assert not (tmp_path / "tokyo").exists()


@pytest.mark.parametrize(
    ("more", "domain", "password", "sentence"),
    [
        ((), "tokyo.example", "court", "A password has at least 12 characters"),
        ((), "tokyo.example", "motdepasse123", "among the first that are tried"),
        ((), "tokyo.example", "marie.marie.marie", "made of your own name"),
        ((), "tokyo.example", "", "A password has at least 12 characters"),
        ((), "tokyo.example/", PASSWORD, "domain: "),
        ((), "https://tokyo.example", PASSWORD, "domain: "),
        ((), "localhost:8001", PASSWORD, "needs development = true"),
        (("--development",), "tokyo.example", PASSWORD, "tokyo.example is a public name"),
        (("--admin", "Marie Durand"), "tokyo.example", PASSWORD, "A user name has 1 to 30 letters"),
        (("--admin", "é"), "tokyo.example", PASSWORD, "A user name has 1 to 30 letters"),
    ],
)
def test_what_cannot_be_leaves_nothing(
    tmp_path: Path, more: tuple[str, ...], domain: str, password: str, sentence: str
) -> None:
    call = ("init", "--data", tmp_path / "tokyo", "--domain", domain, "--admin", "marie", "--password-stdin", *more)
    assert sentence in run_here(*call, stdin=password).sentence
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = init(tmp_path / "file" / "tokyo")
    assert "Not a directory" in said.sentence


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_without_rights_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    assert "cannot be read or written by this user" in init(tmp_path / "locked" / "tokyo").sentence


def test_other_files_in_the_folder_stay(tmp_path: Path) -> None:
    (tmp_path / "tokyo").mkdir()
    (tmp_path / "tokyo" / ".profile").write_text("mine")
    assert init(tmp_path / "tokyo", password="court").code == 1
    assert [path.name for path in (tmp_path / "tokyo").iterdir()] == [".profile"]
    assert init(tmp_path / "tokyo").code == 0
    assert (tmp_path / "tokyo" / ".profile").read_text() == "mine"
    assert mode(tmp_path / "tokyo") == 0o700


def test_without_a_terminal_a_password_must_be_given() -> None:
    said = run("init", "--data", "/nowhere/tokyo", "--domain", "tokyo.example", "--admin", "marie")
    assert "Use --password-stdin" in said.sentence


def test_at_a_terminal_the_password_is_asked_for_twice(tmp_path: Path) -> None:
    """The terminal is a real one: what is typed at it is not shown."""
    ours, theirs = pty.openpty()
    call = ["init", "--data", str(tmp_path / "tokyo"), "--domain", "tokyo.example", "--admin", "marie"]
    attach = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
    process = subprocess.Popen(
        [sys.executable, "-c", attach, *PROGRAM, *call],
        cwd=HOUSE,
        env=clean_environment(),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    for question in (b"Password: ", b"confirmation: "):
        while question not in shown:
            shown += typed_or_shown(ours)
        os.write(ours, PASSWORD.encode() + b"\n")
    while piece := typed_or_shown(ours):
        shown += piece
    os.close(ours)
    assert process.wait(timeout=30) == 0, shown
    assert PASSWORD.encode() not in shown
    assert (tmp_path / "tokyo" / "legation.db").exists()


def typed_or_shown(terminal: int) -> bytes:
    """What a terminal shows next; nothing when the program has gone."""
    ready, _, _ = select.select([terminal], [], [], 20)
    assert ready, "the program waits for something else"
    try:
        return os.read(terminal, 1000)
    except OSError:  # Linux says so when the other side has gone
        return b""


def test_with_the_secret_in_the_environment_no_file_is_written(tmp_path: Path) -> None:
    secret = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3I="
    assert init(tmp_path / "tokyo", LEGATION_SECRET=secret).code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["tokyo"]
    assert "is missing" in run("doctor", "--data", tmp_path / "tokyo").out
    said = run("doctor", "--data", tmp_path / "tokyo", LEGATION_SECRET=secret)
    assert "The secret opens the node's keys" in said.out


# ---- on PostgreSQL --------------------------------------------------------------------------------------------------


def tables_in(address: str) -> set[str]:
    with psycopg.connect(address) as opened:
        return {name for (name,) in opened.execute("select tablename from pg_tables where schemaname = 'public'")}


def test_a_node_on_postgresql_is_there_and_not_in_a_file(tmp_path: Path, bare_postgresql: str) -> None:
    said = init(tmp_path / "tokyo", "--postgresql", bare_postgresql)
    assert (said.code, said.err) == (0, "")
    assert f"Its database is {bare_postgresql}." in said.out
    assert sorted(path.name for path in (tmp_path / "tokyo").iterdir()) == ["legation.toml"]
    assert load(tmp_path / "tokyo").database == bare_postgresql
    people = run("staff", "list", "--json", "--data", tmp_path / "tokyo").json
    assert [each["username"] for each in people] == ["marie"]


def test_the_address_may_come_from_the_environment_and_its_password_is_not_shown(
    tmp_path: Path, bare_postgresql: str
) -> None:
    address = bare_postgresql.replace("legation@", "legation:s3cret@")
    said = init(tmp_path / "tokyo", LEGATION_POSTGRESQL=address)
    assert (said.code, said.err) == (0, "")
    assert f"Its database is {bare_postgresql}." in said.out
    assert "s3cret" not in said.out
    assert "staff" in tables_in(bare_postgresql)


def test_two_addresses_are_refused(tmp_path: Path, bare_postgresql: str) -> None:
    said = init(tmp_path / "tokyo", "--postgresql", bare_postgresql, LEGATION_POSTGRESQL="postgresql://other/other")
    assert "LEGATION_POSTGRESQL names another database" in said.sentence
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("held", ["create table recipes (name text)", "create view v as select 1", "create sequence s"])
def test_a_database_that_holds_anything_is_refused_and_left_alone(
    tmp_path: Path, bare_postgresql: str, held: str
) -> None:
    with psycopg.connect(bare_postgresql) as opened:
        opened.execute(held.encode())
    said = init(tmp_path / "tokyo", "--postgresql", bare_postgresql)
    assert "The database is not empty" in said.sentence
    assert list(tmp_path.iterdir()) == []
    assert tables_in(bare_postgresql) <= {"recipes"}


def test_another_nodes_database_is_refused(tmp_path: Path, on_postgresql: Place) -> None:
    said = init(tmp_path / "tokyo", "--postgresql", on_postgresql.postgresql)
    assert "There is a node in that database already" in said.sentence
    assert len(on_postgresql.did("staff", "list", "--json").json) == 1


@pytest.mark.parametrize(
    ("postgresql", "sentence"),
    [
        ("mysql://db/legation", "--postgresql: write it as postgresql://user@host/database."),
        ("postgresql://legation:s3@cret@db/legation", "write @ as %40"),
        (
            "postgresql://legation:s3cret@127.0.0.1:1/legation",
            "The database postgresql://legation@127.0.0.1:1/legation: ",
        ),
    ],
)
def test_an_address_that_cannot_be_used_is_one_sentence_without_the_password(
    tmp_path: Path, postgresql: str, sentence: str
) -> None:
    said = init(tmp_path / "tokyo", "--postgresql", postgresql)
    assert sentence in said.sentence
    assert "s3" not in said.sentence
    assert list(tmp_path.iterdir()) == []


def test_what_fails_half_way_leaves_the_database_empty(
    tmp_path: Path, bare_postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The role may make tables, and has no room for a second connection, which the node needs to be furnished."""
    monkeypatch.setattr(postgresql, "PATIENCE_SECONDS", 1.0)
    with psycopg.connect(bare_postgresql, autocommit=True) as opened:
        name = opened.info.dbname.encode()
        opened.execute(b"create role " + name + b" login connection limit 1")
        opened.execute(b"grant create on schema public to " + name)
        said = init(tmp_path / "tokyo", "--postgresql", bare_postgresql.replace("legation@", f"{name.decode()}@"))
        assert "PostgreSQL does not answer" in said.sentence
        assert tables_in(bare_postgresql) == set()
        assert list(tmp_path.iterdir()) == []
        opened.execute(b"drop owned by " + name)
        opened.execute(b"drop role " + name)
