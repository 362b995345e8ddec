"""`verify_actor` of fediverse-pasture: six actors of another make try to read one of our people, and to write to them."""

import asyncio
import json
from pathlib import Path

import pytest

from storage import peers
from storage.ids import Host
from tests.federated.conftest import FederationOf
from tests.interop.conftest import id_of
from tests.interop.peers import HERE, PYTHON, Json


@pytest.fixture
async def verified(federation_of: FederationOf, tmp_path: Path) -> Json:
    """What each of their actors could do."""
    (paris,) = await federation_of(1)
    marie = await paris.staff("marie")
    script, pipe = HERE / "pasture" / "verify_actor.py", asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        PYTHON, script, await id_of(marie), cwd=tmp_path, stdin=pipe, stdout=pipe, stderr=pipe
    )
    assert process.stdin is not None
    assert process.stdout is not None
    origin = (await process.stdout.readline()).decode().strip()
    await paris.running.node.store.write(peers.allow, Host(origin.partition("://")[2]), by="test")
    told, trouble = await asyncio.wait_for(process.communicate(b"go\n"), 60)
    assert process.returncode == 0, trouble.decode()
    return json.loads(told)["found"]


ABLE = {"get_actor": True, "post_inbox": True}
UNABLE = {"get_actor": False, "post_inbox": False}

# Of the six, alice and dean sign nothing, and claire and frank show their keys to signed requests only. Dean, emily and
# frank have no `preferredUsername`: an actor without a name is none here.
EXPECTED = {"alice": UNABLE, "bob": ABLE, "claire": ABLE, "dean": UNABLE, "emily": UNABLE, "frank": UNABLE}


async def test_who_has_a_name_and_signs_may_read_and_write(verified: Json) -> None:
    assert {name: verified[name] for name in EXPECTED} == EXPECTED


async def test_webfinger_tells_nothing_to_who_does_not_sign(verified: Json) -> None:
    assert verified["webfinger"] is False
