"""Where the node connects to: to peers, at addresses that it may call, and nowhere else whoever asks for it."""

from collections.abc import Callable

import pytest
from aiohttp import web

from tests.federated.conftest import until
from tests.federated.refusals.conftest import FORBIDDEN, HandMade, MakePeer, Trap

DISGUISES = (FORBIDDEN, "0.0.0.0", "::ffff:127.0.0.1", f"::ffff:{FORBIDDEN}", "::", "::1", "64:ff9b::7f00:1")
"""Ways to say "this machine" that the node is not to follow."""

ELSEWHERE = ("169.254.169.254", "10.0.0.1", "100.64.0.1", "[fe80::1]", "[fd00:ec2::254]")


def redirect(to: str) -> web.Response:
    return web.Response(status=302, headers={"Location": to})


@pytest.mark.parametrize("host", DISGUISES)
async def test_a_redirect_to_a_closed_address_is_not_followed(peer: HandMade, trap: Trap, host: str) -> None:
    peer.bare["/users/eve/notes/1"] = lambda: redirect(trap.url(host, "/users/eve/notes/1"))
    assert "not-kept" in await peer.outcome(peer.act("Create", peer.note()["id"]))
    assert peer.asked.count("/users/eve/notes/1") == 1
    assert await peer.node.shown(peer) == []


@pytest.mark.parametrize("host", ELSEWHERE)
async def test_a_redirect_into_a_closed_network_is_not_followed(peer: HandMade, host: str) -> None:
    """Where nobody can listen, the log says why nothing was asked."""
    peer.bare["/users/oscar"] = lambda: redirect(f"http://{host}/latest/meta-data/")
    create = peer.create()
    assert await peer.tell(create, key_id=f"{peer.base_url}/users/oscar#main-key") == 401
    assert peer.refusal == "no-such-key"
    await until(lambda: peer.node.has_logged("redirect-to-another-origin", about=f"{peer.base_url}/users/oscar"))
    assert peer.asked.count("/users/oscar") == 1
    assert peer.node.verdict(str(create["id"])) is None


@pytest.mark.parametrize("host", [FORBIDDEN, "0.0.0.0", f"[::ffff:{FORBIDDEN}]", *ELSEWHERE])
async def test_a_peer_that_is_listed_and_lives_at_a_closed_address_is_not_called(
    peer: HandMade, trap: Trap, host: str
) -> None:
    """The list says who is a peer, and the network says where peers may be: both must agree."""
    await peer.node.allow(f"{host}:{trap.port}")
    create, closed = peer.create(), f"http://{host}:{trap.port}/users/eve"
    assert await peer.tell(create, key_id=f"{closed}#main-key") == 401
    assert peer.refusal == "no-such-key"
    await until(lambda: peer.node.has_logged("forbidden-address", about=closed))
    assert peer.node.verdict(str(create["id"])) is None


async def test_what_is_told_of_an_unlisted_host_is_not_fetched_there(peer: HandMade, trap: Trap) -> None:
    for number, kind in enumerate(("Create", "Announce", "Like")):
        await peer.outcome(peer.act(kind, trap.url(path="/users/eve/notes/1"), str(number)))
    await peer.outcome(peer.create("reply", inReplyTo=trap.url(path="/notes/1")))
    assert await peer.node.shown(peer) == ["Note reply"]


async def test_a_redirect_is_followed_once_and_within_its_own_origin(peer: HandMade) -> None:
    peer.bare["/moved"] = lambda: redirect(f"{peer.base_url}/users/eve/notes/1")
    peer.offers["/users/eve/notes/1"] = peer.note()
    await peer.outcome(peer.act("Create", f"{peer.base_url}/moved"))
    assert await peer.node.shown(peer) == ["Note 1"]


async def test_a_redirect_that_leads_on_and_on_is_left(peer: HandMade) -> None:
    for number in range(30):
        peer.bare[f"/moved/{number}"] = lambda number=number: redirect(f"{peer.base_url}/moved/{number + 1}")  # type: ignore[misc]
    await peer.outcome(peer.act("Create", f"{peer.base_url}/moved/0"))
    assert 1 <= len([path for path in peer.asked if path.startswith("/moved/")]) <= 4


async def test_a_redirect_to_another_peer_is_not_followed(peer: HandMade, make_peer: MakePeer) -> None:
    """What dakar says of tokyo's post is not what tokyo says; and a signature for tokyo is not shown to dakar."""
    dakar = await make_peer("dakar")
    dakar.offers["/notes/1"] = {**peer.note(), "id": f"{dakar.base_url}/notes/1"}
    peer.bare["/users/eve/notes/1"] = lambda: redirect(f"{dakar.base_url}/notes/1")
    await peer.outcome(peer.act("Create", peer.note()["id"]))
    assert dakar.asked == []
    assert await peer.node.shown(peer, dakar) == []


async def _was_told(peer: HandMade, kind: str) -> bool:
    return any(document["type"] == kind for document in peer.posted)


INBOXES: dict[str, Callable[[HandMade, Trap], str]] = {
    "another origin": lambda p, t: t.url(path="/inbox"),
    "our own": lambda p, t: p.node.inbox,
    "another port": lambda p, t: f"http://{p.host.partition(':')[0]}:{t.port}/inbox",
}


@pytest.mark.parametrize("case", INBOXES)
@pytest.mark.parametrize("where", ["inbox", "sharedInbox", "outbox", "followers", "following"])
async def test_an_actor_whose_inbox_is_elsewhere_is_nobody(peer: HandMade, trap: Trap, case: str, where: str) -> None:
    """Else what is written to it would be steered to a machine that never asked for it. Its lists are where it is, too."""
    address = INBOXES[case](peer, trap)
    changes = {"endpoints": {"sharedInbox": address}} if where == "sharedInbox" else {where: address}
    oscar = peer.add("oscar", **changes)
    assert await peer.node.person(oscar) is None
    assert await peer.tell(peer.act("Follow", peer.node.marie, actor=oscar)) == 401


async def test_an_actor_who_moves_its_inbox_elsewhere_is_not_followed_there(peer: HandMade, trap: Trap) -> None:
    assert await peer.outcome(peer.act("Follow", peer.node.marie)) == "applied"
    moved = peer.actor("eve", inbox=trap.url(path="/inbox"))
    assert "parts-of-another-origin" in await peer.outcome(peer.act("Update", moved))
    peer.add("eve")
    await peer.node.ask("POST", "/api/v1/statuses", json={"status": f"@eve@{peer.host} Bonjour"})
    await until(lambda: _was_told(peer, "Create"))


async def test_one_activity_makes_the_node_ask_so_often_and_no_more(peer: HandMade) -> None:
    """A chain of answers without an end, each with an author of its own."""
    for number in range(60):
        author = peer.add(f"author{number}")
        above = f"{peer.base_url}/users/author{number + 1}/notes/1"
        peer.offers[f"/users/author{number}/notes/1"] = peer.note(author, inReplyTo=above)
    before = len(peer.asked)
    assert await peer.outcome(peer.create(inReplyTo=f"{peer.base_url}/users/author0/notes/1")) == "applied"
    assert 2 <= len(peer.asked) - before <= 21
