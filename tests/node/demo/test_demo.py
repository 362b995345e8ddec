"""The demonstration, as a newcomer runs it: nodes that talk, a file for scripts, and a clean end."""

import asyncio
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import psutil  # type: ignore[import-untyped]  # it brings no types
import pytest

from tests import loopback
from tests.federated.conftest import until

ROOT = Path(__file__).parents[3]


@asynccontextmanager
async def demo(*options: str, json_file: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, Any]]:
    """The command, once it has written its file; stopped by Ctrl-C at the end."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "node.command", "demo", "--json", str(json_file), *options),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(60):
            while not json_file.exists():  # noqa: ASYNC240  another process writes it
                if process.returncode is not None:
                    pytest.fail((await process.communicate())[0].decode())  # it says why it ended by itself
                await asyncio.sleep(0.05)
        yield process, orjson.loads(json_file.read_bytes())  # noqa: ASYNC240  a small file
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        await process.communicate()


def temporary_folders() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("legation-demo-*"))


async def test_three_nodes_talk_and_stop_cleanly(tmp_path: Path) -> None:
    port = loopback.free_port()
    folders = temporary_folders()
    async with demo("--port", str(min(port, 50_000)), json_file=tmp_path / "demo.json") as (process, described):
        paris, tokyo, dakar = described["nodes"]
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) == 3
        async with loopback.session() as session:

            async def ask(node: Any, person: int, path: str) -> Any:
                headers = {"Authorization": f"Bearer {node['staff'][person]['token']}"}
                async with session.get(node["url"] + path, headers=headers) as response:
                    assert response.status == 200
                    return await response.json()

            for node in (tokyo, dakar):
                home = await ask(node, 0, "/api/v1/timelines/home?limit=40")
                hosts = {post["account"]["acct"].partition("@")[2].partition(".")[0] for post in home}
                assert "paris" in hosts
                assert {post["language"] for post in home} >= {"fr", "en"}
            assert await ask(paris, 1, "/api/v1/notifications")
            (press, sahel, visas) = await ask(paris, 1, "/api/v1/lists")
            assert [each["title"] for each in (press, sahel, visas)] == [
                "Press and media",
                "Réseau Sahel",
                "Visas et état civil",
            ]

            async def is_alive(community: Any, reach: str) -> bool:
                """Whether a conversation with an answer, and what stands first, have come to Paris."""
                said = [post["reblog"] for post in await ask(paris, 1, f"/api/v1/timelines/list/{community['id']}")]
                assert {post["legation"]["reach"] for post in said} <= {reach}
                first = await ask(paris, 1, f"/api/v1/accounts/{community['id']}/statuses?pinned=true")
                return any(post["replies_count"] for post in said) and len(first) == 1

            for community, reach in ((press, "all_nodes"), (sahel, "community"), (visas, "all_nodes")):
                await until(partial(is_alive, community, reach))
            here = await ask(tokyo, 1, "/api/v1/timelines/public?local=true")
            assert "node" in {post["legation"]["reach"] for post in here}
    assert process.returncode == 0
    assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
    assert temporary_folders() == folders


async def test_kept_nodes_start_again_with_what_they_had(tmp_path: Path) -> None:
    options = ("--nodes", "2", "--keep", str(tmp_path / "kept"), "--port", str(loopback.free_port()))
    counts = []
    for run in ("first", "second"):
        async with demo(*options, json_file=tmp_path / f"{run}.json") as (_, described), loopback.session() as session:
            node = described["nodes"][0]
            headers = {"Authorization": f"Bearer {node['staff'][0]['token']}"}
            async with session.get(f"{node['url']}/api/v1/instance", headers=headers) as response:
                counts.append((await response.json())["stats"]["status_count"])
    assert counts[0] > 10
    assert counts[0] == counts[1]
