"""Lists of people: made, changed, read, listened to; and what an exclusive one keeps out of the journal."""

import re

from tests.node.api.conftest import App, AppOf, Json
from tests.node.api.test_streaming import events, listening

PATH = "/api/v1/lists"


async def made(app: App, *members: App, **said: object) -> Json:
    found = await app.ask("POST", PATH, json={"title": "Quito"} | said)
    if members:
        await app.ask("POST", f"{PATH}/{found['id']}/accounts", json={"account_ids": [each.id for each in members]})
    return found


async def read(app: App, found: Json, **page: str) -> list[str]:
    return [one["id"] for one in await app.ask("GET", f"/api/v1/timelines/list/{found['id']}", params=page)]


async def home(app: App) -> list[str]:
    return [one["id"] for one in await app.get("/api/v1/timelines/home")]


async def test_a_list_is_made_changed_and_taken_away(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    found = await made(marie, replies_policy="none", exclusive="1")
    assert (found["title"], found["replies_policy"], found["exclusive"]) == ("Quito", "none", True)
    path = f"{PATH}/{found['id']}"
    changed = await marie.ask("PUT", path, data={"title": " Lima ", "exclusive": "false"})
    assert changed == await marie.get(path) == found | {"title": "Lima", "exclusive": False}
    assert await marie.get(PATH) == [changed]
    for bad in ({"title": " "}, {"title": "x" * 201}, {"replies_policy": "all"}):
        assert (await marie.ask("PUT", path, data=bad, expect=422))["error"].startswith("Validation failed: ")
    await marie.ask("POST", PATH, json={}, expect=422)
    for method in ("GET", "PUT", "DELETE"):
        await paul.ask(method, path, expect=404)
    await paul.get(f"/api/v1/timelines/list/{found['id']}", expect=404)
    assert await marie.ask("DELETE", path) == {}
    assert await marie.get(PATH) == await paul.get(PATH) == []


async def test_members_are_people_whom_one_follows(app_of: AppOf) -> None:
    marie, *others = [await app_of(name) for name in ("marie", "paul", "zoe", "ken", "ada")]
    for other in others[:3]:
        await marie.towards(other, "follow")
    found = await made(marie, *others[:2])
    path = f"{PATH}/{found['id']}/accounts"
    await marie.ask("POST", path, json={"account_ids": [others[2].id, others[3].id]}, expect=404)
    await marie.ask("POST", path, data=[("account_ids[]", others[2].id), ("account_ids[]", others[0].id)])
    wanted = [other.id for other in others[2::-1]]
    assert [one["id"] for one in await marie.get(path, limit="0")] == wanted
    seen, onwards = [], f"{path}?limit=2"
    while onwards:
        page, response = await marie.answered("GET", onwards)
        seen += [one["id"] for one in page]
        link = re.search(r"<https?://[^/]+([^>]+)>; rel=\"next\"", response.headers.get("Link", ""))
        onwards = link[1] if link else ""
    assert seen == wanted
    assert await marie.get(f"/api/v1/accounts/{others[0].id}/lists") == [found]
    assert await marie.get(f"/api/v1/accounts/{others[3].id}/lists") == []
    await marie.towards(others[0], "unfollow")
    assert await marie.ask("DELETE", path, params={"account_ids[]": others[1].id}) == {}
    assert [one["id"] for one in await marie.get(path)] == [others[2].id]


async def test_a_list_shows_what_its_members_write_and_pages_without_a_gap(app_of: AppOf) -> None:
    marie, paul, zoe, ken = [await app_of(name) for name in ("marie", "paul", "zoe", "ken")]
    for other in (paul, zoe):
        await marie.towards(other, "follow")
    found = await made(marie, paul)
    await zoe.post("pas ici")
    theirs = [await paul.post(f"{number}") for number in range(7)]
    theirs.append(await paul.act(await ken.post("de Ken"), "reblog"))
    wanted = [post["id"] for post in reversed(theirs)]
    assert await read(marie, found) == wanted
    seen: list[str] = []
    while page := await read(marie, found, limit="3", **({"max_id": seen[-1]} if seen else {})):
        seen += page
    assert seen == wanted
    assert await read(marie, found, limit="2", min_id=wanted[-1]) == wanted[-3:-1]
    await marie.towards(paul, "mute")
    assert await read(marie, found) == []


async def test_which_answers_stand_in_a_list(app_of: AppOf) -> None:
    marie, paul, zoe, ken, ada = [await app_of(name) for name in ("marie", "paul", "zoe", "ken", "ada")]
    for other in (paul, zoe, ken):
        await marie.towards(other, "follow")
    found = await made(marie, paul, zoe)
    answers = {}
    for name, other in (("member", zoe), ("followed", ken), ("stranger", ada), ("reader", marie), ("self", paul)):
        answers[name] = (await paul.post("Oui", in_reply_to_id=(await other.post("Non ?"))["id"]))["id"]
    for policy, shown in (
        ("list", {"member", "reader", "self"}),
        ("followed", {"member", "followed", "reader", "self"}),
        ("none", {"reader", "self"}),
    ):
        await marie.ask("PUT", f"{PATH}/{found['id']}", data={"replies_policy": policy})
        listed = set(await read(marie, found))
        assert {name for name, answer in answers.items() if answer in listed} == shown, policy


async def test_members_of_an_exclusive_list_do_not_come_home(app_of: AppOf) -> None:
    marie, paul, zoe = [await app_of(name) for name in ("marie", "paul", "zoe")]
    for other in (paul, zoe):
        await marie.towards(other, "follow")
    theirs, others = (await paul.post("Bruit"))["id"], (await zoe.post("Bonjour"))["id"]
    assert await home(marie) == [others, theirs]
    found = await made(marie, paul)
    assert await home(marie) == [others, theirs]
    path = f"{PATH}/{found['id']}"
    await marie.ask("PUT", path, data={"exclusive": "true"})
    assert (await home(marie), await read(marie, found)) == ([others], [theirs])
    async with listening(marie, "?stream=user") as socket:
        later = (await paul.post("Encore"))["id"]
        assert await socket.is_quiet()
        last = (await zoe.post("Enfin"))["id"]
        assert (await socket.told())[2]["id"] == last
    assert await home(marie) == [last, others]
    await marie.ask("DELETE", f"{path}/accounts", params={"account_ids[]": paul.id})
    assert await home(marie) == [last, later, others, theirs]
    await marie.ask("POST", f"{path}/accounts", data={"account_ids[]": paul.id})
    assert await home(marie) == [last, others]
    await marie.ask("DELETE", path)
    assert await home(marie) == [last, later, others, theirs]


async def test_a_list_can_be_listened_to_by_its_owner_alone(app_of: AppOf) -> None:
    marie, paul, zoe = [await app_of(name) for name in ("marie", "paul", "zoe")]
    for other in (paul, zoe):
        await marie.towards(other, "follow")
    found = await made(marie, paul)
    async with listening(marie, f"?stream=list&list={found['id']}") as socket, listening(zoe) as theirs:
        await theirs.say(type="subscribe", stream="list", list=found["id"])
        assert (await theirs.next())["status"] == 404
        await zoe.post("pas ici")
        new = await paul.post("ici")
        stream, event, post = await socket.told()
        assert (stream, event, post["id"]) == (["list", found["id"]], "update", new["id"])
        await paul.ask("DELETE", f"/api/v1/statuses/{new['id']}")
        assert await socket.told() == (["list", found["id"]], "delete", new["id"])
    async with events(marie, f"list?list={found['id']}") as told:
        new = await paul.post("encore")
        event, post = await anext(told)
        assert (event, post["id"]) == ("update", new["id"])
    await zoe.get("/api/v1/streaming/list", list=found["id"], expect=404)
    await marie.get("/api/v1/streaming/list", list="x", expect=404)
