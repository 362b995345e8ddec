"""What managers decide in a community of this node, when a peer tells it: by managers alone, and sent on as it came (FEP-1b12)."""

from collections.abc import Callable
from typing import Any

import pytest

from federation.client import Budget
from federation.strict_json import JsonObject
from storage import accounts, communities, follows, pins, posts
from storage.accounts import Account
from storage.store import Unit
from tests.federation.test_hosting import Press, presse, scene
from tests.federation.test_inbox import activity, note

__all__ = ["presse", "scene"]

Json = Any  # what a peer decodes


class Led:
    """The community, in which zoe has begun a conversation; marie of this node leads it, and eve does when she is let."""

    def __init__(self, presse: Press, marie: Account) -> None:
        self.presse, self.marie, self.store = presse, marie, presse.store
        self.group, self.eve, self.zoe = presse.group, presse.scene.eve, presse.zoe
        self.thread = f"{self.zoe}/notes/1"
        self.managers, self.featured = f"{self.group.uri}/managers", f"{self.group.uri}/featured"

    async def person(self, uri: str) -> Account:
        found = await self.store.read(accounts.by_uri, uri)
        assert found is not None
        return found

    async def let_lead(self, uri: str) -> None:
        await self.store.write(communities.add_manager, self.group.id, (await self.person(uri)).id)

    async def told(self, act: JsonObject) -> str:
        found = await self.presse.told(act)
        assert found is not None
        return found

    def act(self, kind: str, thing: object, name: str = "1", *, by: str = "", **more: object) -> JsonObject:
        return activity(kind, by or self.eve, thing, name, audience=self.group.uri, **more)

    async def state(self) -> tuple[object, ...]:
        """All that managers decide about."""
        return await self.store.read(_state, self.group)

    async def sent_on(self) -> list[str]:
        return [each["id"] for each in await self.presse.sent_on()]


def _state(unit: Unit, group: Account) -> tuple[object, ...]:
    locked = unit.all(str, "select p.uri from locked_threads l join posts p on p.id = l.post_id")
    return (
        locked,
        [each.uri for each in communities.managers(unit, group.id)],
        [each.account_id for each in communities.bans(unit, group.id)],
        [each.uri for each in pins.pinned(unit, group.id)],
        unit.all(
            str, "select o.uri from posts p join posts o on o.id = p.boost_of where p.author_id = :id", id=group.id
        ),
    )


@pytest.fixture
async def led(presse: Press) -> Led:
    marie = await presse.store.read(accounts.by_handle, "marie")
    assert marie is not None
    await presse.told(activity("Follow", presse.zoe, presse.group.uri))
    await presse.told(activity("Create", presse.zoe, presse.note(author=presse.zoe)))
    await presse.store.write(communities.add_manager, presse.group.id, marie.id)
    return Led(presse, marie)


Try = Callable[[Led], JsonObject]

DECISIONS: dict[str, Try] = {
    "locks": lambda led: led.act("Lock", led.thread),
    "opens": lambda led: led.act("Undo", led.act("Lock", led.thread)),
    "keeps out": lambda led: led.act("Block", led.zoe, target=led.group.uri),
    "lets back": lambda led: led.act("Undo", led.act("Block", led.zoe, target=led.group.uri)),
    "leads": lambda led: led.act("Add", led.eve, target=led.managers),
    "deposes": lambda led: led.act("Remove", led.marie.uri, target=led.managers),
    "pins": lambda led: led.act("Add", led.thread, target=led.featured),
    "takes out": lambda led: led.act("Delete", led.thread),
}


async def test_a_mere_member_and_who_leads_another_community_decide_nothing(led: Led) -> None:
    before, sent = await led.state(), await led.sent_on()
    other = await led.store.write(_found_other)
    await led.store.write(communities.add_manager, other.id, (await led.person(led.eve)).id)
    for name, decision in DECISIONS.items():
        assert "not-a-manager" in await led.told(decision(led)), name
    assert (await led.state(), await led.sent_on()) == (before, sent)


async def test_what_somebody_shows_first_on_their_own_profile_is_nothing_of_the_community(led: Led) -> None:
    led.presse.scene.peer.actor("eve", featured=f"{led.eve}/featured")
    await led.presse.scene.side.federation.gathering.actor(led.eve, budget=Budget())
    await led.told(activity("Create", led.eve, led.presse.note("8"), "8"))
    own = led.act("Add", f"{led.eve}/notes/8", target=f"{led.eve}/featured")
    assert await led.told(own) == "applied"
    assert str(own["id"]) not in await led.sent_on()


