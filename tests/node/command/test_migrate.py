"""`legation migrate`: the database at this program's schema, or the node in another database; and nothing by halves."""

import asyncio
import sqlite3
from contextlib import closing

import psycopg
import pytest
from alembic import command

from node import moving, settings_file
from node import settings as node_settings
from storage import copying, destinations, schema_version, soundness
from storage.copying import CopyDiffers
from storage.migrations import apply
from storage.opening import open_store
from storage.presence import Share
from tests.databases import PostgresqlServer
from tests.node.command.conftest import HOUSE, Place, Said, Serve
from tests.node.command.test_peers import counts, fill
from tests.node.command.test_restore import rows_of


def mark(place: Place, version: str) -> None:
    with closing(sqlite3.connect(place.database)) as opened:
        opened.execute("update alembic_version set version_num = :version", {"version": version})
        opened.commit()


def test_an_up_to_date_database_is_left_alone(place: Place) -> None:
    said = place.did("migrate")
    assert said.out == f"The database is up to date (schema {schema_version.CURRENT}).\n"
    assert list(place.data.glob("*before*")) == []


@pytest.mark.parametrize("command", [["migrate"], ["serve"], ["staff", "list"], ["backup", "FILE"], ["peers", "list"]])
def test_sec_q2_a_newer_database_is_refused_and_left_alone(place: Place, command: list[str]) -> None:
    mark(place, "9999")
    said = place.run(*(str(place.data / "file") if word == "FILE" else word for word in command))
    assert said.code == 1
    last = said.err.splitlines()[-1]
    assert "used by a newer version of Legation (schema 9999" in last
    with closing(sqlite3.connect(place.database)) as opened:
        assert opened.execute("select version_num from alembic_version").fetchone() == ("9999",)
    assert list(place.data.glob("*before*")) == []


def test_an_older_database_is_refused_by_the_others_with_the_way_out(place: Place) -> None:
    mark(place, "0000")
    assert "Run `legation migrate`" in place.refused("staff", "list")


def test_before_anything_changes_there_is_a_copy(place: Place) -> None:
    """Of a schema that never was, so that the upgrade itself fails: then the copy is what helps."""
    mark(place, "0000")
    said = place.run("migrate")
    assert said.code == 1
    copy = place.data / f"legation.before-{schema_version.CURRENT}.db"
    assert copy.stat().st_mode & 0o777 == 0o600
    assert str(copy) in said.out
    with closing(sqlite3.connect(copy)) as opened:
        assert opened.execute("select version_num from alembic_version").fetchone() == ("0000",)
        assert opened.execute("select count(*) from staff").fetchone() == (1,)


def test_a_folder_without_a_database_gets_none(place: Place) -> None:
    place.database.unlink()
    assert "Restore the last backup" in place.refused("migrate")
    assert not place.database.exists()


# ---- the schema, on PostgreSQL --------------------------------------------------------------------------------------


@pytest.fixture
def older(on_postgresql: Place) -> Place:
    """A node in PostgreSQL at the schema before this one."""
    settings = apply.config()
    engine = apply._on_postgresql(on_postgresql.postgresql)
    with engine.connect() as connection:
        settings.attributes["connection"] = connection
        command.downgrade(settings, "-1")
    return on_postgresql


def test_on_postgresql_there_is_no_copy_and_a_backup_is_called_for(older: Place) -> None:
    before = soundness.schema_at(older.postgresql)
    assert "Run `legation migrate`" in older.refused("staff", "list")
    said = older.did("migrate")
    assert "`legation backup`" in said.out
    assert f"went from schema {before} to {schema_version.CURRENT}" in said.out
    assert sorted(path.name for path in older.data.iterdir()) == ["legation.toml"]
    assert older.did("migrate").out == f"The database is up to date (schema {schema_version.CURRENT}).\n"


