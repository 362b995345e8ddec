"""Posts through the client API: written, edited, removed, found useful, shared."""

import asyncio

import pytest
from aiohttp import FormData

from storage import oauth
from storage.accounts import Account
from storage.store import Unit
from tests.node.api import shapes
from tests.node.api.conftest import AppOf
from tests.node.api.test_accounts import pages_of

ABSENT = "115000000000000000"


async def test_hidden_and_absent_look_alike(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    hidden = (await marie.post("Pour mes abonnés", visibility="private"))["id"]
    for method, path in (
        ("GET", ""),
        ("GET", "/context"),
        ("GET", "/history"),
        ("GET", "/source"),
        ("GET", "/reblogged_by"),
        ("GET", "/favourited_by"),
        ("POST", "/favourite"),
        ("POST", "/unfavourite"),
        ("POST", "/reblog"),
        ("POST", "/unreblog"),
        ("DELETE", ""),
        ("PUT", ""),
    ):
        answers = [
            await paul.ask(method, f"/api/v1/statuses/{identifier}{path}", expect=404)
            for identifier in (hidden, ABSENT)
        ]
        assert answers == [{"error": "Record not found"}] * 2
    for identifier in (hidden, ABSENT):
        await paul.ask("POST", "/api/v1/statuses", json={"status": "Réponse", "in_reply_to_id": identifier}, expect=404)
    await marie.get(f"/api/v1/statuses/{hidden}")


async def test_several_posts_by_their_ids(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    made = [await marie.post(text) for text in ("un", "deux", "trois")]
    hidden = await marie.post("caché", visibility="direct")
    wanted = [made[1]["id"], hidden["id"], made[2]["id"], ABSENT, made[0]["id"]]
    found = await paul.ask("GET", "/api/v1/statuses?" + "&".join(f"id[]={one}" for one in wanted))
    assert [one["id"] for one in found] == [made[1]["id"], made[2]["id"], made[0]["id"]]


async def test_the_same_key_posts_once(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    key = {"Idempotency-Key": "k1"}
    made = await asyncio.gather(
        *(marie.ask("POST", "/api/v1/statuses", json={"status": "Une fois"}, headers=key) for _ in range(5))
    )
    assert len({one["id"] for one in made}) == 1
    assert len(await marie.get(f"/api/v1/accounts/{marie.id}/statuses")) == 1
    other = await paul.ask("POST", "/api/v1/statuses", json={"status": "Une fois"}, headers=key)
    assert other["id"] != made[0]["id"]


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"status": ""}, "Validation failed: Text can't be blank"),
        ({"status": " \n"}, "Validation failed: Text can't be blank"),
        ({}, "Validation failed: Text can't be blank"),
        ({"status": "x" * 5001}, "Validation failed: Text is too long (maximum is 5000 characters)"),
        (
            {"status": "x", "spoiler_text": "y" * 5000},
            "Validation failed: Text is too long (maximum is 5000 characters)",
        ),
        ({"status": "x", "media_ids": ["1"]}, "Validation failed: A file is no longer there. Send it again"),
        ({"status": "x", "visibility": "limited"}, "Validation failed: Visibility is not included in the list"),
    ],
)
async def test_what_cannot_be_posted_is_said(app_of: AppOf, sent: dict[str, object], error: str) -> None:
    marie = await app_of("marie")
    answer = await marie.ask("POST", "/api/v1/statuses", json=sent, expect=422)
    assert answer["error"] == error
    assert await marie.get(f"/api/v1/accounts/{marie.id}/statuses") == []


async def test_a_long_address_and_the_host_of_a_mention_count_little(app_of: AppOf) -> None:
    marie = await app_of("marie")
    await marie.post("x" * 4900 + " https://docs.example/" + "y" * 500)


async def test_forms_and_json_are_equal(app_of: AppOf) -> None:
    marie = await app_of("marie")
    parts = FormData({"status": "Bonjour", "sensitive": "1", "visibility": "unlisted"}, default_to_multipart=True)
    by_form = await marie.ask(
        "POST",
        "/api/v1/statuses",
        data={"status": "Bonjour", "sensitive": "1", "visibility": "unlisted", "media_ids": ""},
    )
    by_json = await marie.ask(
        "POST",
        "/api/v1/statuses/",
        json={"status": "Bonjour", "sensitive": "1", "visibility": "unlisted", "media_ids": []},
    )
    by_parts = await marie.ask("POST", "/api/v1/statuses", data=parts)
    for field in ("content", "sensitive", "visibility"):
        assert by_form[field] == by_json[field] == by_parts[field]


