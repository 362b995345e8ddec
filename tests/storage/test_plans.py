"""The statements on the hot roads seek, whatever the tables hold and whether or not the database has looked at them.

Plans must not hang on statistics: each statement is explained in an empty database, and in one with many rows of which every
column that may be null is null, with fresh statistics.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from storage import (
    accounts,
    communities,
    community_lists,
    list_timelines,
    media,
    oauth,
    pins,
    polls,
    post_people,
    posts,
    reactions,
    search,
    sendings,
    timelines,
)
from storage.schema import metadata
from storage.statements import for_postgresql, for_sqlite
from tests.databases import PostgresqlServer

ROWS = 3_000

JOURNAL = {
    "home, downwards": timelines.CANDIDATES_DOWN,
    "home, upwards": timelines.CANDIDATES_UP,
    "list, downwards": list_timelines.CANDIDATES[0],
    "list, upwards": list_timelines.CANDIDATES[1],
    "communities of somebody": community_lists.CANDIDATES,
    "community, downwards": list_timelines.IN_COMMUNITY[0],
    "community, upwards": list_timelines.IN_COMMUNITY[1],
}

HOT = JOURNAL | {
    "home, filtered": timelines.SHOWN,
    "list, filtered": list_timelines.SHOWN,
    "community, filtered": list_timelines.OF_IT,
    "posts that somebody may see": posts.SHOWN,
    "posts": posts.BY_IDS,
    "people": accounts.BY_IDS,
    "mentions": post_people.MENTIONS,
    "tags": posts.TAGS,
    "files of posts": media.OF,
    "a file": media.SEEN,
    "how far posts have got": sendings.OF,
    "what a reader liked": reactions.FAVOURITED,
    "what a reader shared": reactions.SHARED,
    "polls": polls.SELECT,
    "what polls offer": polls.OPTIONS,
    "what a reader chose": polls.OWN,
    "what was found": search.SHOWN,
    "communities that somebody belongs to": community_lists.JOINED,
    "what is new in them": community_lists.SHOWN,
    "communities of a page": community_lists.LISTED,
    "what has locked a conversation": communities.LOCKING_ABOVE,
    "what stands first on a page": pins.FIRST,
    "a token": f"{oauth.GRANT} and t.digest = :digest",
}

VALUES = {
    "ids": "[1, 2, 3]",
    "reader": 1,
    "account": 1,
    "author": 1,
    "digest": "1",
    "name": "1",
    "now": 0,
    "below": 1 << 62,
    "above": 0,
    "wide": 28,
    "list": 1,
    "most": 1,
    "community": 1,
    "idle_since": 0,
    "tag": "1",
    "uri": "urn:1",
}

# What a plan may scan: what was put together on the way, never a table.
PUT_TOGETHER = {"CONSTANT", "json_each"}
# An index that holds the few who are silenced, and nobody else, is read whole: once for a statement.
OF_THE_FEW = ("INDEX ix_accounts_silenced",)
OF_JOURNALS = {"s", "w", "l", "edges", "best", "walked"}


def filled(database: Path) -> None:
    """Many rows; whatever may be null is null."""
    with closing(sqlite3.connect(database, isolation_level=None)) as raw:
        raw.execute("pragma foreign_keys = off")
        raw.execute("begin")
        for table in metadata.sorted_tables:
            if table.name == "alembic_version":
                continue
            columns = [column for column in table.columns if not column.nullable]
            names = ", ".join(column.name for column in columns)
            marks = ", ".join("?" for _ in columns)
            rows = [tuple(_value(column.type.python_type, number) for column in columns) for number in range(1, ROWS)]
            raw.executemany(f"insert or ignore into {table.name} ({names}) values ({marks})", rows)
        raw.execute("commit")
        raw.execute("analyze")


def _value(kind: type[Any], number: int) -> Any:
    return kind(str(number), "ascii") if kind is bytes else kind(number)


@pytest.fixture(params=["empty", "full of nothing"])
def raw(request: pytest.FixtureRequest, sqlite_database: Path) -> Iterator[sqlite3.Connection]:
    if request.param != "empty":
        filled(sqlite_database)
    with closing(sqlite3.connect(sqlite_database)) as opened:
        yield opened


@pytest.mark.parametrize("name", HOT)
def test_no_hot_statement_reads_a_whole_table(raw: sqlite3.Connection, name: str) -> None:
    steps = [row[3] for row in raw.execute(f"explain query plan {for_sqlite(HOT[name])}", VALUES)]
    harmless = PUT_TOGETHER | (OF_JOURNALS if name in JOURNAL else set())
    scanned = [step for step in steps if step.startswith("SCAN") and step.split()[1] not in harmless]
    scanned = [step for step in scanned if not any(few in step for few in OF_THE_FEW)]
    assert scanned == []
    assert any(step.startswith("SEARCH") for step in steps)


@pytest.mark.parametrize("name", JOURNAL)
def test_candidates_of_a_journal_come_from_one_index_alone(raw: sqlite3.Connection, name: str) -> None:
    steps = [row[3] for row in raw.execute(f"explain query plan {for_sqlite(HOT[name])}", VALUES)]
    posts_read = [step for step in steps if step.startswith("SEARCH x ")]
    assert posts_read
    assert all("COVERING INDEX ix_posts_author (author_id=? AND id" in step for step in posts_read)


@pytest.mark.parametrize("name", HOT)
def test_postgresql_has_an_index_for_each(postgresql: PostgresqlServer, name: str) -> None:
    """In small tables PostgreSQL reads all of them, which is right: here it is told not to, where it can."""
    address = postgresql.create("template")
    values = VALUES | {"ids": [1, 2, 3]}
    with psycopg.connect(address) as connection:
        connection.execute("set enable_seqscan = off")
        plan = [row[0] for row in connection.execute(f"explain {for_postgresql(HOT[name])}".encode(), values)]
    postgresql.drop(address)
    assert [step for step in plan if "Seq Scan" in step] == []
    assert any("Index" in step for step in plan)
