"""Filters: what somebody wants to be warned of, or not to read at all."""

import pytest

from tests.node.api.conftest import App, AppOf, Json
from tests.node.api.test_streaming import listening

PATH = "/api/v2/filters"
OLD = "/api/v1/filters"


async def made(app: App, *words: str, **said: object) -> Json:
    sent = {"title": "Bruit", "context": ["home"], "keywords_attributes": [{"keyword": word} for word in words]}
    return await app.ask("POST", PATH, json=sent | said)


async def ids(app: App, path: str) -> list[str]:
    return [one["id"] for one in await app.get(path)]


async def test_a_filter_is_made_changed_and_taken_away(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    sent = [("title", "Bruit"), ("context[]", "home"), ("context[]", "public"), ("filter_action", "hide")]
    words = [("keywords_attributes[0][keyword]", " pluie "), ("keywords_attributes[0][whole_word]", "false")]
    found = await marie.ask("POST", PATH, data=[*sent, *words, ("expires_in", "3600")])
    assert (found["context"], found["filter_action"]) == (["home", "public"], "hide")
    assert [(each["keyword"], each["whole_word"]) for each in found["keywords"]] == [("pluie", False)]
    path, (word,) = f"{PATH}/{found['id']}", found["keywords"]
    changed = await marie.ask(
        "PUT",
        path,
        json={
            "title": "Météo",
            "expires_in": "",
            "keywords_attributes": [{"id": word["id"], "_destroy": True}, {"keyword": "neige", "whole_word": True}],
        },
    )
    assert (changed["title"], changed["expires_at"], changed["context"]) == ("Météo", None, ["home", "public"])
    assert [each["keyword"] for each in changed["keywords"]] == ["neige"]
    assert await marie.get(PATH) == [await marie.get(path)] == [changed]
    more = await marie.ask("POST", f"{path}/keywords", data={"keyword": "grêle"})
    assert await marie.ask("PUT", f"{PATH}/keywords/{more['id']}", data={"whole_word": "0"}) == more | {
        "whole_word": False
    }
    assert len(await marie.get(f"{path}/keywords")) == 2
    post = await paul.post("Bonjour")
    status = await marie.ask("POST", f"{path}/statuses", data={"status_id": post["id"]})
    assert await marie.get(f"{path}/statuses") == [await marie.get(f"{PATH}/statuses/{status['id']}")] == [status]
    for there in (path, f"{path}/keywords", f"{PATH}/keywords/{more['id']}", f"{PATH}/statuses/{status['id']}"):
        await paul.get(there, expect=404)
    assert await marie.ask("DELETE", f"{PATH}/statuses/{status['id']}") == {}
    assert await marie.ask("DELETE", f"{PATH}/keywords/{more['id']}") == {}
    await paul.ask("DELETE", path, expect=404)
    assert await marie.ask("DELETE", path) == {}
    assert await marie.get(PATH) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " "},
        {"context": []},
        {"context": ["nowhere"]},
        {"filter_action": "burn"},
        {"keywords_attributes": [{"keyword": ""}]},
        {"keywords_attributes": [{"keyword": "x" * 201}]},
    ],
)
async def test_what_is_no_filter_is_said(app_of: AppOf, wrong: dict[str, object]) -> None:
    marie = await app_of("marie")
    sent = {"title": "Bruit", "context": ["home"]} | wrong
    assert (await marie.ask("POST", PATH, json=sent, expect=422))["error"].startswith("Validation failed: ")
    assert await marie.get(PATH) == []