def _found_other(unit: Unit) -> Account:
    base_url = accounts.node_actor(unit).uri.removesuffix("/actor")
    return accounts.add_local(unit, username="visas", display_name="Visas", base_url=base_url, kind=communities.KIND)


async def test_what_a_manager_of_a_peer_decides_is_so_and_sent_on_as_it_came(led: Led) -> None:
    await led.let_lead(led.eve)
    lock = led.act("Lock", led.thread, summary="said enough")
    acts = [
        lock,
        led.act("Add", led.zoe, target=led.managers),
        led.act("Add", led.thread, "2", target=led.featured),
    ]
    assert [await led.told(each) for each in acts] == ["applied"] * 3
    locked, managers, _, pinned, _ = await led.state()
    assert (locked, pinned, set(managers)) == ([led.thread], [led.thread], {led.marie.uri, led.eve, led.zoe})  # type: ignore[call-overload]
    assert (await led.presse.scene.peer.get(led.featured))[1]["orderedItems"] == [led.thread]
    back = [
        led.act("Undo", {**lock, "id": f"{led.eve}#another"}),
        led.act("Remove", led.zoe, target=led.managers),
        led.act("Remove", led.thread, "2", target=led.featured),
    ]
    assert [await led.told(each) for each in back] == ["applied"] * 3
    locked, managers, _, pinned, _ = await led.state()
    assert (locked, pinned, managers) == ([], [], [led.marie.uri, led.eve])
    whole = {each["id"]: each for each in await led.presse.sent_on()}
    assert [whole[str(each["id"])] | each for each in (*acts, *back)] == [
        whole[str(each["id"])] for each in (*acts, *back)
    ]


async def test_nothing_more_is_said_in_a_locked_conversation(led: Led) -> None:
    await led.let_lead(led.eve)
    lock = led.act("Lock", led.thread)
    await led.told(lock)
    assert "locked-already" in await led.told(led.act("Lock", led.thread, "again"))
    for name, answer in enumerate(
        (
            led.presse.note("2", author=led.zoe, inReplyTo=led.thread),
            led.presse.for_members("3", author=led.zoe, inReplyTo=led.thread),
            note(led.zoe, "4", inReplyTo=led.thread),  # which does not even name the community
        )
    ):
        assert "thread-locked" in await led.told(activity("Create", led.zoe, answer, f"a{name}"))
    answer = led.presse.note("5", inReplyTo=led.thread)
    assert await led.told(activity("Create", led.eve, answer, "5")) == "applied"  # who leads it may
    assert "no-whole-conversation" in await led.told(led.act("Lock", f"{led.eve}/notes/5", "5"))
    await led.told(led.act("Undo", str(lock["id"])))
    again = led.presse.note("6", author=led.zoe, inReplyTo=led.thread)
    assert await led.told(activity("Create", led.zoe, again, "6")) == "applied"
    late = led.act("Lock", led.thread, "late")
    await led.told(led.act("Undo", late, "late"))
    assert "undone-already" in await led.told(late)


async def test_who_is_kept_out_is_told_so_each_time_and_comes_back(led: Led) -> None:
    await led.let_lead(led.eve)
    ban = led.act("Block", led.zoe, target=led.group.uri, endTime="2999-01-01T00:00:00Z", removeData=True)
    assert await led.told(ban) == "applied"
    zoe = await led.person(led.zoe)
    assert await led.store.read(follows.between, zoe.id, led.group.id) is None
    assert (await led.state())[4] == []
    assert (await led.store.read(posts.by_uri, led.thread)) is not None  # it is zoe's, for all to read
    await led.told(activity("Follow", led.zoe, led.group.uri, "again"))
    assert [each["type"] for each in await led.presse.sent()].count("Reject") == 2
    late = led.presse.for_members("7", author=led.zoe)
    assert "banned" in await led.told(activity("Create", led.zoe, late, "7"))
    assert str(ban["id"]) in await led.sent_on()
    assert await led.told(led.act("Undo", ban)) == "applied"
    await led.told(activity("Follow", led.zoe, led.group.uri, "back"))
    assert await led.store.read(communities.is_member, led.group.id, zoe.id)


