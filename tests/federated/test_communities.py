"""Communities that a node hosts, over three nodes: what a member writes anywhere is read by the members everywhere."""

from dataclasses import dataclass

import pytest

from node.actions import communities, people
from node.actions.communities import Founding
from storage import accounts
from tests.federated.conftest import FederationOf, Json, Place, Staff, settled


@dataclass
class Press:
    """A community of Paris, led by Marie, with Ken of Tokyo and Awa of Dakar in it; Ken and Awa follow nobody."""

    places: list[Place]
    marie: Staff
    ken: Staff
    awa: Staff

    @property
    def handle(self) -> str:
        return f"@presse@{self.marie.place.host}"

    async def settled(self) -> None:
        await settled(*self.places)

    async def found_by(self, who: Staff) -> Json:
        query = {"q": self.handle, "resolve": "true", "type": "accounts"}
        return (await who.ask("GET", "/api/v2/search", params=query))["accounts"][0]

    async def join(self, who: Staff) -> None:
        account = await self.found_by(who)
        await who.ask("POST", f"/api/v1/accounts/{account['id']}/follow")

    async def shared(self, who: Staff) -> list[Json]:
        """What somebody reads on the page of the community; in their journal their own is not shown a second time."""
        account = await self.found_by(who)
        found = await who.ask("GET", f"/api/v1/accounts/{account['id']}/statuses")
        return [each["reblog"] for each in found]

    async def thread(self, who: Staff) -> list[str]:
        """The texts of the one conversation, without the names at their beginning."""
        (root,) = await self.shared(who)
        context = await who.ask("GET", f"/api/v1/statuses/{root['id']}/context")
        return [text_of(each) for each in (root, *context["descendants"])]

    async def likes(self) -> list[int]:
        return [(await self.shared(who))[0]["favourites_count"] for who in (self.marie, self.ken, self.awa)]

    async def threads(self) -> list[list[str]]:
        return [await self.thread(who) for who in (self.marie, self.ken, self.awa)]


def text_of(post: Json) -> str:
    return str(post["content"].removeprefix("<p>").removesuffix("</p>").rpartition("</span> ")[2])


async def press(
    federation_of: FederationOf, *, is_for_members: bool = False, closed: bool = False, awa_joins: bool = True
) -> Press:
    places = await federation_of(3)
    paris, tokyo, dakar = places
    marie, ken, awa = await paris.staff("marie"), await tokyo.staff("ken"), await dakar.staff("awa")
    node = paris.running.node
    founder = await node.store.read(accounts.by_handle, "marie")
    assert founder is not None
    wanted = Founding("presse", "Presse", is_for_members=is_for_members, closed=closed)
    await communities.found(node, founder, wanted, source="test")
    found = Press(places, marie, ken, awa)
    for who in (ken, awa) if awa_joins else (ken,):
        await found.join(who)
    await found.settled()
    return found


@pytest.mark.parametrize("visibility", ["public", "direct"])
async def test_what_a_member_writes_anywhere_is_read_everywhere(federation_of: FederationOf, visibility: str) -> None:
    presse = await press(federation_of, is_for_members=visibility == "direct")
    await presse.ken.post(f"{presse.handle} From Tokyo", visibility=visibility)
    await presse.settled()
    assert await presse.threads() == [["From Tokyo"]] * 3
    (read,) = await presse.awa.home()
    assert (read["account"]["username"], read["reblog"]["account"]["acct"]) == ("presse", presse.ken.handle[1:])
    assert read["reblog"]["visibility"] == ("public" if visibility == "public" else "private")

    await presse.awa.post("From Dakar", in_reply_to_id=read["reblog"]["id"], visibility=read["reblog"]["visibility"])
    await presse.settled()
    root = (await presse.shared(presse.marie))[0]
    mine = await presse.marie.post("From Paris", in_reply_to_id=root["id"], visibility=root["visibility"])
    await presse.marie.ask("POST", f"/api/v1/statuses/{root['id']}/favourite")
    await presse.settled()
    assert await presse.threads() == [["From Tokyo", "From Dakar", "From Paris"]] * 3
    assert await presse.likes() == [1, 1, 1]

    await presse.marie.ask("PUT", f"/api/v1/statuses/{mine['id']}", json={"status": "From Paris, better"})
    await presse.marie.ask("POST", f"/api/v1/statuses/{root['id']}/unfavourite")
    await presse.settled()
    assert await presse.threads() == [["From Tokyo", "From Dakar", "From Paris, better"]] * 3
    assert await presse.likes() == [0, 0, 0]

    await presse.marie.ask("DELETE", f"/api/v1/statuses/{mine['id']}")
    await presse.settled()
    assert await presse.threads() == [["From Tokyo", "From Dakar"]] * 3

    await presse.ken.ask("DELETE", f"/api/v1/statuses/{(await presse.shared(presse.ken))[0]['id']}")
    await presse.settled()
    assert [await presse.shared(who) for who in (presse.marie, presse.ken, presse.awa)] == [[], [], []]


async def test_a_member_of_the_community_s_own_node_is_proven_elsewhere(federation_of: FederationOf) -> None:
    presse = await press(federation_of, is_for_members=True)
    await presse.marie.post("@presse From Paris", visibility="direct")
    await presse.settled()
    assert await presse.threads() == [["From Paris"]] * 3


async def test_whoever_has_not_been_let_in_reads_and_writes_nothing(federation_of: FederationOf) -> None:
    presse = await press(federation_of, is_for_members=True, closed=True)
    await presse.marie.post("@presse Before", visibility="direct")
    await presse.settled()
    assert [await presse.awa.home(), await presse.ken.home()] == [[], []]
    refused = await presse.ken.ask(
        "POST", "/api/v1/statuses", json={"status": f"{presse.handle} Me too", "visibility": "direct"}, expect=422
    )
    assert "member" in refused["error"]
    assert not await presse.places[0].knows("Me too")

    await presse.join(presse.ken)
    node = presse.places[0].running.node
    group, ken = [
        await node.store.read(accounts.by_handle, name, host)
        for name, host in (("presse", ""), ("ken", presse.ken.place.host))
    ]
    assert group is not None
    assert ken is not None
    await people.accept_follower(node, group, ken)
    await presse.settled()
    await presse.marie.post("@presse After", visibility="direct")
    await presse.settled()
    assert await presse.ken.texts() != []
    assert await presse.awa.home() == []
