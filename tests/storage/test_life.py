"""What lives and what sleeps, on both databases: what is counted, what is not, and that it seeks."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from storage import life, oauth, posts, relations, staff, titles
from storage.accounts import Account
from storage.ids import AccountId
from storage.life import FEWEST, Week
from storage.posts import Holds
from storage.statements import for_postgresql, for_sqlite
from storage.store import Store, Unit
from storage.visibility import Reach
from tests.databases import PostgresqlServer
from tests.storage import test_plans
from tests.storage.conftest import Clock, Person, Write

COUNTED = {
    "weeks": life.BY_WEEK,
    "questions": life.QUESTIONS,
    "newcomers": life.NEWCOMERS,
    "unanswered": life.UNANSWERED,
    "alive": life.ALIVE,
    "asleep": life.ASLEEP,
}
NUMBERS = ("reader", "now", "first", "before", "most", "length", "limit", "since", "fewest", "asleep")
VALUES = dict.fromkeys(NUMBERS, 1 << 40)

# What was put together on the way, and the few whom moderators have suspended.
HARMLESS = {"l", "p", "json_each", "sa", "CONSTANT"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p>Qui vient&nbsp;?</p>", True),
        ("<p>Qui vient ?</p><p>Merci</p>", True),
        ("Who <b>knows</b>?", True),
        ("« Vraiment ? » dit-il", True),
        ("من يعرف؟", True),
        ("だれが来ますか？はい", True),
        ('<a href="https://x.example/a?b=1">lien</a>', False),
        ("https://x.example/a?b=1&amp;c=2", False),
        ("<p>Tout va bien.</p>", False),
        ("", False),
    ],
)
def test_a_question_mark_in_an_address_asks_nothing(text: str, expected: bool) -> None:
    assert life.asks(text) is expected


async def test_questions_wait_until_somebody_else_answers(
    store: Store, person: Person, write: Write, clock: Clock
) -> None:
    manager, anne, paul, ken = [await person(name) for name in ("manager", "anne", "paul", "ken@tokyo.example")]
    await write(anne, "Trop ancienne ?")
    clock.forward(days=31)
    late = await write(anne, "Qui connaît Osaka ?")
    answered, alone, below = [await write(anne, f"Question {number} ?") for number in range(3)]
    await write(paul, "Moi", answers=answered)
    more = await write(anne, "Je précise", answers=alone)  # to oneself is no answer
    named = await write(paul, "Le sujet est dit")
    await store.write(titles.put, named.id, "Qui vient ?", type="Article")
    await write(anne, "Voir https://x.example/?a=1")
    await write(ken, "Who knows?")
    for reach in (Reach.FOLLOWERS, Reach.MENTIONED):
        await write(anne, "Entre nous ?", reach=reach, to=(manager,))
    here = await write(paul, "Et ici ?", reach=Reach.NODE)
    voting = await write(anne, "Lundi ou mardi ?")
    await store.write(posts.hold, voting.id, Holds.POLL)
    aside = await write(paul, "Et toi ?", answers=answered)
    await write(anne, "Pas moi", answers=below)
    clock.forward(days=1, hours=12)
    unlisted = await write(anne, "Une de plus ?", reach=Reach.UNLISTED)
    clock.forward(hours=25)
    await write(anne, "Toute fraîche ?")
    found = await store.read(life.waiting, manager.id)
    waiting = [late.id, alone.id, below.id, named.id, here.id, aside.id, unlisted.id]
    assert (found.posts, found.late) == (waiting, 6)

    await write(ken, "Réponse à la précision", answers=more)  # the conversation that the question began has an answer
    await write(anne, "Moi non plus", answers=aside)
    await write(ken, "Yes", answers=here)
    assert (await store.read(life.waiting, manager.id)).posts == [late.id, below.id, named.id, unlisted.id]

    await store.write(relations.block, anne.id, manager.id)
    assert (await store.read(life.waiting, manager.id)).posts == [named.id]
    await store.write(staff.disable, paul.id)
    assert (await store.read(life.waiting, manager.id)).posts == []
    assert (await store.read(life.waiting, paul.id)).posts == [late.id, below.id, unlisted.id]


async def test_newcomers_are_told_of_by_what_there_is_to_do(
    store: Store, person: Person, write: Write, clock: Clock
) -> None:
    manager, old = await person("manager"), await person("old")
    clock.forward(days=31)
    settled, silent, unheard, hidden, gone, shy, replying = [
        await person(name) for name in ("settled", "silent", "unheard", "hidden", "gone", "shy", "replying")
    ]
    await person("ken@tokyo.example")
    await store.write(_decorate, settled.id)
    first = await write(settled, "Bonjour")
    await write(old, "Bienvenue", answers=first)
    await write(settled, "Encore moi")
    lonely = await write(unheard, "Bonjour à tous")
    await write(unheard, "Il y a quelqu’un ?")
    await write(silent, "Entre nous", reach=Reach.FOLLOWERS)
    await write(replying, "D’accord", answers=first)
    await store.write(relations.block, hidden.id, manager.id)
    await store.write(staff.disable, gone.id)
    await store.write(lambda unit: unit.run("update accounts set discoverable = 0 where id = :id", id=shy.id))
    found = await store.read(life.newcomers, manager.id)
    assert [(one.account.id, one.has_written, one.unanswered) for one in found] == [
        (unheard.id, True, lonely.id),
        (silent.id, False, None),
        (replying.id, True, None),
        (settled.id, True, None),
    ]
    assert [one.urgency for one in found] == [0, 1, 2, 3]
    assert unheard.id not in {one.account.id for one in await store.read(life.newcomers, unheard.id)}
    clock.forward(days=31)
    assert await store.read(life.newcomers, manager.id) == []


def _decorate(unit: Unit, account: AccountId) -> None:
    sql = """update accounts set avatar = 'x', card = '{"function": "Attaché"}' where id = :id"""
    unit.run(sql, id=account)


async def test_weeks_count_what_everybody_here_may_read(
    store: Store, person: Person, write: Write, clock: Clock
) -> None:
    anne, paul, ken = [await person(name) for name in ("anne", "paul", "ken@tokyo.example")]
    await write(anne)
    clock.moment = datetime(2026, 3, 4, 9, tzinfo=UTC)
    asked = await write(anne, reach=Reach.NODE)
    clock.moment = datetime(2026, 4, 19, 23, 59, tzinfo=UTC)  # a Sunday
    for author in (anne, anne, paul):
        await write(author)
    clock.moment = datetime(2026, 4, 20, 0, 1, tzinfo=UTC)
    await write(paul, answers=asked)
    await write(ken)
    for reach in (Reach.FOLLOWERS, Reach.MENTIONED):
        await write(anne, reach=reach)
    monday = datetime(2026, 3, 2, tzinfo=UTC)
    counted = [(1, 1, 0), *[(0, 0, 0)] * 5, (2, 3, 0), (1, 0, 1)]
    assert await store.read(life.weeks) == [
        Week(monday + timedelta(weeks=number), *written) for number, written in enumerate(counted)
    ]


async def test_who_is_away_is_a_number_and_only_of_many(store: Store, person: Person, clock: Clock) -> None:
    people = [await person(f"person{number}") for number in range(FEWEST)]
    assert (await store.read(life.look, people[0].id)).away == 0
    clock.forward(days=61)
    assert (await store.read(life.look, people[0].id)).away == FEWEST
    await store.write(staff.start_session, "a" * 64, people[0].id, agent="", address="")
    await store.write(_use_an_app, people[1])
    found = await store.read(life.look, people[0].id)
    assert (found.staff, found.away, len(found.weeks or ())) == (FEWEST, FEWEST - 2, life.WEEKS)
    await store.write(staff.disable, people[2].id)
    found = await store.read(life.look, people[0].id)
    assert (found.staff, found.away, found.weeks) == (FEWEST - 1, None, None)


def _use_an_app(unit: Unit, account: Account) -> None:
    oauth.add_token(unit, account_id=account.id, scopes="read")
    unit.run("update oauth_tokens set used_at = :now where account_id = :id", id=account.id, now=unit.now)


async def test_tags_live_and_fall_asleep(store: Store, person: Person, write: Write, clock: Clock) -> None:
    everybody = [await person(name) for name in ("anne", "paul", "lea")]
    ken = await person("ken@tokyo.example")

    async def use(tag: str, *authors: Account, reach: Reach = Reach.ALL_NODES) -> None:
        for author in authors:
            await write(author, reach=reach, tags=(tag,))

    await use("ancient", *everybody)
    clock.forward(days=366)
    await use("accueil", *everybody)
    await use("Visas", *everybody)
    await use("deux", *everybody[:2], *everybody[:2])
    await use("entre", *everybody, reach=Reach.FOLLOWERS)
    clock.forward(days=35)
    await use("VISAS", everybody[0])
    clock.forward(days=26)
    await use("accueil", ken)  # at another node
    await use("osaka", everybody[0], everybody[1], reach=Reach.NODE)
    found = await store.read(life.look, everybody[0].id)
    assert [(one.tag.spelling, one.authors) for one in found.alive] == [("osaka", 2), ("Visas", 1)]
    assert [(one.tag.spelling, one.authors) for one in found.asleep] == [("accueil", 3)]
    assert clock() - found.asleep[0].last_at > timedelta(days=60)
    await store.write(lambda unit: unit.run("update accounts set suspended_at = 1 where id = :id", id=everybody[1].id))
    found = await store.read(life.look, everybody[0].id)
    assert ([one.authors for one in found.alive], found.asleep) == ([1, 1], [])


async def test_only_the_newest_are_looked_at(
    store: Store, person: Person, write: Write, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(life, "MOST_LOOKED_AT", 2)
    monkeypatch.setattr(life, "MOST_IN_WEEKS", 2)
    anne = await person("anne")
    asked = [(await write(anne, "Qui ?")).id for _ in range(3)]
    clock.forward(days=2)
    assert (await store.read(life.waiting, anne.id)).posts == asked[1:]
    assert (await store.read(life.weeks))[-1].posts == 2


@pytest.mark.parametrize("is_full", [False, True], ids=["empty", "full"])
def test_posts_are_sought_in_the_index_of_this_node(
    sqlite_database: Path, is_full: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(test_plans, "ROWS", 300)
    if is_full:
        test_plans.filled(sqlite_database)
    with closing(sqlite3.connect(sqlite_database)) as raw:
        for name, sql in COUNTED.items():
            steps = [row[3] for row in raw.execute(f"explain query plan {for_sqlite(sql)}", VALUES | {"ids": "[1]"})]
            assert {step.split()[1] for step in steps if step.startswith("SCAN")} <= HARMLESS, name
            if "posts x" in sql:
                assert "SEARCH x USING INDEX ix_posts_this_node (id>? AND id<?)" in steps, name
        away = [row[3] for row in raw.execute(f"explain query plan {for_sqlite(life.AWAY)}", VALUES)]
    assert [step for step in away if step.startswith("CORRELATED")] == []


def test_postgresql_has_an_index_for_each(postgresql: PostgresqlServer) -> None:
    address = postgresql.create("template")
    with psycopg.connect(address) as connection:
        connection.execute("set enable_seqscan = off")
        for name, sql in COUNTED.items():
            rows = connection.execute(f"explain {for_postgresql(sql)}".encode(), VALUES | {"ids": [1]})
            assert [row[0] for row in rows if "Seq Scan" in row[0]] == [], name
    postgresql.drop(address)