async def test_what_leaves_the_community_is_sent_on_and_no_longer_stands_there(led: Led) -> None:
    await led.let_lead(led.eve)
    answer = led.presse.note("2", author=led.zoe, inReplyTo=led.thread)
    await led.told(activity("Create", led.zoe, answer, "2"))
    for name, thing in (("a", f"{led.zoe}/notes/2"), ("b", led.thread)):
        assert await led.told(led.act("Delete", thing, name, summary="off topic")) == "applied"
    assert await led.store.read(posts.by_uri, f"{led.zoe}/notes/2") is None
    assert await led.store.read(posts.by_uri, led.thread) is not None
    assert (await led.state())[4] == []
    removals = dict.fromkeys(
        each for each in await led.sent_on() if "#Delete" in each
    )  # eve and zoe have an inbox each
    assert list(removals) == [f"{led.eve}#Delete-a", f"{led.eve}#Delete-b"]
    assert (await led.presse.sent())[-1]["type"] == "Undo"  # for those who read no activity inside an Announce

    mere = led.act("Undo", led.act("Delete", led.thread, by=led.zoe), by=led.zoe)
    assert (
        await led.told(mere) == "applied"
    )  # her own word about her own post: it takes back nothing of the community's
    assert (await led.state())[4] == []
    led.presse.scene.peer.offers["/users/zoe/notes/2"] = answer
    for name, thing in (("a", f"{led.zoe}/notes/2"), ("b", led.thread)):
        back = led.act("Undo", led.act("Delete", thing, f"new-{name}"), f"back-{name}")
        assert await led.told(back) == "applied"
    assert await led.store.read(posts.by_uri, f"{led.zoe}/notes/2") is not None
    assert (await led.state())[4] == [led.thread]
    undone = dict.fromkeys(each for each in await led.sent_on() if "#Undo-back" in each)
    assert list(undone) == [f"{led.eve}#Undo-back-a", f"{led.eve}#Undo-back-b"]
    last = (await led.presse.sent())[-1]
    assert (last["type"], last["object"]) == ("Announce", led.thread)


REFUSED: dict[str, tuple[Try, str]] = {
    "a collection of somebody else": (
        lambda led: led.act("Add", led.zoe, target=f"{led.eve}/managers"),
        "not-your-collection",
    ),
    "what stands nowhere in it": (
        lambda led: led.act("Add", f"{led.zoe}/notes/9", target=led.featured),
        "of-another-community",
    ),
    "a node": (
        lambda led: led.act("Add", f"{led.presse.scene.side.base_url}/actor", target=led.managers),
        "cannot-lead",
    ),
    "a manager": (lambda led: led.act("Block", led.marie.uri, target=led.group.uri), "leads-the-community"),
    "a time that is over": (
        lambda led: led.act("Block", led.zoe, target=led.group.uri, endTime="2020-01-01T00:00:00Z"),
        "over-already",
    ),
    "nobody": (lambda led: led.act("Block", f"{led.zoe}-nobody", target=led.group.uri), "not-found"),
    "no community": (lambda led: led.act("Block", led.zoe, target=led.marie.uri), "not-found"),
    "who does not lead": (lambda led: led.act("Remove", led.zoe, target=led.managers), "no-manager"),
    "what is not pinned": (lambda led: led.act("Remove", led.thread, target=led.featured), "not-pinned"),
    "in anothers name": (
        lambda led: led.act("Undo", {**led.act("Lock", led.thread), "actor": led.marie.uri}),
        "not-the-owner",
    ),
}


async def test_what_managers_may_not_decide_either(led: Led) -> None:
    await led.let_lead(led.eve)
    await led.told(activity("Create", led.zoe, note(led.zoe, "9", cc=[led.marie.uri]), "9"))
    before, sent = await led.state(), await led.sent_on()
    for name, (decision, reason) in REFUSED.items():
        act = {**decision(led), "id": f"{led.eve}#{name.replace(' ', '-')}"}
        assert reason in await led.told(act), name
    assert (await led.state(), await led.sent_on()) == (before, sent)
    await led.told(led.act("Remove", led.marie.uri, "m", target=led.managers))
    assert "last-manager" in await led.told(led.act("Remove", led.eve, "e", target=led.managers))
