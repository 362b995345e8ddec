"""Quotes through the client API, on one node."""

from typing import Any

import pytest

from tests.node.api import shapes
from tests.node.api.conftest import App, AppOf, Json

CLOSED = {"automatic": [], "manual": [], "current_user": "denied"}


async def quoting(app: App, post: Json, text: str = "À lire", **more: Any) -> Json:
    return await app.post(text, quoted_status_id=post["id"], **more)


async def again(app: App, post: Json) -> Json:
    return await app.get(f"/api/v1/statuses/{post['id']}")


async def refused(app: App, post: Json, **more: Any) -> str:
    sent = {"status": "À lire", "quoted_status_id": post["id"], **more}
    answer = await app.ask("POST", "/api/v1/statuses", expect=422, json=sent)
    return str(answer["error"]).removeprefix("Validation failed: ")


async def test_a_quote_stands_in_the_post_as_each_reader_may_see_it(app_of: AppOf) -> None:
    marie, paul, lea = await app_of("marie"), await app_of("paul"), await app_of("lea")
    post = await marie.post("Le point")
    made = await quoting(paul, post)
    assert shapes.wrong(made, shapes.STATUS) == []
    assert (made["quote"]["state"], made["quote"]["quoted_status"]["content"]) == ("accepted", "<p>Le point</p>")
    assert '<span class="quote-inline">RE: <a href="' in made["content"]
    assert made["edited_at"] is None
    assert (await again(marie, post))["quotes_count"] == 1

    inside = await quoting(lea, made, "Et ceci")
    assert inside["quote"]["quoted_status"]["quote"] == {"state": "accepted", "quoted_status_id": post["id"]}
    sharing = await lea.act(made, "reblog")
    assert shapes.wrong(sharing, shapes.STATUS) == []
    assert (sharing["quote"], sharing["reblog"]["quote"]["state"]) == (None, "accepted")

    await marie.towards(lea, "block")
    assert (await again(lea, made))["quote"] == {"state": "unauthorized", "quoted_status": None}
    assert (await again(lea, inside))["quote"]["quoted_status"]["quote"] == {
        "state": "unauthorized",
        "quoted_status_id": None,
    }
    assert (await again(paul, made))["quote"]["quoted_status"]["id"] == post["id"]


async def test_lists_show_the_quote_from_memory_too(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    await paul.towards(marie, "follow")
    post = await marie.post("Le point")
    made = await quoting(paul, post)
    for _ in range(2):
        newest, *_rest = await paul.get("/api/v1/timelines/home")
        assert (newest["id"], newest["quote"]["quoted_status"]["id"]) == (made["id"], post["id"])
    await marie.ask("DELETE", f"/api/v1/statuses/{post['id']}")
    newest, *_rest = await paul.get("/api/v1/timelines/home")
    assert newest["quote"] == {"state": "deleted", "quoted_status": None}


async def test_whoever_is_quoted_is_told_sees_the_list_and_may_take_their_leave_back(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    post = await marie.post("Le point")
    made = await quoting(paul, post)
    assert await marie.get("/api/v1/notifications") == []  # apps of the level claimed do not know the kind
    (told,) = await marie.get("/api/v1/notifications?types[]=quote")
    assert shapes.wrong(told, shapes.NOTIFICATION_OF_POST) == []
    assert [each["id"] for each in await paul.get(f"/api/v1/statuses/{post['id']}/quotes")] == [made["id"]]
    path = f"/api/v1/statuses/{post['id']}/quotes/{made['id']}/revoke"
    await paul.ask("POST", path, expect=404)
    answer = await marie.ask("POST", path)
    assert (answer["id"], answer["quote"]) == (made["id"], {"state": "revoked", "quoted_status": None})
    await marie.ask("POST", path, expect=404)
    assert (await again(paul, post))["quotes_count"] == 0
    edited = await paul.ask("PUT", f"/api/v1/statuses/{made['id']}", json={"status": "Autrement"})
    assert edited["quote"]["state"] == "revoked"


async def test_who_may_quote_is_said_with_the_post_and_changed_later(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    post = await marie.post("Le point", quote_approval_policy="followers")
    followers = {"automatic": ["followers"], "manual": []}
    assert (await again(paul, post))["quote_approval"] == {**followers, "current_user": "denied"}
    assert await refused(paul, post) == "This post may not be quoted"
    await paul.towards(marie, "follow")
    assert (await again(paul, post))["quote_approval"] == {**followers, "current_user": "automatic"}
    assert (await quoting(paul, post))["quote"]["state"] == "accepted"
    for how in ("nobody", "public"):
        path = f"/api/v1/statuses/{post['id']}/interaction_policy"
        changed = await marie.ask("PUT", path, json={"quote_approval_policy": how})
        assert changed["edited_at"] is None
        assert (await again(paul, post))["quote_approval"]["current_user"] == (
            "denied" if how == "nobody" else "automatic"
        )
    edited = {"status": "Le point, revu", "quote_approval_policy": "nobody"}
    await marie.ask("PUT", f"/api/v1/statuses/{post['id']}", json=edited)
    assert (await again(paul, post))["quote_approval"] == CLOSED


async def test_a_quote_goes_no_further_than_what_it_quotes(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    quiet, here = await marie.post("Un", visibility="unlisted"), await marie.post("Deux", legation_reach="node")
    private, direct = await marie.post("Trois", visibility="private"), await marie.post("Quatre", visibility="direct")
    assert (await quoting(paul, quiet))["legation"]["reach"] == "unlisted"
    assert (await quoting(paul, here))["legation"]["reach"] == "node"
    assert (await quoting(marie, private))["legation"]["reach"] == "followers"
    assert await refused(marie, direct) == "This post may not be quoted"
    assert (await again(marie, private))["quote_approval"]["current_user"] == "automatic"
    await paul.towards(marie, "follow")
    assert (await again(paul, private))["quote_approval"] == CLOSED
    assert await refused(paul, private) == "This post may not be quoted"
    assert "Name the author" in await refused(paul, quiet, visibility="direct")
    named = await quoting(paul, quiet, "@marie à lire", visibility="direct")
    assert named["quote"]["state"] == "accepted"
    assert "may not all read" in await refused(marie, private, status="@paul", visibility="direct")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"quoted_status_id": "1"}, 404),
        ({"quoted_status_id": "x"}, 422),
        ({"quoted_status_id": str(1 << 70)}, 422),
        ({"quote_approval_policy": "friends"}, 422),
    ],
)
async def test_what_cannot_be_quoted_is_refused_and_nothing_is_posted(
    app_of: AppOf, sent: dict[str, str], status: int
) -> None:
    marie = await app_of("marie")
    await marie.ask("POST", "/api/v1/statuses", expect=status, json={"status": "À lire", **sent})
    assert await marie.get(f"/api/v1/accounts/{marie.id}/statuses") == []


async def test_what_is_hidden_is_neither_quoted_nor_told_of(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    hidden = await marie.post("Pour moi", visibility="direct")
    sent = {"status": "À lire", "quoted_status_id": hidden["id"]}
    await paul.ask("POST", "/api/v1/statuses", expect=404, json=sent)
    await paul.get(f"/api/v1/statuses/{hidden['id']}/quotes", expect=404)
    for policy, status in (("public", 404), ("friends", 422)):
        path = f"/api/v1/statuses/{hidden['id']}/interaction_policy"
        await paul.ask("PUT", path, expect=status, json={"quote_approval_policy": policy})
