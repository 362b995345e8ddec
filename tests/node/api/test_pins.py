"""Pins through the client API."""

import pytest

from tests.node.api import shapes
from tests.node.api.conftest import AppOf


async def test_a_pinned_post_stands_in_its_own_list_until_it_is_unpinned(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    first, second = await marie.post("un"), await marie.post("deux")
    for post in (first, second, first):
        answer = await marie.act(post, "pin")
        assert shapes.wrong(answer, shapes.STATUS) == []
        assert answer["pinned"] is True
    path = f"/api/v1/accounts/{marie.id}/statuses"
    assert [one["id"] for one in await paul.get(path, pinned="true")] == [second["id"], first["id"]]
    assert [one["pinned"] for one in await paul.get(path, pinned="true")] == [False, False]
    assert [one["pinned"] for one in await marie.get(path, pinned="true")] == [True, True]
    for _ in range(2):
        assert (await marie.act(second, "unpin"))["pinned"] is False
    assert [one["id"] for one in await marie.get(path, pinned="true")] == [first["id"]]


async def test_what_cannot_be_pinned_is_said(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    theirs = await paul.post("À Paul")
    sharing = await marie.act(theirs, "reblog")
    closed = await marie.post("Pour mes abonnés", visibility="private")
    for post, sentence in (
        (theirs, "Validation failed: Someone else's post cannot be pinned"),
        (sharing, "Validation failed: A boost cannot be pinned"),
        (closed, "Validation failed: Only posts that all nodes may read can be pinned"),
    ):
        assert (await marie.act(post, "pin", expect=422))["error"] == sentence
    await paul.act(closed, "pin", expect=404)
    assert await marie.get(f"/api/v1/accounts/{marie.id}/statuses", pinned="true") == []


async def test_five_are_enough(app_of: AppOf) -> None:
    marie = await app_of("marie")
    made = [await marie.post(f"numéro {n}") for n in range(6)]
    for post in made[:5]:
        await marie.act(post, "pin")
    answer = await marie.act(made[5], "pin", expect=422)
    assert answer["error"] == "Validation failed: You have already pinned the maximum number of posts"
    node = await marie.get("/api/v2/instance")
    assert node["configuration"]["accounts"]["max_pinned_statuses"] == 5


@pytest.mark.parametrize("verb", ["pin", "unpin"])
async def test_pins_need_their_scope(app_of: AppOf, verb: str) -> None:
    reader = await app_of("marie", scopes="read write:statuses")
    post = await reader.post("x")
    await reader.act(post, verb, expect=403)