async def test_processes_that_upgrade_at_once_do_it_one_after_the_other(older: Place) -> None:
    with psycopg.connect(older.postgresql, autocommit=True) as other:
        other.execute("select pg_advisory_lock(hashtextextended('legation: upgrade', 0))")
        upgrades = [asyncio.create_task(asyncio.to_thread(older.run, "migrate")) for _ in range(3)]
        waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
        async with asyncio.timeout(50):
            while other.execute(waiting).fetchone() != (3,):  # noqa: ASYNC110  the others are other processes
                await asyncio.sleep(0.05)
        assert soundness.schema_at(older.postgresql) != schema_version.CURRENT
        other.execute("select pg_advisory_unlock_all()")
        said = await asyncio.gather(*upgrades)
    assert [each.code for each in said] == [0, 0, 0]
    assert sum("went from schema" in each.out for each in said) == 1
    assert sum("Another process has brought" in each.out for each in said) == 2


# ---- to PostgreSQL and back -----------------------------------------------------------------------------------------


@pytest.fixture
async def lively(place: Place) -> Place:
    """A node in a file, with peers, a queue and dead letters."""
    store = await open_store(place.database)
    await store.write(fill)
    await store.close()
    return place


def moved(place: Place, to: str) -> tuple[Place, Said]:
    said = place.did("migrate", "--to", to)
    return Place(place.data, place.domain, "" if to == "sqlite" else to), said


def test_a_node_that_is_stopped_moves_at_once(lively: Place, bare_postgresql: str) -> None:
    before = rows_of(lively)
    old, secret = lively.database.read_bytes(), lively.secret.read_bytes()
    there, said = moved(lively, bare_postgresql)
    assert rows_of(there) == before
    assert node_settings.load(there.data).database == bare_postgresql
    assert sorted(path.name for path in there.data.iterdir()) == ["legation.db.moved", "legation.toml"]
    assert (there.data / "legation.toml").stat().st_mode & 0o777 == 0o600
    assert (there.data / "legation.db.moved").read_bytes() == old
    assert there.secret.read_bytes() == secret
    for part in ("private_keys", "legation.db.moved", "legation migrate --to sqlite", bare_postgresql):
        assert part in said.out
    assert counts(there) == ({"oslo.example": 3}, 3)
    assert "BAD" not in there.did("doctor").out
    assert not destinations.is_unfinished(bare_postgresql)


def test_the_way_back(lively: Place, bare_postgresql: str) -> None:
    before = rows_of(lively)
    there, _ = moved(lively, bare_postgresql)
    there.did("peers", "allow", "nairobi.example")
    back, said = moved(there, "sqlite")
    assert f"The old database is kept: {bare_postgresql}." in said.out
    assert {row[0] for row in rows_of(back)["peers"]} == {row[0] for row in before["peers"]} | {"nairobi.example"}
    assert rows_of(back)["private_keys"] == before["private_keys"]
    assert soundness.first_fault(back.database) is None
    assert back.database.stat().st_mode & 0o777 == 0o600
    assert counts(back) == ({"oslo.example": 3}, 3)
    left = Place(back.data, back.domain)
    assert node_settings.load(left.data).database == left.database
    left.data.joinpath("legation.toml").write_text(
        f'postgresql = "{bare_postgresql}"\n' + left.data.joinpath("legation.toml").read_text()
    )
    assert "The node has moved from this database" in left.refused("staff", "list")


def test_from_one_postgresql_to_another(on_postgresql: Place, bare_postgresql: str) -> None:
    before = rows_of(on_postgresql)
    there, _ = moved(on_postgresql, bare_postgresql)
    assert rows_of(there) == before
    written = (there.data / "legation.toml").read_text()
    assert written.count(f'postgresql = "{bare_postgresql}"\n') == 1
    assert f'# postgresql = "{on_postgresql.postgresql}"' in written


def test_the_role_and_the_database_of_the_guide_suffice(lively: Place, postgresql: PostgresqlServer) -> None:
    guide = (HOUSE / "docs/how-to/run-on-postgresql.md").read_text(encoding="utf-8")
    made = guide.partition("```sql\n")[2].partition("```")[0].replace("legation", "guided")
    with psycopg.connect(postgresql.address("postgres"), autocommit=True) as administrator:
        for statement in filter(str.strip, made.split(";")):
            administrator.execute(statement.encode())
    address = postgresql.address("guided")
    before = rows_of(lively)
    there, _ = moved(lively, address.replace("legation@", "guided@"))
    assert rows_of(there) == before
    assert "BAD" not in there.did("doctor").out
    postgresql.drop(address)
    with psycopg.connect(postgresql.address("postgres"), autocommit=True) as administrator:
        administrator.execute("drop role guided")


