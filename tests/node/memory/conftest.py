"""A memory in front of a real database, SQLite and PostgreSQL in turn."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.memory import Memory
from storage.opening import open_store
from storage.store import Store
from tests.storage.conftest import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(database: Path | str, clock: Clock) -> AsyncIterator[Store]:
    opened = await open_store(database, clock=clock)
    yield opened
    await opened.close()


@pytest.fixture
async def memory(store: Store, clock: Clock) -> Memory:
    return Memory(store, now=clock)
