"""Quotes without leave: the post is taken and shown with a link, and what it quotes is not shown in it."""

from collections.abc import Callable
from typing import Any

import pytest

from federation.strict_json import JsonObject
from tests.federated.conftest import Json, until
from tests.federated.refusals.conftest import PUBLIC, HandMade, MakePeer
from tests.federated.refusals.test_order import again, told, written_by_marie

LATER = "2026-03-01T09:00:00Z"


def stamp(owner: HandMade, quoting: str, **changes: Any) -> JsonObject:
    """Leave of dakar's eve to quote her first post."""
    return {
        "id": f"{owner.eve}/stamps/1",
        "type": "QuoteAuthorization",
        "attributedTo": owner.eve,
        "interactingObject": quoting,
        "interactionTarget": f"{owner.eve}/notes/1",
        **changes,
    }


async def quote_shown(peer: HandMade) -> Json:
    """The quote in what marie was told of."""
    found = [each["status"]["quote"] for each in await told(peer) if each["type"] == "mention"]
    assert len(found) == 1
    return found[0]


Forgery = Callable[[HandMade, HandMade], JsonObject]

FORGED: dict[str, tuple[Forgery, str]] = {
    "good": (lambda dakar, peer: stamp(dakar, f"{peer.eve}/notes/q"), "accepted"),
    "of another origin": (
        lambda dakar, peer: stamp(dakar, f"{peer.eve}/notes/q", id=f"{peer.eve}/stamps/1"),
        "pending",
    ),
    "for another quote": (lambda dakar, peer: stamp(dakar, f"{peer.eve}/notes/other"), "pending"),
    "for another post": (
        lambda dakar, peer: stamp(dakar, f"{peer.eve}/notes/q", interactionTarget=f"{dakar.eve}/notes/2"),
        "pending",
    ),
    "of a colleague": (
        lambda dakar, peer: stamp(dakar, f"{peer.eve}/notes/q", attributedTo=dakar.add("mallory")),
        "pending",
    ),
}


@pytest.mark.parametrize("case", FORGED)
async def test_only_the_quoted_authors_own_stamp_counts(peer: HandMade, make_peer: MakePeer, case: str) -> None:
    make, state = FORGED[case]
    dakar = await make_peer("dakar")
    dakar.offers["/users/eve/notes/1"] = dakar.note(content="<p>true</p>", cc=[], tag=[])
    forged = make(dakar, peer)
    holder = peer if str(forged["id"]).startswith(peer.base_url) else dakar
    holder.offers["/users/eve/stamps/1"] = forged
    create = peer.create("q", quote=f"{dakar.eve}/notes/1", quoteAuthorization=str(forged["id"]))
    assert await peer.outcome(create) == "applied"
    shown = await quote_shown(peer)
    assert shown["state"] == state
    assert (shown["quoted_status"] is not None) is (state == "accepted")
    assert "/users/eve/stamps/1" not in peer.asked


async def test_nobody_but_its_owner_takes_leave_back(peer: HandMade, make_peer: MakePeer) -> None:
    dakar = await make_peer("dakar")
    dakar.offers["/users/eve/notes/1"] = dakar.note(content="<p>true</p>", cc=[], tag=[])
    given = stamp(dakar, f"{peer.eve}/notes/q")
    dakar.offers["/users/eve/stamps/1"] = given
    create = peer.create("q", quote=f"{dakar.eve}/notes/1", quoteAuthorization=str(given["id"]))
    assert await peer.outcome(create) == "applied"
    mallory = dakar.add("mallory")
    for thief, who in ((peer, peer.eve), (dakar, mallory)):
        assert await thief.outcome(thief.act("Delete", given["id"], actor=who)) != "applied"
    assert (await quote_shown(peer))["state"] == "accepted"
    assert await dakar.outcome(dakar.act("Delete", given)) == "applied"
    assert (await quote_shown(peer))["state"] == "revoked"
    again = peer.note("", "q", quote=f"{dakar.eve}/notes/1", quoteAuthorization=str(given["id"]), updated=LATER)
    await peer.outcome(peer.act("Update", again))
    assert (await quote_shown(peer))["state"] == "revoked"


async def test_a_quote_of_a_narrow_post_that_goes_further_is_never_shown(peer: HandMade) -> None:
    """Even one's own: what was for marie alone is not shown to all."""
    narrow = peer.create("1", to=[peer.node.marie], cc=[])
    assert await peer.outcome(narrow) == "applied"
    wide = peer.create("q", quote=f"{peer.eve}/notes/1", cc=[peer.node.marie])
    assert await peer.outcome(wide) == "applied"
    found = {each["status"]["uri"]: each["status"]["quote"] for each in await told(peer)}
    assert found[f"{peer.eve}/notes/q"] == {"state": "rejected", "quoted_status": None}


