"""How requests and activities are signed between a node of ours and one of theirs: which scheme, how many knocks, proofs."""

import pytest

from tests.federated.conftest import FederationOf, settled
from tests.interop.conftest import Meeting, OpenPeer, admit, follow, id_of


async def test_their_first_knock_opens(meeting: Meeting, first_knock: str) -> None:
    """RFC 9421 and draft-cavage-12 alike: nobody has to knock twice."""
    marie = await meeting.paris.staff("marie")
    jean = await meeting.lyon.person("jean")
    await jean.do("follow", whom=await id_of(marie))
    (told,) = await meeting.lyon.knocks(meeting.paris.base_url)
    asked, *_ = await meeting.lyon.knocks(await id_of(marie), "GET")
    assert (asked.scheme, asked.status) == (first_knock, 200)
    assert (told.scheme, told.status) == (first_knock, 202)


async def test_what_we_sign_they_verify(meeting: Meeting) -> None:
    marie = await meeting.paris.staff("marie")
    jean = await meeting.lyon.person("jean")
    await follow(marie, jean)
    await settled(meeting.paris)  # they agree before they have answered
    delivered = [heard for heard in await meeting.lyon.heard() if heard.method == "POST"]
    assert [(heard.path, heard.status) for heard in delivered] == [("/inbox", 202)]
    assert {heard.scheme for heard in delivered} <= {"cavage", "rfc9421"}


async def test_their_proofs_do_not_stand_in_the_way(meeting: Meeting) -> None:
    marie = await meeting.paris.staff("marie")
    jean = await meeting.lyon.person("jean")
    await follow(marie, jean)
    await jean.do("post", text="Avec preuve")
    await settled(meeting.paris)
    assert await marie.texts() == ["Avec preuve"]


async def test_our_proofs_convince_them(meeting: Meeting) -> None:
    marie = await meeting.paris.staff("marie")
    jean = await meeting.lyon.person("jean")
    await jean.do("follow", whom=await id_of(marie))
    await settled(meeting.paris)
    await marie.post("Avec preuve")
    await settled(meeting.paris)
    (create,) = await meeting.lyon.heard("Create")
    assert create.proof == "good"


async def test_what_is_for_one_person_alone_carries_no_proof(meeting: Meeting) -> None:
    marie = await meeting.paris.staff("marie")
    jean = await meeting.lyon.person("jean")
    await follow(marie, jean)
    await marie.post(f"{jean.handle} entre nous", visibility="direct")
    await settled(meeting.paris)
    (create,) = await meeting.lyon.heard("Create")
    assert (create.proof, create.status) == ("none", 202)


@pytest.mark.parametrize("proofs", [True, False])
async def test_a_proof_vouches_for_what_a_third_node_passes_on(
    federation_of: FederationOf, open_peer: OpenPeer, *, proofs: bool
) -> None:
    """Jean of Lyon answers Anna of Bern, whose node passes the answer on to Paris, unchanged and signed by Anna."""
    (paris,) = await federation_of(1)
    lyon, bern = await open_peer("lyon", proofs=proofs), await open_peer("bern")
    await admit(paris, lyon)
    await admit(paris, bern)
    marie = await paris.staff("marie")
    jean, anna = await lyon.person("jean"), await bern.person("anna")
    await follow(marie, jean)
    await bern.do("passOn", who="anna", whom=await id_of(marie))
    written = await jean.do("post", text="Bien dit", whom=anna.uri)
    await settled(paris)
    passed_on = await bern.knocks(paris.base_url)
    assert [heard.proof for heard in await bern.heard("Create")] == ["good" if proofs else "none"]
    assert {knock.status for knock in passed_on} == ({202} if proofs else {401})
    assert [post["uri"] for post in await marie.home()] == ([written] if proofs else [])
