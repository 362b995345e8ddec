"""A whole node on a real socket with a real database, and people in it."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, CookieJar
from argon2 import PasswordHasher

from node.app import running
from node.context import Node
from node.settings import Settings, checked, write_secret
from node.streaming import Hub
from storage import accounts, facts, oauth, staff, welcomes
from storage.accounts import Account
from storage.migrations.apply import upgrade
from storage.sqlite import utc_now
from storage.store import Unit
from tests import loopback

PASSWORD = "quatre mots bien choisis"
ALL_SCOPES = "profile read write follow push admin:read admin:write"
KEPT = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(PASSWORD)


class Clock:
    """The moment, moved by hand beside the real one."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.ahead

    def forward(self, **by: float) -> None:
        self.ahead += timedelta(**by)


@dataclass
class House:
    """A node that serves, and a client that knows its address."""

    node: Node
    clock: Clock
    client: ClientSession
    streams: Hub

    @property
    def url(self) -> str:
        return self.node.base_url

    async def staff(self, name: str, *, role: str = "staff", is_new: bool = False) -> Account:
        """Somebody who may sign in with PASSWORD. is_new: whether they have yet to be welcomed."""
        account = await self.node.store.write(_hire, name, self.url, role)
        if not is_new:
            await self.node.store.write(welcomes.finish, account.id)
        return account

    async def token(self, account: Account | None, scopes: str = ALL_SCOPES) -> dict[str, str]:
        """The header with which an app acts for somebody."""
        identifier = account.id if account else None
        token = await self.node.store.write(oauth.add_token, account_id=identifier, scopes=scopes)
        return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="session")
def node_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "node.db"
    upgrade(path)
    return path


OpenHouse = Callable[..., Awaitable[House]]


@pytest.fixture
async def open_house(node_template: Path, tmp_path: Path) -> AsyncIterator[OpenHouse]:
    """Makes a node with these settings beside the usual ones of a test.

    name_of_host: without a port; a loopback address for clients that ask the machine's own resolver.
    """
    async with AsyncExitStack() as stack:

        async def begin(**given: Any) -> House:
            port = loopback.free_port()
            domain = f"{given.pop('name_of_host', 'paris.localhost')}:{port}"
            data = tmp_path / str(port)
            data.mkdir()
            written = {"domain": domain, "name": "Paris", "development": True} | given
            settings = checked(written, data=data, where="this test")
            shutil.copy(node_template, settings.database_file)
            write_secret(settings.secret_path)
            clock = Clock()
            running_node = await stack.enter_async_context(
                running(settings, listen=("127.0.0.1", port), clock=clock, resolver=loopback.Loopback())
            )
            await running_node.node.store.write(_found, settings)
            client = await stack.enter_async_context(
                loopback.session(base_url=settings.base_url, cookie_jar=CookieJar(unsafe=True))
            )
            return House(running_node.node, clock, client, running_node.streams)

        yield begin


@pytest.fixture
async def house(open_house: OpenHouse) -> House:
    return await open_house()


def _found(unit: Unit, settings: Settings) -> None:
    facts.put(unit, facts.BASE_URL, settings.base_url)
    accounts.add_node_actor(unit, username=settings.domain, display_name=settings.name, base_url=settings.base_url)


def _hire(unit: Unit, name: str, base_url: str, role: str) -> Account:
    account = accounts.add_local(unit, username=name, display_name=name.title(), base_url=base_url)
    staff.add(unit, account.id, password=KEPT, role=role, locale="fr")
    return account
