"""Conversations: what is written to some people alone, for each of them."""

import orjson

from tests.node.api import shapes
from tests.node.api.conftest import App, AppOf, Json
from tests.node.api.test_streaming import listening

PATH = "/api/v1/conversations"


async def seen(app: App) -> list[tuple[str, bool]]:
    return [(one["last_status"]["id"], one["unread"]) for one in await app.get(PATH)]


async def to(app: App, text: str, before: Json = None) -> Json:
    return await app.post(text, visibility="direct", **({"in_reply_to_id": before["id"]} if before else {}))


async def test_each_has_a_conversation_before_them_until_it_is_read(app_of: AppOf) -> None:
    marie, paul, zoe = await app_of("marie"), await app_of("paul"), await app_of("zoe")
    await marie.post("@paul pour tous")
    first = await to(marie, "@paul à vous seul")
    second = await to(paul, "@marie bien", first)
    other = await to(zoe, "@marie @paul à deux")
    found = await marie.get(PATH)
    assert shapes.wrong(found, [shapes.CONVERSATION]) == []
    assert [[each["username"] for each in one["accounts"]] for one in found] == [["zoe", "paul"], ["paul"]]
    assert await seen(marie) == [(other["id"], True), (second["id"], True)]
    assert await seen(paul) == [(other["id"], True), (second["id"], False)]
    assert await seen(zoe) == [(other["id"], False)]
    read = await marie.ask("POST", f"{PATH}/{found[1]['id']}/read")
    assert shapes.wrong(read, shapes.CONVERSATION) == []
    assert read["unread"] is False
    assert await seen(marie) == [(other["id"], True), (second["id"], False)]
    third = await to(paul, "@marie encore", second)
    assert await seen(marie) == [(third["id"], True), (other["id"], True)]
    await zoe.ask("POST", f"{PATH}/{found[1]['id']}/read", expect=404)


async def test_one_that_was_put_away_comes_back_with_the_next_post(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    first = await to(marie, "@paul à vous seul")
    (found,) = await paul.get(PATH)
    assert await paul.ask("DELETE", f"{PATH}/{found['id']}") == {}
    assert (await seen(paul), await seen(marie)) == ([], [(first["id"], False)])
    await paul.ask("DELETE", f"{PATH}/{found['id']}", expect=404)
    again = await to(marie, "@paul encore", first)
    assert await seen(paul) == [(again["id"], True)]
    await marie.ask("DELETE", f"/api/v1/statuses/{again['id']}")
    assert await seen(paul) == []


async def test_pages_have_no_gap_and_nothing_twice_while_others_come(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    made = [await to(paul, f"@marie {n}") for n in range(5)]
    found: list[str] = []
    query: dict[str, str] = {"limit": "2"}
    while page := await marie.ask("GET", PATH, params=query):
        found += [one["last_status"]["id"] for one in page]
        query["max_id"] = found[-1]
        await to(paul, "@marie entre-temps", made[len(found) - 1])
    rest = [post["id"] for post in reversed(made)]
    assert len(set(found)) == len(found)
    assert set(found) <= set(rest)
    newest = await marie.get(PATH, limit="1", min_id=rest[-1])
    assert len(newest) == 1
    assert len(await marie.get(PATH, limit="40")) == 5


async def test_the_stream_and_the_list_say_the_same(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    async with listening(marie, "?stream=direct") as socket:
        await to(paul, "@marie à vous seule")
        stream, event, said = await socket.told()
    assert (stream, event) == (["direct"], "conversation")
    assert orjson.dumps(said) == orjson.dumps((await marie.get(PATH))[0])


async def test_each_needs_its_scope(app_of: AppOf) -> None:
    marie = await app_of("marie", scopes="read:accounts write:statuses")
    await marie.get(PATH, expect=403)
    await marie.ask("POST", f"{PATH}/1/read", expect=403)
    await marie.ask("DELETE", f"{PATH}/1", expect=403)
