"""Storage on real databases, SQLite and PostgreSQL in turn, with a clock that is moved by hand."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import accounts, posts
from storage.accounts import Account
from storage.ids import AccountId, Host
from storage.opening import open_store
from storage.posts import Post, Writing
from storage.sqlite import SqliteStore
from storage.store import Store, Unit
from storage.visibility import Reach

BASE = "https://paris.example"


class Clock:
    """The moment, moved by hand; it goes on by a millisecond at each look, so that order is visible."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.moment += timedelta(milliseconds=1)
        return self.moment

    def forward(self, **by: float) -> None:
        self.moment += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(database: Path | str, clock: Clock) -> AsyncIterator[Store]:
    opened = await open_store(database, clock=clock)
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite_store(sqlite_database: Path) -> AsyncIterator[SqliteStore]:
    """For what is SQLite's own."""
    opened = await SqliteStore.open(sqlite_database)
    yield opened
    await opened.close()


Person = Callable[[str], Awaitable[Account]]


@pytest.fixture
def person(store: Store) -> Person:
    """A member of staff of this node, or `name@host` of another."""

    async def make(name: str) -> Account:
        if "@" in name:
            username, _, host = name.partition("@")
            return await store.write(elsewhere, username, host)
        return await store.write(member, name)

    return make


def member(unit: Unit, name: str) -> Account:
    account = accounts.add_local(unit, username=name, display_name=name.title(), base_url=BASE)
    unit.run(
        "insert into staff (account_id, password, role, locale, created_at) values (:id, '', 'staff', 'fr', :now)",
        id=account.id,
        now=unit.now,
    )
    return account


def elsewhere(unit: Unit, username: str, host: str) -> Account:
    uri = f"https://{host}/users/{username}"
    return accounts.keep_remote(
        unit,
        uri=uri,
        host=Host(host),
        kind="Person",
        profile=accounts.Profile(
            username=username,
            display_name=username.title(),
            note="",
            fields=(),
            url=f"https://{host}/@{username}",
            inbox=f"{uri}/inbox",
            shared_inbox=f"https://{host}/inbox",
            outbox=f"{uri}/outbox",
            followers_uri=f"{uri}/followers",
            following_uri=f"{uri}/following",
            locked=False,
            discoverable=True,
        ),
        document="{}",
    )


Write = Callable[..., Awaitable[Post]]


@pytest.fixture
def write(store: Store) -> Write:
    async def add(
        author: Account,
        text: str = "Bonjour",
        *,
        reach: Reach = Reach.ALL_NODES,
        answers: Post | None = None,
        to: tuple[Account, ...] = (),
        tags: tuple[str, ...] = (),
    ) -> Post:
        return await store.write(_add, author, text, reach, answers, tuple(person.id for person in to), tags)

    return add


def _add(
    unit: Unit,
    author: Account,
    text: str,
    reach: Reach,
    answers: Post | None,
    to: tuple[AccountId, ...],
    tags: tuple[str, ...],
) -> Post:
    uri = f"{author.uri}/posts/{unit.new_id()}"
    return posts.add(
        unit,
        uri=uri,
        url=uri,
        author=author.id,
        is_local=author.is_local,
        reach=reach,
        writing=Writing(f"<p>{text}</p>", "", sensitive=False, language="fr", source=text, tags=tags),
        published=unit.now,
        people=to,
        mentioned=to,
        reply_to_uri=answers.uri if answers else None,
    )
