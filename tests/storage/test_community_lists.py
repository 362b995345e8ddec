"""Which communities there are, and what is new in those that somebody belongs to."""

from storage import accounts, communities, community_desk, community_lists, follows, posts, relations
from storage.accounts import Account
from storage.community_lists import NEW_FOR
from storage.ids import PostId
from storage.life import FEWEST
from storage.pages import Page
from storage.store import Store, Unit
from storage.visibility import Reach
from tests.storage.conftest import BASE, Clock, Person


def _found(unit: Unit, name: str, purpose: str) -> Account:
    made = accounts.add_local(unit, username=name, display_name=name.title(), base_url=BASE, kind=communities.KIND)
    communities.keep(unit, made.id, is_for_members=False, managers_write_only=False, managers_uri="")
    return accounts.change_profile(
        unit,
        made.id,
        display_name=name.title(),
        note=purpose,
        note_source="",
        fields=(),
        locked=False,
        discoverable=True,
    )


def _join(unit: Unit, person: Account, community: Account) -> None:
    follows.ask(unit, person.id, community.id, uri=f"{person.uri}/{community.id}")
    follows.accept(unit, person.id, community.id)


def _write_in(
    unit: Unit, community: Account, author: Account, reach: Reach = Reach.ALL_NODES, text: str = ""
) -> PostId:
    uri = f"{author.uri}/posts/{unit.new_id()}"
    writing = posts.Writing(content=text, summary="", sensitive=False, language=None, source=None)
    written = posts.add(
        unit, uri=uri, url=uri, author=author.id, is_local=True, reach=reach, writing=writing, published=unit.now
    )
    return posts.share(
        unit,
        uri=f"{uri}/shared",
        author=community.id,
        is_local=True,
        post=written,
        reach=Reach.ALL_NODES,
        published=unit.now,
    ).id


async def test_what_is_new_is_counted_from_where_somebody_has_read(store: Store, person: Person, clock: Clock) -> None:
    marie, ken = await person("marie"), await person("ken")
    visas, press, asia = [await store.write(_found, name, "") for name in ("visas", "presse", "asie")]
    await store.write(_write_in, visas, marie)
    for each in (visas, press):
        await store.write(_join, ken, each)
    await store.write(communities.add_manager, asia.id, ken.id)
    clock.forward(seconds=1)
    first = await store.write(_write_in, visas, marie)
    last = await store.write(_write_in, visas, marie)
    await store.write(_write_in, visas, marie, Reach.FOLLOWERS)
    own = await store.write(_write_in, press, ken)
    found = await store.read(community_lists.belonging, ken.id)
    assert [(one.community.id, one.leads, one.new, one.newest) for one in found] == [
        (asia.id, True, 0, None),
        (visas.id, False, 2, last),
        (press.id, False, 0, own),
    ]
    await store.write(follows.ask, marie.id, asia.id, uri="urn:m")
    assert [one.asking for one in await store.read(community_lists.belonging, ken.id)] == [1, 0, 0]
    for newest in (last, first):  # one never has read less than before
        await store.write(community_lists.note_read, ken.id, visas.id, newest=newest)
        assert sum(one.new for one in await store.read(community_lists.belonging, ken.id)) == 0
    clock.forward(seconds=NEW_FOR.total_seconds())
    assert {one.newest for one in await store.read(community_lists.belonging, ken.id)} == {None}


async def test_the_liveliest_come_first_and_words_are_found_anywhere(
    store: Store, person: Person, clock: Clock
) -> None:
    marie, ken = await person("marie"), await person("ken")
    visas = await store.write(_found, "visas", "<p>L’état civil &amp; les séjours</p>")
    press, over, rude = [await store.write(_found, name, "") for name in ("presse", "over", "rude")]
    clock.forward(seconds=1)
    await store.write(_write_in, visas, marie)
    await store.write(communities.close, over.id)
    await store.write(relations.block, ken.id, rude.id)
    order = await store.read(community_lists.in_order)
    assert order == [visas.id, rude.id, press.id]
    assert await store.read(community_lists.listed, ken.id, order) == [
        await store.read(accounts.get, visas.id),
        press,
    ]
    for asked, expected in (("SEJOUR etat", {visas.id}), ("visas", {visas.id}), ("marie", set()), ("over", {over.id})):
        found = await store.read(community_lists.search, ken.id, asked, limit=5)
        assert {each.id for each in found} == expected, asked
    assert len(await store.read(community_lists.search, ken.id, "", limit=2, offset=1)) == 2


async def test_the_desk_says_what_waits_and_counts_many_together(store: Store, person: Person, clock: Clock) -> None:
    marie, ken = await person("marie"), await person("ken")
    visas = await store.write(_found, "visas", "")
    for each in (marie, ken):
        await store.write(_join, each, visas)
    await store.write(communities.add_manager, visas.id, marie.id)
    asked = await store.write(_write_in, visas, ken, text="<p>Qui vient ?</p>")
    await store.write(_write_in, visas, ken, text="<p>https://paris.example/?q=1</p>")
    seen = await store.read(community_desk.look, visas.id, marie.id)
    assert (seen.members, seen.weeks, seen.questions, seen.is_asleep(clock())) == (2, None, [], False)
    assert [(one.account.id, one.has_written) for one in seen.newcomers] == [(ken.id, True)]
    clock.forward(hours=50)
    for number in range(FEWEST):
        await store.write(_join, await person(f"person{number}"), visas)
    seen = await store.read(community_desk.look, visas.id, marie.id)
    assert await store.read(posts.share_by, visas.id, seen.questions[0]) == await store.read(posts.get, asked)
    assert len(seen.questions) == 1
    assert seen.weeks is not None
    assert sum(week.posts for week in seen.weeks) == 2
    assert max(week.people for week in seen.weeks) == 1
    assert [one.has_written for one in seen.newcomers] == [False] * FEWEST + [True]
    assert [each.id for each in await store.read(community_desk.members_named, visas.id, "KE", limit=9)] == [ken.id]
    first = await store.read(community_desk.members, visas.id, Page(1))
    (second,) = await store.read(community_desk.members, visas.id, Page(1, max_id=first[0].relation))
    assert second.account != first[0].account
    clock.forward(days=60)
    assert (await store.read(community_desk.look, visas.id, marie.id)).is_asleep(clock())
