"""`legation migrate`: the database at this program's schema, with a copy of what was before; and newer ones left alone."""

import sqlite3
from contextlib import closing

import pytest

from storage import schema_version
from tests.node.command.conftest import Place


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