async def test_what_a_filter_finds_is_marked_for_its_owner_alone(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    await marie.towards(paul, "follow")
    rain = await paul.post("De la <b>Pluie</b> demain")
    rainy = await paul.post("Temps pluvieux", spoiler_text="pluie ?")
    inside = await paul.post("parapluies")
    assert len(await ids(marie, "/api/v1/timelines/home")) == 3
    found = await made(marie, "pluie", "demain")
    shown = {one["id"]: one["filtered"] for one in await marie.get("/api/v1/timelines/home")}
    assert [each["keyword_matches"] for each in shown[rain["id"]]] == [["Pluie", "demain"]]
    assert shown[rain["id"]][0]["filter"] == found
    assert [each["keyword_matches"] for each in shown[rainy["id"]]] == [["pluie"]]
    assert shown[inside["id"]] == []
    assert (await paul.get(f"/api/v1/statuses/{rain['id']}"))["filtered"] == []
    own = await marie.post("pluie")
    assert own["filtered"] == []
    await marie.ask("POST", f"{PATH}/{found['id']}/statuses", data={"status_id": inside["id"]})
    (named,) = (await marie.get(f"/api/v1/statuses/{inside['id']}"))["filtered"]
    assert (named["keyword_matches"], named["status_matches"]) == (None, [inside["id"]])
    await paul.ask("PUT", f"/api/v1/statuses/{rain['id']}", json={"status": "Du soleil"})
    assert (await marie.get(f"/api/v1/statuses/{rain['id']}"))["filtered"] == []


async def test_what_is_to_be_hidden_is_left_out_where_it_was_said(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    await marie.towards(paul, "follow")
    first = await paul.post("Bonjour")
    hidden = await paul.post("@marie la pluie", in_reply_to_id=first["id"])
    assert await ids(marie, "/api/v1/timelines/home") == [hidden["id"], first["id"]]
    found = await made(marie, "pluie", context=["home", "notifications"], filter_action="hide", expires_in=600)
    assert await ids(marie, "/api/v1/timelines/home") == [first["id"]]
    assert await marie.get("/api/v1/notifications") == []
    assert await ids(marie, "/api/v1/timelines/public") == [hidden["id"], first["id"]]
    around = await marie.get(f"/api/v1/statuses/{first['id']}/context")
    assert [[each["filter"]["id"] for each in one["filtered"]] for one in around["descendants"]] == [[found["id"]]]
    page, response = await marie.answered("GET", "/api/v1/timelines/home?limit=1")
    assert (page, f"max_id={hidden['id']}" in response.headers["Link"]) == ([], True)
    await marie.ask("PUT", f"{PATH}/{found['id']}", json={"context": ["public", "account"]})
    assert await ids(marie, "/api/v1/timelines/home") == [hidden["id"], first["id"]]
    assert len(await marie.get("/api/v1/notifications")) == 1
    assert await ids(marie, "/api/v1/timelines/public") == [first["id"]]
    assert await ids(marie, f"/api/v1/accounts/{paul.id}/statuses") == [first["id"]]
    marie.house.clock.forward(minutes=11)
    assert await ids(marie, "/api/v1/timelines/public") == [hidden["id"], first["id"]]


async def test_streams_say_what_lists_show(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    await marie.towards(paul, "follow")
    async with listening(marie, "?stream=user") as socket:
        await made(marie, "pluie", filter_action="hide")
        said = await socket.next()
        assert (said["stream"], said["event"], "payload" in said) == (["user"], "filters_changed", False)
        await paul.post("la pluie")
        assert await socket.is_quiet()
        last = await paul.post("le soleil")
        assert (await socket.told())[2]["id"] == last["id"]


async def test_older_apps_know_each_keyword_as_a_filter(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    sent = {"phrase": "pluie", "context": ["home"], "irreversible": True, "whole_word": True, "expires_in": 60}
    old = await marie.ask("POST", OLD, json=sent)
    assert (old["phrase"], old["irreversible"], old["whole_word"]) == ("pluie", True, True)
    (new,) = await marie.get(PATH)
    assert (new["title"], new["filter_action"], new["keywords"][0]["id"]) == ("pluie", "hide", old["id"])
    changed = await marie.ask("PUT", f"{OLD}/{old['id']}", json={"phrase": "neige", "context": ["public"]})
    assert (changed["phrase"], changed["context"]) == ("neige", ["public"])
    await marie.ask("POST", f"{PATH}/{new['id']}/keywords", json={"keyword": "grêle"})
    assert [one["phrase"] for one in await marie.get(OLD)] == ["neige", "grêle"]
    await marie.ask("PUT", f"{OLD}/{old['id']}", json={"context": ["home"]}, expect=422)
    await paul.get(f"{OLD}/{old['id']}", expect=404)
    for one in await marie.get(OLD):
        assert await marie.ask("DELETE", f"{OLD}/{one['id']}") == {}
    assert await marie.get(PATH) == []
