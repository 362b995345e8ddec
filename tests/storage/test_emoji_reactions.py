"""Reactions: several of one person, each once."""

from pathlib import Path

from alembic import command
from sqlalchemy import text

from storage import emoji_reactions, posts
from storage.emoji_reactions import Own, Reaction, Total
from storage.events import Event, PostAltered
from storage.migrations import apply
from storage.opening import is_postgresql, open_store
from storage.posts import Holds
from storage.store import Store
from tests.storage.conftest import Person, Write, elsewhere, member
from tests.storage.test_search import write_as


async def test_an_emoji_counts_once_a_person(store: Store, person: Person, write: Write) -> None:
    marie, paul, ken = await person("marie"), await person("paul"), await person("ken@tokyo.example")
    post = await write(marie)
    heard: list[Event] = []
    store.listen(heard.extend)
    for who, emoji, new in ((paul, "👍", True), (paul, "👍", False), (paul, "🎉", True), (ken, "🎉", True)):
        assert await store.write(emoji_reactions.add, who.id, post.id, emoji, uri=f"urn:{who.id}:{emoji}") is new
    assert heard == [PostAltered(post.id)] * 3
    assert (await store.read(posts.get, post.id)).holds == Holds.REACTIONS
    assert await store.read(emoji_reactions.totals, [post.id]) == [Total(post.id, "👍", 1), Total(post.id, "🎉", 2)]
    here = await store.read(emoji_reactions.of_people_here, [post.id])
    assert here == [Own(post.id, "👍", paul.id), Own(post.id, "🎉", paul.id)]
    assert len(await store.read(emoji_reactions.people, post.id, most=2)) == 2
    assert await store.read(emoji_reactions.count_of, paul.id, post.id) == 2


async def test_one_is_taken_back_and_the_others_stay(store: Store, person: Person, write: Write) -> None:
    marie, paul = await person("marie"), await person("paul")
    post = await write(marie)
    for emoji in ("👍", "🎉"):
        await store.write(emoji_reactions.add, paul.id, post.id, emoji, uri=f"urn:{emoji}")
    assert await store.read(emoji_reactions.by_uri, "urn:🎉", account=paul.id) == Reaction(post.id, "🎉")
    assert await store.read(emoji_reactions.by_uri, "urn:🎉", account=marie.id) is None
    assert [await store.write(emoji_reactions.remove, paul.id, post.id, "👍") for _ in range(2)] == [True, False]
    assert await store.read(emoji_reactions.totals, [post.id]) == [Total(post.id, "🎉", 1)]
    assert await store.read(emoji_reactions.uri_of, paul.id, post.id, "🎉") == "urn:🎉"


async def test_a_custom_emoji_of_before_says_whose_it_is_after_the_upgrade(database: Path | str) -> None:
    store = await open_store(database)
    marie, ken = await store.write(member, "marie"), await store.write(elsewhere, "ken", "tokyo.example:8443")
    post = await store.write(write_as, marie, "Bonjour", tags=())
    now = [(marie, "👍"), (ken, "👍"), (ken, ":blob@tokyo.example:8443:")]
    for who, emoji in now:
        await store.write(emoji_reactions.add, who.id, post.id, emoji, uri=f"urn:{who.id}:{emoji}")
    await store.close()
    settings = apply.config()
    engine = apply._on_postgresql(str(database)) if is_postgresql(database) else apply._on_sqlite(Path(database))
    with engine.connect() as connection:
        settings.attributes["connection"] = connection
        command.downgrade(settings, "0032")
        before = connection.execute(text("select emoji from emoji_reactions order by id")).scalars().all()
    engine.dispose()
    assert before == ["👍", "👍", ":blob:"]
    apply.upgrade(database)
    store = await open_store(database)
    people = await store.read(emoji_reactions.people, post.id, most=3)
    assert [(one.account, one.emoji) for one in people] == [(who.id, emoji) for who, emoji in now]
    await store.close()
