"""From whom one wants to be told things: a policy with effect, and requests to decide about."""

from datetime import timedelta

import pytest

from tests.node.api import shapes
from tests.node.api.conftest import App, AppOf, Json
from tests.node.api.test_streaming import listening

POLICY = "/api/v2/notifications/policy"
REQUESTS = "/api/v1/notifications/requests"
LIST = "/api/v1/notifications"


async def choose(app: App, **choices: str) -> Json:
    return await app.ask("PATCH", POLICY, json=choices)


async def kinds(app: App, query: str = "") -> list[str]:
    return [one["type"] for one in await app.ask("GET", f"{LIST}?{query}")]


async def test_what_is_filtered_waits_and_is_let_through(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    chosen = await choose(marie, for_not_following="filter")
    assert shapes.wrong(chosen, shapes.NOTIFICATION_POLICY) == []
    made = await paul.post("@marie Bonjour")
    await paul.act(await marie.post("Note"), "favourite")
    assert await kinds(marie) == []
    assert await kinds(marie, "include_filtered=true") == ["favourite", "mention"]
    assert await marie.get(f"{LIST}/unread_count") == {"count": 0}
    assert (await marie.get("/api/v2/notifications"))["notification_groups"] == []
    assert (await marie.get(POLICY))["summary"] == {"pending_requests_count": 1, "pending_notifications_count": 2}
    (request,) = await marie.get(REQUESTS)
    assert shapes.wrong(request, shapes.NOTIFICATION_REQUEST) == []
    assert (request["account"]["id"], request["notifications_count"]) == (paul.id, "2")
    assert await marie.get(f"{REQUESTS}/{request['id']}") == request
    await paul.get(f"{REQUESTS}/{request['id']}", expect=404)
    await paul.ask("POST", f"{REQUESTS}/{request['id']}/accept", expect=404)
    assert await marie.ask("POST", f"{REQUESTS}/{request['id']}/accept") == {}
    assert await kinds(marie) == ["favourite", "mention"]
    assert await marie.get(REQUESTS) == []
    assert await marie.get(f"{REQUESTS}/merged") == {"merged": True}
    await paul.act(made, "reblog")
    await paul.post("@marie Encore")
    assert await kinds(marie) == ["mention", "favourite", "mention"]


async def test_who_listens_is_told_that_what_waited_is_let_through(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    await choose(marie, for_not_following="filter")
    await paul.post("@marie Bonjour")
    (request,) = await marie.get(REQUESTS)
    async with listening(marie, "?stream=user:notification") as socket, listening(marie, "?stream=public") as other:
        await marie.ask("POST", f"{REQUESTS}/accept", json={"id": ["1"]})  # which is no request
        assert await socket.is_quiet()
        await marie.ask("POST", f"{REQUESTS}/{request['id']}/accept")
        assert await socket.told() == (["user:notification"], "notifications_merged", 1)
        assert await other.is_quiet()


async def test_what_is_dismissed_is_gone_and_what_comes_waits_again(app_of: AppOf) -> None:
    marie, paul, zoe = await app_of("marie"), await app_of("paul"), await app_of("zoe")
    await choose(marie, for_not_following="filter")
    for other in (paul, zoe):
        await other.post("@marie Bonjour")
    first, second = await marie.get(REQUESTS)
    assert [one["id"] for one in await marie.get(REQUESTS, limit="1", max_id=first["id"])] == [second["id"]]
    ids = {"id": [first["id"], second["id"], "1"]}
    assert await marie.ask("POST", f"{REQUESTS}/dismiss", json=ids) == {}
    assert (await marie.get(REQUESTS), await kinds(marie, "include_filtered=true")) == ([], [])
    await paul.post("@marie Encore")
    (request,) = await marie.get(REQUESTS)
    assert await marie.ask("POST", f"{REQUESTS}/accept", json={"id": [request["id"]]}) == {}
    assert await kinds(marie) == ["mention"]
    assert await marie.ask("POST", f"{LIST}/clear") == {}
    await zoe.post("@marie Encore")
    await marie.ask("POST", f"{LIST}/clear")
    assert len(await marie.get(REQUESTS)) == 1


@pytest.mark.parametrize(
    "choice", ["for_not_following", "for_not_followers", "for_new_accounts", "for_private_mentions"]
)
async def test_each_choice_drops_its_strangers_and_no_others(app_of: AppOf, choice: str) -> None:
    marie, paul, zoe = await app_of("marie"), await app_of("paul"), await app_of("zoe")
    await zoe.towards(marie, "follow")
    await marie.towards(zoe, "follow")
    await marie.ask("POST", f"{LIST}/clear")
    marie.house.clock.ahead += timedelta(days=4)
    await choose(marie, **{choice: "drop"})
    for other in (paul, zoe):
        await other.post("@marie Bonjour", visibility="direct")
    found = await marie.get(LIST, include_filtered="true")
    assert [one["account"]["id"] for one in found] == [zoe.id]
    (told,) = found
    await choose(marie, **{choice: "accept"})
    await paul.post("@marie Bonjour", visibility="direct")
    assert len(await marie.get(LIST)) == 2
    assert told["type"] == "mention"


async def test_private_answers_and_old_accounts_are_no_strangers(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    made = await marie.post("Question")
    marie.house.clock.ahead += timedelta(days=31)
    await choose(marie, for_private_mentions="drop", for_new_accounts="drop")
    await paul.post("@marie Voici", visibility="direct", in_reply_to_id=made["id"])
    assert await kinds(marie) == ["mention"]
    await marie.ask("PATCH", POLICY, json={"for_new_accounts": "perhaps"}, expect=422)
