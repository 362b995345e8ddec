"""The directory, suggestions, counts of what is used and featured tags, on both databases."""

from storage import directory, featured_tags, follows, listening, tag_follows, tags, timelines, trends
from storage.listening import Listeners
from storage.pages import Page
from storage.store import Store
from storage.visibility import Reach
from tests.storage.conftest import Person, Write


async def test_people_and_things_to_discover(store: Store, person: Person, write: Write) -> None:
    marie, paul, ken = await person("marie"), await person("paul"), await person("ken@tokyo.example")
    await write(paul, "État", tags=("visa",))
    of_ken = await write(ken, "etat", tags=("visa", "japon"))
    await write(ken, "état caché", reach=Reach.MENTIONED)
    listed = await store.read(directory.people, marie.id, order="active", limit=10)
    assert [each.id for each in listed] == [ken.id, paul.id, marie.id]
    here = await store.read(directory.people, marie.id, order="new", local=True, limit=10)
    assert [each.id for each in here] == [paul.id, marie.id]
    for follower, followed in ((marie, paul), (paul, ken)):
        await store.write(follows.ask, follower.id, followed.id, uri=f"{follower.uri}/follows/1")
        await store.write(follows.accept, follower.id, followed.id)
    assert await store.read(directory.suggestions, marie.id, limit=5) == [(ken.id, ("friends_of_friends",))]
    await store.write(directory.hide_suggestion, marie.id, ken.id)
    assert await store.read(directory.suggestions, marie.id, limit=5) == []
    names = [tag.name for tag in await store.read(tags.by_ids, await store.read(trends.tags, limit=5))]
    assert names == ["visa", "japon"]
    assert await store.read(trends.posts, limit=5) == []
    visa = await store.write(tags.named, "VISA")
    assert [each.name for each in await store.read(featured_tags.worth_showing, ken.id, limit=5)] == ["japon", "visa"]
    await store.write(featured_tags.add, ken.id, visa.id)
    (shown,) = await store.read(featured_tags.of, ken.id)
    assert (shown.name, shown.spelling, shown.posts) == ("visa", "visa", 1)
    assert shown.last_at == of_ken.published_at


async def test_who_follows_a_tag_reads_and_hears_of_it(store: Store, person: Person, write: Write) -> None:
    marie, paul, ken = await person("marie"), await person("paul"), await person("ken@tokyo.example")
    made = [await write(ken, f"{number}", tags=("visa", "japon")) for number in range(5)]
    own = await write(marie, "moi")
    visa, japon = [await store.write(tags.named, name) for name in ("visa", "japon")]
    for tag in (visa, japon, japon):
        await store.write(tag_follows.add, marie.id, tag.id)
    assert [each.name for each in await store.read(tag_follows.of, marie.id, Page(5))] == ["japon", "visa"]
    whole = [own.id, *(post.id for post in reversed(made))]
    assert await store.read(timelines.home_ids, marie.id, Page(10)) == whole
    assert await store.read(timelines.home_ids, marie.id, Page(2, max_id=whole[1])) == whole[2:4]
    assert await store.read(timelines.home_ids, marie.id, Page(2, min_id=whole[5])) == whole[3:5]
    assert (await store.read(timelines.newest_at_home, marie.id, most=9)).follows_tags
    assert await store.read(timelines.home_ids, paul.id, Page(10)) == []
    listeners = Listeners(home=[marie.id, paul.id])
    told = await store.read(listening.told_of, made[0].id, listeners)
    assert told is not None
    assert told.home == {marie.id}
    await store.write(tag_follows.remove, marie.id, visa.id)
    assert await store.read(tag_follows.count, marie.id) == 1
