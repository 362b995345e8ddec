"""Tags: how much one is used, which are followed, and which stand on a profile."""

import re

from tests.node.api.conftest import App, AppOf, Json


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


async def test_posts_with_a_followed_tag_come_home_and_to_those_who_listen(app_of: AppOf) -> None:
    marie, paul, zoe = await app_of("marie"), await app_of("paul"), await app_of("zoe")
    home = "/api/v1/timelines/home"

    async def at_home() -> list[str]:
        return [post["id"] for post in await marie.get(home)]

    before = await paul.post("#visa avant")
    assert await at_home() == []
    assert (await marie.ask("POST", "/api/v1/tags/VISA/follow"))["following"] is True
    assert await at_home() == [before["id"]]
    await marie.towards(zoe, "follow")
    made = [await zoe.post("Sans"), await paul.post("#Visa et #visa"), await zoe.post("#visa aussi")]
    own = await marie.post("Moi")
    for hidden in ({"visibility": "private"}, {"visibility": "unlisted"}, {"visibility": "direct"}):
        await paul.post("#visa pour peu", **hidden)
    await zoe.act(await paul.post("Autre"), "reblog")
    shown = await marie.get(home)
    expected = [own["id"], *(post["id"] for post in reversed(made)), before["id"]]
    assert [post["id"] for post in shown][1:] == expected
    assert [[post["id"] for post in page] for page in await pages_whole(marie, f"{home}?limit=2")] == [
        [post["id"] for post in shown][at : at + 2] for at in range(0, 6, 2)
    ]
    assert [post["id"] for post in await marie.get(home, min_id=before["id"], limit="2")] == expected[2:4]
    await paul.ask("DELETE", f"/api/v1/statuses/{made[1]['id']}")
    assert made[1]["id"] not in await at_home()
    await marie.towards(paul, "mute")
    assert before["id"] not in await at_home()
    await marie.towards(paul, "unmute")
    assert (await marie.ask("POST", "/api/v1/tags/visa/unfollow"))["following"] is False
    assert (before["id"] in await at_home(), made[2]["id"] in await at_home()) == (False, True)
    await marie.ask("POST", "/api/v1/tags/inconnu/unfollow", expect=404)
    await marie.ask("POST", "/api/v1/tags/12/follow", expect=422)


async def pages_whole(app: App, path: str) -> list[list[Json]]:
    found = []
    after = ""
    while page := await app.ask("GET", f"{path}{after}"):
        found.append(page)
        after = f"&max_id={page[-1]['id']}"
    return found


async def test_followed_tags_are_listed_latest_first(app_of: AppOf) -> None:
    marie = await app_of("marie")
    for name in ("un", "deux", "trois", "deux"):
        await marie.ask("POST", f"/api/v1/tags/{name}/follow")
    found, response = await marie.answered("GET", "/api/v1/followed_tags?limit=2")
    assert [one["name"] for one in found] == ["trois", "deux"]
    (cursor,) = re.findall(r"max_id=(\d+)", response.headers["Link"])
    assert [one["name"] for one in await marie.get("/api/v1/followed_tags", max_id=cursor)] == ["un"]
