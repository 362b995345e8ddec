"""Bookmarks, and conversations of which somebody wants to be told nothing."""

import re

import pytest

from tests.node.api import shapes
from tests.node.api.conftest import AppOf


async def test_a_bookmark_is_the_readers_own_and_is_found_again(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    made = [await marie.post(f"numéro {n}") for n in range(3)]
    sharing = await marie.act(made[1], "reblog")
    for post in (made[2], made[0], sharing, made[0]):
        answer = await paul.act(post, "bookmark")
        assert shapes.wrong(answer, shapes.STATUS) == []
        assert (answer["bookmarked"], answer["reblog"]) == (True, None)
    assert (await marie.get(f"/api/v1/statuses/{made[0]['id']}"))["bookmarked"] is False
    assert (await paul.get(f"/api/v1/statuses/{sharing['id']}"))["bookmarked"] is True
    wanted = [made[1]["id"], made[0]["id"], made[2]["id"]]
    assert [one["id"] for one in await paul.get("/api/v1/bookmarks")] == wanted
    found, path = [], "/api/v1/bookmarks?limit=1"
    while path:
        page, response = await paul.answered("GET", path)
        found += [one["id"] for one in page]
        onwards = re.search(r'<https?://[^/]+([^>]+)>; rel="next"', response.headers.get("Link", ""))
        path = onwards[1] if onwards else ""
    assert found == wanted
    for _ in range(2):
        assert (await paul.act(made[0], "unbookmark"))["bookmarked"] is False
    await marie.ask("DELETE", f"/api/v1/statuses/{made[2]['id']}")
    assert [one["id"] for one in await paul.get("/api/v1/bookmarks")] == [made[1]["id"]]


async def test_what_one_may_not_see_cannot_be_kept_and_is_no_longer_shown(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    await paul.towards(marie, "follow")
    closed = await marie.post("Pour mes abonnés", visibility="private")
    await paul.act(closed, "bookmark")
    await paul.towards(marie, "unfollow")
    assert await paul.get("/api/v1/bookmarks") == []
    await paul.act(closed, "bookmark", expect=404)
    await paul.act(closed, "mute", expect=404)


async def test_of_a_muted_conversation_nothing_is_told(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    first = await marie.post("Réunion")
    answer = await paul.post("Oui", in_reply_to_id=first["id"])
    (mention,) = await marie.get("/api/v1/notifications")
    muted = await marie.act(answer, "mute")
    assert shapes.wrong(muted, shapes.STATUS) == []
    assert muted["muted"] is True
    later = await paul.post("@marie et demain", in_reply_to_id=answer["id"])
    await paul.act(first, "favourite")
    assert [one["id"] for one in await marie.get("/api/v1/notifications")] == [mention["id"]]
    assert (await marie.get(f"/api/v1/statuses/{later['id']}"))["muted"] is True
    assert [one["muted"] for one in await marie.get("/api/v1/timelines/home")] == [True]
    assert (await paul.get(f"/api/v1/statuses/{later['id']}"))["muted"] is False
    assert (await marie.act(first, "unmute"))["muted"] is False
    assert (await marie.get(f"/api/v1/statuses/{later['id']}"))["muted"] is False
    await paul.post("@marie alors", in_reply_to_id=answer["id"])
    assert [one["type"] for one in await marie.get("/api/v1/notifications")] == ["mention", "mention"]


@pytest.mark.parametrize(
    ("verb", "scopes"),
    [("bookmark", "write:mutes"), ("unbookmark", "write:mutes"), ("mute", "write:bookmarks"), ("unmute", "read")],
)
async def test_each_needs_its_scope(app_of: AppOf, verb: str, scopes: str) -> None:
    reader = await app_of("marie", scopes=f"read write:statuses {scopes}")
    await reader.act(await reader.post("x"), verb, expect=403)
