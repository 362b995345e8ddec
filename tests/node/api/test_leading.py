"""Communities that one leads, through the client API: requests to join, what stands first, what is locked."""

import pytest

from node.actions import communities, leading
from node.actions.communities import Founding
from storage.accounts import Account
from storage.ids import PostId
from tests.node.api.conftest import App, AppOf


async def founded(marie: App, *, closed: bool = False) -> Account:
    wanted = Founding("presse", "Presse", closed=closed)
    return await communities.found(marie.house.node, marie.account, wanted, source="test")


async def test_requests_to_join_are_told_to_those_who_lead_and_answered_by_them(app_of: AppOf) -> None:
    marie, paul, lea = await app_of("marie"), await app_of("paul"), await app_of("lea")
    presse = await founded(marie, closed=True)
    for asking in (paul, lea):
        assert (await asking.ask("POST", f"/api/v1/accounts/{presse.id}/follow"))["requested"] is True
    told = await marie.get("/api/v1/notifications")
    assert [(each["type"], each["account"]["id"], each["community"]["id"]) for each in told] == [
        ("follow_request", lea.id, str(presse.id)),
        ("follow_request", paul.id, str(presse.id)),
    ]
    (_, grouped) = (await marie.get("/api/v2/notifications"))["notification_groups"]
    assert grouped["community"]["username"] == "presse"
    assert [each["id"] for each in await marie.get("/api/v1/follow_requests")] == [lea.id, paul.id]
    assert await paul.get("/api/v1/follow_requests") == []
    await lea.ask("POST", f"/api/v1/follow_requests/{paul.id}/authorize", expect=404)
    await marie.ask("POST", f"/api/v1/follow_requests/{paul.id}/authorize")
    await marie.ask("POST", f"/api/v1/follow_requests/{lea.id}/reject")
    relations = [await each.get("/api/v1/accounts/relationships", id=presse.id) for each in (paul, lea)]
    assert [(one["following"], one["requested"]) for (one,) in relations] == [(True, False), (False, False)]
    assert (await marie.get("/api/v1/follow_requests"), await marie.get("/api/v1/notifications")) == ([], [])


@pytest.mark.parametrize("visibility", ["public", "private"])
async def test_what_stands_first_is_listed_and_what_is_locked_is_not_answered(app_of: AppOf, visibility: str) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    node, presse = marie.house.node, await founded(marie)
    await paul.ask("POST", f"/api/v1/accounts/{presse.id}/follow")
    first = await paul.post("@presse first", visibility="public" if visibility == "public" else "direct")
    thread = PostId(int(first["id"]))
    await leading.pin(node, marie.account, presse.id, thread, source="test")
    found = await paul.get(f"/api/v1/accounts/{presse.id}/statuses", pinned="true")
    assert [each["id"] for each in found] == [first["id"]]
    await leading.lock(node, marie.account, presse.id, thread, source="test")
    answer = {"status": "more", "in_reply_to_id": first["id"], "visibility": visibility}
    refused = await paul.ask("POST", "/api/v1/statuses", json=answer, expect=422)
    assert refused["error"] == "Validation failed: This conversation is locked: nothing more is said in it"
    stranger = await app_of("zoe")
    if visibility == "public":
        assert "locked" in (await stranger.ask("POST", "/api/v1/statuses", json=answer, expect=422))["error"]
    await leading.unlock(node, marie.account, presse.id, thread, source="test")
    await paul.ask("POST", "/api/v1/statuses", json=answer)
