"""Conversations that a peer makes up to keep this node busy: each costs what a thread may cost, and no more."""

import contextlib
import sqlite3
from collections.abc import Callable
from functools import partial

import orjson
import pytest
from aiohttp import web

from federation import collections
from federation.backfill import MOST_FETCHES
from federation.strict_json import JsonObject
from tests.federated.conftest import Json, until
from tests.federated.refusals.conftest import PUBLIC, HandMade, MakePeer, Trap

UNLISTED: dict[str, object] = {"to": [], "cc": [PUBLIC]}
"""So that they do not fill the list of all nodes, which other tests look at."""

Hostile = Callable[[HandMade, Trap], tuple[int, str]]


def document(found: JsonObject) -> web.Response:
    return web.Response(body=orjson.dumps(found), content_type="application/activity+json")


def page(peer: HandMade, path: str, items: list[str], **more: object) -> None:
    """Offer a page of a collection under a path."""
    found = {"id": peer.base_url + path, "type": "OrderedCollectionPage", "orderedItems": items, **more}
    peer.bare[path] = lambda: document(found)  # type: ignore[arg-type]  # tests offer whatever a rogue would


def endless(peer: HandMade, _: Trap) -> tuple[int, str]:
    """Each page leads to one that was not there before."""
    for number in ("", *map(str, range(1, 40))):
        following = f"{peer.base_url}/contexts/1{int(number or 0) + 1}"
        page(peer, f"/contexts/1{number}", [f"{peer.eve}/notes/none{number}"], next=following)
    return 2 * (collections.MOST_PAGES + 1), "too-long"


def circular(peer: HandMade, _: Trap) -> tuple[int, str]:
    """The second page leads to the first; the only post is at a stranger's."""
    page(peer, "/contexts/1", ["https://nobody.example/notes/1"], next=f"{peer.base_url}/contexts/2")
    page(peer, "/contexts/2", [], next=f"{peer.base_url}/contexts/1")
    return 2, "not-admitted"


def crossing(peer: HandMade, trap: Trap) -> tuple[int, str]:
    """Pages and posts where this node must not call."""
    page(peer, "/contexts/1", [trap.url(), trap.url("127.0.0.1")], next=trap.url(path="/next"))
    return 1, "not-admitted"


def crowded(peer: HandMade, _: Trap) -> tuple[int, str]:
    """5,000 ids at once."""
    page(peer, "/contexts/1", [f"{peer.eve}/notes/{number}" for number in range(5_000)])
    return 1, "unreadable"


def plentiful(peer: HandMade, _: Trap) -> tuple[int, str]:
    """More posts than one thread may fetch, all of them real."""
    for number in range(1, 300):
        note = peer.note(
            "", f"m{number}", inReplyTo=f"{peer.eve}/notes/1", context=f"{peer.base_url}/contexts/1", tag=[], **UNLISTED
        )
        peer.bare[f"/users/eve/notes/m{number}"] = partial(document, note)
    page(peer, "/contexts/1", [f"{peer.eve}/notes/m{number}" for number in range(1, 300)])
    return MOST_FETCHES, "later"


@pytest.mark.parametrize("hostile", [endless, circular, crossing, crowded, plentiful])
async def test_a_hostile_collection_costs_no_more_than_a_thread_may(
    make_peer: MakePeer, trap: Trap, hostile: Hostile
) -> None:
    peer = await make_peer()
    most, reason = hostile(peer, trap)
    root = peer.note(context=f"{peer.base_url}/contexts/1")
    assert await peer.outcome(peer.act("Create", root)) == "applied"
    before = len(peer.asked)
    identifier = await opened(peer, str(root["id"]))

    await until(lambda: has_gap(peer, identifier, reason), seconds=20)
    asked = len(peer.asked) - before
    assert 0 < asked <= most + 1  # and the post that was opened, for how it stands today
    await read(peer, identifier)
    assert await peer.outcome(peer.create("after")) == "applied"  # and nothing was asked again meanwhile
    assert len(peer.asked) - before == asked


