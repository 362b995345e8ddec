"""Polls through the client API: asked in every form, voted in once, closed in time."""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from storage import posts
from storage.events import ChangedElsewhere
from storage.ids import PostId
from storage.store import Unit
from tests.node.api import shapes
from tests.node.api.conftest import App, AppOf, Json

NOTICES: dict[str, Any] = {"types[]": "poll"}
LUNCH = {"options": ["Midi", "Soir"], "expires_in": 3600}


async def ask(app: App, **poll: object) -> Json:
    return await app.post("Quand ?", poll={**LUNCH, **poll})


async def vote(app: App, post: Json, *choices: int, expect: int = 200) -> Json:
    path = f"/api/v1/polls/{post['id']}/votes"
    return await app.ask("POST", path, expect=expect, json={"choices": list(choices)})


def counts(poll: Json) -> list[int | None]:
    return [option["votes_count"] for option in poll["options"]]


async def ended(app: App, post: Json) -> Json:
    """The poll once its time has come and the node has noticed."""
    app.house.clock.forward(hours=2)
    await app.house.node.store.write(_ring)
    async with asyncio.timeout(10):
        while not (found := await app.get(f"/api/v1/polls/{post['id']}"))["expired"]:  # noqa: ASYNC110  a worker's doing
            await asyncio.sleep(0.005)
    return found


def _ring(unit: Unit) -> None:
    """The clock was moved by hand, and a sleeper does not hear that."""
    unit.after_commit(ChangedElsewhere())


async def test_a_poll_is_counted_for_all_and_each_reader_sees_their_own_votes(app_of: AppOf) -> None:
    marie, paul, lea = [await app_of(name) for name in ("marie", "paul", "lea")]
    post = await ask(marie, multiple=True)
    assert shapes.wrong(post, shapes.STATUS) == []
    assert (post["poll"]["id"], post["poll"]["expired"], post["poll"]["multiple"]) == (post["id"], False, True)
    span = datetime.fromisoformat(post["poll"]["expires_at"]) - datetime.fromisoformat(post["created_at"])
    assert span.total_seconds() == 3600
    answered = await vote(paul, post, 0, 1)
    assert shapes.wrong(answered, shapes.POLL) == []
    assert (answered["voted"], answered["own_votes"]) == (True, [0, 1])
    await vote(lea, post, 1)

    by_paul, by_lea, by_marie = [
        (await app.get(f"/api/v1/statuses/{post['id']}"))["poll"] for app in (paul, lea, marie)
    ]
    assert [(counts(each), each["votes_count"], each["voters_count"]) for each in (by_paul, by_lea)] == [
        ([1, 2], 3, 2)
    ] * 2
    assert [(each["voted"], each["own_votes"]) for each in (by_paul, by_lea, by_marie)] == [
        (True, [0, 1]),
        (True, [1]),
        (True, []),
    ]
    # In a list that was read before, too.
    (listed,) = await lea.get("/api/v1/timelines/public", limit="1")
    assert listed["poll"] == by_lea
    sharing = await lea.act(post, "reblog")
    assert (sharing["poll"], sharing["reblog"]["poll"]) == (None, by_lea)


FORMS: list[dict[str, Any]] = [
    {
        "json": {
            "status": "?",
            "poll": {"options": ["a", "b"], "expires_in": "600", "multiple": "1", "hide_totals": "0"},
        }
    },
    {"json": {"status": "?", "poll": {"options": {"0": "a", "1": "b"}, "expires_in": 600, "multiple": True}}},
    {
        "data": [
            ("status", "?"),
            *(("poll[options][]", each) for each in ("a", "b", "")),
            ("poll[expires_in]", "600"),
            ("poll[multiple]", "1"),
            ("poll[hide_totals]", "0"),
        ]
    },
    {
        "data": {
            "status": "?",
            "poll[options][0]": "a",
            "poll[options][1]": "b",
            "poll[expires_in]": "600",
            "poll[multiple]": "true",
        }
    },
]


@pytest.mark.parametrize("sent", FORMS)
async def test_a_poll_may_be_asked_in_any_form(app_of: AppOf, sent: dict[str, Any]) -> None:
    made = await (await app_of("marie")).ask("POST", "/api/v1/statuses", **sent)
    assert [option["title"] for option in made["poll"]["options"]] == ["a", "b"]
    assert (made["poll"]["multiple"], counts(made["poll"])) == (True, [0, 0])


async def test_what_makes_no_poll_is_said(app_of: AppOf) -> None:
    marie = await app_of("marie")
    refused: list[tuple[dict[str, object], str]] = [
        ({"options": ["a"]}, "Options must have more than one item"),
        ({"options": ["a", "a "]}, "Options contain duplicate items"),
        ({"options": list("abcdefg")}, "Options can't contain more than 6 items"),
        ({"options": ["a", "b" * 101]}, "Options cannot be longer than 100 characters each"),
        ({"expires_in": 299}, "Expires at is too soon"),
        ({"expires_in": 2**62}, "Expires at is too far into the future"),
        ({"expires_in": None}, "Expires at can't be blank"),
    ]
    for changes, sentence in refused:
        answer = await marie.ask(
            "POST", "/api/v1/statuses", expect=422, json={"status": "?", "poll": {**LUNCH, **changes}}
        )
        assert answer["error"] == f"Validation failed: {sentence}"
    await marie.ask(
        "POST", "/api/v1/statuses", expect=422, json={"status": "?", "poll": {**LUNCH, "multiple": "perhaps"}}
    )


