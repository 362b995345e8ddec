"""Polls between nodes: asked in Paris, voted in from Tokyo and Dakar, counted in Paris, the same everywhere."""

from datetime import timedelta

from storage import polls
from storage.events import PollDue
from storage.ids import PostId
from storage.store import Unit
from tests.federated.conftest import FederationOf, Json, Place, Staff, settled, until

LUNCH = {"options": ["Midi", "Soir"], "expires_in": 3600}


async def read(staff: Staff, uri: str) -> Json:
    """The poll of a post in somebody's journal."""
    return next(post["poll"] for post in await staff.home() if post["uri"] == uri)


async def vote(staff: Staff, uri: str, *choices: int, expect: int = 200) -> Json:
    poll = await read(staff, uri)
    return await staff.ask("POST", f"/api/v1/polls/{poll['id']}/votes", expect=expect, json={"choices": choices})


def counts(poll: Json) -> list[int]:
    return [option["votes_count"] for option in poll["options"]]


async def reads(staff: Staff, uri: str, expected: list[int]) -> None:
    async def does() -> bool:
        return counts(await read(staff, uri)) == expected

    await until(does)


async def bring_forward(place: Place, post: str, *, by: timedelta) -> None:
    """Have a poll be due earlier here, as if so much time had passed."""
    await place.running.node.store.write(_bring_forward, PostId(int(post)), round(by.total_seconds() * 1000))


def _bring_forward(unit: Unit, post: PostId, by: int) -> None:
    sql = (
        "update polls set ends_at = ends_at - :by, due_at = due_at - :by, told_at = told_at - :by where post_id = :post"
    )
    unit.run(sql, post=post, by=by)
    unit.after_commit(PollDue(post))


async def test_votes_of_three_nodes_are_counted_in_paris_and_read_everywhere_until_it_ends(
    federation_of: FederationOf,
) -> None:
    paris, tokyo, dakar = await federation_of(3)
    marie, ken, awa = await paris.staff("marie"), await tokyo.staff("ken"), await dakar.staff("awa")
    for reader in (ken, awa):
        await reader.follow(marie)
    post = await marie.post("Quand ?", poll=LUNCH)
    uri = post["uri"]
    await settled(paris, tokyo, dakar)

    mine = await vote(ken, uri, 1)
    assert (counts(mine), mine["own_votes"]) == ([0, 1], [1])
    await reads(awa, uri, [0, 1])  # told at once: nothing was told before
    await vote(awa, uri, 0)
    await settled(paris, tokyo, dakar)
    assert counts((await marie.ask("GET", f"/api/v1/statuses/{post['id']}"))["poll"]) == [1, 1]
    assert counts(await read(ken, uri)) == [0, 1]  # and now for a minute no more
    await bring_forward(paris, post["id"], by=timedelta(minutes=1))
    await reads(ken, uri, [1, 1])
    for reader in (marie, ken, awa):
        assert ("update", "marie") not in await reader.notifications()
        assert await reader.ask("GET", f"/api/v1/polls/{(await read(reader, uri))['id']}")
    history = await ken.ask("GET", f"/api/v1/statuses/{(await read(ken, uri))['id']}/history")
    assert len(history) == 1
    assert [one["content"] for one in await marie.home()] == ["<p>Quand ?</p>"]  # votes are no posts

    await bring_forward(paris, post["id"], by=timedelta(hours=2))

    async def is_over() -> bool:
        return bool((await read(ken, uri))["expired"] and (await read(awa, uri))["expired"])

    await until(is_over)
    for reader in (marie, ken, awa):
        found = await read(reader, uri)
        assert (found["expired"], counts(found), found["voters_count"]) == (True, [1, 1], 2)
        assert (await reader.notifications()).count(("poll", "marie")) == 1
    late = await vote(ken, uri, 0, expect=422)
    assert late["error"] == "Validation failed: The poll has already ended"


async def test_a_vote_that_comes_after_the_end_is_not_counted(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    marie, ken = await paris.staff("marie"), await tokyo.staff("ken")
    await ken.follow(marie)
    post = await marie.post("Quand ?", poll=LUNCH)
    await settled(paris, tokyo)
    await tokyo.remove(paris)  # so that Tokyo does not hear that it has ended
    await bring_forward(paris, post["id"], by=timedelta(hours=2))
    path = f"/api/v1/polls/{post['id']}"

    async def is_over() -> bool:
        return bool((await marie.ask("GET", path))["expired"])

    await until(is_over)
    await settled(tokyo)
    await tokyo.allow(paris)
    assert (await vote(ken, post["uri"], 0))["voted"]  # to Tokyo it is open still
    sql = "select count(*) from journal where error like 'poll-closed%'"

    async def is_passed_over() -> bool:
        return await paris.running.node.store.read(lambda unit: unit.one(int, sql)) == 1

    await until(is_passed_over)
    assert counts(await marie.ask("GET", path)) == [0, 0]


async def test_other_options_reach_tokyo_and_votes_begin_anew(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    marie, ken = await paris.staff("marie"), await tokyo.staff("ken")
    await ken.follow(marie)
    post = await marie.post("Quand ?", poll=LUNCH)
    await settled(paris, tokyo)
    await vote(ken, post["uri"], 1)
    await settled(paris, tokyo)
    path = f"/api/v1/statuses/{post['id']}"
    said = await marie.ask("PUT", path, json={"status": "Quand donc ?"})
    await settled(paris, tokyo)
    assert counts(said["poll"]) == counts(await read(ken, post["uri"])) == [0, 1]
    await marie.ask("PUT", path, json={"poll": {"options": ["Lundi", "Mardi", "Jamais"], "expires_in": 3600}})
    await settled(paris, tokyo)
    seen = await read(ken, post["uri"])
    assert ([each["title"] for each in seen["options"]], seen["voted"]) == (["Lundi", "Mardi", "Jamais"], False)
    assert counts(await vote(ken, post["uri"], 2)) == [0, 0, 1]
    await settled(paris, tokyo)
    assert counts((await marie.ask("GET", path))["poll"]) == [0, 0, 1]


async def test_a_poll_that_ended_while_the_node_was_off_ends_when_it_starts(federation_of: FederationOf) -> None:
    (paris,) = await federation_of(1)
    marie, paul = await paris.staff("marie"), await paris.staff("paul")
    post = await marie.post("Quand ?", poll=LUNCH)
    path = f"/api/v1/polls/{post['id']}"
    await paul.ask("POST", f"{path}/votes", json={"choices": [0]})
    store = paris.running.node.store

    async def is_counted() -> bool:
        found = await store.read(polls.find, PostId(int(post["id"])))
        return found is not None and found.told_at is not None

    await until(is_counted)
    await store.write(_in_silence, PostId(int(post["id"])))
    await paris.stop()
    await paris.start()

    async def is_told() -> bool:
        return ("poll", "marie") in await paul.notifications()

    await until(is_told)
    assert (await paul.ask("GET", path))["expired"]


def _in_silence(unit: Unit, post: PostId) -> None:
    """The end has come, and nobody was there to hear of it."""
    unit.run("update polls set ends_at = :then, due_at = :then where post_id = :post", post=post, then=unit.now)
