"""Filters, on both databases."""

from dataclasses import replace
from datetime import timedelta

from storage import filters, tombstones
from storage.events import Event, FiltersChanged
from storage.store import Store
from tests.storage.conftest import Clock, Person, Write


async def test_a_filter_is_kept_with_all_that_it_looks_for(
    store: Store, person: Person, write: Write, clock: Clock
) -> None:
    marie, paul = await person("marie"), await person("paul")
    post = await write(paul)
    heard: list[Event] = []
    store.listen(heard.extend)
    ends = clock() + timedelta(hours=1)
    made = await store.write(filters.add, marie.id, title="Bruit", contexts="home", action="warn", expires_at=ends)
    word = await store.write(filters.add_keyword, made, "pluie", whole_word=True)
    named = [await store.write(filters.add_post, made, post.id) for _ in range(2)]
    assert named[0] == named[1]
    assert set(heard) == {FiltersChanged(marie.id)}
    (found,) = await store.read(filters.in_force, marie.id)
    assert (found.filter.title, found.keywords, found.posts) == ("Bruit", [word], [named[0]])
    assert await store.read(filters.one, paul.id, made.id) is None
    assert await store.read(filters.keyword, paul.id, word.id) is None
    assert await store.read(filters.filtered_post, paul.id, named[0].id) is None
    clock.forward(hours=2)
    assert await store.read(filters.in_force, marie.id) == []
    await store.write(filters.change, replace(made, expires_at=None))
    await store.write(tombstones.remove, post, owner_uri=paul.uri)
    await store.write(filters.remove_keyword, marie.id, word)
    (found,) = await store.read(filters.in_force, marie.id)
    assert (found.keywords, found.posts) == ([], [])
    await store.write(filters.remove, marie.id, made.id)
    assert await store.read(filters.of, marie.id) == []
