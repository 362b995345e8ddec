"""Killed in the middle: what was acknowledged is there, in the order in which it was acknowledged, once."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import ClientError, ClientSession

from node.settings import Settings
from storage import accounts, oauth, peers
from storage.accounts import Account
from storage.ids import Host
from storage.opening import open_store
from storage.store import Unit
from tests import founding, loopback
from tests.conftest import Bare
from tests.federated.conftest import PASSWORD, SCOPES, until

UNLIMITED = {
    "LEGATION_POSTS_PER_3_HOURS": "100000",
    "LEGATION_API_CALLS_PER_5_MINUTES": "100000",
    "LEGATION_PEER_ACTIVITIES_PER_MINUTE": "100000",
    "LEGATION_UNASKED_PER_HOUR": "100000",
}


@asynccontextmanager
async def serving(settings: Settings, session: ClientSession) -> AsyncIterator[asyncio.subprocess.Process]:
    """A node in a process of its own, as `legation serve` starts it; it takes as much as tests can send."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "node.command", "serve", "--data", str(settings.data)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, **UNLIMITED},
    )

    async def answers() -> bool:
        try:
            async with session.get(f"{settings.base_url}/health") as response:
                return response.status == 200
        except ClientError:
            return False

    try:
        await until(answers, seconds=20)
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


async def founded(folder: Path, name: str, person: str, postgresql: str) -> tuple[Settings, str]:
    """A node with one more member of staff; returns its settings and a token of theirs."""
    settings = founding.with_templates(
        await founding.founded(folder / name, admin=person, password=PASSWORD, postgresql=postgresql)
    )
    store = await open_store(settings.database)
    account = await store.read(_by_name, person)
    token = await store.write(oauth.add_token, account_id=account.id, scopes=SCOPES)
    await store.close()
    return settings, token


def _by_name(unit: Unit, name: str) -> Account:
    found = accounts.by_handle(unit, name)
    assert found is not None
    return found


async def allow(settings: Settings, other: Settings) -> None:
    store = await open_store(settings.database)
    await store.write(peers.allow, Host(other.domain), by="test")
    await store.close()


async def test_killed_while_posting_nothing_acknowledged_is_lost_doubled_or_out_of_order(
    tmp_path: Path, bare: Bare
) -> None:
    paris, marie = await founded(tmp_path, "paris", "marie", bare())
    tokyo, ken = await founded(tmp_path, "tokyo", "ken", bare())
    await allow(paris, tokyo)
    await allow(tokyo, paris)
    async with loopback.session() as session:

        async def ask(settings: Settings, token: str, method: str, path: str, **sent: object) -> object:
            headers = {"Authorization": f"Bearer {token}"}
            async with session.request(method, settings.base_url + path, headers=headers, **sent) as response:  # type: ignore[arg-type]
                assert response.status == 200, await response.text()
                return await response.json()

        async def home() -> list[str]:
            texts: list[str] = []
            page: dict[str, str] = {"limit": "40"}
            while found := await ask(tokyo, ken, "GET", "/api/v1/timelines/home", params=page):
                assert isinstance(found, list)
                texts += [each["content"].removeprefix("<p>").removesuffix("</p>") for each in found]
                page["max_id"] = found[-1]["id"]
            return texts[::-1]

        async with serving(paris, session), serving(tokyo, session):
            query = {"q": f"@marie@{paris.domain}", "resolve": "true"}
            found = await ask(tokyo, ken, "GET", "/api/v2/search", params=query)
            account = found["accounts"][0]["id"]  # type: ignore[index]
            await ask(tokyo, ken, "POST", f"/api/v1/accounts/{account}/follow")

            async def follows_now() -> bool:
                between = await ask(tokyo, ken, "GET", f"/api/v1/accounts/relationships?id[]={account}")
                return bool(between[0]["following"])  # type: ignore[index]

            await until(follows_now)

        acknowledged: list[str] = []
        async with serving(paris, session) as process:
            killer = asyncio.get_running_loop().call_later(0.7, process.kill)
            try:
                for number in range(200):
                    posted = await ask(paris, marie, "POST", "/api/v1/statuses", json={"status": f"n {number}"})
                    assert isinstance(posted, dict)
                    acknowledged.append(f"n {number}")
            except ClientError:
                pass
            killer.cancel()
        async with serving(paris, session), serving(tokyo, session):
            for number in range(200, 210):
                await ask(paris, marie, "POST", "/api/v1/statuses", json={"status": f"n {number}"})
                acknowledged.append(f"n {number}")

            async def has_all() -> bool:
                return set(acknowledged) <= set(await home())

            await until(has_all, seconds=30)
            arrived = await home()
    assert acknowledged
    assert len(arrived) == len(set(arrived)), "a post arrived twice"
    assert [text for text in arrived if text in set(acknowledged)] == acknowledged
    # One more may be there: the post that was kept, and whose answer the kill cut off.
    assert len(arrived) <= len(acknowledged) + 1
