"""Posts that wait for their time."""

import asyncio
from datetime import datetime, timedelta

import pytest

from node.actions import scheduling
from storage import media, scheduled
from storage.events import ScheduleChanged
from storage.store import Unit
from tests.federated.conftest import until
from tests.node.api.conftest import App, AppOf, Json
from tests.node.api.test_media import send
from tests.pictures import picture

PATH = "/api/v1/scheduled_statuses"


def later(app: App, **by: float) -> str:
    return (app.house.clock() + timedelta(**by)).isoformat()


async def written(app: App) -> list[Json]:
    found: list[Json] = await app.get(f"/api/v1/accounts/{app.id}/statuses")
    return found


async def wake(app: App) -> None:
    """Have whoever watches the clock look at it, which the tests have moved."""

    def say(unit: Unit) -> None:
        unit.after_commit(ScheduleChanged(app.account.id))

    await app.house.node.store.write(say)


async def test_a_post_is_posted_at_its_time_with_everything_in_it(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    asked = await paul.post("Qui vient ?", visibility="unlisted")
    file = await send(marie, picture())
    kept = await marie.post(
        "@paul Moi #demain",
        scheduled_at=later(marie, minutes=10),
        in_reply_to_id=asked["id"],
        visibility="private",
        spoiler_text="Réponse",
        language="fr",
        media_ids=[file["id"]],
    )
    assert (kept["params"]["text"], kept["params"]["visibility"]) == ("@paul Moi #demain", "private")
    assert [one["id"] for one in kept["media_attachments"]] == [file["id"]]
    assert (await marie.get(PATH), await marie.get(f"{PATH}/{kept['id']}")) == ([kept], kept)
    assert (await paul.get(PATH), await written(marie)) == ([], [])
    await paul.get(f"{PATH}/{kept['id']}", expect=404)
    marie.house.clock.forward(minutes=11)
    await wake(marie)
    await until(lambda: written(marie))
    (made,) = await written(marie)
    assert (made["in_reply_to_id"], made["spoiler_text"], made["visibility"]) == (asked["id"], "Réponse", "private")
    assert [one["id"] for one in made["media_attachments"]] == [file["id"]]
    assert [one["username"] for one in made["mentions"]] == ["paul"]
    assert await marie.get(PATH) == []
    assert [one["type"] for one in await paul.get("/api/v1/notifications")] == ["mention"]


async def test_it_is_given_another_time_or_not_posted_at_all(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    first, second = [await marie.post(text, scheduled_at=later(marie, minutes=10)) for text in ("un", "deux")]
    assert [one["id"] for one in await marie.get(PATH, limit="1")] == [second["id"]]
    assert [one["id"] for one in await marie.get(PATH, max_id=second["id"])] == [first["id"]]
    for verb, sent in (("PUT", {"scheduled_at": later(marie, hours=1)}), ("DELETE", {})):
        await paul.ask(verb, f"{PATH}/{first['id']}", json=sent, expect=404)
    moved = await marie.ask("PUT", f"{PATH}/{first['id']}", json={"scheduled_at": later(marie, hours=1)})
    assert moved["scheduled_at"] > first["scheduled_at"]
    await marie.ask("PUT", f"{PATH}/{first['id']}", json={"scheduled_at": later(marie, minutes=4)}, expect=422)
    assert await marie.ask("DELETE", f"{PATH}/{second['id']}") == {}
    await marie.get(f"{PATH}/{second['id']}", expect=404)
    marie.house.clock.forward(minutes=70)
    await wake(marie)
    await until(lambda: written(marie))
    assert [one["content"] for one in await written(marie)] == ["<p>un</p>"]


async def test_the_same_key_keeps_one_and_those_who_look_at_once_post_one(app_of: AppOf) -> None:
    marie = await app_of("marie")
    sent = {"status": "un", "scheduled_at": later(marie, minutes=10)}
    key = {"Idempotency-Key": "k1"}
    kept = [await marie.ask("POST", "/api/v1/statuses", json=sent, headers=key) for _ in range(2)]
    assert kept[0] == kept[1]
    node = marie.house.node
    row = await node.store.read(scheduled.get, marie.account.id, int(kept[0]["id"]))
    marie.house.clock.forward(minutes=11)
    await asyncio.gather(*(scheduling.post(node, row) for _ in range(4)))
    (made,) = await written(marie)
    again = await marie.ask("POST", "/api/v1/statuses", json={"status": "un"}, headers=key)
    assert again["id"] == made["id"]


async def test_what_can_no_longer_be_posted_waits_for_another_time(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    asked = await paul.post("Qui vient ?")
    kept = await marie.post("Moi", scheduled_at=later(marie, minutes=10), in_reply_to_id=asked["id"])
    await paul.ask("DELETE", f"/api/v1/statuses/{asked['id']}")
    marie.house.clock.forward(minutes=11)
    await wake(marie)
    store = marie.house.node.store

    async def has_failed() -> bool:
        return (await store.read(scheduled.get, marie.account.id, int(kept["id"]))).failed_at is not None

    await until(has_failed)
    assert (await store.read(scheduled.next_due), await written(marie)) == (None, [])
    await marie.ask("PUT", f"{PATH}/{kept['id']}", json={"scheduled_at": later(marie, minutes=10)})
    assert await store.read(scheduled.next_due) is not None


async def test_one_that_cannot_be_read_holds_up_no_other(app_of: AppOf) -> None:
    marie = await app_of("marie")
    broken = await marie.post("Cassé", scheduled_at=later(marie, minutes=10))
    await marie.post("Entier", scheduled_at=later(marie, minutes=11))
    await marie.house.node.store.write(_break, int(broken["id"]))
    marie.house.clock.forward(minutes=12)
    await wake(marie)

    async def is_there() -> bool:
        return len(await written(marie)) == 1

    await until(is_there)


def _break(unit: Unit, identifier: int) -> None:
    unit.run("update scheduled_posts set draft = '{}' where id = :id", id=identifier)


async def test_files_wait_as_long_as_the_post(app_of: AppOf) -> None:
    marie = await app_of("marie")
    file = await send(marie, picture())
    kept = await marie.post("", scheduled_at=later(marie, days=5), media_ids=[file["id"]])
    store = marie.house.node.store
    marie.house.clock.forward(days=4)
    assert await store.read(media.to_be_swept) == []
    marie.house.clock.forward(days=30)  # a node that was away for weeks has the files when it posts
    assert await store.read(media.to_be_swept) == []
    await marie.ask("DELETE", f"{PATH}/{kept['id']}")
    marie.house.clock.forward(days=2)
    assert [str(one.id) for one in await store.read(media.to_be_swept)] == [file["id"]]


@pytest.mark.parametrize("text", ["tomorrow", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2001-01-01"])
async def test_a_time_that_is_none_or_past_is_refused(app_of: AppOf, text: str) -> None:
    marie = await app_of("marie")
    sent = {"status": "x", "scheduled_at": text}
    answer = await marie.ask("POST", "/api/v1/statuses", json=sent, expect=422)
    assert answer["error"].startswith("Validation failed: Scheduled at ")
    blank = {"status": " ", "scheduled_at": (datetime.now().astimezone() + timedelta(days=1)).isoformat()}
    assert "blank" in (await marie.ask("POST", "/api/v1/statuses", json=blank, expect=422))["error"]
