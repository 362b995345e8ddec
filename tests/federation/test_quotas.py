"""What nobody here has asked for: each person elsewhere has a share of it, and what is beyond is dropped with its reason."""

import pytest

from federation.client import Budget
from federation.strict_json import JsonObject
from storage import accounts, journal, rates
from storage.accounts import Account
from storage.store import Unit
from tests.federation.conftest import Beside
from tests.federation.test_inbox import Scene, activity, note, scene

__all__ = ["scene"]

MOST = 4


@pytest.fixture
def unasked() -> int:
    """See conftest."""
    return MOST


@pytest.fixture
async def zoe(scene: Scene) -> str:
    """Somebody of the peer whom nobody here follows."""
    scene.peer.actor("zoe")
    scene.peer.offers["/users/zoe/inbox"] = {}
    return f"{scene.peer.base_url}/users/zoe"


async def marie_of(scene: Scene) -> Account:
    found = await scene.side.store.read(accounts.by_handle, "marie")
    assert found is not None
    return found


async def told(scene: Scene, document: JsonObject) -> str:
    assert await scene.send(document) == 202
    outcome = await scene.outcome(str(document["id"]))
    assert outcome is not None
    return outcome.partition(":")[0]


async def kept(scene: Scene) -> int | None:
    sql = "select count(*) from posts p join accounts a on a.id = p.author_id where a.uri like '%/zoe'"
    return await scene.side.store.read(lambda unit: unit.one(int, sql))


async def test_what_is_beyond_a_share_is_dropped_and_others_have_theirs(scene: Scene, zoe: str) -> None:
    """A mention, one that comes as the edit of itself, one by its id alone, a wish to follow; then no more."""
    marie = await marie_of(scene)

    def letter(by: str, name: str, **changes: object) -> JsonObject:
        tag = [{"type": "Mention", "href": marie.uri, "name": "@marie"}]
        return note(by, name, to=[marie.uri], cc=[], tag=tag, **changes)

    now = (await scene.side.store.read(lambda unit: unit.now)).isoformat()
    scene.peer.offers["/users/zoe/notes/3"] = letter(zoe, "3")
    assert [
        await told(scene, activity("Create", zoe, letter(zoe, "1"), "1")),
        await told(scene, activity("Create", zoe, note(zoe, "dropped", cc=[]), "dropped")),
        await told(scene, activity("Create", zoe, letter(zoe, "1"), "again")),
        await told(scene, activity("Update", zoe, letter(zoe, "2", published=now, updated=now), "2")),
        await told(scene, activity("Create", zoe, f"{zoe}/notes/3", "3")),
        await told(scene, activity("Follow", zoe, marie.uri)),
        await told(scene, activity("Follow", zoe, marie.uri, "again")),
    ] == ["applied", "unsolicited", "known-already", "applied", "fetched-by-id", "applied", "applied"]
    assert await kept(scene) == MOST - 1
    for number, thing in enumerate((letter(zoe, "5"), f"{zoe}/notes/6")):
        assert await told(scene, activity("Create", zoe, thing, f"beyond-{number}")) == "more-than-a-share"
    assert "/users/zoe/notes/6" not in scene.peer.asked
    await told(scene, activity("Undo", zoe, activity("Follow", zoe, marie.uri, "again")))
    assert await told(scene, activity("Follow", zoe, marie.uri, "beyond")) == "more-than-a-share"
    assert await told(scene, activity("Like", zoe, f"{zoe}/notes/1")) == "applied"
    assert await kept(scene) == MOST - 1
    scene.peer.actor("awa")
    awa = f"{scene.peer.base_url}/users/awa"
    assert await told(scene, activity("Create", awa, letter(awa, "1"))) == "applied"
    for number in range(MOST + 2):  # whom somebody here follows has no share to keep
        assert (
            await told(scene, activity("Create", scene.eve, letter(scene.eve, str(number)), str(number))) == "applied"
        )


async def test_all_processes_count_together_and_what_is_full_again_is_forgotten(
    scene: Scene, zoe: str, beside: Beside
) -> None:
    await beside()
    marie = await marie_of(scene)
    account = await scene.side.federation.gathering.actor(zoe, budget=Budget())
    creates = [
        activity("Create", zoe, note(zoe, str(number), to=[marie.uri], cc=[]), str(number))
        for number in range(MOST + 3)
    ]
    for create in creates:
        assert await scene.peer.post(scene.inbox, create) == 202
    await scene.side.settled()
    outcomes = [await scene.outcome(str(create["id"])) for create in creates]
    assert [str(outcome).partition(":")[0] for outcome in outcomes] == ["applied"] * MOST + ["more-than-a-share"] * 3
    name = f"unasked of {account.id}"

    def known(unit: Unit) -> list[str]:
        return unit.all(str, "select name from allowances where name = :name", name=name)

    assert await scene.side.store.read(known) == [name]
    await scene.side.store.write(
        lambda unit: unit.run("update allowances set full_at = 1 where name = :name", name=name)
    )
    await scene.side.store.write(rates.sweep)
    assert await scene.side.store.read(known) == []
    assert await scene.side.store.read(journal.unsettled) == 0
