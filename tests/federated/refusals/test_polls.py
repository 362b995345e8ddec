"""Votes that do not count: too late, twice, for what is not offered, for somebody else's poll, in another's name."""

import contextlib
import sqlite3
from typing import Any

import pytest

from federation.strict_json import JsonObject
from tests.federated.conftest import Json
from tests.federated.refusals.conftest import HandMade


async def asked(peer: HandMade, **poll: Any) -> Json:
    wanted = {"options": ["Midi", "Soir"], "expires_in": 300, **poll}
    return await peer.node.ask("POST", "/api/v1/statuses", json={"status": "Quand ?", "poll": wanted})


def vote(peer: HandMade, post: str, option: str = "Midi", name: str = "v", **changes: object) -> JsonObject:
    cast: dict[str, object] = {
        "id": f"{peer.eve}#votes/{name}",
        "type": "Note",
        "attributedTo": peer.eve,
        "name": option,
        "inReplyTo": post,
        "to": [peer.node.marie],
        **changes,
    }
    return peer.act("Create", cast, name)


async def counted(peer: HandMade, post: Json) -> list[int]:
    poll = await peer.node.ask("GET", f"/api/v1/polls/{post['id']}")
    return [option["votes_count"] for option in poll["options"]]


async def test_one_vote_is_counted_and_no_other(peer: HandMade) -> None:
    post = await asked(peer)
    assert await peer.outcome(vote(peer, post["uri"])) == "applied"
    assert "voted-already" in await peer.outcome(vote(peer, post["uri"], name="again"))
    assert "voted-already" in await peer.outcome(vote(peer, post["uri"], "Soir", name="other"))
    assert await counted(peer, post) == [1, 0]
    assert await peer.node.shown(peer) == []  # a vote is no post


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"option": "Jamais"}, "no-such-option"),
        ({"attributedTo": "{mallory}"}, "not-the-author"),
        ({"id": "https://elsewhere.example/votes/1"}, "foreign-object"),
    ],
)
async def test_a_vote_that_means_nothing_counts_for_nothing(
    peer: HandMade, changes: dict[str, str], verdict: str
) -> None:
    post, mallory = await asked(peer), peer.add("mallory")
    sent = {name: value.replace("{mallory}", mallory) for name, value in changes.items()}
    assert verdict in await peer.outcome(vote(peer, post["uri"], **sent))
    assert await counted(peer, post) == [0, 0]


async def test_a_vote_on_what_is_no_poll_or_not_ours_or_hidden_is_no_post_either(peer: HandMade) -> None:
    plain = await peer.node.ask("POST", "/api/v1/statuses", json={"status": "Bonjour"})
    theirs = peer.note(type="Question", oneOf=[{"type": "Note", "name": "Midi"}], content="<p>Note q</p>")
    assert await peer.outcome(peer.act("Create", theirs)) == "applied"
    hidden = await asked(peer, expires_in=300)
    await peer.node.ask("DELETE", f"/api/v1/statuses/{hidden['id']}")
    verdicts = {plain["uri"]: "not-a-poll", str(theirs["id"]): "not-our-poll", hidden["uri"]: "not-a-poll"}
    for number, (target, verdict) in enumerate(verdicts.items()):
        assert verdict in await peer.outcome(vote(peer, target, name=f"v{number}"))
    assert await peer.node.shown(peer) == ["Note q"]


async def test_a_vote_after_the_end_is_ignored_and_one_before_is_counted(peer: HandMade) -> None:
    post = await asked(peer, multiple=True)
    assert await peer.outcome(vote(peer, post["uri"], "Midi", "in-time")) == "applied"
    with contextlib.closing(sqlite3.connect(str(peer.node.settings.database), timeout=10)) as database:
        database.execute("update polls set ends_at = ends_at - 400000 where post_id = ?", (int(post["id"]),))
        database.commit()
    assert "poll-closed" in await peer.outcome(vote(peer, post["uri"], "Soir", "late"))
    assert await counted(peer, post) == [1, 0]


async def test_nobody_here_votes_on_what_its_author_has_closed(peer: HandMade) -> None:
    closed = peer.note(type="Question", oneOf=[{"type": "Note", "name": "Midi"}], closed="2026-02-01T10:00:00Z")
    assert await peer.outcome(peer.act("Create", closed)) == "applied"
    query = {"q": closed["id"], "resolve": "true", "type": "statuses"}
    found = await peer.node.ask("GET", "/api/v2/search", params=query)
    poll = found["statuses"][0]["poll"]
    assert poll["expired"]
    answer = await peer.node.ask("POST", f"/api/v1/polls/{poll['id']}/votes", expect=422, json={"choices": [0]})
    assert answer["error"] == "Validation failed: The poll has already ended"
    assert peer.posted == []  # nothing was sent
