"""Fedify in a community of ours, and one of ours in a community of theirs."""

import pytest

from node.actions import communities
from node.actions.communities import Founding
from storage import accounts
from tests.federated.conftest import Json, settled
from tests.interop.conftest import Meeting, OpenPeer, admit, follow, id_of
from tests.interop.peers import FedifyPerson, Heard


@pytest.fixture
def first_knock() -> str:
    """How requests are signed has tests of its own."""
    return "rfc9421"


async def sent_on(jean: FedifyPerson) -> list[Heard]:
    """The activities that a community has sent on to Fedify's node."""
    return [each for each in await jean.peer.heard("Announce") if isinstance(each.activity["object"], dict)]


async def told(jean: FedifyPerson, kind: str) -> list[Json]:
    """What Fedify's node has told, as it left."""
    found = [each.told for each in await jean.peer.knocks("http") if each.told["type"] == kind]
    # The older signature is of no use to anybody who gets it from another, and is left out.
    return [{name: value for name, value in each.items() if name != "signature"} for each in found]


async def test_fedify_is_a_member_of_our_community(meeting: Meeting) -> None:
    paris, lyon = meeting.paris, meeting.lyon
    marie, jean = await paris.staff("marie"), await lyon.person("jean")
    founder = await paris.running.node.store.read(accounts.by_handle, "marie")
    assert founder is not None
    wanted = Founding("presse", "Presse")
    group = await communities.found(paris.running.node, founder, wanted, source="test")
    asked = await jean.do("follow", whom=group.uri)
    await settled(paris)
    assert await lyon.taken() == ["Accept"]

    written = await jean.do("writeIn", community=group.uri, text="De Lyon")
    await settled(paris)
    (read,) = await marie.home()
    assert (read["account"]["username"], read["reblog"]["uri"]) == ("presse", written)
    await marie.post("De Paris", in_reply_to_id=read["reblog"]["id"])
    await marie.ask("POST", f"/api/v1/statuses/{read['reblog']['id']}/favourite")
    await settled(paris)
    await jean.do("likeIn", community=group.uri, post=written)
    await settled(paris)

    back = await sent_on(jean)
    assert [(each.activity["object"]["type"], each.activity["object"]["actor"]) for each in back] == [
        ("Create", jean.uri),
        ("Create", founder.uri),
        ("Like", founder.uri),
        ("Like", jean.uri),
    ]
    assert {(each.status, each.proof, each.inner) for each in back} == {(202, "none", "good")}
    assert [back[0].activity["object"]] == await told(jean, "Create")
    assert [back[3].activity["object"]] == await told(jean, "Like")
    plain = [each.activity["object"] for each in await lyon.heard("Announce")]
    assert [each for each in plain if isinstance(each, str)] == [written]
    assert await lyon.trouble() == []

    await jean.do("unfollow", whom=group.uri, follow=asked)
    await settled(paris)
    await marie.post("@presse Entre nous")
    await settled(paris)
    assert len(await sent_on(jean)) == len(back)


async def test_one_of_ours_is_a_member_of_fedifys_community(meeting: Meeting, open_peer: OpenPeer) -> None:
    paris, lyon, mons = meeting.paris, meeting.lyon, await open_peer("mons")
    await admit(paris, mons)
    marie, jean, paul = await paris.staff("marie"), await lyon.person("jean"), await mons.person("paul")
    group = await lyon.person("atelier", is_group=True)
    await follow(marie, group)
    assert await group.followers() == [await id_of(marie)]
    await marie.post(f"{group.handle} De Paris")
    await settled(paris)
    (create,) = await lyon.heard("Create")
    assert (create.status, create.proof, create.activity["audience"]) == (202, "good", group.uri)
    assert await lyon.trouble() == []

    near = await group.do("sendOn", by=jean.name, text="De Lyon")
    afar = await paul.do("writeIn", community=group.uri, text="De Mons")
    await group.do("sendOnFrom", post=afar)
    await settled(paris)
    found = [each["reblog"] for each in await marie.home() if each["account"]["username"] == "atelier"]
    assert [(each["uri"], each["account"]["username"]) for each in found] == [(afar, "paul"), (near, "jean")]
