"""What is passed on: with a proof, unchanged, once, and no further; and what is passed on to us is asked of its own node."""

from collections.abc import Callable

import orjson
import pytest
from aiohttp import web

from federation.strict_json import JsonObject
from tests.federated.conftest import until
from tests.federated.refusals.conftest import PUBLIC, HandMade, MakePeer, Trap
from tests.federated.refusals.test_proofs import proven


async def listening(peer: HandMade) -> None:
    """Eve of this peer follows marie."""
    assert await peer.outcome(peer.act("Follow", peer.node.marie)) == "applied"


async def question(peer: HandMade) -> str:
    """Marie asks something; the post's id."""
    asked = await peer.node.ask("POST", "/api/v1/statuses", json={"status": "Question"})
    return str(asked["uri"])


def answer(peer: HandMade, parent: str, name: str = "a", **changes: object) -> JsonObject:
    return peer.create(name, **{"inReplyTo": parent, **changes})


async def was_told(peer: HandMade, document: JsonObject) -> None:
    async def is_told() -> bool:
        return document["id"] in [each["id"] for each in peer.posted]

    await until(is_told)


async def test_an_answer_is_passed_on_as_the_bytes_that_came(peer: HandMade, make_peer: MakePeer) -> None:
    dakar = await make_peer("dakar")
    await listening(dakar)
    told = proven(peer, answer(peer, await question(peer), odd=[None, 1.0, "é"]))
    told["signature"] = {
        "type": "RsaSignature2017",
        "signatureValue": "AAAA",
    }  # worth nothing here, and not ours to take out
    assert await peer.outcome(told) == "applied"
    await was_told(dakar, told)
    assert orjson.dumps(told) in dakar.raw
    assert peer.posted == []  # who wrote it need not be told


Try = Callable[[HandMade, str], JsonObject]
NOT_PASSED_ON: dict[str, Try] = {
    "without a proof": answer,
    "for followers": lambda p, q: proven(p, answer(p, q, to=[f"{p.eve}/followers"], cc=[p.node.marie])),
    "for marie alone": lambda p, q: proven(p, answer(p, q, to=[p.node.marie], cc=[])),
    "no answer": lambda p, q: proven(p, answer(p, q, inReplyTo=None)),
}


@pytest.mark.parametrize("case", NOT_PASSED_ON)
async def test_other_things_go_no_further(peer: HandMade, make_peer: MakePeer, case: str) -> None:
    """What may be passed on comes after it, in order: when that is there, it would be too."""
    dakar = await make_peer("dakar")
    await listening(dakar)
    asked = await question(peer)
    told = NOT_PASSED_ON[case](peer, asked)
    assert await peer.outcome(told) == "applied"
    last = proven(peer, answer(peer, asked, "last"))
    assert await peer.outcome(last) == "applied"
    await was_told(dakar, last)
    assert told["id"] not in [each["id"] for each in dakar.posted]


async def test_what_was_passed_on_to_us_is_not_passed_on(peer: HandMade, make_peer: MakePeer) -> None:
    """Lima brings what tokyo has written, with tokyo's proof: believed, and it stays here."""
    dakar, lima = await make_peer("dakar"), await make_peer("lima")
    await listening(dakar)
    asked = await question(peer)
    brought, last = proven(peer, answer(peer, asked)), proven(peer, answer(peer, asked, "last"))
    assert await lima.outcome(brought, key_id=f"{lima.eve}#main-key") == "applied"
    assert await peer.outcome(last) == "applied"
    await was_told(dakar, last)
    assert brought["id"] not in [each["id"] for each in dakar.posted]


# ---- passed on to us, without a proof --------------------------------------------------------------------------------


async def passed_on(peer: HandMade, document: JsonObject) -> int:
    """Peer brings what somebody else has told; the status."""
    return await peer.tell(document, key_id=f"{peer.eve}#main-key")


async def test_what_comes_without_a_proof_is_read_at_its_own_node(peer: HandMade, make_peer: MakePeer) -> None:
    dakar = await make_peer("dakar")
    assert await peer.outcome(peer.create()) == "applied"
    path = "/users/eve/notes/a"
    told = answer(dakar, f"{peer.eve}/notes/1", content="<p>forged</p>")
    dakar.offers[path] = dakar.note("", "a", inReplyTo=f"{peer.eve}/notes/1", content="<p>true</p>")
    assert await passed_on(peer, told) == 202
    assert await peer.node.shown(dakar) == ["true"]

    changed = {"content": "<p>changed</p>", "updated": "2026-02-01T10:00:00Z"}
    dakar.offers[path] = {**dakar.offers[path], **changed}
    assert await passed_on(peer, dakar.act("Update", dakar.note("", "a", content="<p>forged</p>"))) == 202
    assert await peer.node.shown(dakar) == ["changed"]

    gone = dakar.act("Delete", f"{dakar.eve}/notes/a")
    assert await passed_on(peer, gone) == 202
    assert await peer.node.shown(dakar) == ["changed"]  # it is still there
    dakar.bare[path] = lambda: web.Response(status=410)
    assert await passed_on(peer, gone) == 202
    assert await peer.node.shown(dakar) == []


async def test_what_its_own_node_shows_as_no_answer_is_not_kept(peer: HandMade, make_peer: MakePeer) -> None:
    dakar = await make_peer("dakar")
    assert await peer.outcome(peer.create()) == "applied"
    dakar.offers["/users/eve/notes/a"] = dakar.note("", "a")
    assert await passed_on(peer, answer(dakar, f"{peer.eve}/notes/1")) == 202
    assert await peer.node.shown(dakar) == []


async def test_news_of_others_that_is_not_theirs_to_bring_costs_no_question(
    peer: HandMade, make_peer: MakePeer, trap: Trap
) -> None:
    """An answer to nothing, to marie's post, to a post that is not here, of a stranger, of an address that is closed."""
    dakar = await make_peer("dakar")
    stranger = await make_peer("outside", listed=False)
    assert await peer.outcome(peer.create()) == "applied"
    parent, asked = f"{peer.eve}/notes/1", await question(peer)
    closed = trap.url(path="/users/eve")
    note = {**dakar.note(closed), "inReplyTo": parent, "to": [PUBLIC]}
    for told in (
        dakar.create("a"),
        answer(dakar, asked),
        answer(dakar, f"{peer.eve}/notes/2"),
        answer(stranger, parent),
        dakar.act("Create", note, actor=closed),
        dakar.act("Like", parent),
        dakar.act("Delete", f"{dakar.eve}/notes/a"),
    ):
        assert await passed_on(peer, told) == 401
    assert (dakar.asked, stranger.asked) == ([], [])
