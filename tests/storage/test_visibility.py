"""Who may see what: the whole table, through the one condition and through every list that shows posts."""

import pytest

from storage import follows, posts, relations, timelines, visibility
from storage.accounts import Account
from storage.errors import NotFound
from storage.pages import Page
from storage.store import Store, Unit
from storage.visibility import Reach
from tests.storage.conftest import Person, Write

EVERYBODY = {"author", "follower", "addressed", "member", "hopeful", "colleague"}

TABLE = {
    Reach.ALL_NODES: EVERYBODY,
    Reach.UNLISTED: EVERYBODY,
    Reach.NODE: EVERYBODY,
    Reach.FOLLOWERS: {"author", "follower", "addressed"},
    Reach.MENTIONED: {"author", "addressed"},
    Reach.COMMUNITY: {"author", "addressed", "member"},
}


@pytest.mark.parametrize("reach", list(Reach))
async def test_each_reach_is_seen_by_those_it_is_for_and_nobody_else(
    store: Store, person: Person, write: Write, reach: Reach
) -> None:
    people = {name: await person(name) for name in sorted(EVERYBODY)}
    author, group = people["author"], await person("community@tokyo.example")
    await store.write(_is_a_community, group)
    for follower, followed in (("follower", author), ("member", group), ("colleague", people["addressed"])):
        await store.write(follows.ask, people[follower].id, followed.id, uri=f"u-{follower}")
        await store.write(follows.accept, people[follower].id, followed.id)
    await store.write(follows.ask, people["hopeful"].id, group.id, uri="u-hopeful")
    to = (people["addressed"], *((group,) if reach is Reach.COMMUNITY else ()))
    post = await write(author, reach=reach, to=to)
    for name, reader in people.items():
        expected = name in TABLE[reach]
        assert await store.read(visibility.may_see, post.id, reader=reader.id) is expected, name
        seen = await store.read(timelines.by_author, author.id, Page(10), reader=reader.id)
        assert bool(seen) is expected, name
        if not expected:
            with pytest.raises(NotFound):
                await store.read(posts.visible, post.id, reader=reader.id)


def _is_a_community(unit: Unit, account: Account) -> None:
    unit.run("update accounts set kind = 'Group' where id = :id", id=account.id)


async def test_a_wish_to_follow_shows_nothing_before_it_is_granted(store: Store, person: Person, write: Write) -> None:
    author, hopeful = await person("author"), await person("hopeful")
    await store.write(follows.ask, hopeful.id, author.id, uri="u")
    post = await write(author, reach=Reach.FOLLOWERS)
    assert not await store.read(visibility.may_see, post.id, reader=hopeful.id)
    assert await store.read(timelines.home, hopeful.id, Page(10)) == []


@pytest.mark.parametrize("blocker", ["author", "reader"])
async def test_a_block_hides_posts_both_ways(store: Store, person: Person, write: Write, blocker: str) -> None:
    people = {"author": await person("author"), "reader": await person("reader")}
    other = "reader" if blocker == "author" else "author"
    post = await write(people["author"])
    assert await store.read(visibility.may_see, post.id, reader=people["reader"].id)
    await store.write(relations.block, people[blocker].id, people[other].id)
    assert not await store.read(visibility.may_see, post.id, reader=people["reader"].id)
    assert await store.read(timelines.all_nodes, people["reader"].id, Page(10)) == []
    await store.write(relations.unblock, people[blocker].id, people[other].id)
    assert await store.read(visibility.may_see, post.id, reader=people["reader"].id)