def asks(peer: HandMade, post: Json, **changes: Any) -> JsonObject:
    """Eve's question whether a post of hers may quote marie's."""
    note = peer.note("", "q", quote=post["uri"], **changes)
    return peer.act("QuoteRequest", post["uri"], id=f"{note['id']}#asked", instrument=note)


async def _was_answered(peer: HandMade) -> bool:
    return bool(answers_to(peer))


def answers_to(peer: HandMade) -> list[str]:
    return [str(each["type"]) for each in peer.posted if each["type"] in ("Accept", "Reject")]


async def test_who_may_not_quote_is_told_so_and_what_is_hidden_is_not_there(peer: HandMade) -> None:
    closed = await written_by_marie(peer, quote_approval_policy="nobody")
    assert await peer.outcome(asks(peer, closed)) == "applied"
    await until(lambda: _was_answered(peer))
    hidden = await written_by_marie(peer, visibility="direct")
    assert str(await peer.outcome({**asks(peer, hidden), "id": f"{peer.eve}#h"})).startswith("not-found")
    assert answers_to(peer) == ["Reject"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"quote": "http://dakar.localhost/notes/1"}, "quotes-something-else"),
        ({"attributedTo": "http://dakar.localhost/users/eve"}, "not-the-author"),
        ({"id": "http://dakar.localhost/notes/1"}, "foreign-object"),
        ({"type": "Tombstone"}, "not-a-post"),
    ],
)
async def test_a_question_about_what_is_not_ones_own_quote_has_no_answer(
    peer: HandMade, changes: dict[str, Any], reason: str
) -> None:
    post = await written_by_marie(peer)
    request = asks(peer, post)
    request["instrument"] = {**request["instrument"], **changes}  # type: ignore[dict-item]  # what a rogue would send
    assert reason in await peer.outcome(request)
    assert answers_to(peer) == []


async def test_an_accept_that_nobody_asked_for_gives_no_leave(peer: HandMade, make_peer: MakePeer) -> None:
    """Neither for a post that quotes nothing, nor from somebody else than its author."""
    dakar = await make_peer("dakar")
    dakar.offers["/users/eve/notes/1"] = dakar.note(cc=[], tag=[])
    assert await peer.outcome(peer.create("q", quote=f"{dakar.eve}/notes/1")) == "applied"
    request = {
        "id": f"{peer.eve}/notes/q#quote-request",
        "type": "QuoteRequest",
        "object": f"{dakar.eve}/notes/1",
        "instrument": f"{peer.eve}/notes/q",
    }
    for who in (dakar, peer):
        accept = who.act("Accept", request, result=f"{who.eve}/stamps/1")
        assert "no-such-request" in await who.outcome(accept)
    assert (await quote_shown(peer))["state"] == "pending"


async def test_what_marie_quotes_is_asked_for_shown_with_leave_and_said_anew_when_that_goes_without_proof(
    peer: HandMade,
) -> None:
    assert await peer.outcome(peer.create(quote=None)) == "applied"
    (read,) = [each["status"] for each in await told(peer)]
    made = await written_by_marie(peer, quoted_status_id=read["id"])
    request = await posted(peer, "QuoteRequest")
    note = request["instrument"]
    assert (request["object"], note["quote"], note["id"]) == (read["uri"], read["uri"], made["uri"])
    assert note["interactionPolicy"] == {"canQuote": {"automaticApproval": [PUBLIC]}}
    assert peer.eve in note["cc"]
    given = {**stamp(peer, made["uri"]), "id": f"{peer.eve}/stamps/m"}
    foreign = peer.act("Accept", request["id"], "foreign", result="http://dakar.localhost/stamps/1")
    assert "foreign-stamp" in await peer.outcome(foreign)
    assert await peer.outcome(peer.act("Accept", request["id"], "given", result=given["id"])) == "applied"
    update = await posted(peer, "Update")
    assert update["object"] == {**note, "quoteAuthorization": given["id"]}

    async def is_quote(state: str) -> bool:
        return bool((await again(peer, made))["quote"]["state"] == state)

    await until(lambda: is_quote("accepted"))
    assert await peer.outcome(peer.act("Delete", given)) == "applied"
    await until(lambda: is_quote("revoked"))
    assert (await again(peer, made))["quote"]["quoted_status"] is None
    await until(lambda: _has_updates(peer, 2))
    last = [each for each in peer.posted if each["type"] == "Update"][-1]
    assert last["object"] == note


async def posted(peer: HandMade, kind: str) -> Json:
    """The first activity of a kind that the peer is told."""

    async def is_there() -> bool:
        return any(each["type"] == kind for each in peer.posted)

    await until(is_there)
    return next(each for each in peer.posted if each["type"] == kind)


async def _has_updates(peer: HandMade, number: int) -> bool:
    return len([each for each in peer.posted if each["type"] == "Update"]) == number
