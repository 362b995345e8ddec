"""Following each other: asked, agreed, refused, ended, from both sides."""

from tests.federated.conftest import Staff, settled, until
from tests.interop.conftest import Meeting, follow, id_of, start_to_follow


async def relation(reader: Staff, account: str) -> tuple[bool, bool]:
    """Whether somebody of ours follows, or has asked to."""
    asked = {"id[]": account}
    (found,) = await reader.ask("GET", "/api/v1/accounts/relationships", params=asked)
    return found["following"], found["requested"]


async def followers_of(member: Staff) -> list[str]:
    own = (await member.ask("GET", "/api/v1/accounts/verify_credentials"))["id"]
    return [each["uri"] for each in await member.ask("GET", f"/api/v1/accounts/{own}/followers")]


async def test_we_follow_and_they_agree_at_once(meeting: Meeting) -> None:
    marie = await meeting.paris.staff("marie")
    jean = await meeting.lyon.person("jean")
    account = await follow(marie, jean)
    assert await relation(marie, account) == (True, False)
    assert await jean.followers() == [await id_of(marie)]


async def test_we_wait_until_they_agree(meeting: Meeting) -> None:
    marie = await meeting.paris.staff("marie")
    jean = await meeting.lyon.person("jean", answers="by hand")
    account = await start_to_follow(marie, jean)
    await settled(meeting.paris)
    assert await relation(marie, account) == (False, True)
    await jean.do("answerFollow", follower=await id_of(marie), yes=True)
    await until(lambda: marie.follows(account))


async def test_we_follow_and_they_refuse(meeting: Meeting) -> None:
    marie = await meeting.paris.staff("marie")
    jean = await meeting.lyon.person("jean", answers="no")
    account = await start_to_follow(marie, jean)
    await settled(meeting.paris)
    assert await relation(marie, account) == (False, False)


async def test_they_end_what_they_had_agreed_to(meeting: Meeting) -> None:
    marie = await meeting.paris.staff("marie")
    jean = await meeting.lyon.person("jean")
    account = await follow(marie, jean)
    await jean.do("answerFollow", follower=await id_of(marie), yes=False)
    await settled(meeting.paris)
    assert await relation(marie, account) == (False, False)


async def test_we_end_a_follow(meeting: Meeting) -> None:
    marie = await meeting.paris.staff("marie")
    jean = await meeting.lyon.person("jean")
    account = await follow(marie, jean)
    await marie.ask("POST", f"/api/v1/accounts/{account}/unfollow")
    await settled(meeting.paris)
    assert (await meeting.lyon.taken(), await jean.followers()) == (["Follow", "Undo"], [])


async def test_they_follow_and_we_agree_at_once(meeting: Meeting) -> None:
    marie = await meeting.paris.staff("marie")
    jean = await meeting.lyon.person("jean")
    asked = await jean.do("follow", whom=await id_of(marie))
    await settled(meeting.paris)
    assert await followers_of(marie) == [jean.uri]
    (accept,) = await meeting.lyon.heard("Accept")
    assert (accept.status, accept.activity["object"]["id"]) == (202, asked)
    assert await meeting.lyon.taken() == ["Accept"]


async def test_they_wait_until_we_agree(meeting: Meeting) -> None:
    marie = await meeting.paris.staff("marie")
    await marie.ask("PATCH", "/api/v1/accounts/update_credentials", json={"locked": True})
    jean = await meeting.lyon.person("jean")
    await jean.do("follow", whom=await id_of(marie))
    await settled(meeting.paris)
    assert (await followers_of(marie), await meeting.lyon.taken()) == ([], [])
    (asked,) = await marie.ask("GET", "/api/v1/follow_requests")
    await marie.ask("POST", f"/api/v1/follow_requests/{asked['id']}/authorize")
    await settled(meeting.paris)
    assert (await followers_of(marie), await meeting.lyon.taken()) == ([jean.uri], ["Accept"])


async def test_they_follow_and_we_refuse(meeting: Meeting) -> None:
    marie = await meeting.paris.staff("marie")
    await marie.ask("PATCH", "/api/v1/accounts/update_credentials", json={"locked": True})
    jean = await meeting.lyon.person("jean")
    await jean.do("follow", whom=await id_of(marie))
    await settled(meeting.paris)
    (asked,) = await marie.ask("GET", "/api/v1/follow_requests")
    await marie.ask("POST", f"/api/v1/follow_requests/{asked['id']}/reject")
    await settled(meeting.paris)
    assert (await followers_of(marie), await meeting.lyon.taken()) == ([], ["Reject"])


async def test_we_end_what_we_had_agreed_to(meeting: Meeting) -> None:
    marie = await meeting.paris.staff("marie")
    jean = await meeting.lyon.person("jean")
    await jean.do("follow", whom=await id_of(marie))
    await settled(meeting.paris)
    (follower,) = await marie.ask("GET", "/api/v1/notifications", params={"types[]": "follow"})
    await marie.ask("POST", f"/api/v1/accounts/{follower['account']['id']}/remove_from_followers")
    await settled(meeting.paris)
    assert (await followers_of(marie), await meeting.lyon.taken()) == ([], ["Accept", "Reject"])


async def test_they_end_a_follow(meeting: Meeting) -> None:
    marie = await meeting.paris.staff("marie")
    jean = await meeting.lyon.person("jean")
    asked = await jean.do("follow", whom=await id_of(marie))
    await settled(meeting.paris)
    await jean.do("unfollow", whom=await id_of(marie), follow=asked)
    await settled(meeting.paris)
    assert await followers_of(marie) == []


async def test_they_ask_again_and_hear_the_same_answer(meeting: Meeting) -> None:
    """A node that has lost what it knew asks once more; it must not stay without an answer."""
    marie = await meeting.paris.staff("marie")
    jean = await meeting.lyon.person("jean")
    for _ in range(2):
        await jean.do("follow", whom=await id_of(marie))
        await settled(meeting.paris)
    assert (await followers_of(marie), await meeting.lyon.taken()) == ([jean.uri], ["Accept", "Accept"])
