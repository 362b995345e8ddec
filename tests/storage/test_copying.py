"""A node copied between two databases, in every direction: the same rows, whatever happens meanwhile."""

import contextlib
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from storage import copying, destinations, schema_version, sides
from storage.copying import CopyDiffers, Progress, Verified
from storage.destinations import Occupied
from storage.errors import StorageTrouble, WrongSchema
from storage.migrations.apply import upgrade
from storage.opening import is_postgresql, open_store
from storage.presence import InUse
from storage.sides import BATCH
from storage.store import Store, Unit
from tests.databases import PostgresqlServer
from tests.storage.conftest import elsewhere, member

Database = Path | str
Rows = dict[str, list[tuple[Any, ...]]]

ODD_NAMES = ("zebra", "Zebra", "École", "école", "a_b", "a-b", "ab", "日本", "\U0001f600", "~", "ﬀ")
SECRET = "not.to+be%2Fshown"


@pytest.fixture(params=["sqlite to postgresql", "postgresql to sqlite"])
def direction(request: pytest.FixtureRequest) -> tuple[str, str]:
    source, target = request.param.split(" to ")
    return source, target


@pytest.fixture
def place(postgresql: PostgresqlServer, tmp_path: Path) -> Iterator[Callable[[str], Database]]:
    """Makes a place for one more database of an engine, with nothing in it."""
    made: list[str] = []

    def make(engine: str) -> Database:
        if engine == "sqlite":
            folder = tmp_path / f"place{len(list(tmp_path.iterdir()))}"
            folder.mkdir()
            return folder / "node.db"
        made.append(postgresql.create())
        return made[-1]

    yield make
    for address in made:
        postgresql.drop(address)


@pytest.fixture
async def source(
    direction: tuple[str, str], sqlite_template: Path, postgresql: PostgresqlServer, tmp_path: Path
) -> AsyncIterator[Database]:
    """A node with a little of what makes copying hard, in the direction's first engine."""
    is_file = direction[0] == "sqlite"
    database = shutil.copy(sqlite_template, tmp_path / "source.db") if is_file else postgresql.create("template")
    store = await open_store(database)
    await store.write(furnish)
    await store.close()
    yield database
    if isinstance(database, str):
        postgresql.drop(database)


@pytest.fixture
def target(direction: tuple[str, str], place: Callable[[str], Database]) -> Database:
    return place(direction[1])


def furnish(unit: Unit) -> None:
    marie, ken = member(unit, "marie"), elsewhere(unit, "ken", "tokyo.example")
    unit.run("insert into facts (name, value) values ('base_url', 'https://paris.example')")
    # Facts, peers, tombstones: tables in the order of texts, some of which sort by another rule in people's languages.
    unit.each("insert into facts (name, value) values (:name, 'x')", [{"name": name} for name in ODD_NAMES])
    unit.each("insert into tombstones (uri, owner_uri, at) values (:name, 'x', 0)", [{"name": n} for n in ODD_NAMES])
    unit.each(
        "insert into markers (account_id, timeline, last_read_id, version, updated_at) values (:who, :name, 1, 1, 0)",
        [{"who": account.id, "name": name} for account in (marie, ken) for name in ODD_NAMES],
    )
    key = "insert into private_keys (key_id, account_id, kind, public_pem, sealed, created_at) values "
    unit.run(f"{key} ('key', :account, 'rsa', 'pem', :sealed, 0)", account=marie.id, sealed=bytes(range(256)))
    add_posts(unit, marie.id, range(1, 2 * BATCH + 51))
    # A share that sorts before what it shares: a reference forward inside the same table.
    post(unit, 7, marie.id, boost_of=100 * 10, text="")
    unit.run("insert into tags (id, name, spelling) values (5, :name, :name)", name="français")


def add_posts(unit: Unit, author: int, numbers: range) -> None:
    unit.each(
        POST,
        [
            {"id": number * 10, "uri": f"urn:{number}", "author": author, "text": f"« {number} » 😀", "boost": None}
            for number in numbers
        ],
    )


POST = """
insert into posts (id, uri, author_id, boost_of, thread_id, reach, url, content, summary, published_at)
values (:id, :uri, :author, :boost, :id, 0, '', :text, '', 0)
"""


def post(unit: Unit, number: int, author: int, *, boost_of: int | None = None, text: str = "Bonjour") -> None:
    unit.run(POST, id=number, uri=f"urn:post:{number}", author=author, boost=boost_of, text=text)


