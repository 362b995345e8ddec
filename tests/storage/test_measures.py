"""Numbers about the node as a whole: every one is counted on both databases, by days and all together."""

from datetime import UTC, datetime, timedelta

from storage import measures, reactions, reports, tags
from storage.measures import ALL_TIME, DAY, DIMENSIONS, MEASURES
from storage.store import Store, Unit
from tests.storage.conftest import Clock, Person, Write

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
TOKYO = "tokyo.example"


async def counted(store: Store, key: str, *, about: int | str = TOKYO) -> tuple[list[tuple[int, int]], int]:
    """How much on which day of the week, and all together."""
    week = {"start": MONDAY, "end": MONDAY + timedelta(days=7), "about": about}
    days = await store.read(lambda unit: measures.over_time(unit, key, **week, length=DAY))  # type: ignore[arg-type]
    whole = await store.read(lambda unit: measures.over_time(unit, key, **week, length=ALL_TIME))  # type: ignore[arg-type]
    first = int(MONDAY.timestamp() * 1000) // DAY
    return sorted((each.part - first, each.value) for each in days), sum(each.value for each in whole)


async def test_every_measure_counts_what_it_says(store: Store, person: Person, write: Write, clock: Clock) -> None:
    marie, paul, ken = await person("marie"), await person("paul"), await person(f"ken@{TOKYO}")
    first = await write(marie, tags=("Sommet",))
    theirs = await write(ken, tags=("Sommet",))
    clock.forward(days=1)
    await write(marie, "Encore", answers=first, tags=("Sommet",))
    await write(paul)

    def act(unit: Unit) -> None:
        reactions.add(unit, marie.id, theirs.id, uri="https://x/like/1")
        reactions.add(unit, ken.id, first.id, uri="https://x/like/2")
        facts = {"comment": "", "posts": [], "rules": []}
        opened = reports.add(unit, uri="https://x/1", by=marie.id, target=ken.id, **facts)  # type: ignore[arg-type]
        assert opened is not None
        reports.resolve(unit, opened.id, by=paul.id)

    await store.write(act)
    tag = await store.read(tags.find, "sommet")
    assert tag is not None
    expected = {
        "new_users": ([(0, 2)], 2),
        "active_users": ([(0, 1), (1, 2)], 2),
        "interactions": ([(1, 2)], 2),
        "opened_reports": ([(1, 1)], 1),
        "resolved_reports": ([(1, 1)], 1),
        "instance_accounts": ([(0, 1)], 1),
        "instance_statuses": ([(0, 1)], 1),
        "instance_reports": ([(1, 1)], 1),
        "instance_follows": ([], 0),
        "instance_followers": ([], 0),
    }
    of_tag = {
        "tag_uses": ([(0, 2), (1, 1)], 3),
        "tag_accounts": ([(0, 2), (1, 1)], 2),
        "tag_servers": ([(0, 2), (1, 1)], 2),
    }
    assert expected.keys() | of_tag.keys() == MEASURES.keys()
    assert {key: await counted(store, key) for key in expected} == expected
    assert {key: await counted(store, key, about=tag.id) for key in of_tag} == of_tag

    async def parts(key: str, about: int | str) -> list[tuple[str, int]]:
        found = await store.read(
            lambda unit: measures.divided(unit, key, start=MONDAY, end=MONDAY + timedelta(days=7), about=about, limit=5)
        )
        return [(each.name, each.value) for each in found]

    made_of = {
        "languages": [("fr", 2)],
        "servers": [("", 3), (TOKYO, 1)],
        "tag_servers": [("", 2), (TOKYO, 1)],
        "tag_languages": [("fr", 3)],
        "instance_languages": [("fr", 1)],
    }
    assert made_of.keys() == DIMENSIONS.keys()
    abouts = {key: tag.id if key.startswith("tag") else TOKYO for key in made_of}
    assert {key: await parts(key, abouts[key]) for key in made_of} == made_of
