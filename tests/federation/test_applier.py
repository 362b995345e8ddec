"""What is applied by several processes on one database: each activity once, each actor's in order, whatever fails or stops."""

import asyncio
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from federation.client import Budget
from federation.roles import Role
from federation.strict_json import JsonObject
from storage import follows, journal
from storage.store import Store, Unit
from tests.federation.conftest import Beside, MakeRogue, Rogue, Side, until

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
INBOX = frozenset({Role.INBOX})
NAMES = tuple(f"person{number}" for number in range(6))


def note(author: str, name: str, **changes: object) -> JsonObject:
    document: JsonObject = {
        "id": f"{author}/notes/{name}",
        "type": "Note",
        "attributedTo": author,
        "content": f"<p>{name}</p>",
        "to": [PUBLIC],
        "published": "2026-02-01T09:00:00Z",
    }
    document.update(changes)  # type: ignore[arg-type]  # tests write what they need
    return document


def activity(kind: str, actor: str, thing: JsonObject | str, name: str) -> JsonObject:
    return {"id": f"{actor}#{kind}-{name}", "type": kind, "actor": actor, "object": thing, "to": [PUBLIC]}


def keep(unit: Unit, *documents: JsonObject) -> None:
    for document in documents:
        actor = str(document["actor"])
        host = actor.split("/")[2]
        journal.add(unit, uri=str(document["id"]), actor_uri=actor, host=host, body=orjson.dumps(document))  # type: ignore[arg-type]


def outcomes(unit: Unit) -> list[str]:
    sql = "select uri || ' ' || coalesce(error, outcome, 'waits') from journal where coalesce(outcome, '') <> 'applied'"
    return unit.all(str, f"{sql} order by uri")


def contents(unit: Unit) -> list[str]:
    return unit.all(str, "select content from posts order by content")


async def followed(side: Side, peer: Rogue, *names: str) -> list[str]:
    """Actors of a peer whom Marie follows; their ids."""
    marie = await side.member("marie")
    uris = []
    for name in names:
        uris.append(str(peer.actor(name)["id"]))
        there = await side.federation.gathering.actor(uris[-1], budget=Budget())
        await side.store.write(follows.ask, marie.id, there.id, uri=f"urn:{name}")
        await side.store.write(follows.accept, marie.id, there.id)
    return uris


async def test_two_processes_apply_what_each_actor_did_once_and_in_order(
    side: Side, beside: Beside, rogue_peer: MakeRogue
) -> None:
    people = await followed(side, await rogue_peer("tokyo"), *NAMES)
    first = datetime(2026, 2, 1, 10, tzinfo=UTC)

    def edit(actor: str, number: int) -> JsonObject:
        newer = note(actor, "1", content=f"<p>{number}</p>", updated=(first + timedelta(hours=number)).isoformat())
        return activity("Update", actor, newer, str(number))

    other = await beside()
    async with other.running(INBOX):
        await side.store.write(keep, *(activity("Create", actor, note(actor, "1"), "1") for actor in people))
        for number in range(25):
            await side.store.write(keep, *(edit(actor, number) for actor in people))
        await side.settled()
    # An edit that is not newer than what is there is ignored, and one of a post that is not there yet as well.
    assert await side.store.read(outcomes) == []
    assert await side.store.read(contents) == ["<p>24</p>"] * len(people)
    versions = "select count(*) from post_versions"
    assert await side.store.read(lambda unit: unit.one(int, versions)) == 25 * len(people)


REFUSE_POISON = {
    "sqlite": """create trigger poison before insert on posts when new.uri like '%poison'
                 begin select raise(abort, 'poison'); end""",
    "postgresql": "alter table posts add constraint poison check (uri not like '%poison')",
}


async def test_what_one_activity_raises_harms_no_other_of_the_same_turn(
    side: Side, rogue_peer: MakeRogue, engine: str
) -> None:
    eve, ken, awa = await followed(side, await rogue_peer("tokyo"), "eve", "ken", "awa")
    await side.store.write(lambda unit: unit.run(REFUSE_POISON[engine]))
    poison = activity("Create", eve, note(eve, "poison"), "poison")
    await side.store.write(
        keep,
        activity("Create", ken, note(ken, "a"), "a"),
        poison,
        activity("Create", eve, note(eve, "after"), "after"),
        activity("Create", awa, note(awa, "b"), "b"),
    )
    await until(lambda: side.store.read(_is_postponed, str(poison["id"])))
    assert await side.store.read(contents) == ["<p>a</p>", "<p>b</p>"]
    counted = {name: await _posts_count(side.store, name) for name in ("eve", "ken", "awa")}
    assert counted == {"eve": 0, "ken": 1, "awa": 1}
    waits = await side.store.read(outcomes)
    assert [line.split()[0] for line in waits] == [f"{eve}#Create-after", str(poison["id"])]