def run(database: Database, *statements: str) -> None:
    """Change a database behind everybody's back, without regard to references in SQLite."""
    if is_postgresql(database):
        with psycopg.connect(str(database)) as opened:
            for statement in statements:
                opened.execute(statement.encode())
    else:
        with contextlib.closing(sqlite3.connect(database)) as raw:
            for statement in statements:
                raw.execute(statement)
            raw.commit()


def rows_of(database: Database) -> Rows:
    """All rows of all tables, read in a way of the test's own."""
    statements = {shape.name: f"select {', '.join(shape.columns)} from {shape.name}" for shape in sides.shapes()}
    if is_postgresql(database):
        with psycopg.connect(str(database)) as opened:
            found = {name: opened.execute(statement.encode()).fetchall() for name, statement in statements.items()}
    else:
        with contextlib.closing(sqlite3.connect(database)) as raw:
            found = {name: raw.execute(statement).fetchall() for name, statement in statements.items()}
    return {name: sorted(rows, key=repr) for name, rows in found.items()}


def found_by_a_word(database: Database, word: str) -> list[int]:
    """The posts that the index has under a word."""
    if is_postgresql(database):
        with psycopg.connect(str(database)) as opened:
            found = opened.execute("select rowid from post_words where words @@ %s::tsquery", [word]).fetchall()
    else:
        with contextlib.closing(sqlite3.connect(database)) as raw:
            found = raw.execute("select rowid from post_words where post_words match ?", [word]).fetchall()
    return [identifier for (identifier,) in found]


def silent(_: Progress) -> None:
    pass


def move(source: Database, target: Database, *, tell: copying.Tell = silent) -> int:
    """One run: begun, caught up, not finished. Returns how many rows were put in."""
    with sides.reading(source) as ours:
        destinations.prepare(target, node=destinations.identity_of(ours))
        with sides.writing(target) as theirs:
            return copying.catch_up(ours, theirs, tell=tell)


def verified(source: Database, target: Database) -> list[Verified]:
    with sides.reading(source) as ours, sides.writing(target) as theirs:
        return copying.verify(ours, theirs, tell=silent)


def finished(source: Database, target: Database) -> None:
    verified(source, target)
    destinations.finish(target)
    destinations.forget(target)


# ---- the same rows --------------------------------------------------------------------------------------------------


async def test_every_row_of_every_table_arrives_and_the_node_opens(source: Database, target: Database) -> None:
    told: list[Progress] = []
    found = copying.duplicate(source, target, tell=told.append)
    rows = rows_of(source)
    assert rows_of(target) == rows
    assert {each.table: each.rows for each in found} == {name: len(rows[name]) for name in rows}
    assert len({each.digest for each in found if each.rows}) == sum(bool(rows[name]) for name in rows)
    for doing in ("copying", "verifying"):
        shares = [each.share for each in told if each.doing == doing]
        assert shares == sorted(shares)
        assert shares[-1] == 1.0
    store = await open_store(target)
    assert await store.read(lambda unit: unit.one(int, "select count(*) from posts")) == 2 * BATCH + 51
    await store.close()


async def test_there_and_back_again_is_the_same(source: Database, target: Database, direction: tuple[str, str], place: Callable[[str], Database]) -> None:  # fmt: skip
    again = place(direction[0])
    there = copying.duplicate(source, target, tell=silent)
    back = copying.duplicate(target, again, tell=silent)
    assert there == back
    assert described(again) == described(source)


def described(database: Database) -> set[tuple[Any, ...]]:
    """Tables, indexes and references of a database."""
    if not is_postgresql(database):
        with contextlib.closing(sqlite3.connect(database)) as raw:
            return set(raw.execute("select type, name, sql from sqlite_master"))
    with psycopg.connect(str(database)) as opened:
        parts = (
            "select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint",
            "select tablename, indexname, indexdef from pg_indexes where schemaname = 'public'",
        )
        return {row for part in parts for row in opened.execute(part).fetchall()}


async def test_on_postgresql_references_and_indexes_are_those_of_a_new_node(
    postgresql: PostgresqlServer, place: Callable[[str], Database], sqlite_database: Path
) -> None:
    target = place("postgresql")
    copying.duplicate(sqlite_database, target, tell=silent)
    assert described(target) == described(postgresql.address("template"))
    assert any("FOREIGN KEY" in part[2] for part in described(target))