async def test_an_edit_keeps_what_it_does_not_name(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    made = await marie.post("Avant", spoiler_text="Sujet", sensitive=True, language="fr", visibility="unlisted")
    edited = await marie.ask("PUT", f"/api/v1/statuses/{made['id']}", data={"status": "Après"})
    assert shapes.wrong(edited, shapes.STATUS) == []
    assert (edited["id"], edited["content"]) == (made["id"], "<p>Après</p>")
    assert edited["edited_at"] is not None
    for field in ("spoiler_text", "sensitive", "language", "visibility", "created_at", "url"):
        assert edited[field] == made[field]
    await marie.ask("PUT", f"/api/v1/statuses/{made['id']}", json={"status": ""}, expect=422)
    await paul.ask("PUT", f"/api/v1/statuses/{made['id']}", json={"status": "De Paul"}, expect=404)
    assert (await paul.get(f"/api/v1/statuses/{made['id']}"))["content"] == "<p>Après</p>"


async def test_a_removed_post_gives_its_text_back(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    made = await marie.post("Bonjour **à tous**")
    await paul.ask("DELETE", f"/api/v1/statuses/{made['id']}", expect=404)
    removed = await marie.ask("DELETE", f"/api/v1/statuses/{made['id']}")
    assert shapes.wrong(removed, shapes.STATUS | {"text": shapes.text}) == []
    assert removed["text"] == "Bonjour **à tous**"
    await marie.get(f"/api/v1/statuses/{made['id']}", expect=404)
    await marie.ask("DELETE", f"/api/v1/statuses/{made['id']}", expect=404)


async def test_favourites_are_taken_back_also_when_there_were_none(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    made = await marie.post("Bonjour")
    for verb, expected in (
        ("unfavourite", (False, 0)),
        ("favourite", (True, 1)),
        ("favourite", (True, 1)),
        ("unfavourite", (False, 0)),
        ("unfavourite", (False, 0)),
    ):
        after = await paul.act(made, verb)
        assert (after["favourited"], after["favourites_count"]) == expected
        assert after["id"] == made["id"]
    await paul.act(made, "favourite")
    assert (await marie.get(f"/api/v1/statuses/{made['id']}"))["favourited"] is False


async def test_sharings_are_taken_back_also_when_there_were_none(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    made = await marie.post("Bonjour")
    after = await paul.act(made, "unreblog")
    assert (after["id"], after["reblogged"], after["reblogs_count"]) == (made["id"], False, 0)
    first, second = await paul.act(made, "reblog"), await paul.act(made, "reblog")
    assert first["id"] == second["id"]
    assert (first["reblog"]["reblogged"], first["reblog"]["reblogs_count"]) == (True, 1)
    by_sharing = await paul.act(first, "unreblog")
    assert (by_sharing["id"], by_sharing["reblogged"], by_sharing["reblogs_count"]) == (made["id"], False, 0)
    await paul.get(f"/api/v1/statuses/{first['id']}", expect=404)


async def test_a_sharing_never_goes_another_way_than_asked(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    made = await marie.post("Bonjour")
    await paul.act(made, "reblog", json={"visibility": "private"}, expect=422)
    assert (await paul.get(f"/api/v1/statuses/{made['id']}"))["reblogged"] is False
    assert (await paul.act(made, "reblog", json={"visibility": "public"}))["reblog"]["reblogged"] is True
    own = await marie.post("Pour mes abonnés", visibility="private")
    assert (await marie.act(own, "reblog"))["visibility"] == "private"
    aside = await marie.post("En passant", visibility="unlisted")
    assert (await paul.act(aside, "reblog"))["visibility"] == "unlisted"
    direct = await marie.post("@paul Bonjour", visibility="direct")
    await paul.act(direct, "reblog", expect=422)


async def test_who_reacted_and_what_one_found_useful(app_of: AppOf) -> None:
    marie = await app_of("marie")
    others = [await app_of(f"agent{number}") for number in range(3)]
    made = [await marie.post(f"Note {number}") for number in range(3)]
    for one in others:
        await one.act(made[0], "favourite")
        await one.act(made[0], "reblog")
    for path in ("favourited_by", "reblogged_by"):
        address = f"/api/v1/statuses/{made[0]['id']}/{path}"
        assert shapes.wrong(await marie.get(address), [shapes.ACCOUNT]) == []
        assert await pages_of(marie, f"{address}?limit=2") == [[others[2].id, others[1].id], [others[0].id]]
    for post in (made[2], made[1]):
        await others[0].act(post, "favourite")
    pages = await pages_of(others[0], "/api/v1/favourites?limit=2")
    assert pages == [[made[1]["id"], made[2]["id"]], [made[0]["id"]]]


async def test_a_thread_goes_on_where_one_may_see_it(app_of: AppOf) -> None:
    marie, paul, zoe = await app_of("marie"), await app_of("paul"), await app_of("zoe")
    root = await marie.post("Question")
    open_answer = await paul.post("@marie Réponse", in_reply_to_id=root["id"])
    aside = await paul.post("@marie En privé", in_reply_to_id=root["id"], visibility="direct")
    below = (await zoe.get(f"/api/v1/statuses/{root['id']}/context"))["descendants"]
    assert [one["id"] for one in below] == [open_answer["id"]]
    below = (await marie.get(f"/api/v1/statuses/{root['id']}/context"))["descendants"]
    assert [one["id"] for one in below] == [open_answer["id"], aside["id"]]
    assert (await marie.get(f"/api/v1/statuses/{root['id']}"))["replies_count"] == 2


async def test_the_app_is_named_to_its_person_alone(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    token = await marie.house.node.store.write(_token_of_app, marie.account)
    headers = {"Authorization": f"Bearer {token}"}
    made = await marie.ask("POST", "/api/v1/statuses", json={"status": "Bonjour"}, headers=headers)
    assert made["application"] == {"name": "Petit client", "website": None}
    assert (await paul.get(f"/api/v1/statuses/{made['id']}"))["application"] is None


def _token_of_app(unit: Unit, account: Account) -> str:
    app, _ = oauth.add_app(unit, name="Petit client", website=None, redirect_uris=["urn:x"], scopes="read write")
    return oauth.add_token(unit, account_id=account.id, scopes="read write", app_id=app.id)