async def test_an_answer_that_brings_a_thread_along_costs_no_more_than_one_activity_may(make_peer: MakePeer) -> None:
    peer = await make_peer()
    context, parent = f"{peer.base_url}/contexts/1", f"{peer.eve}/notes/root"
    unlisted = {**UNLISTED, "context": context}
    peer.offers["/users/eve/notes/root"] = {**peer.note("", "root", tag=[]), "context": context}
    peer.offers["/users/eve/notes/middle"] = peer.note("", "middle", inReplyTo=parent, **unlisted)
    for number in range(100):
        peer.offers[f"/users/eve/notes/m{number}"] = peer.note("", f"m{number}", inReplyTo=parent, tag=[], **unlisted)
    page(peer, "/contexts/1", [f"{peer.eve}/notes/m{number}" for number in range(100)])
    answer = peer.create("a", inReplyTo=f"{peer.eve}/notes/middle", context=context)
    before = len(peer.asked)
    assert await peer.outcome(answer) == "applied"
    await until(lambda: _has_asked(peer, "/users/eve/notes/m1"))
    await until(lambda: _is_missing(peer, "/users/eve/notes/m99"))
    assert 5 < len(peer.asked) - before <= 21  # and eve's key, at the door
    identifier = await opened(peer, parent)  # whoever opens it has the rest fetched, and need not wait
    await until(lambda: _has_asked(peer, "/users/eve/notes/m99"))
    assert identifier


async def test_a_collection_names_only_what_answers_here_or_says_so_itself(make_peer: MakePeer) -> None:
    peer = await make_peer()
    root = peer.note(context=f"{peer.base_url}/contexts/1")
    aside = peer.note("", "aside", tag=[], inReplyTo=None, context=None)
    answer = peer.note("", "answer", tag=[], inReplyTo=root["id"])
    peer.bare |= {
        "/users/eve/notes/aside": lambda: document(aside),
        "/users/eve/notes/answer": lambda: document(answer),
    }
    page(peer, "/contexts/1", [str(aside["id"]), str(answer["id"])])
    assert await peer.outcome(peer.act("Create", root)) == "applied"
    identifier = await opened(peer, str(root["id"]))
    await until(lambda: has_gap(peer, identifier, "unreadable"))
    assert [post["uri"] for post in (await read(peer, identifier))["descendants"]] == [answer["id"]]
    assert await peer.node.shown(peer) == ["Note answer", "Note 1"]


async def test_a_conversation_of_another_node_than_the_first_posts_is_not_asked_for(make_peer: MakePeer) -> None:
    peer, other = await make_peer(), await make_peer("dakar")
    root = peer.note(context=f"{other.base_url}/contexts/1")
    answer = peer.note("", "answer", inReplyTo=root["id"], context=f"{peer.base_url}/contexts/9")
    assert await peer.outcome(peer.act("Create", root)) == "applied"
    assert await peer.outcome(peer.act("Create", answer, "answer")) == "applied"
    mine = await peer.node.ask(
        "POST", "/api/v1/statuses", json={"status": "ok", "in_reply_to_id": await opened(peer, str(root["id"]))}
    )
    await until(lambda: _has_told(peer, mine["uri"]))
    (told,) = [each["object"] for each in peer.posted if each["type"] == "Create"]
    assert isinstance(told, dict)
    assert "context" not in told
    assert other.asked == []


# ---- what marie does -------------------------------------------------------------------------------------------------


async def opened(peer: HandMade, uri: str) -> str:
    """Have marie open the thread of a post; returns its id here."""
    found = await peer.node.ask("GET", "/api/v2/search", params={"q": uri, "resolve": "true", "type": "statuses"})
    identifier: str = found["statuses"][0]["id"]
    await read(peer, identifier)
    return identifier


async def read(peer: HandMade, identifier: str) -> Json:
    return await peer.node.ask("GET", f"/api/v1/statuses/{identifier}/context")


async def has_gap(peer: HandMade, identifier: str, reason: str) -> bool:
    return any(gap["reason"] == reason for gap in (await read(peer, identifier))["legation"]["missing"])


async def _has_asked(peer: HandMade, path: str) -> bool:
    return path in peer.asked


async def _is_missing(peer: HandMade, path: str) -> bool:
    with contextlib.closing(sqlite3.connect(str(peer.node.settings.database), timeout=10)) as database:
        found = database.execute("select 1 from missing_posts where uri = ?", (peer.base_url + path,)).fetchone()
    return found is not None


async def _has_told(peer: HandMade, uri: str) -> bool:
    return any(each["type"] == "Create" and each["object"]["id"] == uri for each in peer.posted)  # type: ignore[index, call-overload]
