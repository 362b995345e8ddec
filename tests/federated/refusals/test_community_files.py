"""Files and posts for the members of a community: its node has them from their author's, and gives them to members' nodes alone."""

from hashlib import sha256

import pytest
from aiohttp import web

from federation.attachments import SHA256
from federation.communities import conversation_uri, copy_uri, file_uri
from federation.signatures import multibase
from federation.strict_json import JsonObject
from tests.federated.conftest import Json, until
from tests.federated.refusals.conftest import HandMade, MakePeer, Node
from tests.federated.refusals.test_communities import Community
from tests.federated.refusals.test_proofs import proven
from tests.pictures import picture


def file(peer: HandMade, raw: bytes, name: str = "1") -> JsonObject:
    """A picture of a peer, as a post of its people points to it; whether it is given is another matter."""
    return {
        "type": "Image",
        "mediaType": "image/jpeg",
        "url": f"{peer.base_url}/files/{name}",
        "digestMultibase": multibase.encode(SHA256 + sha256(raw).digest()),
    }


def gives(peer: HandMade, path: str, raw: bytes) -> None:
    peer.bare[path] = lambda: web.Response(body=raw, content_type="image/jpeg")


async def join(peer: HandMade, group: str) -> None:
    """Eve of this peer becomes a member of the node's community."""
    assert await peer.outcome(peer.act("Follow", group)) == "applied"

    async def is_told() -> bool:
        return any(each["type"] == "Accept" for each in peer.posted)

    await until(is_told)


async def sent(peer: HandMade, name: str, raw: bytes, group: str) -> tuple[str, JsonObject]:
    """Eve of this peer sends a picture to the node's community; returns where members' nodes ask for it, and what she told."""
    shown = file(peer, raw, name)
    members = [group, f"{group}/followers"]
    note = peer.note("", name, attachment=[shown], to=members, cc=[], tag=[], audience=group)
    create = proven(peer, peer.act("Create", note, name, to=members, audience=group))
    assert await peer.outcome(create) == "applied"
    return file_uri(group, post=str(note["id"]), url=str(shown["url"])), create


async def test_a_file_for_members_is_given_to_their_nodes_and_to_no_other(node: Node, make_peer: MakePeer) -> None:
    author, member, other = await make_peer("tokyo"), await make_peer("dakar"), await make_peer("lima")
    for peer in (author, member):
        await join(peer, node.group)
    raw = picture()
    gives(author, "/files/1", raw)
    address, create = await sent(author, "1", raw, node.group)

    missing = await other.fetch(file_uri(node.group, post=f"{author.eve}/notes/0", url=f"{author.base_url}/files/1"))
    assert (await other.fetch(address), missing[0]) == (missing, 404)  # as for what is not there
    assert "/files/1" not in author.asked
    assert [await member.fetch(address) for _ in range(2)] == [(200, raw)] * 2  # the very bytes that were signed
    assert author.asked.count("/files/1") == 1
    for wrong in (
        file_uri(node.group, post=f"{author.eve}/notes/1", url=f"{author.base_url}/files/2"),
        file_uri(node.marie, post=f"{author.eve}/notes/1", url=f"{author.base_url}/files/1"),
        f"{node.group}/files",
    ):
        assert (await member.fetch(wrong))[0] == 404

    gives(author, "/files/2", raw)
    unsigned, _ = await sent(author, "2", picture("PNG"), node.group)
    assert (await member.fetch(unsigned))[0] == 404  # not what its author has signed

    # The post itself, as its author has proven it.
    copy = copy_uri(node.group, f"{author.eve}/notes/1")
    status, act = await member.get(copy)
    assert (status, act) == (200, create)
    assert await other.get(copy) == await other.get(copy_uri(node.group, f"{author.eve}/notes/0"))
    assert (await other.fetch(copy))[0] == (await member.fetch(f"{node.group}/posts"))[0] == 404

    # What else there is in its conversation, and what marie writes herself.
    listing = conversation_uri(node.group, f"{author.eve}/notes/1")
    mine = {"status": "@circle Mine", "visibility": "direct"}
    own = (await node.ask("POST", "/api/v1/statuses", json=mine))["uri"]
    thread = (await member.get(own))[1]["context"]
    assert (await member.get(listing))[1]["orderedItems"] == [f"{author.eve}/notes/1"]
    assert (await member.get(str(thread)))[1]["totalItems"] == 1
    for hidden in (listing, own, str(thread), conversation_uri(node.group, "")):
        assert (await other.fetch(hidden))[0] == 404

    assert await member.outcome(member.act("Undo", member.act("Follow", node.group))) == "applied"
    assert [(await member.fetch(each))[0] for each in (address, copy, listing, own)] == [404] * 4
    await node.remove(author.entry)
    assert [(await author.fetch(each))[0] for each in (address, copy, listing)] == [403] * 3