def test_the_rest_of_the_settings_stays_as_it_was_written(place: Place, bare_postgresql: str) -> None:
    file = place.data / "legation.toml"
    mine = file.read_text() + '\n# Mine.\nworkers = 2  # two\n[egress]\nallow = ["127.0.0.0/8"]\n'
    file.write_text(mine.replace("workers = 2", "workers = 1"))
    moved(place, bare_postgresql)
    assert file.read_text() == f'postgresql = "{bare_postgresql}"\n' + mine.replace("workers = 2", "workers = 1")


async def test_a_node_that_serves_is_copied_and_moves_once_it_is_stopped(
    lively: Place, bare_postgresql: str, serve: Serve
) -> None:
    served = await serve(lively)
    said = await asyncio.to_thread(lively.run, "migrate", "--to", bare_postgresql)
    assert (said.code, said.err) == (3, "")
    assert "Stop the node and give the same command again" in said.out
    assert node_settings.load(lively.data).database == lively.database
    assert "not all of it is there yet" in str(await asyncio.to_thread(unopened, bare_postgresql))
    await asyncio.to_thread(lively.did, "peers", "allow", "nairobi.example")
    before = rows_of(lively)
    await served.end()
    there, _ = await asyncio.to_thread(moved, lively, bare_postgresql)
    assert rows_of(there)["peers"] == before["peers"]
    assert (await serve(there)).announced


def unopened(database: str) -> Exception:
    async def opened() -> None:
        await (await open_store(database)).close()

    with pytest.raises(Exception, match="not all of it") as found:
        asyncio.run(opened())
    return found.value


async def test_a_command_that_is_at_work_holds_the_move_up(lively: Place, bare_postgresql: str) -> None:
    store = await open_store(lively.database)
    said = await asyncio.to_thread(lively.run, "migrate", "--to", bare_postgresql)
    await store.close()
    assert said.code == 3


