"""Whoever moves takes followers along only where both accounts say so, at that moment, and once in a week."""

from collections.abc import Callable

import pytest

from federation.strict_json import JsonObject
from tests.federated.conftest import Json, until
from tests.federated.refusals.conftest import HandMade, MakePeer
from tests.federated.refusals.test_audiences import marie_follows


def follows_asked_of(peer: HandMade) -> list[Json]:
    return [document for document in peer.posted if document["type"] == "Follow"]


def move(peer: HandMade, target: str, name: str = "1", *, actor: str = "") -> JsonObject:
    return peer.act("Move", peer.eve, name, target=target, actor=actor)


REFUSED: dict[str, tuple[str, Callable[[HandMade, HandMade], JsonObject]]] = {
    "not agreed": ("not-also-known-as", lambda p, d: move(p, d.add("nobody"))),
    "agreed with a colleague": (
        "not-also-known-as",
        lambda p, d: move(p, d.add("other", alsoKnownAs=[p.add("mallory")])),
    ),
    "to where nobody is": ("not-found", lambda p, d: move(p, f"{d.base_url}/users/none")),
    "to whoever has moved on": (
        "target-has-moved",
        lambda p, d: move(p, d.add("gone", alsoKnownAs=[p.eve], movedTo=d.eve)),
    ),
    "of somebody else": (
        "only-oneself-elsewhere",
        lambda p, d: move(p, d.add("taken", alsoKnownAs=[p.eve]), actor=p.add("mallory")),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_a_move_takes_nobody_along(peer: HandMade, make_peer: MakePeer, case: str) -> None:
    reason, document = REFUSED[case]
    dakar = await make_peer("dakar")
    await marie_follows(peer)
    assert reason in await peer.outcome(document(peer, dakar))
    eve = await peer.node.person(peer.eve)
    assert eve is not None
    assert (eve.get("moved"), (await peer.node.relation(eve))["following"]) == (None, True)
    assert follows_asked_of(dakar) == []


async def test_a_second_move_within_a_week_takes_nobody_along(peer: HandMade, make_peer: MakePeer) -> None:
    """The first is what the rows above would be, were they right."""
    dakar = await make_peer("dakar")
    await marie_follows(peer)
    for name in ("eva", "eve"):
        dakar.add(name, alsoKnownAs=[peer.eve])
    assert await peer.outcome(move(peer, dakar.eve)) == "applied"

    async def is_asked() -> bool:
        return [follow["object"] for follow in follows_asked_of(dakar)] == [dakar.eve]

    await until(is_asked)
    assert "moved-lately" in await peer.outcome(move(peer, f"{dakar.base_url}/users/eva", "2"))
    assert "/users/eva" not in dakar.asked
    eve = await peer.node.person(peer.eve)
    assert eve is not None
    assert eve["moved"]["url"] == dakar.eve