async def read_by_marie(node: Node, post: JsonObject) -> Json:
    (found,) = (await node.ask("GET", "/api/v2/search", params={"q": str(post["id"]), "type": "statuses"}))["statuses"]
    return found


@pytest.fixture
async def community(make_peer: MakePeer) -> Community:
    made = Community(await make_peer("dakar"), await make_peer("tokyo"))
    await made.followed()
    return made


async def test_what_an_authors_node_gives_to_nobody_is_had_from_the_communitys(community: Community) -> None:
    node, member, home, raw = community.node, community.member, community.home, picture()

    async def looked_at(name: str, attachment: JsonObject) -> int:
        """Whether marie is shown a file of a post for members: what her node answers."""
        post = community.for_members(name, attachment=[attachment])
        assert await community.sends(proven(member, member.act("Create", post, name))) == "applied"
        (found,) = (await read_by_marie(node, post))["media_attachments"]
        async with node.session.get(found["url"]) as response:
            return response.status

    gives(home, "/users/group/files", raw)
    assert await looked_at("1", file(member, raw)) == 200
    assert await looked_at("2", file(member, picture("PNG"), "2")) == 404  # another one
    asked = len(home.asked)
    undigested = {name: value for name, value in file(member, raw, "3").items() if name != "digestMultibase"}
    assert await looked_at("3", undigested) == 404  # nobody could tell whether it is the one
    assert [path for path in home.asked[asked:] if path.endswith("/files")] == []
    assert [path for path in member.asked if path.startswith("/files/")] == ["/files/1", "/files/2", "/files/3"]


async def test_what_is_answered_and_never_came_is_had_from_the_communitys_node(community: Community) -> None:
    node, member, home = community.node, community.member, community.home
    kept = proven(member, member.act("Create", community.for_members("1"), "1"))

    async def above(name: str, offered: JsonObject, *, answered: str = "1") -> list[str]:
        """What stands above an answer to a post, which the community shows so, when it is read."""
        home.offers["/users/group/posts"] = offered
        answer = community.for_members(name, inReplyTo=f"{member.eve}/notes/{answered}")
        assert await community.sends(proven(member, member.act("Create", answer, name))) == "applied"
        context = await node.ask("GET", f"/api/v1/statuses/{(await read_by_marie(node, answer))['id']}/context")
        return [each["content"] for each in context["ancestors"]]

    mallory = home.act("Create", {**community.for_members("1"), "attributedTo": home.eve}, "1")
    for number, wrong in enumerate(
        (
            member.act("Create", community.for_members("1"), "1"),  # not proven
            {**kept, "object": community.for_members("1", content="<p>forged</p>")},
            proven(home, mallory),  # by somebody else
            proven(member, member.act("Create", community.for_members("9"), "9")),  # another one
        )
    ):
        assert await above(f"1{number}", wrong) == []
    assert await above("2", kept) == ["<p>Note 1</p>"]
    member.bare["/users/eve/notes/3"] = lambda: web.Response(status=403)  # its node does not even talk to this one
    third = proven(member, member.act("Create", community.for_members("3"), "3"))
    assert await above("4", third, answered="3") == ["<p>Note 3</p>"]
    member.bare["/users/eve/notes/5"] = lambda: web.Response(status=410)
    fifth = proven(member, member.act("Create", community.for_members("5"), "5"))
    assert await above("6", fifth, answered="5") == []  # what is gone stays so
    assert {f"/users/eve/notes/{name}" for name in "135"} <= set(member.asked)
