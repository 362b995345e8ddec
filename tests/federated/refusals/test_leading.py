"""What a community of a peer says that its managers decide: believed of that community, from it, and of nothing else (FEP-1b12)."""

from collections.abc import Callable

import pytest

from federation.strict_json import JsonObject
from tests.federated.conftest import Json
from tests.federated.refusals.test_communities import Community, community, journal

__all__ = ["community"]


class Led:
    """The community says who leads it: eve of the member's node; a conversation has begun in it."""

    def __init__(self, community: Community) -> None:
        self.community, self.node = community, community.node
        self.home, self.eve = community.home, community.member.eve
        self.thread = f"{self.eve}/notes/1"
        self.managers, self.featured = f"{community.uri}/managers", f"{community.uri}/featured"

    async def begun(self) -> None:
        """The group tells anew how it is led, and a first post has been sent on."""
        listed: JsonObject = {
            "id": self.managers,
            "type": "OrderedCollection",
            "orderedItems": [self.eve, "https://far.example/z"],
        }
        self.home.offers["/users/group/managers"] = listed
        group = self.home.actor("group", type="Group", attributedTo=self.managers, featured=self.featured)
        update = self.home.act("Update", group, "led", actor=self.community.uri)
        assert await self.home.outcome(update) == "applied"
        await self.community.begun()

    def act(self, kind: str, thing: object, name: str = "1", *, actor: str = "", **more: object) -> JsonObject:
        return self.home.act(kind, thing, name, actor=actor or self.eve, audience=self.community.uri, **more)

    async def group(self) -> Json:
        found = await self.node.person(self.community.uri)
        assert found is not None
        return found

    async def answers(self, *, expect: int) -> Json:
        """Marie answers in the conversation."""
        (root,) = await journal(self.community)
        sent = {"status": "One more word", "in_reply_to_id": root["reblog"]["id"]}
        return await self.node.ask("POST", "/api/v1/statuses", json=sent, expect=expect)

    async def pinned(self) -> list[str]:
        path = f"/api/v1/accounts/{(await self.group())['id']}/statuses"
        return [each["uri"] for each in await self.node.ask("GET", path, params={"pinned": "true"})]

    def led_by(self) -> list[str]:
        sql = "select a.uri from community_managers m join accounts a on a.id = m.account_id order by a.id"
        return self.node.rows(sql)


@pytest.fixture
async def led(community: Community) -> Led:
    made = Led(community)
    await made.begun()
    return made


async def test_what_a_group_says_that_its_managers_decide_is_so(led: Led) -> None:
    sends, lock = led.community.sends, led.act("Lock", led.thread)
    assert led.led_by()[-1:] == [led.eve]  # who is of no peer is nobody here
    assert await sends(lock) == "applied"
    assert "locked" in (await led.answers(expect=422))["error"]
    assert await sends(led.act("Undo", led.act("Lock", led.thread, "2"))) == "applied"
    await led.answers(expect=200)
    assert await sends(led.act("Add", led.thread, target=led.featured)) == "applied"
    assert await led.pinned() == [led.thread]
    assert await sends(led.act("Remove", led.thread, target=led.featured)) == "applied"
    assert await led.pinned() == []
    member = led.community.member
    member.offers["/users/eve/notes/5"] = led.community.post("5")
    member.offers["/users/eve/notes/6"] = member.note("", "6", tag=[], cc=[])  # for others, whoever may want to show it
    for name, outcome in (("5", "applied"), ("6", "not-found: ")):
        assert await sends(led.act("Add", f"{led.eve}/notes/{name}", name, target=led.featured)) == outcome
    assert await led.pinned() == [f"{led.eve}/notes/5"]
    lea = led.home.add("lea")
    assert await sends(led.act("Add", lea, "lea", target=led.managers)) == "applied"
    assert led.led_by()[-1:] == [lea]
    assert await sends(led.act("Remove", lea, "lea", target=led.managers)) == "applied"
    assert await led.home.outcome(led.act("Lock", led.thread, "own", actor=lea)) == "applied"  # of the group's own node
    assert "locked" in (await led.answers(expect=422))["error"]


async def test_whom_a_group_keeps_out_follows_it_no_longer_until_it_lets_them(led: Led) -> None:
    ban = led.act("Block", led.node.marie, target=led.community.uri, removeData=True)
    assert await led.community.sends(ban) == "applied"
    assert (await led.node.relation(await led.group()))["following"] is False
    name = {"status": f"@group@{led.home.host} hello", "visibility": "direct"}
    assert "may not write" in (await led.node.ask("POST", "/api/v1/statuses", json=name, expect=422))["error"]
    await led.community.followed()
    assert (await led.node.relation(await led.group()))["following"] is True
    await led.node.ask("POST", "/api/v1/statuses", json=name)


ALONE: dict[str, tuple[Callable[[Led], JsonObject], str]] = {
    "a lock": (lambda led: led.act("Lock", led.thread), "not-sent-on"),
    "its end": (lambda led: led.act("Undo", led.act("Lock", led.thread)), "not-sent-on"),
    "a ban": (lambda led: led.act("Block", led.node.marie, target=led.community.uri), "not-sent-on"),
    "a manager": (lambda led: led.act("Add", led.node.marie, target=led.managers), "not-sent-on"),
    "a pin": (lambda led: led.act("Add", led.thread, target=led.featured), "not-sent-on"),
}


async def test_a_manager_of_a_third_node_is_not_believed_alone(led: Led) -> None:
    member = led.community.member
    for name, (act, reason) in ALONE.items():
        document = {**act(led), "id": f"{led.eve}#alone-{name.replace(' ', '-')}"}
        assert reason in await member.outcome(document), name
    await led.answers(expect=200)
    assert (await led.pinned(), (await led.node.relation(await led.group()))["following"]) == ([], True)


OF_OTHERS: dict[str, Callable[[Led], JsonObject]] = {
    "another group's managers": lambda led: led.act(
        "Add", led.node.marie, target=f"{led.home.base_url}/users/x/managers"
    ),
    "another group's pins": lambda led: led.act("Add", led.thread, target=f"{led.home.base_url}/users/x/featured"),
    "a ban from elsewhere": lambda led: led.act("Block", led.node.marie, target=f"{led.home.base_url}/users/x"),
    "a block between people": lambda led: led.act("Block", led.node.marie),
    "what stands elsewhere": lambda led: led.act("Lock", f"{led.eve}/notes/9"),
}


async def test_a_group_says_nothing_about_others(led: Led) -> None:
    for name, act in OF_OTHERS.items():
        document = {**act(led), "id": f"{led.eve}#others-{name.replace(' ', '-')}"}
        assert "nothing-of-the-group" in await led.community.sends(document), name
    relation = await led.node.relation(await led.group())
    assert (relation["following"], led.led_by()[-1:]) == (True, [led.eve])
