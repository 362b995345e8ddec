"""Emoji under posts, through the client API."""

from urllib.parse import quote

import pytest

from tests.node.api import shapes
from tests.node.api.conftest import App, AppOf, Json

ASKED = "/api/v1/notifications?types[]=emoji_reaction"


async def put(app: App, post: Json, emoji: str, *, method: str = "PUT", expect: int = 200) -> Json:
    path = f"/api/v1/pleroma/statuses/{post['id']}/reactions/{quote(emoji)}"
    return await app.ask(method, path, expect=expect)


def shown(entity: Json) -> list[tuple[str, int, bool]]:
    return [(one["name"], one["count"], one["me"]) for one in entity["emoji_reactions"]]


async def test_each_reader_sees_the_totals_and_which_are_their_own(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    post = await marie.post("Bonjour")
    assert shown(post) == []
    answer = await put(paul, post, "👍")
    assert shapes.wrong(answer, shapes.STATUS) == []
    await put(paul, post, "👍")
    await put(paul, post, "🎉")
    await put(marie, post, "🎉")
    path = f"/api/v1/statuses/{post['id']}"
    assert shown(await paul.get(path)) == [("👍", 1, True), ("🎉", 2, True)]
    assert shown(await marie.get(path)) == [("👍", 1, False), ("🎉", 2, True)]
    who = await marie.get(f"/api/v1/pleroma/statuses/{post['id']}/reactions")
    assert [(one["name"], [each["acct"] for each in one["accounts"]], one["me"]) for one in who] == [
        ("👍", ["paul"], False),
        ("🎉", ["paul", "marie"], True),
    ]
    assert shown(await put(paul, post, "🎉", method="DELETE")) == [("👍", 1, True), ("🎉", 1, False)]
    assert (await marie.get(path))["favourites_count"] == 0


async def test_a_sharing_shows_what_stands_under_the_post(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    post = await marie.post("Bonjour")
    sharing = await paul.act(post, "reblog")
    await put(paul, sharing, "👀")
    seen = await paul.get(f"/api/v1/statuses/{sharing['id']}")
    assert shown(seen["reblog"]) == [("👀", 1, True)]


@pytest.mark.parametrize("emoji", ["ok", ":blobcat:", "👍👍"])
async def test_a_reaction_is_one_emoji(app_of: AppOf, emoji: str) -> None:
    marie = await app_of("marie")
    post = await marie.post("Bonjour")
    answer = await put(marie, post, emoji, expect=422)
    assert answer["error"] == "Validation failed: A reaction is one emoji"


async def test_a_hidden_post_takes_none(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    hidden = await marie.post("Pour moi", visibility="direct")
    await put(paul, hidden, "👍", expect=404)
    await paul.get(f"/api/v1/pleroma/statuses/{hidden['id']}/reactions", expect=404)


async def test_only_apps_that_know_the_kind_are_told_and_nobody_once_it_is_taken_back(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    post = await marie.post("Bonjour")
    await put(paul, post, "👍")
    await put(paul, post, "🎉")
    assert await marie.get("/api/v1/notifications") == []
    (told,) = await marie.get(ASKED)
    assert (told["type"], told["account"]["acct"], told["status"]["id"]) == ("emoji_reaction", "paul", post["id"])
    await put(paul, post, "👍", method="DELETE")
    assert len(await marie.get(ASKED)) == 1
    await put(paul, post, "🎉", method="DELETE")
    assert await marie.get(ASKED) == []
