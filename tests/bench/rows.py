"""Many rows, written at the database's own speed: a network of so many people and posts, whole and with right counts."""

import itertools
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

from storage import copying, post_words, sides
from storage.ids import first_id_at
from storage.opening import is_postgresql
from storage.sqlite import utc_now

HOST = "tokyo.example"
FIRST_ACCOUNT = 1_000
TEXT = "Compte rendu de la réunion de service : le calendrier des permanences de décembre est affiché. " * 3
AT_ONCE = 20_000

ACCOUNTS = (
    "id, uri, host, username, kind, display_name, note, url, inbox, shared_inbox, outbox, followers_uri, following_uri, "
    "created_at, refreshed_at, posts_count"
)
POSTS = "id, uri, author_id, thread_id, reach, is_local, url, content, summary, language, published_at"
FOLLOWS = "id, follower_id, followed_id, uri, created_at, accepted_at"

Row = tuple[Any, ...]  # whatever a column holds


def fill(
    database: Path | str,
    *,
    accounts: int,
    posts: int,
    readers: Sequence[int],
    follows: int,
    tell: Callable[[str], None],
) -> None:
    """Write so many people of another node and so many posts by them; each of these readers follows so many of them.

    readers: accounts that are there.  tell: hears how far it is.
    """
    now = utc_now()
    moment = int(now.timestamp() * 1000)
    newest = first_id_at(now) - (1 << 16)
    per_author = posts // accounts
    _write(database, "accounts", ACCOUNTS, (_account(at, moment, per_author) for at in range(accounts)), tell)
    _write(database, "posts", POSTS, (_post(at, posts, accounts, newest) for at in range(posts)), tell)
    _write(database, "follows", FOLLOWS, _follows(readers, accounts, follows, newest, moment), tell)
    with closing(_opened(database)) as raw:
        raw.execute("analyze")


def index(database: Path | str) -> None:
    """Index the words of all posts, as a migration does."""
    with sides.writing(database) as side:

        def put(found: list[post_words.Row]) -> None:
            side.add(copying.WORDS, found)
            side.keep()

        post_words.fill(side.ask, put)
    with closing(_opened(database)) as raw:
        raw.execute("analyze")


def _account(at: int, moment: int, per_author: int) -> Row:
    uri = f"https://{HOST}/users/{at}"
    addresses = (f"{uri}/inbox", f"https://{HOST}/inbox", f"{uri}/outbox", f"{uri}/followers", f"{uri}/following")
    name = f"person{at}"
    return (
        FIRST_ACCOUNT + at,
        uri,
        HOST,
        name,
        "Person",
        name.title(),
        "",
        uri,
        *addresses,
        moment,
        moment,
        per_author,
    )


def _post(at: int, posts: int, accounts: int, newest: int) -> Row:
    # One a second, the last one now; authors in an order that has no rhythm.
    identifier = newest - ((posts - at) * 1000 << 16)
    author = at * 7919 % accounts
    uri = f"https://{HOST}/users/{author}/notes/{at}"
    return (
        *(identifier, uri, FIRST_ACCOUNT + author, identifier, 0, 0, uri, f"<p>{at} {TEXT}</p>", "", "fr"),
        (identifier >> 16),
    )


def _follows(readers: Sequence[int], accounts: int, follows: int, newest: int, moment: int) -> Iterator[Row]:
    numbers = itertools.count(newest - (10_000_000_000 << 16))
    for nth, reader in enumerate(readers):
        for step in range(min(follows, accounts)):
            followed = FIRST_ACCOUNT + (nth * 131 + step * max(1, accounts // follows)) % accounts
            number = next(numbers)
            yield (number, reader, followed, f"urn:follow:{number}", moment, moment)


def _write(database: Path | str, table: str, columns: str, rows: Iterable[Row], tell: Callable[[str], None]) -> None:
    written = 0
    waiting = iter(rows)
    with closing(_opened(database)) as raw:
        while batch := list(itertools.islice(waiting, AT_ONCE)):
            if isinstance(raw, sqlite3.Connection):
                places = ", ".join("?" * len(batch[0]))
                raw.execute("begin")
                raw.executemany(f"insert or ignore into {table} ({columns}) values ({places})", batch)
                raw.execute("commit")
            else:
                with raw.cursor().copy(f"copy {table} ({columns}) from stdin") as copy:
                    for row in batch:
                        copy.write_row(row)
            written += len(batch)
            tell(f"{table}: {written:,} rows")


def _opened(database: Path | str) -> sqlite3.Connection | psycopg.Connection[Any]:
    if is_postgresql(database):
        # What is written here fits together; asking that of each row would take longer than writing it.
        return psycopg.connect(
            str(database), autocommit=True, options="-c session_replication_role=replica -c synchronous_commit=off"
        )
    raw = sqlite3.connect(database, isolation_level=None)
    raw.execute("pragma synchronous = off").close()
    raw.execute("pragma cache_size = -200000").close()
    return raw
