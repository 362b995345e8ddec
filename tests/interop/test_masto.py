"""masto.js, the library under Phanpy and Elk: a morning of work, with PKCE, streams over WebSocket and pages by Link."""

from pathlib import Path

from tests.federated.clients import names_lead_here  # noqa: F401  a fixture
from tests.federated.conftest import FederationOf
from tests.interop.clients import Judge, session_with_masto
from tests.node.api.used_by import USED_BY


async def test_a_morning_of_work(federation_of: FederationOf, tmp_path: Path) -> None:
    paris, tokyo = await federation_of(2)
    await paris.staff("marie")
    ken = await tokyo.staff("ken")
    judge = Judge()
    found = await session_with_masto(paris.base_url, ken.handle, username="marie", judge=judge, folder=tmp_path)
    assert found == {
        "me": "marie",
        "relation": True,
        "told": True,
        "description": "Un point",
        "thread": [True],
        "poll": ["Midi", "Soir"],
        "favourited": [True, False],
        "reblogged": [True, False],
        "bookmarked": [True, False],
        "pinned": [True, False],
        "edited": [True, "Bonsoir de masto #essai", 2],
        "tag": [True],
        "pages": [2, 1, 0],
        "marker": True,
        "source": "Bonsoir de masto #essai",
        "removed": True,
        "missing": [404, "Record not found"],
    }
    assert USED_BY["masto.js"] - judge.used == set()