@pytest.mark.parametrize("step", ["verify", "finish", "put", "rename", "forget"])
def test_cut_off_at_any_step_the_same_command_goes_on(
    lively: Place, bare_postgresql: str, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows_of(lively)
    where = {
        "verify": (copying, "verify"),
        "finish": (destinations, "finish"),
        "put": (settings_file, "put"),
        "rename": (moving, "_set_aside"),
        "forget": (destinations, "forget"),
    }
    module, name = where[step]
    with monkeypatch.context() as patched:
        patched.setattr(module, name, cut_off)
        with pytest.raises(KeyboardInterrupt):
            moving.move(node_settings.load(lively.data), bare_postgresql, tell=lambda _: None, ask_to_stop=bool)
    there, _ = moved(lively, bare_postgresql)
    assert rows_of(there) == before
    assert sorted(path.name for path in there.data.iterdir()) == ["legation.db.moved", "legation.toml"]
    assert not destinations.is_unfinished(bare_postgresql)
    assert counts(there) == ({"oslo.example": 3}, 3)


def cut_off(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("step", ["verify", "finish", "put", "forget"])
def test_cut_off_on_the_way_back_too(on_postgresql: Place, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = rows_of(on_postgresql)
    where = {
        "verify": (copying, "verify"),
        "finish": (destinations, "finish"),
        "put": (settings_file, "put"),
        "forget": (destinations, "forget"),
    }
    module, name = where[step]
    settings = node_settings.load(on_postgresql.data)
    with monkeypatch.context() as patched:
        patched.setattr(module, name, cut_off)
        with pytest.raises(KeyboardInterrupt):
            moving.move(settings, settings.database_file, tell=lambda _: None, ask_to_stop=bool)
    back, _ = moved(on_postgresql, "sqlite")
    assert rows_of(back) == before
    assert sorted(path.name for path in back.data.iterdir()) == ["legation.db", "legation.toml"]


def test_a_copy_that_differs_is_not_switched_to(
    lively: Place, bare_postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    verify = copying.verify

    def after_a_change(*arguments: object, **named: object) -> object:
        with psycopg.connect(bare_postgresql) as opened:
            opened.execute("update facts set value = 'forged'")
        return verify(*arguments, **named)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(copying, "verify", after_a_change)
    settings = node_settings.load(lively.data)
    with pytest.raises(CopyDiffers):
        moving.move(settings, bare_postgresql, tell=lambda _: None, ask_to_stop=bool)
    assert node_settings.load(lively.data).database == lively.database
    assert lively.database.exists()


def test_the_old_file_keeps_a_name_of_its_own(place: Place, bare_postgresql: str) -> None:
    (place.data / "legation.db.moved").write_text("of an earlier move")
    moved(place, bare_postgresql)
    assert (place.data / "legation.db.moved").read_text() == "of an earlier move"
    assert (place.data / "legation.db.moved-1").exists()


def test_somebody_who_is_asked_to_stop_the_node_may_do_so(lively: Place, bare_postgresql: str) -> None:
    share = Share(lively.data)

    def stopped() -> bool:
        with closing(sqlite3.connect(lively.database)) as opened:
            opened.execute("update staff set locale = 'en'")
            opened.commit()
        share.let_go()
        return True

    settings = node_settings.load(lively.data)
    assert moving.move(settings, bare_postgresql, tell=lambda _: None, ask_to_stop=stopped)
    there = Place(lively.data, lively.domain, bare_postgresql)
    assert "en" in rows_of(there)["staff"][0]


# ---- what is refused ------------------------------------------------------------------------------------------------


def test_a_database_that_holds_anything_is_refused(place: Place, bare_postgresql: str) -> None:
    with psycopg.connect(bare_postgresql) as opened:
        opened.execute("create table recipes (name text)")
    assert "there is a table recipes" in place.refused("migrate", "--to", bare_postgresql)


def test_another_nodes_database_is_refused(place: Place, on_postgresql: Place) -> None:
    before = rows_of(on_postgresql)
    assert "There is a node in that database already" in place.refused("migrate", "--to", on_postgresql.postgresql)
    assert rows_of(on_postgresql) == before


def test_where_the_node_is_already_is_refused(place: Place, on_postgresql: Place) -> None:
    assert "in that database already" in on_postgresql.refused("migrate", "--to", on_postgresql.postgresql)
    assert "in that database already" in place.refused("migrate", "--to", "sqlite")


def test_an_address_in_the_environment_would_win(place: Place, bare_postgresql: str) -> None:
    said = place.run("migrate", "--to", "sqlite", LEGATION_POSTGRESQL=bare_postgresql)
    assert "LEGATION_POSTGRESQL stands in the environment" in said.sentence


def test_a_damaged_database_is_not_moved(place: Place, bare_postgresql: str) -> None:
    with closing(sqlite3.connect(place.database)) as opened:
        opened.execute("insert into staff (account_id, password, role, locale, created_at) values (7, '', '', '', 0)")
        opened.commit()
    assert "The database is damaged (a row of staff points" in place.refused("migrate", "--to", bare_postgresql)
    destinations.demand_empty(bare_postgresql)


@pytest.mark.parametrize(
    ("to", "sentence"),
    [
        ("mysql://db/x", "--to: write it as postgresql://user@host/database."),
        ("postgresql://legation:s3@cret@db/x", "write @ as %40"),
        ("postgresql://legation:s3cret@127.0.0.1:1/x", "The database postgresql://legation@127.0.0.1:1/x: "),
    ],
)
def test_an_address_that_cannot_be_used_is_one_sentence_without_the_password(
    place: Place, to: str, sentence: str
) -> None:
    said = place.refused("migrate", "--to", to)
    assert sentence in said
    assert "s3" not in said


def test_a_password_is_in_the_settings_and_nowhere_else(
    place: Place, bare_postgresql: str, postgresql: PostgresqlServer
) -> None:
    address = bare_postgresql.replace("legation@", "legation:s3cret@")
    _, there = moved(place, address)
    assert node_settings.load(place.data).postgresql == address
    _, back = moved(Place(place.data, place.domain, address), "sqlite")
    assert "s3cret" not in there.out + back.out
    assert bare_postgresql in back.out
