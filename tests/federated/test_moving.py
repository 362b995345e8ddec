"""A living node is moved to another database and back while its peer keeps sending: nobody notices but its administrator.

`MOVED_POSTS=100000` moves a node with so many posts.
"""

import asyncio
import itertools
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from node import settings as node_settings
from node.settings import Settings
from storage.opening import open_store
from storage.store import Store
from tests import loopback
from tests.bench import rows
from tests.databases import PostgresqlServer
from tests.federated.conftest import PASSWORD, until
from tests.federated.test_kill import allow, founded, serving
from tests.node.web.browser import Browser

Json = Any  # what a client decodes

POSTS = int(os.environ.get("MOVED_POSTS", "2000"))


@dataclass
class Person:
    """Somebody with an app, at a node that may be away for a while."""

    settings: Settings
    token: str
    session: ClientSession
    name: str
    acknowledged: list[str] = field(default_factory=list)

    async def ask(self, method: str, path: str, **sent: Any) -> Json:
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.session.request(method, self.settings.base_url + path, headers=headers, **sent) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def follow(self, other: "Person") -> None:
        query = {"q": f"@{other.name}@{other.settings.domain}", "resolve": "true"}
        account = (await self.ask("GET", "/api/v2/search", params=query))["accounts"][0]["id"]
        await self.ask("POST", f"/api/v1/accounts/{account}/follow")

        async def follows_now() -> bool:
            (between,) = await self.ask("GET", f"/api/v1/accounts/relationships?id[]={account}")
            return bool(between["following"])

        await until(follows_now)

    async def post(self, number: int) -> None:
        text = f"{self.name} {number}"
        await self.ask("POST", "/api/v1/statuses", json={"status": text})
        self.acknowledged.append(text)

    async def read(self, author: "Person") -> list[str]:
        """What somebody else wrote, as it stands in this one's journal, the oldest first."""
        texts: list[str] = []
        page = {"limit": "40"}
        while found := await self.ask("GET", "/api/v1/timelines/home", params=page):
            texts += [each["content"].removeprefix("<p>").removesuffix("</p>") for each in found]
            page["max_id"] = found[-1]["id"]
        return [text for text in texts[::-1] if text.startswith(author.name)]

    async def has_read_all(self, author: "Person") -> bool:
        return set(author.acknowledged) <= set(await self.read(author))


@asynccontextmanager
async def writing_on(person: Person) -> AsyncIterator[None]:
    """Somebody posts without end, whoever of their readers is there."""

    stopping = asyncio.Event()

    async def write() -> None:
        for number in itertools.count():
            if stopping.is_set():
                return
            await person.post(number)
            await asyncio.sleep(0.1)

    async with asyncio.TaskGroup() as group:
        group.create_task(write())
        try:
            yield
        finally:
            stopping.set()


async def migrated(settings: Settings, to: str) -> int:
    """`legation migrate --to`. Returns its exit code."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "node.command", "migrate", "--data", str(settings.data), "--to", to),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if not name.startswith("LEGATION_")},
    )
    return await process.wait()


async def test_a_living_node_moves_to_postgresql_and_back_and_nothing_is_lost_or_doubled(
    tmp_path: Path, postgresql: PostgresqlServer
) -> None:
    address = postgresql.create()
    paris, token_of_marie = await founded(tmp_path, "paris", "marie", "")
    tokyo, token_of_ken = await founded(tmp_path, "tokyo", "ken", "")
    await allow(paris, tokyo)
    await allow(tokyo, paris)
    rows.fill(paris.database_file, accounts=100, posts=POSTS, readers=[], follows=0, tell=lambda _: None)
    async with loopback.session() as session, loopback.session(base_url=paris.base_url) as pages:
        marie = Person(paris, token_of_marie, session, "marie")
        ken = Person(tokyo, token_of_ken, session, "ken")
        browser = Browser(pages)
        async with serving(tokyo, session):
            async with serving(paris, session):
                await marie.follow(ken)
                await ken.follow(marie)
                await browser.sign_in("marie", PASSWORD)
            keys = await keys_of(paris)
            async with writing_on(ken):
                for to, database in ((address, address), ("sqlite", paris.database_file)):
                    async with serving(paris, session):
                        await until(lambda: marie.has_read_all(ken), seconds=30)
                        async with asyncio.TaskGroup() as group:
                            moving = group.create_task(migrated(paris, to))
                            while not moving.done():
                                await marie.post(len(marie.acknowledged))
                        assert moving.result() == 3
                        # Some of these still wait for their peer when the node stops.
                        await asyncio.gather(*(marie.post(1000 + len(marie.acknowledged) + at) for at in range(20)))
                    assert await migrated(paris, to) == 0
                    assert node_settings.load(paris.data).database == database
            paris = node_settings.load(paris.data)
            assert await keys_of(paris) == keys
            async with serving(paris, session):
                await browser.publish("marie on her pages")  # signed in as before
                marie.acknowledged.append("marie on her pages")
                await ken.post(-1)
                await marie.post(-1)
                await until(lambda: marie.has_read_all(ken), seconds=60)
                await until(lambda: ken.has_read_all(marie), seconds=60)
                of_ken, of_marie = await marie.read(ken), await ken.read(marie)
    assert await count_of_posts(paris) >= POSTS + len(of_ken) + len(of_marie)
    assert of_ken == ken.acknowledged
    assert sorted(of_marie) == sorted(marie.acknowledged)
    assert len(ken.acknowledged) > 20
    postgresql.drop(address)


async def count_of_posts(settings: Settings) -> int:
    """How many posts the node holds."""
    store: Store = await open_store(settings.database)
    try:
        return await store.read(lambda unit: unit.one(int, "select count(*) from posts") or 0)
    finally:
        await store.close()


async def keys_of(settings: Settings) -> list[bytes]:
    """The node's private keys, sealed."""
    store: Store = await open_store(settings.database)
    try:
        return await store.read(lambda unit: unit.all(bytes, "select sealed from private_keys order by key_id"))
    finally:
        await store.close()
