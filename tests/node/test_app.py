"""A node as it runs for real: behind a proxy that holds the certificate, under a public name."""

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node import app, founding
from tests import loopback
from tests.node.conftest import PASSWORD

HOST = {"Host": "paris.example", "X-Forwarded-For": "192.0.2.7"}


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    """Where a node called paris.example listens for its proxy."""
    settings = await founding.found(
        tmp_path / "paris",
        domain="paris.example",
        development=False,
        name="Paris",
        language="fr",
        admin="marie",
        admin_name="",
        password=PASSWORD,
    )
    async with app.running(settings, listen=("127.0.0.1", 0)) as running:
        yield f"http://127.0.0.1:{running.port}"


async def test_addresses_name_the_public_host_without_the_port_that_goes_without_saying(address: str) -> None:
    async with loopback.session() as session:
        async with session.get(f"{address}/api/v2/instance", headers=HOST) as answer:
            described = await answer.json()
        async with session.get(f"{address}/actor", headers=HOST) as answer:
            actor = await answer.json(content_type=None)
    assert described["domain"] == "paris.example"
    assert described["configuration"]["urls"]["streaming"] == "wss://paris.example"
    assert actor["id"] == "https://paris.example/actor"


async def test_sec_h2_browsers_are_told_to_stay_with_https(address: str) -> None:
    async with loopback.session() as session, session.get(f"{address}/sign-in", headers=HOST) as answer:
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


async def test_sec_e9_another_name_is_not_answered(address: str) -> None:
    async with loopback.session() as session, session.get(f"{address}/", headers={"Host": "other.example"}) as answer:
        assert answer.status == 421


def test_a_small_node_loads_only_what_it_needs() -> None:
    """What only some nodes or some moments need costs each of the others memory: the driver of PostgreSQL with the
    library of schemas 18 MiB, that of buckets 9, that of passkeys 6."""
    serving = "import sys; import node.app; from node import web; web.routes(); print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", serving], capture_output=True, text=True, check=True, timeout=60)
    tops = {name.partition(".")[0] for name in result.stdout.split()}
    assert "aiohttp" in tops
    assert not tops & {"psycopg", "sqlalchemy", "alembic", "obstore", "webauthn"}
