"""Announcements and the charter, as apps read them."""

from urllib.parse import quote

import pytest

from node.actions import announcements as acts
from node.actions import charter
from storage import house
from tests.node.api import shapes
from tests.node.api.conftest import AppOf
from tests.node.api.test_streaming import listening

PATH = "/api/v1/announcements"


async def test_an_announcement_is_read_answered_put_away_and_over(app_of: AppOf) -> None:
    marie, ken = await app_of("marie"), await app_of("ken")
    node, clock = marie.house.node, marie.house.clock
    day = node.now().date().isoformat()
    by = {"by": "claire", "source": "test"}
    ending = await node.store.write(acts.publish, "Coupure **lundi**", last_day=day, **by)
    lasting = await node.store.write(acts.publish, "Nouvelle charte", last_day="", **by)
    seen = await marie.get(PATH)
    assert [wrong for one in seen for wrong in shapes.wrong(one, shapes.ANNOUNCEMENT)] == []
    assert [one["id"] for one in seen] == [str(lasting.id), str(ending.id)]
    assert seen[1]["content"] == "<p>Coupure <strong>lundi</strong></p>"
    reactions = f"{PATH}/{lasting.id}/reactions/"
    for person in (marie, marie, ken):
        await person.ask("PUT", reactions + quote("👍"))
    await marie.ask("PUT", reactions + "non", expect=422)
    assert (await marie.get(PATH))[0]["reactions"] == [{"name": "👍", "count": 2, "me": True}]
    await marie.ask("DELETE", reactions + quote("👍"))
    assert (await marie.get(PATH))[0]["reactions"] == [{"name": "👍", "count": 1, "me": False}]
    assert await marie.ask("POST", f"{PATH}/{lasting.id}/dismiss") == {}
    assert [one["id"] for one in await marie.get(PATH)] == [str(ending.id)]
    assert [one["read"] for one in await marie.get(PATH, with_dismissed="true")] == [True, False]
    assert len(await ken.get(PATH)) == 2
    clock.forward(days=1)
    assert [one["id"] for one in await ken.get(PATH)] == [str(lasting.id)]
    await node.store.write(acts.withdraw, lasting.id, **by)
    assert await ken.get(PATH) == []
    for verb in ("dismiss", "reactions/x"):
        await ken.ask("POST" if verb == "dismiss" else "DELETE", f"{PATH}/{lasting.id}/{verb}", expect=404)


async def test_whoever_listens_is_told_of_them(app_of: AppOf) -> None:
    """Once each, and of nothing when nothing has changed."""
    marie, ken = await app_of("marie"), await app_of("ken")
    store, by = marie.house.node.store, {"by": "claire", "source": "test"}
    async with listening(marie, "?stream=user") as socket, listening(ken, "?stream=user:notification") as other:
        made = await store.write(acts.publish, "Coupure **lundi**", last_day="", **by)
        assert await socket.told() == (["user"], "announcement", (await marie.get(PATH))[0])
        one = f"{PATH}/{made.id}/reactions/" + quote("👍")
        for person, method, count in ((ken, "PUT", 1), (marie, "PUT", 2), (marie, "DELETE", 1), (ken, "DELETE", 0)):
            for _ in range(2):
                await person.ask(method, one)
            now = {"name": "👍", "count": count, "announcement_id": str(made.id)}
            assert await socket.told() == (["user"], "announcement.reaction", now)
            assert await socket.is_quiet()
        await store.write(acts.withdraw, made.id, **by)
        assert await socket.told() == (["user"], "announcement.delete", str(made.id))
        assert await other.is_quiet()


@pytest.mark.parametrize(("method", "rest"), [("POST", "dismiss"), ("PUT", "reactions/x"), ("DELETE", "reactions/x")])
async def test_what_is_done_with_them_needs_its_scope(app_of: AppOf, method: str, rest: str) -> None:
    narrow = await app_of("marie", scopes="read write:statuses")
    await narrow.ask(method, f"{PATH}/1/{rest}", expect=403)


async def test_the_charter_is_what_administrators_wrote(app_of: AppOf) -> None:
    marie = await app_of("marie")
    store, by = marie.house.node.store, {"by": "claire", "source": "test"}
    rule = await store.write(charter.add_rule, "On signe.", "De son nom.", **by)
    shown = [{"id": str(rule.id), "text": "On signe.", "hint": "De son nom."}]
    assert await marie.get("/api/v1/instance/rules") == shown
    for version in ("v1", "v2"):
        assert (await marie.get(f"/api/{version}/instance"))["rules"] == shown
    written = {house.DESCRIPTION: "Pour *nous*.", house.PRIVACY: "Rien ne sort."}
    await store.write(charter.write, written, **by)
    for name, content in (
        ("extended_description", "<p>Pour <em>nous</em>.</p>"),
        ("privacy_policy", "<p>Rien ne sort.</p>"),
    ):
        found = await marie.get(f"/api/v1/instance/{name}")
        assert (found["content"], shapes.time(found["updated_at"])) == (content, True)
    await store.write(charter.remove_rule, rule.id, **by)
    assert await marie.get("/api/v1/instance/rules") == []
