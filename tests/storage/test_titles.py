"""What articles, pages and events are called."""

from storage import posts, titles
from storage.posts import Holds
from storage.store import Store
from tests.storage.conftest import Person, Write


async def test_a_title_is_kept_replaced_and_taken_away_and_the_post_says_whether_it_has_one(
    store: Store, person: Person, write: Write
) -> None:
    post = await write(await person("marie"), "Texte")
    await store.write(titles.put, post.id, "Avant", type="Article")
    await store.write(titles.put, post.id, "Après", type="Page")
    found = await store.read(titles.find, post.id)
    assert found is not None
    assert (found.title, found.type) == ("Après", "Page")
    assert (await store.read(posts.get, post.id)).holds == Holds.TITLE

    await store.write(titles.remove, post.id)
    await store.write(titles.remove, post.id)
    assert await store.read(titles.find, post.id) is None
    assert (await store.read(posts.get, post.id)).holds == Holds(0)


async def test_what_a_post_holds_beside_its_title_stays_when_the_title_goes(
    store: Store, person: Person, write: Write
) -> None:
    post = await write(await person("marie"), "Texte")
    await store.write(posts.hold, post.id, Holds.POLL)
    await store.write(titles.put, post.id, "Titre", type="Question")
    await store.write(titles.remove, post.id)
    assert (await store.read(posts.get, post.id)).holds == Holds.POLL