def _is_postponed(unit: Unit, uri: str) -> bool:
    sql = "select 1 from journal where uri = :uri and attempts = 1 and retry_at is not null and leased_by is null"
    return unit.one(int, sql, uri=uri) is not None


async def _posts_count(store: Store, name: str) -> int:
    found = await store.read(lambda unit: unit.one(int, "select posts_count from accounts where username = :n", n=name))
    return found or 0


@pytest.fixture
async def slow(side: Side, rogue_peer: MakeRogue) -> "Slow":
    peer = await rogue_peer("tokyo")
    eve, ken = await followed(side, peer, "eve", "ken")
    return Slow(peer, eve, ken)


class Slow:
    """Eve has answered a post that her node shows only once it is told to."""

    def __init__(self, peer: Rogue, eve: str, ken: str) -> None:
        self.peer, self.eve, self.ken = peer, eve, ken
        self.question = note(eve, "question")
        self.answer = activity("Create", eve, note(eve, "answer", inReplyTo=self.question["id"]), "answer")
        self.after = activity("Create", eve, note(eve, "after"), "after")
        self.let_go = peer.let_go
        self.let_go.clear()
        peer.offers["/users/eve/notes/question"] = self.question

    @property
    def asked(self) -> int:
        return self.peer.asked.count("/users/eve/notes/question")

    async def was_asked(self) -> bool:
        return self.asked > 0


async def test_while_something_is_fetched_its_actor_waits_in_every_process_and_nobody_else(
    side: Side, beside: Beside, slow: Slow
) -> None:
    await side.store.write(keep, slow.answer, slow.after)
    await until(slow.was_asked)
    async with (await beside()).running(INBOX):
        last = activity("Create", slow.eve, note(slow.eve, "last"), "last")
        await side.store.write(keep, last, activity("Create", slow.ken, note(slow.ken, "ken"), "ken"))
        await until(lambda: side.store.read(_holds, 1))
        assert await side.store.read(contents) == ["<p>ken</p>"]
        slow.let_go.set()
        await side.settled()
    names = ("after", "answer", "ken", "last", "question")
    assert await side.store.read(contents) == [f"<p>{name}</p>" for name in names]
    assert slow.asked == 1


@pytest.mark.parametrize("roles", [frozenset({Role.WEB})])
async def test_a_process_that_stops_gives_back_at_once_what_it_holds(side: Side, beside: Beside, slow: Slow) -> None:
    async with (await beside()).running(INBOX):
        await side.store.write(keep, slow.answer, slow.after)
        await until(slow.was_asked)
    assert await side.store.read(contents) == []
    slow.let_go.set()
    async with (await beside()).running(INBOX):
        await side.settled()
    assert await side.store.read(contents) == ["<p>after</p>", "<p>answer</p>", "<p>question</p>"]
    assert await side.store.read(outcomes) == []


@pytest.mark.parametrize("roles", [frozenset({Role.WEB})])
async def test_a_process_without_the_role_takes_and_does_not_apply(side: Side, beside: Beside, slow: Slow) -> None:
    inbox = f"{side.base_url}/inbox"
    assert await slow.peer.post(inbox, slow.after) == 202
    assert await side.store.read(journal.unsettled) == 1
    async with (await beside()).running(INBOX):
        await side.settled()
    assert await side.store.read(contents) == ["<p>after</p>"]


async def test_a_process_that_lost_its_lease_applies_nothing(side: Side, slow: Slow) -> None:
    await side.store.write(keep, slow.answer)
    await until(slow.was_asked)
    await side.store.write(lambda unit: unit.run("update journal set leased_by = 'another'"))
    slow.let_go.set()
    await until(lambda: side.store.read(_holds, 1))  # the question was fetched all the same
    await until(lambda: _is_idle(side))
    assert await side.store.read(contents) == ["<p>question</p>"]


def _holds(unit: Unit, posts: int) -> bool:
    return unit.one(int, "select count(*) from posts") == posts


async def _is_idle(side: Side) -> bool:
    return not any(task.get_name().startswith("apply http") for task in asyncio.all_tasks())
