"""Posts are found by their words, on both databases: what the reader may see, the newest first."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory

from storage import directory, posts, relations, search, titles, tombstones, words
from storage.accounts import Account
from storage.ids import Host, PostId
from storage.migrations import apply
from storage.opening import is_postgresql, open_store
from storage.posts import Post, Writing
from storage.search import Wanted
from storage.store import Store, Unit
from storage.visibility import Reach
from tests.storage.conftest import BASE, Clock, Person, Write, member

WORDS = {
    "Les visas de l’État": ["les", "visa", "de", "l", "etat"],
    "Œuvre, ŒUVRES; ﬁn": ["oeuvre", "oeuvre", "fin"],
    "journaux journal embassies embassy copies copie": ["journal", "journal", "embassy", "embassy", "copy", "copy"],
    "vies vie bureaux bureau Paris prix bus": ["vie", "vie", "bureau", "bureau", "paris", "pri", "bus"],
    "Straße Łódź Ørsted": ["strasse", "lodz", "orsted"],
    "東京のvisa": ["東", "京", "の", "visa"],
    "crise_2026 aller-retour": ["crise", "2026", "aller", "retour"],
    "a" * 50: ["a" * 40],
    "⑴ ½ ①": ["1", "12", "1"],
    "E\u0301tat \u0301": ["etat"],
    "* \" ' ( ) : ! & | \\ _ - 🚀": [],
}


@pytest.mark.parametrize("text", WORDS)
def test_a_text_is_cut_into_words_that_compare(text: str) -> None:
    assert words.of(text) == WORDS[text]


def write_as(unit: Unit, author: Account, text: str, *, tags: tuple[str, ...]) -> Post:
    uri = f"{BASE}/posts/{unit.new_id()}"
    return posts.add(
        unit,
        uri=uri,
        url=uri,
        author=author.id,
        is_local=True,
        reach=Reach.ALL_NODES,
        writing=Writing(f"<p>{text}</p>", "", sensitive=False, language="fr", source=text, tags=tags),
        published=unit.now,
    )


async def found(store: Store, reader: Account, wanted: Wanted | str, **bounds: int) -> list[PostId]:
    asked = Wanted(wanted) if isinstance(wanted, str) else wanted
    return await store.read_slowly(search.posts, reader.id, asked, **{"limit": 20, **bounds})


def ids(made: Sequence[Post]) -> list[PostId]:
    return [post.id for post in made]


async def test_posts_are_found_by_all_their_words_the_newest_first(
    store: Store, person: Person, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    marie, ken = await person("marie"), await person("ken@tokyo.example")
    first = await write(marie, "Les visas de l’<b>État</b> &amp; de la mission")
    second = await write(
        ken, "etat des VISA à la mission <a href='https://x.example/secret'>lien</a>", tags=("Sommet",)
    )
    assert await found(store, marie, "état visa") == ids([second, first])
    assert await found(store, marie, "ÉTATS") == ids([second, first])
    assert await found(store, marie, "état sommet") == ids([second])
    assert await found(store, marie, "l'état") == ids([second, first])
    for nothing in (
        "",
        "secret",
        "b",
        "état absent",
        "* ( ) ! & : \" ' \\",
        "_a1",
        f"_a{marie.id}",
        "NOT",
        "état*"[:0],
    ):
        assert await found(store, marie, nothing) == [], nothing
    assert await found(store, marie, "AND and OR NEAR NOT") == []
    assert await found(store, marie, "missio") == ids([second, first])
    assert await found(store, marie, "visa miss") == ids([second, first])
    assert await found(store, marie, "mis") == []
    assert await found(store, marie, "absent miss") == []
    monkeypatch.setattr(search, "LATEST_LOOKED_AT", 0)  # as for what no new post holds
    assert await found(store, marie, "visa missi") == ids([second, first])


async def test_a_search_is_narrowed_by_person_node_tag_and_time(store: Store, person: Person, write: Write) -> None:
    marie, paul = await person("marie"), await person("paul")
    ken, yuki = await person("ken@tokyo.example"), await person("yuki@tokyo.example")
    of_marie, of_paul = await write(marie, "visa", tags=("Sommet",)), await write(paul, "visa sommet")
    of_ken, of_yuki = await write(ken, "visa", tags=("sommet",)), await write(yuki, "autre chose")
    tokyo = Host("tokyo.example")
    narrowed = {
        Wanted("visa", author=ken.id): [of_ken],
        Wanted(author=yuki.id): [of_yuki],
        Wanted("visa", host=tokyo): [of_ken],
        Wanted(host=tokyo): [of_yuki, of_ken],
        Wanted("visa", host=""): [of_paul, of_marie],
        Wanted(host="", author=ken.id): [],
        Wanted("visa", tag="SOMMET"): [of_ken, of_marie],
        Wanted(tag="sommet", host=""): [of_marie],
        Wanted(host=Host("tokyo.exampl")): [],
    }
    for wanted, expected in narrowed.items():
        assert await found(store, paul, wanted) == ids(expected), wanted
    assert await found(store, paul, "visa", below=of_ken.id) == ids([of_paul, of_marie])
    assert await found(store, paul, "visa", above=of_marie.id) == ids([of_ken, of_paul])
    assert await found(store, paul, "visa", limit=1, offset=1) == ids([of_paul])


async def test_what_was_there_before_is_found_after_the_upgrade(database: Path | str) -> None:
    store = await open_store(database)
    marie = await store.write(member, "marie")
    post = await store.write(write_as, marie, "avant l’index", tags=("Sommet",))
    await store.write(titles.put, post.id, "Compte rendu", type="Article")
    await store.close()
    settings, told = apply.config(), list[float]()
    before = ScriptDirectory.from_config(settings).get_revision("0022").down_revision
    engine = apply._on_postgresql(str(database)) if is_postgresql(database) else apply._on_sqlite(Path(database))
    with engine.connect() as connection:
        settings.attributes["connection"] = connection
        command.downgrade(settings, str(before))
    engine.dispose()
    apply.upgrade(database, tell=told.append)
    assert told == [1.0]
    store = await open_store(database)
    assert await found(store, marie, "compte sommet index avant") == [post.id]
    assert [each.id for each in await store.read(directory.search, marie.id, "arie", limit=5)] == [marie.id]
    await store.close()


async def test_nobody_finds_what_they_may_not_read(store: Store, person: Person, write: Write) -> None:
    marie, paul = await person("marie"), await person("paul")
    hidden = [await write(marie, "codes", reach=reach) for reach in (Reach.FOLLOWERS, Reach.MENTIONED)]
    assert await found(store, marie, "code") == ids(hidden[::-1])
    assert await found(store, paul, "code") == []
    to_paul = await write(marie, "codes", reach=Reach.MENTIONED, to=(paul,))
    assert await found(store, paul, "code") == ids([to_paul])
    await store.write(relations.block, paul.id, marie.id)
    assert await found(store, paul, "code") == []


async def test_what_is_changed_or_removed_is_found_so(store: Store, person: Person, write: Write) -> None:
    marie = await person("marie")
    post, other = await write(marie, "avant"), await write(marie, "avant aussi")
    await store.write(titles.put, post.id, "Compte rendu", type="Article")
    assert await found(store, marie, "compte avant") == ids([post])
    written = Writing("<p>après</p>", "Objet", sensitive=False, language="fr", source="après", tags=("suite",))
    await store.write(posts.edit, post, written, edited=post.published_at + timedelta(seconds=1))
    await store.write(titles.put, post.id, "Procès-verbal", type="Article")
    assert await found(store, marie, "verbal après objet suite") == ids([post])
    await store.write(titles.remove, post.id)
    assert await found(store, marie, "verbal") == []
    assert await found(store, marie, "avant") == ids([other])
    await store.write(tombstones.remove, replace(post, content="après"), owner_uri=marie.uri)
    assert await found(store, marie, "après") == []
    await store.write(tombstones.remove_all_of, marie.id)
    assert await found(store, marie, "avant") == []


async def test_a_word_that_stands_in_every_post_is_looked_for_no_further_than_needed(
    store: Store, person: Person, write: Write, clock: Clock
) -> None:
    marie = await person("marie")
    old = await write(marie, "note rare")
    clock.forward(days=500)
    made = [await write(marie, f"note {number}") for number in range(search.AT_ONCE + 20)]
    asked: list[int] = []

    def counted(unit: Unit, text: str, limit: int, offset: int) -> list[PostId]:
        return search.posts(Counting(unit, asked), marie.id, Wanted(text), limit=limit, offset=offset)  # type: ignore[arg-type]  # a unit all the same

    assert await store.read(counted, "note", 20, 0) == ids(made[::-1][:20])
    assert len(asked) == 3
    assert await store.read(counted, "note", 40, search.AT_ONCE) == ids([*made[::-1], old][search.AT_ONCE :])
    asked.clear()
    assert await store.read(counted, "rare", 20, 0) == ids([old])
    assert len(asked) <= 1 + 2 * (len(search.WINDOWS) + 1)


class Counting:
    """A unit that notes each of its questions for many rows."""

    def __init__(self, unit: Unit, asked: list[int]) -> None:
        self._unit = unit
        self._asked = asked
        self.now = unit.now
        self.one = unit.one

    def all(self, *args: object, **values: object) -> object:
        self._asked.append(1)
        return self._unit.all(*args, **values)  # type: ignore[arg-type]  # handed on as it came
