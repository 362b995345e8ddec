"""Events through the client API: written, shown to apps that know none, and refused where they cannot be."""

from typing import Any

import orjson
import pytest

from storage import posts
from storage.ids import PostId
from tests.node.api import shapes
from tests.node.api.conftest import App, AppOf, Json

EVENT = {"starts_at": "2082-12-01T10:00", "timezone": "Europe/Paris", "place": "Salle <2>"}
SHAPE = shapes.UNSHARED | {
    "legation_attendance": shapes.Maybe(shapes.one_of("asked", "coming", "perhaps", "refused", "invited"))
}


async def plan(app: App, **event: Any) -> Json:
    return await app.post("Venez", language="fr", legation={"title": "Réunion", "event": {**EVENT, **event}})


async def test_apps_that_know_no_events_see_title_time_place_and_link(app_of: AppOf) -> None:
    marie = await app_of("marie")
    made = await plan(marie)
    assert shapes.wrong(made, SHAPE) == []
    page = made["url"]
    assert made["content"] == (
        "<p><strong>Réunion</strong></p><p>mardi 1 décembre 2082, 10\u00a0h\u00a000 (Europe/Paris)<br>Salle &lt;2&gt;<br>"
        f'<a href="{page}">{page}</a></p><p>Venez</p>'
    )
    kept = await marie.house.node.store.read(posts.document, PostId(int(made["id"])))
    assert kept is not None
    document = orjson.loads(kept)
    assert (document["type"], document["name"]) == ("Event", "Réunion")
    assert (document["startTime"], document["timezone"]) == ("2082-12-01T10:00:00+01:00", "Europe/Paris")
    assert document["location"] == {"type": "Place", "name": "Salle <2>"}
    said = (document["eventStatus"], document["ical:status"], document["joinMode"])
    assert said == ("EventScheduled", "CONFIRMED", "free")
    # FEP-8a8e asks for an end, also where none was given; then people are not shown it.
    assert (document["endTime"], document["displayEndTime"]) == ("2082-12-01T12:00:00+01:00", False)
    assert (document["organizers"]["items"], document["attendees"]) == (
        [document["attributedTo"]],
        f"{document['id']}/attendees",
    )
    assert "maximumAttendeeCapacity" not in document


async def test_what_an_edit_does_not_say_stays(app_of: AppOf) -> None:
    marie = await app_of("marie")
    made = await plan(marie, capacity=5)
    path = f"/api/v1/statuses/{made['id']}"
    edited = await marie.ask("PUT", path, json={"status": "Venez tous"})
    assert edited["legation"] == made["legation"]
    later = await marie.ask("PUT", path, json={"legation": {"event": {"starts_at": "2082-12-02T10:00"}}})
    assert later["legation"]["event"] == {**made["legation"]["event"], "starts_at": "2082-12-02T09:00:00.000Z"}


async def test_each_reader_sees_their_own_answer(app_of: AppOf) -> None:
    marie, paul, jean = await app_of("marie"), await app_of("paul"), await app_of("jean")
    made = await plan(marie)
    path = f"/api/v1/legation/events/{made['id']}"
    await paul.ask("POST", f"{path}/join")
    joined = await paul.ask("POST", f"{path}/join")
    assert (joined["legation_attendance"], joined["legation"]["event"]["attending_count"]) == ("coming", 1)
    assert (await jean.get(f"/api/v1/statuses/{made['id']}"))["legation_attendance"] is None
    listed = await jean.get(f"{path}/attendees")
    assert [(one["account"]["acct"], one["state"]) for one in listed] == [("paul", "coming")]
    left = await paul.ask("POST", f"{path}/leave")
    assert (left["legation_attendance"], left["legation"]["event"]["attending_count"]) == (None, 0)


async def test_only_the_organiser_decides_and_only_while_there_is_room(app_of: AppOf) -> None:
    marie, paul, jean = await app_of("marie"), await app_of("paul"), await app_of("jean")
    made = await plan(marie, join_mode="restricted", capacity=1)
    path = f"/api/v1/legation/events/{made['id']}"
    for person in (paul, jean):
        assert (await person.ask("POST", f"{path}/join"))["legation_attendance"] == "asked"
    assert [one["account"]["acct"] for one in await jean.get(f"{path}/attendees")] == ["jean"]
    await jean.ask("POST", f"{path}/attendees/{jean.id}/accept", expect=404)
    await marie.ask("POST", f"{path}/attendees/{paul.id}/accept")
    refused = await marie.ask("POST", f"{path}/attendees/{jean.id}/accept", expect=422)
    assert "no room left" in refused["error"]
    await marie.ask("POST", f"{path}/attendees/{marie.id}/accept", expect=404)
    own = await marie.ask("POST", f"{path}/join", expect=422)
    assert "your own event" in own["error"]


async def test_hidden_events_and_plain_posts_answer_alike(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    hidden = await marie.post("x", visibility="direct", legation={"title": "Réunion", "event": EVENT})
    plain = await marie.post("x")
    for post in (hidden["id"], plain["id"], "1"):
        for verb in ("join", "leave"):
            await paul.ask("POST", f"/api/v1/legation/events/{post}/{verb}", expect=404)
        await paul.get(f"/api/v1/legation/events/{post}/attendees", expect=404)


@pytest.mark.parametrize(
    "wrong",
    [
        {"starts_at": None},
        {"starts_at": "demain"},
        {"starts_at": "0001-01-01T00:00:00+14:00"},
        {"starts_at": "9999-12-31T23:59:59-14:00"},
        {"ends_at": "2026-11-30T10:00"},
        {"ends_at": "2028-12-01T10:00"},
        {"timezone": "Mars/Olympus"},
        {"timezone": "../../../etc/passwd"},
        {"timezone": "x" * 5_000},
        {"place": "x" * 501},
        {"join_mode": "external"},
        {"capacity": 0},
        {"capacity": "²"},
        {"capacity": "9" * 400},
        {"status": "postponed"},
    ],
)
async def test_what_cannot_be_is_refused_with_its_reason(app_of: AppOf, wrong: dict[str, Any]) -> None:
    marie = await app_of("marie")
    body = {"status": "x", "legation": {"title": "Réunion", "event": {**EVENT, **wrong}}}
    answer = await marie.ask("POST", "/api/v1/statuses", expect=422, json=body)
    assert answer["error"].startswith("Validation failed: ")


async def test_an_event_has_a_title(app_of: AppOf) -> None:
    marie = await app_of("marie")
    answer = await marie.ask("POST", "/api/v1/statuses", expect=422, json={"status": "x", "legation": {"event": EVENT}})
    assert "An event has a title" in answer["error"]
