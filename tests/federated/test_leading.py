"""Managers of a community at other nodes than its own: what they decide is asked of its node, and is so everywhere."""

import pytest

from node.actions import communities as acts
from node.actions import leading
from node.errors import Invalid
from storage import accounts, communities, pins
from storage.accounts import Account
from storage.ids import PostId
from tests.federated.conftest import FederationOf, Json, Place, Staff
from tests.federated.test_communities import Press, press


async def of(place: Place, name: str, host: str = "") -> Account:
    found = await place.running.node.store.read(accounts.by_handle, name, host)
    assert found is not None
    return found


class Led:
    """The community of Paris as it is known at each node, and the conversation in it."""

    def __init__(self, presse: Press) -> None:
        self.presse, (self.paris, self.tokyo, self.dakar) = presse, presse.places
        self.host = presse.marie.place.host

    async def group(self, place: Place) -> Account:
        return await of(place, "presse", "" if place is self.paris else self.host)

    async def thread(self, who: Staff) -> PostId:
        return PostId(int((await self.presse.shared(who))[0]["id"]))

    async def led_by(self, place: Place) -> list[str]:
        found = await place.running.node.store.read(communities.managers, (await self.group(place)).id)
        return [each.username for each in found]

    async def locked(self) -> list[bool]:
        people = (self.presse.marie, self.presse.ken, self.presse.awa)
        return [
            await who.place.running.node.store.read(communities.locked_by, await self.thread(who)) is not None
            for who in people
        ]

    async def pinned(self) -> list[int]:
        return [
            len(await place.running.node.store.read(pins.pinned, (await self.group(place)).id))
            for place in self.presse.places
        ]

    async def answer(self, who: Staff, *, expect: int) -> Json:
        (root,) = await self.presse.shared(who)
        sent = {"status": "One more word", "in_reply_to_id": root["id"]}
        return await who.ask("POST", "/api/v1/statuses", json=sent, expect=expect)


async def test_a_manager_of_another_node_leads_by_asking_the_communitys_node(federation_of: FederationOf) -> None:
    presse = await press(federation_of)
    led = Led(presse)
    paris, tokyo, dakar = (place.running.node for place in presse.places)
    await presse.awa.post(f"{presse.handle} From Dakar", visibility="public")
    await presse.settled()
    assert [await led.led_by(place) for place in presse.places] == [["marie"]] * 3  # read with the community
    marie, ken = await of(led.paris, "marie"), await of(led.tokyo, "ken")
    there = await of(led.paris, "ken", presse.ken.place.host)
    assert await acts.add_manager(paris, marie, (await led.group(led.paris)).id, there.id, source="test")
    await presse.settled()
    assert [await led.led_by(place) for place in presse.places] == [["marie", "ken"]] * 3

    group, thread = (await led.group(led.tokyo)).id, await led.thread(presse.ken)
    for decide in (leading.lock, leading.pin):
        assert not await decide(tokyo, ken, group, thread, source="test")  # asked for
    await presse.settled()
    assert (await led.locked(), await led.pinned()) == ([True] * 3, [1, 1, 1])
    assert "locked" in (await led.answer(presse.awa, expect=422))["error"]
    await led.answer(presse.ken, expect=200)
    await leading.unlock(tokyo, ken, group, thread, source="test")
    await presse.settled()
    assert await led.locked() == [False] * 3

    awa = await of(led.tokyo, "awa", presse.awa.place.host)
    with pytest.raises(Invalid, match="at its own node"):
        await acts.close(tokyo, ken, group, source="test")
    await leading.ban(tokyo, ken, group, awa.id, source="test")
    await presse.settled()
    relation = await presse.awa.ask(
        "GET", "/api/v1/accounts/relationships", params={"id[]": str((await led.group(led.dakar)).id)}
    )
    assert relation[0]["following"] is False
    await presse.join(presse.awa)
    await presse.settled()
    assert not await dakar.store.read(
        communities.is_member, (await led.group(led.dakar)).id, (await of(led.dakar, "awa")).id
    )
    await leading.lift(tokyo, ken, group, awa.id, source="test")
    await presse.settled()
    await presse.join(presse.awa)
    await presse.settled()
    assert await dakar.store.read(
        communities.is_member, (await led.group(led.dakar)).id, (await of(led.dakar, "awa")).id
    )
    await acts.close(paris, marie, (await led.group(led.paris)).id, source="test")
    await presse.settled()
    assert "closed" in (await led.answer(presse.ken, expect=422))["error"]