async def test_who_votes_wrongly_is_told_so_in_the_words_that_apps_know(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    post, hidden = await ask(marie), await marie.post("?", poll=LUNCH, visibility="direct")
    said = "Validation failed: "
    assert (await vote(marie, post, 0, expect=422))["error"] == said + "You cannot vote in your own polls"
    for missing in (2, -1, 2**62):
        answer = await vote(paul, post, missing, expect=422)
        assert answer["error"] == said + "The chosen vote option does not exist"
    assert "Only one option" in (await vote(paul, post, 0, 1, expect=422))["error"]
    assert (await vote(paul, post, expect=422))["error"] == said + "Choices can't be blank"
    await paul.ask("POST", f"/api/v1/polls/{post['id']}/votes", expect=422, data={"choices[]": "x"})
    await vote(paul, post, 1)
    assert (await vote(paul, post, 0, expect=422))["error"] == said + "You have already voted on this poll"
    for path in (f"/api/v1/polls/{hidden['id']}", "/api/v1/polls/1", f"/api/v1/polls/{(await marie.post('x'))['id']}"):
        await paul.get(path, expect=404)
        await paul.ask("POST", f"{path}/votes", expect=404, data={"choices[]": "0"})
    assert counts(await marie.get(f"/api/v1/polls/{post['id']}")) == [0, 1]


async def test_a_poll_ends_in_time_and_its_author_and_voters_are_told_once(app_of: AppOf) -> None:
    marie, paul, lea = [await app_of(name) for name in ("marie", "paul", "lea")]
    post = await ask(marie)
    await vote(paul, post, 0)
    over = await ended(marie, post)
    assert (over["expired"], counts(over)) == (True, [1, 0])
    late = await vote(lea, post, 0, expect=422)
    assert late["error"] == "Validation failed: The poll has already ended"
    told = [await app.get("/api/v1/notifications", **NOTICES) for app in (marie, paul, lea)]
    assert [len(each) for each in told] == [1, 1, 0]
    assert shapes.wrong(told[1][0], shapes.NOTIFICATION_OF_POST) == []
    assert (told[1][0]["account"]["acct"], told[1][0]["status"]["poll"]["own_votes"]) == ("marie", [0])


async def test_totals_that_are_hidden_are_shown_when_it_ends(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    post = await ask(marie, hide_totals=True)
    seen = await vote(paul, post, 0)
    assert (counts(seen), seen["votes_count"], seen["voters_count"]) == ([None, None], 1, 1)
    assert counts(await ended(paul, post)) == [1, 0]


async def test_an_edit_keeps_votes_while_the_options_stay_and_its_history_has_what_was_offered(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    post = await ask(marie)
    await vote(paul, post, 0)
    path = f"/api/v1/statuses/{post['id']}"
    said = await marie.ask("PUT", path, json={"status": "Quand donc ?"})
    assert (counts(said["poll"]), said["poll"]["expires_at"]) == ([1, 0], post["poll"]["expires_at"])
    longer = await marie.ask("PUT", path, json={"poll": {"options": ["Midi", "Soir"], "expires_in": 7200}})
    assert (counts(longer["poll"]), longer["poll"]["expires_at"] > post["poll"]["expires_at"]) == ([1, 0], True)

    other = await marie.ask("PUT", path, json={"poll": {"options": ["Matin", "Soir"], "expires_in": 7200}})
    assert (counts(other["poll"]), other["poll"]["voters_count"]) == ([0, 0], 0)
    assert (await paul.get(f"/api/v1/polls/{post['id']}"))["voted"] is False
    assert counts(await vote(paul, post, 1)) == [0, 1]
    gone = await marie.ask("PUT", path, data={"status": "Tant pis", "poll[options][]": ""})
    assert gone["poll"] is None
    history = await marie.get(f"{path}/history")
    offers = [
        [option["title"] for option in version["poll"]["options"]] if "poll" in version else None for version in history
    ]
    assert offers == [["Midi", "Soir"], ["Midi", "Soir"], ["Matin", "Soir"], None]
    assert shapes.wrong(history[0], shapes.STATUS_EDIT_WITH_POLL) == []


async def test_a_poll_is_a_question_to_peers_and_a_title_is_its_name(app_of: AppOf) -> None:
    marie = await app_of("marie")
    post = await marie.post("Quand ?", poll=LUNCH, legation={"title": "Déjeuner"})
    kept = await marie.house.node.store.read(posts.document, PostId(int(post["id"])))
    assert kept is not None
    for part in ('"type":"Question"', '"name":"Déjeuner"', '"oneOf":[{"type":"Note","name":"Midi",', '"endTime":'):
        assert part in kept
    assert (post["legation"]["title"], counts(post["poll"])) == ("Déjeuner", [0, 0])


async def test_the_limits_are_told(app_of: AppOf) -> None:
    found = (await (await app_of("marie")).get("/api/v2/instance"))["configuration"]["polls"]
    assert found == {
        "max_options": 6,
        "max_characters_per_option": 100,
        "min_expiration": 300,
        "max_expiration": 2_678_400,
    }