def test_a_nul_that_postgresql_does_not_keep_is_left_out(sqlite_database: Path, place: Callable[[str], Database]) -> None:  # fmt: skip
    run(sqlite_database, "insert into facts (name, value) values ('note', 'a' || char(0) || 'b')")
    target = place("postgresql")
    copying.duplicate(sqlite_database, target, tell=silent)
    assert rows_of(target)["facts"] == [("note", "ab")]


async def test_what_is_written_meanwhile_is_not_in_the_copy(source: Database, target: Database) -> None:
    before = rows_of(source)
    wrote: list[str] = []

    def tell(told: Progress) -> None:
        if not wrote:
            wrote.append(told.table)
            run(source, "update posts set content = 'later'", "insert into facts (name, value) values ('later', 'x')")

    copying.duplicate(source, target, tell=tell)
    assert wrote
    assert rows_of(target) == before
    assert rows_of(source) != before


# ---- run after run --------------------------------------------------------------------------------------------------


async def test_a_second_run_takes_over_only_what_has_changed(source: Database, target: Database) -> None:
    assert move(source, target) > 2 * BATCH
    assert move(source, target) == 0
    run(source, "update posts set content = 'edited' where id = 20")
    assert 0 < move(source, target) <= BATCH
    finished(source, target)
    assert rows_of(target) == rows_of(source)
    assert found_by_a_word(target, "edited") == [20]
    assert len(found_by_a_word(target, "_n")) == 2 * BATCH + 50


async def test_rows_that_came_went_and_changed_their_names_are_right(source: Database, target: Database) -> None:
    move(source, target)
    run(
        source,
        "update posts set uri = 'free' where id = 20",  # a name that goes from one row to another, far away
        "update posts set uri = 'urn:2' where id = 20000",
        "update posts set uri = 'urn:2000' where id = 20",
        "delete from posts where id between 500 and 900",
        "delete from posts where id > 20400",
        "delete from tags",
        "insert into tombstones (uri, owner_uri, at) values ('Zz', 'x', 0), ('zz', 'x', 0), ('', 'x', 0)",
        "insert into peers (host, id, allowed, changed_at, changed_by) values ('tokyo.example', 1, 1, 0, '')",
    )
    move(source, target)
    finished(source, target)
    assert rows_of(target) == rows_of(source)


async def test_what_is_taken_away_there_takes_nothing_with_it(source: Database, target: Database) -> None:
    """Accounts are put in anew while their posts stay: on both engines their rows would go with them otherwise."""
    move(source, target)
    run(source, "update accounts set display_name = 'Other'")
    assert move(source, target) == len(rows_of(source)["accounts"])
    assert rows_of(target) == rows_of(source)


@pytest.mark.parametrize("at", [0.0, 0.3, 0.7, 1.0])
async def test_a_run_that_was_cut_off_goes_on(source: Database, target: Database, at: float) -> None:
    def cut_off(told: Progress) -> None:
        if told.share >= at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move(source, target, tell=cut_off)
    run(source, "update posts set content = 'edited' where id = 20", "delete from posts where id = 30")
    move(source, target)
    finished(source, target)
    assert rows_of(target) == rows_of(source)


async def test_a_run_that_was_cut_off_after_the_end_goes_on_too(source: Database, target: Database) -> None:
    move(source, target)
    destinations.finish(target)
    before = described(target)
    run(source, "update accounts set display_name = 'Other'")
    move(source, target)
    finished(source, target)
    assert rows_of(target) == rows_of(source)
    assert described(target) == {part for part in before if "moving" not in str(part)}


async def test_what_is_not_whole_is_not_opened(source: Database, target: Database) -> None:
    move(source, target)
    with pytest.raises(WrongSchema, match="not all of it is there yet"):
        await open_store(target)
    finished(source, target)
    await (await open_store(target)).close()
    destinations.mark_moved(source)
    with pytest.raises(WrongSchema, match="has moved from this database"):
        await open_store(source)


# ---- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "update posts set content = 'forged' where id = 20",
        "delete from posts where id = 20",
        "insert into tombstones (uri, owner_uri, at) values ('~~~~', 'x', 0)",
        "update private_keys set sealed = substr(sealed, 2)",
        "update markers set timeline = 'home' where timeline = 'ab'",
    ],
)
async def test_a_copy_that_differs_anywhere_is_noticed(source: Database, target: Database, statement: str) -> None:
    move(source, target)
    verified(source, target)
    run(target, statement)
    with pytest.raises(CopyDiffers, match=r"The copy of the table \w+ is not what was copied"):
        verified(source, target)


