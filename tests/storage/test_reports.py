"""Reports and standings: what is kept of a case, and what a restriction hides from whom."""

from typing import Any

import pytest

from storage import follows, listening, notifications, posts, reports, standings, timelines
from storage.errors import NotFound
from storage.events import Event, StandingChanged
from storage.ids import AccountId
from storage.listening import Listeners
from storage.pages import Page
from storage.reports import Sought
from storage.store import Store, Unit
from storage.visibility import Reach
from tests.storage.conftest import Person, Write

PAGE = Page(20)


async def test_a_case_is_opened_once_closed_and_opened_again(store: Store, person: Person, write: Write) -> None:
    marie, ken, anne = [await person(name) for name in ("marie", "ken", "anne")]
    post = await write(ken)
    facts: dict[str, Any] = {
        "uri": "https://x/1",
        "by": marie.id,
        "target": ken.id,
        "comment": "Non",
        "posts": [post.id],
        "rules": [7],
    }
    opened = await store.write(reports.add, **facts)
    assert opened is not None
    assert opened.rule_ids == [7]
    assert await store.write(reports.add, **facts) is None
    assert [each.id for each in await store.read(reports.posts_of, opened.id)] == [post.id]
    assert (await store.write(reports.assign, opened.id, anne.id)).assigned_to == anne.id
    closed = await store.write(reports.resolve, opened.id, by=anne.id)
    assert (closed.resolved_by, await store.read(reports.open_count, most=9)) == (anne.id, 0)
    assert [each.id for each in await store.read(reports.listed, PAGE, Sought(is_resolved=True))] == [opened.id]
    assert await store.read(reports.listed, PAGE, Sought()) == []
    await store.write(reports.reopen, opened.id)
    assert await store.read(reports.open_by, marie.id) == 1
    for sought, count in ((Sought(target=ken.id), 1), (Sought(by=ken.id), 0), (Sought(target_host="x.example"), 0)):
        assert len(await store.read(reports.listed, PAGE, sought)) == count
    with pytest.raises(NotFound):
        await store.write(reports.assign, 1, anne.id)


async def test_nobody_sees_posts_of_the_suspended_until_they_are_free_again(
    store: Store, person: Person, write: Write
) -> None:
    marie, ken = await person("marie"), await person("ken")
    post = await write(ken)
    named = await write(ken, reach=Reach.MENTIONED, to=(marie,))
    await store.write(_follow, marie.id, ken.id)
    heard: list[Event] = []
    store.listen(heard.extend)
    assert len(await seen(store, marie.id)) == 6
    assert [await store.write(standings.restrict, ken.id, standings.SUSPENDED) for _ in range(2)] == [True, False]
    assert heard == [StandingChanged(ken.id)]
    assert await seen(store, marie.id) == []
    assert await store.read(posts.shown_among, [post.id, named.id], reader=marie.id) == []
    assert await store.write(standings.lift, ken.id, standings.SUSPENDED)
    assert len(await seen(store, marie.id)) == 6
    with pytest.raises(NotFound):
        await store.write(standings.lift, AccountId(1), standings.SUSPENDED)


async def test_a_shared_post_goes_with_its_suspended_author(store: Store, person: Person, write: Write) -> None:
    marie, ken, anne = [await person(name) for name in ("marie", "ken", "anne")]
    post = await write(ken)
    await store.write(
        lambda unit: posts.share(
            unit, uri="https://x/s", author=anne.id, is_local=True, post=post, reach=Reach.ALL_NODES, published=unit.now
        )
    )
    await store.write(_follow, marie.id, anne.id)
    assert len(await store.read(timelines.home, marie.id, PAGE)) == 1
    await store.write(standings.restrict, ken.id, standings.SUSPENDED)
    assert await store.read(timelines.home, marie.id, PAGE) == []


async def test_the_silenced_are_read_by_those_who_follow_them(store: Store, person: Person, write: Write) -> None:
    marie, ken, anne = [await person(name) for name in ("marie", "ken", "anne")]
    post = await write(ken)
    await store.write(_follow, marie.id, ken.id)
    everybody = [marie.id, ken.id, anne.id]
    listeners = Listeners(home=everybody, public=everybody)
    heard = await store.read(listening.told_of, post.id, listeners)
    assert heard is not None
    assert (heard.home, heard.public) == (frozenset({marie.id, ken.id}), frozenset(everybody))
    await store.write(standings.restrict, ken.id, standings.SILENCED)
    heard = await store.read(listening.told_of, post.id, listeners)
    assert heard is not None
    assert (heard.home, heard.public) == (frozenset({marie.id, ken.id}), frozenset({ken.id}))
    for reader, count in ((marie.id, 1), (anne.id, 0), (ken.id, 1)):
        assert len(await store.read(timelines.home, reader, PAGE)) == count
    for reader, count in ((marie.id, 0), (anne.id, 0), (ken.id, 1)):
        assert len(await store.read(timelines.all_nodes, reader, PAGE)) == count
    for told in (marie.id, anne.id):
        await store.write(notifications.tell, told, "follow", by=ken.id)
    assert [len(await store.read(notifications.of, told, PAGE)) for told in (marie.id, anne.id)] == [1, 0]


async def seen(store: Store, reader: AccountId) -> list[object]:
    """Everything that a person is shown, in all places."""
    home = await store.read(timelines.home, reader, PAGE)
    everywhere = await store.read(timelines.all_nodes, reader, PAGE)
    here = await store.read(timelines.this_node, reader, PAGE)
    ken = await store.read(lambda unit: unit.one(AccountId, "select id from accounts where username = 'ken'"))
    assert ken is not None
    return [*home, *everywhere, *here, *(await store.read(timelines.by_author, ken, PAGE, reader=reader))]


def _follow(unit: Unit, follower: AccountId, followed: AccountId) -> None:
    follows.ask(unit, follower, followed, uri=f"https://x/{follower}/{followed}")
    follows.accept(unit, follower, followed)
