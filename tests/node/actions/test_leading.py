"""What those who lead a community decide: it is so at once in one of this node, on record, and nobody else may."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from node.actions import communities as acts
from node.actions import compose, leading, people
from node.actions.communities import Founding, Terms
from node.actions.compose import Draft
from node.errors import Invalid, NotPermitted
from storage import accounts, audit, communities, follows, notifications, pins, posts
from storage.accounts import Account
from storage.errors import NotFound
from storage.ids import PostId
from storage.pages import Page
from storage.posts import Post
from tests.node.conftest import House


@dataclass
class Presse:
    """A community of this node: marie leads it, paul belongs to it, and has written in it."""

    house: House
    group: Account
    marie: Account
    paul: Account
    post: PostId

    async def read(self) -> Post:
        return await self.house.node.store.read(posts.get, self.post)

    async def acts(self) -> list[str]:
        found = await self.house.node.store.read(audit.entries, limit=40)
        return [each.act for each in found]


@pytest.fixture
async def presse(house: House) -> Presse:
    marie, paul = await house.staff("marie"), await house.staff("paul")
    group = await acts.found(house.node, marie, Founding("presse", "Presse"), source="web")
    await people.follow(house.node, paul, group)
    written = await compose.post(house.node, paul, Draft("@presse who has read it?"))
    return Presse(house, group, marie, paul, written)


Act = Callable[[Presse, Account], Awaitable[object]]

DECISIONS: dict[str, Act] = {
    "lock": lambda p, by: leading.lock(p.house.node, by, p.group.id, p.post, source="web"),
    "unlock": lambda p, by: leading.unlock(p.house.node, by, p.group.id, p.post, source="web"),
    "pin": lambda p, by: leading.pin(p.house.node, by, p.group.id, p.post, source="web"),
    "unpin": lambda p, by: leading.unpin(p.house.node, by, p.group.id, p.post, source="web"),
    "take-out": lambda p, by: leading.take_out(p.house.node, by, p.group.id, p.post, source="web"),
    "ban": lambda p, by: leading.ban(p.house.node, by, p.group.id, p.paul.id, source="web"),
    "lift": lambda p, by: leading.lift(p.house.node, by, p.group.id, p.paul.id, source="web"),
    "add-manager": lambda p, by: acts.add_manager(p.house.node, by, p.group.id, p.paul.id, source="web"),
    "remove-manager": lambda p, by: acts.remove_manager(p.house.node, by, p.group.id, p.marie.id, source="web"),
    "close": lambda p, by: acts.close(p.house.node, by, p.group.id, source="web"),
    "reopen": lambda p, by: acts.reopen(p.house.node, by, p.group.id, source="web"),
    "refuse": lambda p, by: leading.refuse(p.house.node, by, p.group.id, p.paul.id, source="web"),
    "change": lambda p, by: acts.change(
        p.house.node, by, p.group.id, Terms("Press", "", False, False, False), source="web"
    ),
}


async def test_a_mere_member_decides_nothing(presse: Presse) -> None:
    for act in DECISIONS.values():
        with pytest.raises(NotPermitted, match="Only those who lead"):
            await act(presse, presse.paul)
    visas = await acts.found(presse.house.node, presse.paul, Founding("visas", "Visas"), source="web")
    assert [each.id for each in await presse.house.node.store.read(communities.led_by, presse.paul.id)] == [visas.id]
    with pytest.raises(NotPermitted):  # who leads another community
        await DECISIONS["lock"](presse, presse.paul)
    assert await presse.acts() == ["community.found"] * 2


async def test_each_decision_is_so_and_on_record_and_taken_back(presse: Presse) -> None:
    store, group = presse.house.node.store, presse.group
    for name in ("lock", "pin"):
        assert [await DECISIONS[name](presse, presse.marie) for _ in range(2)] == [True, True]
    post = await presse.read()
    assert await store.read(communities.locked_by, post.id) == group.id
    assert await store.read(pins.of, group.id, reader=presse.paul.id) == [post]
    for name in ("unlock", "unpin"):
        assert [await DECISIONS[name](presse, presse.marie) for _ in range(2)] == [True, True]
    assert await store.read(communities.locked_by, post.id) is None
    assert await store.read(pins.of, group.id, reader=presse.paul.id) == []
    await DECISIONS["close"](presse, presse.marie)
    led = await store.read(communities.find, group.id)
    assert led is not None
    assert led.closed_at is not None
    await DECISIONS["reopen"](presse, presse.marie)
    wanted = Terms("Press room", "For *all*", closed=True, is_for_members=True, managers_write_only=True)
    changed = await acts.change(presse.house.node, presse.marie, group.id, wanted, source="web")
    assert (changed.display_name, changed.note, changed.locked) == ("Press room", "<p>For <em>all</em></p>", True)
    led = await store.read(communities.find, group.id)
    assert led is not None
    assert (led.is_for_members, led.managers_write_only, led.closed_at) == (True, True, None)
    names = ["change", "reopen", "close", "unpin", "unlock", "pin", "lock", "found"]
    assert await presse.acts() == [f"community.{name}" for name in names]


async def test_somebody_always_leads_a_community(presse: Presse) -> None:
    node, group = presse.house.node, presse.group
    lea = await presse.house.staff("lea")
    assert await acts.add_manager(node, presse.marie, group.id, lea.id, source="web")
    assert await node.store.read(communities.is_member, group.id, lea.id)
    assert await acts.remove_manager(node, lea, group.id, presse.marie.id, source="web")
    assert [each.id for each in await node.store.read(communities.managers, group.id)] == [lea.id]
    with pytest.raises(Invalid, match="another person lead it first"):
        await acts.remove_manager(node, lea, group.id, lea.id, source="web")


async def test_who_is_kept_out_belongs_no_longer_and_comes_back_when_the_time_is_over(presse: Presse) -> None:
    node, group, paul = presse.house.node, presse.group, presse.paul
    with pytest.raises(Invalid, match="leads this community"):
        await leading.ban(node, presse.marie, group.id, presse.marie.id, source="web")
    with pytest.raises(Invalid, match="is over"):
        await leading.ban(node, presse.marie, group.id, paul.id, until=node.now(), source="web")
    until = node.now() + timedelta(days=2)
    await leading.ban(node, presse.marie, group.id, paul.id, until=until, takes_out=True, source="web")
    assert not await node.store.read(communities.is_member, group.id, paul.id)
    with pytest.raises(Invalid, match="kept out"):
        await acts.add_manager(node, presse.marie, group.id, paul.id, source="web")
    with pytest.raises(Invalid, match="keeps you out"):
        await people.follow(node, paul, group)
    presse.house.clock.forward(days=3)
    await people.follow(node, paul, group)
    assert await node.store.read(communities.is_member, group.id, paul.id)
    assert await DECISIONS["ban"](presse, presse.marie)
    assert await DECISIONS["lift"](presse, presse.marie)
    await people.follow(node, paul, group)
    assert await node.store.read(communities.is_member, group.id, paul.id)


async def test_an_answer_that_leaves_the_community_is_gone_and_what_was_for_all_is_its_authors(presse: Presse) -> None:
    node, store = presse.house.node, presse.house.node.store
    answer = await compose.post(node, presse.paul, Draft("I have", reply_to=presse.post))
    for post in (answer, presse.post):
        await leading.take_out(node, presse.marie, presse.group.id, post, reason="off topic", source="web")
    with pytest.raises(NotFound):
        await store.read(posts.get, answer)
    assert (await presse.read()).content.endswith("who has read it?</p>")
    uri = (await presse.read()).uri
    with pytest.raises(NotPermitted):
        await leading.bring_back(node, presse.paul, presse.group.id, uri, source="web")
    assert await store.read(posts.share_by, presse.group.id, presse.post) is None
    assert await leading.bring_back(node, presse.marie, presse.group.id, uri, source="web")
    assert await store.read(posts.share_by, presse.group.id, presse.post) is not None
    with pytest.raises(Invalid, match="cannot be had"):
        await leading.bring_back(node, presse.marie, presse.group.id, f"{presse.paul.uri}/posts/{answer}", source="web")
    with pytest.raises(NotFound):
        await leading.bring_back(node, presse.marie, presse.group.id, f"{uri}9", source="web")
    own = await compose.post(node, presse.marie, Draft("@presse mine"))
    with pytest.raises(Invalid, match="yours"):
        await leading.take_out(node, presse.marie, presse.group.id, own, source="web")


async def test_requests_reach_those_who_lead_and_are_answered_in_the_communitys_name(house: House) -> None:
    node, store = house.node, house.node.store
    marie, paul, lea = await house.staff("marie"), await house.staff("paul"), await house.staff("lea")
    group = await acts.found(node, marie, Founding("presse", "Presse", closed=True), source="web")
    for asking in (paul, lea):
        await people.follow(node, asking, group)
        await people.follow(node, asking, group)
    told = await store.read(notifications.of, marie.id, Page(40))
    assert [(each.kind, each.from_id, each.about) for each in told] == [
        ("follow_request", lea.id, group.id),
        ("follow_request", paul.id, group.id),
    ]
    assert await store.read(notifications.of, group.id, Page(40)) == []
    await leading.accept(node, marie, group.id, paul.id, source="web")
    await leading.refuse(node, marie, group.id, lea.id, source="web")
    assert await store.read(communities.is_member, group.id, paul.id)
    assert await store.read(follows.between, lea.id, group.id) is None
    assert await store.read(notifications.of, marie.id, Page(40)) == []
    with pytest.raises(NotFound):
        await leading.accept(node, marie, group.id, lea.id, source="web")
    with pytest.raises(NotFound):  # no community
        await leading.accept(node, marie, (await store.read(accounts.node_actor)).id, lea.id, source="web")