async def test_a_database_that_holds_anything_is_refused_and_left_alone(source: Database, target: Database) -> None:
    run(target, "create table recipes (name text)")
    for attempt in (lambda: move(source, target), lambda: copying.duplicate(source, target, tell=silent)):
        with pytest.raises(Occupied, match="not empty"):
            attempt()
    run(target, "select name from recipes")


async def test_another_node_is_never_overwritten(source: Database, target: Database) -> None:
    upgrade(target)
    with pytest.raises(Occupied, match="There is a node in that database already"):
        move(source, target)


async def test_another_nodes_unfinished_copy_is_never_gone_on_with(source: Database, target: Database) -> None:
    move(source, target)
    run(source, "update facts set value = 'https://oslo.example' where name = 'base_url'")
    before = rows_of(target)
    with pytest.raises(Occupied, match="Another node"):
        move(source, target)
    assert rows_of(target) == before


async def test_a_row_that_points_nowhere_is_told_and_nothing_is_left(
    sqlite_database: Path, place: Callable[[str], Database]
) -> None:
    run(sqlite_database, "insert into staff (account_id, password, role, locale, created_at) values (7, '', '', '', 0)")
    target = place("postgresql")
    with pytest.raises(StorageTrouble, match="A row of staff points to a row that is not there"):
        copying.duplicate(sqlite_database, target, tell=silent)
    destinations.demand_empty(target)


async def test_what_does_not_fit_is_told_and_nothing_is_left(
    sqlite_database: Path, place: Callable[[str], Database]
) -> None:
    """SQLite holds no column to its width."""
    run(sqlite_database, f"insert into facts (name, value) values ('{'n' * 60}', '')")
    target = place("postgresql")
    with pytest.raises(StorageTrouble, match="too long"):
        copying.duplicate(sqlite_database, target, tell=silent)
    destinations.demand_empty(target)


async def test_a_copy_that_fails_leaves_nothing(source: Database, target: Database) -> None:
    def fail(told: Progress) -> None:
        if told.doing == "verifying":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copying.duplicate(source, target, tell=fail)
    destinations.demand_empty(target)
    copying.duplicate(source, target, tell=silent)


def test_a_role_that_may_make_no_tables_is_told(postgresql: PostgresqlServer, sqlite_database: Path) -> None:
    address = postgresql.create()
    run(address, "create role guest login", "revoke create on schema public from public")
    as_guest = address.replace("legation@", f"guest:{SECRET}@")
    with pytest.raises(StorageTrouble) as refused:
        copying.duplicate(sqlite_database, as_guest, tell=silent)
    assert "permission denied" in str(refused.value)
    assert SECRET not in str(refused.value)
    run(address, "drop role guest")
    postgresql.drop(address)


def test_a_postgresql_that_does_not_answer_is_told_without_the_password(sqlite_database: Path, tmp_path: Path) -> None:
    nowhere = f"postgresql://legation:{SECRET}@/legation?host={tmp_path}"
    with pytest.raises(StorageTrouble) as refused:
        copying.duplicate(sqlite_database, nowhere, tell=silent)
    assert f"postgresql://legation@/legation?host={tmp_path}" in str(refused.value)
    assert SECRET not in str(refused.value)


# ---- who has it open ------------------------------------------------------------------------------------------------


async def test_whoever_moves_a_node_is_alone(database: Database) -> None:
    store = await open_store(database)
    with pytest.raises(InUse), destinations.alone(database):
        pass
    await store.close()
    with destinations.alone(database):
        with pytest.raises(StorageTrouble, match="being moved"):
            await open_store(database)
        with pytest.raises(InUse), destinations.alone(database):
            pass
    await (await open_store(database)).close()


async def test_stores_of_one_node_do_not_exclude_each_other(store: Store, database: Database) -> None:
    other = await open_store(database)
    await other.close()
    with pytest.raises(InUse), destinations.alone(database):
        pass


def test_the_schema_is_part_of_who_a_node_is(sqlite_database: Path) -> None:
    with sides.reading(sqlite_database) as side:
        assert destinations.identity_of(side).endswith(f" {schema_version.CURRENT}")
