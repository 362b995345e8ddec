"""What is somebody's own, read in parts, on both databases."""

from typing import Protocol, TypeVar

import pytest

from storage import (
    accounts,
    acquaintances,
    belongings,
    blocked_nodes,
    bookmarks,
    communities,
    drafts,
    follows,
    lists,
    posts,
    reactions,
    relations,
    scheduled,
)
from storage.accounts import Account
from storage.belongings import Belongings, Named, Totals
from storage.belongings import Person as Listed
from storage.ids import Host
from storage.posts import Post
from storage.store import Store, Unit
from storage.visibility import Reach
from tests.storage.conftest import BASE, Clock, Person, Write


class Row(Protocol):
    """Something that one reads on after."""

    @property
    def id(self) -> int: ...


R = TypeVar("R", bound=Row)


def fill(unit: Unit, me: Account, ken: Account, zoe: Account, theirs: Post) -> None:
    """One of everything that is somebody's own beside posts."""
    for one, other in ((me, ken), (zoe, me)):
        follows.ask(unit, one.id, other.id, uri=f"urn:{one.id}:{other.id}")
        follows.accept(unit, one.id, other.id)
    led, joined = [
        accounts.add_local(unit, username=name, display_name="", base_url=BASE, kind=communities.KIND)
        for name in ("presse", "visas")
    ]
    communities.add_manager(unit, led.id, me.id)
    follows.ask(unit, me.id, joined.id, uri="urn:joined")
    follows.accept(unit, me.id, joined.id)
    made = lists.add(unit, me.id, title="Asie", replies_policy=lists.MEMBERS, exclusive=True)
    lists.put_in(unit, made, list(lists.followed_among(unit, me.id, [ken.id]).values()))
    relations.mute(unit, me.id, zoe.id, notifications=True, until=None)
    acquaintances.note(unit, me.id, zoe.id, "Parle chinois")
    blocked_nodes.add(unit, me.id, Host("elsewhere.example"))
    bookmarks.add(unit, me.id, theirs.id)
    reactions.add(unit, me.id, theirs.id, uri="urn:like")
    drafts.keep(unit, me.id, "key", "{}", files=[])
    scheduled.add(unit, me.id, "{}", due=unit.now, files=[], key=None, application=None, app=None)


@pytest.mark.parametrize("part", [1, 200])
async def test_each_list_is_read_to_its_end(
    store: Store, person: Person, write: Write, clock: Clock, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    monkeypatch.setattr(belongings, "PART", part)
    me, ken, zoe = [await person(name) for name in ("marie", "ken@tokyo.example", "zoe")]
    mine = [await write(me, "Un"), await write(me, "Deux", reach=Reach.MENTIONED)]
    theirs, hidden = await write(zoe, "Trois"), await write(zoe, "Quatre", reach=Reach.MENTIONED)
    await store.write(fill, me, ken, zoe, theirs)
    await store.write(bookmarks.add, me.id, hidden.id)
    for post, uri in ((theirs, "urn:a"), (hidden, "urn:b")):
        await store.write(
            posts.share, uri=uri, author=me.id, is_local=True, post=post, reach=Reach.ALL_NODES, published=clock()
        )

    async def whole(what: Belongings[R]) -> list[R]:
        found: list[R] = []
        after = 0
        while rows := await store.read_slowly(belongings.part_of, what, me.id, after):
            assert len(rows) <= part
            found += rows
            after = rows[-1].id
        return found

    assert await store.read(belongings.totals, me.id) == Totals(posts=4, files=0)
    wrote = [(row.uri, row.is_share, row.shared) for row in await whole(belongings.WRITTEN)]
    assert wrote == [
        (mine[0].uri, False, None),
        (mine[1].uri, False, None),
        ("urn:a", True, theirs.uri),
        ("urn:b", True, None),
    ]

    async def people(what: Belongings[Listed]) -> list[tuple[str, str, bool, str]]:
        return [(row.username, row.host, row.first, row.text) for row in await whole(what)]

    assert await people(belongings.COMMUNITIES) == [("presse", "", True, ""), ("visas", "", False, "")]
    assert await people(belongings.FOLLOWED) == [("ken", "tokyo.example", True, ""), ("visas", "", True, "")]
    assert await people(belongings.FOLLOWERS) == [("zoe", "", False, "")]
    assert await people(belongings.LISTED) == [("ken", "tokyo.example", True, "Asie")]
    assert await people(belongings.MUTED) == [("zoe", "", True, "")]
    assert await people(belongings.NOTED) == [("zoe", "", False, "Parle chinois")]
    assert await people(belongings.BLOCKED) == []

    async def names(what: Belongings[Named]) -> list[str]:
        return [row.name for row in await whole(what)]

    assert await names(belongings.BOOKMARKED) == await names(belongings.FAVOURITED) == [theirs.uri]
    assert await names(belongings.HIDDEN_NODES) == ["elsewhere.example"]
    assert await names(belongings.FOLLOWED_TAGS) == []
    assert len(await whole(belongings.DRAFTED)) == len(await whole(belongings.SCHEDULED)) == 1
    assert await whole(belongings.FILES) == []
