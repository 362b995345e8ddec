"""Notifications told together, and those that wait for a decision, on both databases."""

from storage import notification_groups as groups
from storage import notification_policies as policies
from storage import notification_requests as requests
from storage import notifications
from storage.notification_groups import Chosen
from storage.notification_policies import Policy
from storage.pages import Page
from storage.store import Store
from tests.storage.conftest import Person, Write

ALL = Chosen(frozenset({"favourite", "mention", "follow"}))


async def test_a_group_stands_where_its_newest_stands(store: Store, person: Person, write: Write) -> None:
    marie, paul, ken = await person("marie"), await person("paul"), await person("ken@tokyo.example")
    first, second = await write(marie, "un"), await write(marie, "deux")
    for by, post in ((paul, first), (paul, second), (ken, first)):
        await store.write(notifications.tell, marie.id, "favourite", by=by.id, post=post.id)
    await store.write(notifications.tell, marie.id, "follow", by=ken.id)
    found = await store.read(groups.page, marie.id, ALL, Page(10))
    assert [(each.newest.kind, each.count, each.people) for each in found] == [
        ("follow", 1, (ken.id,)),
        ("favourite", 2, (ken.id, paul.id)),
        ("favourite", 1, (paul.id,)),
    ]
    assert await store.read(groups.one, marie.id, found[1].key) == found[1]
    assert await store.read(groups.one, paul.id, found[1].key) is None
    assert await store.read(groups.unread, marie.id, ALL, most=2) == 2
    by_paul = Chosen(ALL.kinds, by=paul.id)
    of_paul = await store.read(groups.page, marie.id, by_paul, Page(10))
    assert [(each.count, each.people) for each in of_paul] == [(1, (paul.id,)), (1, (paul.id,))]
    await store.write(groups.dismiss, marie.id, found[1].key)
    left = await store.read(groups.page, marie.id, ALL, Page(10))
    assert [each.key for each in left] == [found[0].key, found[2].key]


async def test_the_strictest_choice_counts(store: Store, person: Person, write: Write) -> None:
    marie, ken = await person("marie"), await person("ken@tokyo.example")
    await store.write(policies.change, marie.id, Policy(for_not_following="filter", for_not_followers="accept"))

    async def verdict(kind: str) -> str:
        return await store.read(policies.verdict, marie.id, kind, by=ken.id, post=None)

    assert await verdict("favourite") == "filter"
    assert await verdict("poll") == "accept"
    await store.write(policies.change, marie.id, Policy(for_not_following="filter", for_not_followers="drop"))
    assert await verdict("favourite") == "drop"
    assert await store.read(policies.verdict, ken.id, "favourite", by=marie.id, post=None) == "drop"  # is no staff
    await store.write(policies.change, marie.id, Policy(for_not_following="filter"))
    posts = [await write(ken, text, to=(marie,)) for text in ("un", "deux")]
    for post in posts:
        await store.write(notifications.tell, marie.id, "mention", by=ken.id, post=post.id)
    (request,) = await store.read(requests.of, marie.id, Page(10))
    assert (request.from_id, request.count, request.post) == (ken.id, 2, posts[1].id)
    assert await store.read(requests.counts, marie.id) == (1, 2)
    await store.write(requests.accept, marie.id, [request.id, 7])
    assert await store.read(requests.counts, marie.id) == (0, 0)
    assert await verdict("favourite") == "accept"
