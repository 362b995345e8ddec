"""Tags: how much one is used, and which stand on a profile."""

from tests.node.api.conftest import AppOf


async def test_a_tag_tells_how_much_it_is_used(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    await marie.post("#Sommet")
    marie.house.clock.forward(days=1)
    for app in (marie, paul):
        await app.post("#sommet")
    await paul.post("#sommet pour nous", visibility="private")
    found = await marie.get("/api/v1/tags/SOMMET")
    assert (found["name"], found["url"]) == ("Sommet", f"{marie.house.url}/tags/sommet")
    assert [(day["uses"], day["accounts"]) for day in found["history"]] == [("2", "2"), ("1", "1")] + [("0", "0")] * 5
    unknown = await marie.get("/api/v1/tags/jamais")
    assert ("id" in unknown, {day["uses"] for day in unknown["history"]}) == (False, {"0"})
    for none in ("12", "a b", "%23", "x" * 101):
        await marie.get(f"/api/v1/tags/{none}", expect=404)


async def test_tags_on_a_profile(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    await marie.post("#sommet #visa")
    await marie.post("#visa pour peu", visibility="direct")
    await paul.post("#visa")
    path = "/api/v1/featured_tags"
    assert {one["name"] for one in await marie.get(f"{path}/suggestions")} == {"sommet", "visa"}
    shown = await marie.ask("POST", path, json={"name": "#Visa"})
    assert (shown["name"], shown["statuses_count"], shown["last_status_at"] is None) == ("visa", "1", False)
    assert await marie.ask("POST", path, json={"name": "visa"}) == shown
    assert [one["name"] for one in await marie.get(f"{path}/suggestions")] == ["sommet"]
    assert (await marie.ask("POST", "/api/v1/tags/Neuf/feature"))["featuring"] is True
    assert [one["name"] for one in await paul.get(f"/api/v1/accounts/{marie.id}/featured_tags")] == ["Neuf", "visa"]
    assert (await paul.get("/api/v1/tags/neuf"))["featuring"] is False
    assert (await marie.ask("POST", "/api/v1/tags/neuf/unfeature"))["featuring"] is False
    await paul.ask("DELETE", f"{path}/{shown['id']}", expect=404)
    assert await marie.ask("DELETE", f"{path}/{shown['id']}") == {}
    assert await marie.get(path) == []
    for number in range(10):
        await marie.ask("POST", path, json={"name": f"n{number}"})
    assert "At most 10" in (await marie.ask("POST", path, json={"name": "onze"}, expect=422))["error"]
    await marie.ask("POST", path, json={"name": "1"}, expect=422)
