"""Who may say what, and who may read what: taken at the door where it is well signed, and without effect."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from aiohttp import web
from yarl import URL

from federation.strict_json import JsonObject
from tests.federated.conftest import Json, until
from tests.federated.refusals.conftest import PUBLIC, HandMade, MakePeer
from tests.federated.refusals.test_order import again, follows_marie, told, written_by_marie

LATER = "2026-03-01T09:00:00Z"


# ---- in somebody else's name ----------------------------------------------------------------------------------------


async def test_a_colleague_neither_edits_nor_removes_nor_takes_back(peer: HandMade) -> None:
    assert await peer.outcome(peer.create()) == "applied"
    mallory = peer.add("mallory")
    forged = peer.note(content="<p>forged</p>", updated=LATER)
    for number, (kind, thing) in enumerate(
        [
            ("Update", forged),
            ("Update", {**forged, "attributedTo": mallory}),
            ("Update", {**peer.actor("eve"), "name": "Forged"}),
            ("Delete", peer.note()["id"]),
            ("Delete", {"id": peer.note()["id"], "type": "Tombstone"}),
            ("Delete", peer.eve),
            ("Undo", peer.create()),
        ]
    ):
        verdict = await peer.outcome(peer.act(kind, thing, str(number), actor=mallory))
        assert verdict != "applied", (kind, thing)
    assert await peer.node.shown(peer) == ["Note 1"]
    eve = await peer.node.person(peer.eve)
    assert eve is not None
    assert eve["display_name"] != "Forged"


FORGED: dict[str, tuple[str, Callable[[HandMade], JsonObject]]] = {
    "of a colleague": ("not-the-author", lambda p: p.note(attributedTo=p.add("mallory"))),
    "of nobody": ("bad-object", lambda p: p.note(attributedTo=None)),
    "of a colleague first": ("not-the-author", lambda p: p.note(attributedTo=[p.add("mallory"), p.eve])),
    "of marie": ("not-the-author", lambda p: p.note(attributedTo=p.node.marie)),
    "in our own name": ("foreign-object", lambda p: p.note(id=f"{p.node.url}/users/1/posts/1")),
    "at home elsewhere": ("foreign-object", lambda p: p.note(id="http://dakar.localhost:8000/notes/1")),
}


@pytest.mark.parametrize("case", FORGED)
async def test_a_post_that_is_not_its_senders_is_dropped(peer: HandMade, case: str) -> None:
    reason, note = FORGED[case]
    create = peer.act("Create", note(peer))
    assert reason in await peer.outcome(create)
    assert await peer.node.shown(peer) == []


async def test_a_shared_post_is_shown_as_its_own_node_tells_it(peer: HandMade, make_peer: MakePeer) -> None:
    """The copy that came with it is not looked at."""
    await marie_follows(peer)
    dakar = await make_peer("dakar")
    dakar.offers["/users/eve/notes/1"] = dakar.note(content="<p>true</p>")
    forged = dakar.note(content="<p>forged</p>")
    assert await peer.outcome(peer.act("Announce", forged, to=peer.note()["to"])) == "applied"
    assert set(await peer.node.shown(peer, dakar)) == {"true"}
    assert dakar.asked.count("/users/eve/notes/1") == 1


async def test_a_post_told_by_somebody_else_is_shown_as_its_own_node_tells_it(
    peer: HandMade, make_peer: MakePeer
) -> None:
    """What eve says that dakar's eve wrote: dropped when she shows it, asked of dakar when she only names it."""
    dakar = await make_peer("dakar")
    dakar.offers["/users/eve/notes/1"] = dakar.note(content="<p>true</p>")
    assert "not-the-author" in await peer.outcome(peer.act("Create", dakar.note(content="<p>forged</p>")))
    assert await peer.node.shown(peer, dakar) == []
    await peer.outcome(peer.act("Create", dakar.note()["id"], "2"))
    assert await peer.node.shown(peer, dakar) == ["true"]


async def test_what_nobody_here_asked_for_is_dropped(peer: HandMade) -> None:
    assert "unsolicited" in await peer.outcome(peer.create(cc=[]))
    assert await peer.node.shown(peer) == []


async def test_what_nobody_here_asked_for_is_dropped_when_only_its_id_is_told(
    peer: HandMade, make_peer: MakePeer
) -> None:
    """Neither eve's own nor one of a third peer's; a post of eve's for marie is kept, and so is what somebody followed says."""
    dakar = await make_peer("dakar")
    for one in (peer, dakar):
        one.offers["/users/eve/notes/1"] = one.note(cc=[])
    for number, one in enumerate((peer, dakar)):
        named = peer.act("Create", one.note()["id"], f"by-id-{number}")
        assert "not-kept" in await peer.outcome(named)
        assert one.asked.count("/users/eve/notes/1") == 1
    assert "/users/eve" not in dakar.asked
    of_marie = await written_by_marie(peer)
    quoting = peer.act("QuoteRequest", of_marie["uri"], "by-id", instrument=peer.note()["id"])
    inviting = peer.act("Invite", peer.note()["id"], "by-id", target=[peer.node.marie], to=[peer.node.marie])
    assert "bad-object" in await peer.outcome(quoting)  # it quotes nothing
    assert "not-found" in await peer.outcome(inviting)  # it is no event
    assert await peer.node.shown(peer, dakar) == []
    peer.offers["/users/eve/notes/2"] = peer.note("", "2")
    assert "fetched-by-id" in await peer.outcome(peer.act("Create", peer.note("", "2")["id"], "for-marie"))
    await marie_follows(peer)
    peer.offers["/users/eve/notes/3"] = peer.note("", "3", cc=[])
    assert "fetched-by-id" in await peer.outcome(peer.act("Create", peer.note("", "3")["id"], "for-followers"))
    assert await peer.node.shown(peer, dakar) == ["Note 3", "Note 2"]


async def test_what_names_nobody_is_for_whoever_owns_the_inbox_it_came_to(peer: HandMade) -> None:
    """And for nobody else: not what comes to the inbox of all, nor what its activity or its post says that is for somebody."""
    nobody: JsonObject = {"to": [], "cc": []}
    own = f"{peer.node.marie}/inbox"
    letter = peer.create("letter", **nobody)
    assert await peer.post(own, letter) == 202
    assert await peer.node.settled(letter) == "applied"
    assert "unsolicited" in await peer.outcome(peer.create("to-all", **nobody))
    elsewhere = peer.create("elsewhere", **nobody)
    elsewhere["to"] = ["http://dakar.localhost:8000/users/awa"]
    assert await peer.post(own, elsewhere) == 202
    assert "unsolicited" in await peer.node.settled(elsewhere)

    async def read_by(name: str) -> list[str]:
        found = await peer.node.ask("GET", "/api/v1/conversations", by=name)
        return [each["last_status"]["content"] for each in found if peer.host in each["last_status"]["uri"]]

    assert (await read_by("marie"), await read_by("lea")) == (["<p>Note letter</p>"], [])
    assert [notice["type"] for notice in await told(peer)] == ["mention"]
    assert await peer.node.shown(peer) == []


# ---- follows ---------------------------------------------------------------------------------------------------------


async def test_somebody_else_does_not_accept_a_follow(peer: HandMade, make_peer: MakePeer) -> None:
    account = await asked_to_follow(peer)
    follow = next(document for document in peer.posted if document["type"] == "Follow")
    mallory, dakar = peer.add("mallory"), await make_peer("dakar")
    for number, thing in enumerate((follow, follow["id"], {**follow, "object": mallory})):
        assert await peer.outcome(peer.act("Accept", thing, str(number), actor=mallory)) != "applied"
        assert await dakar.outcome(dakar.act("Accept", thing, str(number))) != "applied"
    relation = await peer.node.relation(account)
    assert (relation["following"], relation["requested"]) == (False, True)
    assert await peer.outcome(peer.act("Accept", follow)) == "applied"
    assert (await peer.node.relation(account))["following"]


async def test_an_accept_that_nobody_asked_for_makes_nobody_a_follower(peer: HandMade) -> None:
    account = await peer.node.person(peer.eve)
    assert account is not None
    asked = {"id": f"{peer.node.marie}#follow-1", "type": "Follow", "actor": peer.node.marie, "object": peer.eve}
    assert "no-such-follow" in await peer.outcome(peer.act("Accept", asked))
    assert not (await peer.node.relation(account))["following"]


async def test_before_the_answer_a_follower_reads_nothing_of_what_comes_for_a_colleague(peer: HandMade) -> None:
    """Here: what eve writes for her followers, of whom lea is one, while marie waits for her Accept (CVE-2025-30741)."""
    account = await asked_to_follow(peer)
    assert "unsolicited" in await peer.outcome(for_followers(peer, "0"))
    await peer.node.ask("POST", f"/api/v1/accounts/{account['id']}/follow", by="lea")
    await until(lambda: _has_follows(peer, 2))
    of_marie, of_lea = sorted(_follows(peer), key=lambda follow: follow["actor"] != peer.node.marie)
    assert await peer.outcome(peer.act("Accept", of_lea, "lea")) == "applied"
    assert await peer.outcome(for_followers(peer)) == "applied"
    uri = f"{peer.eve}/notes/f1"
    (post,) = (await peer.node.ask("GET", "/api/v2/search", by="lea", params={"q": uri}))["statuses"]
    assert (await journal_of(peer, "lea"), await journal_of(peer, "marie")) == (["<p>Note 1</p>"], [])
    await peer.node.ask("GET", f"/api/v1/statuses/{post['id']}", expect=404)
    assert (await peer.node.ask("GET", "/api/v2/search", params={"q": uri, "resolve": "true"}))["statuses"] == []
    assert await peer.node.ask("GET", f"/api/v1/accounts/{account['id']}/statuses") == []
    assert await peer.outcome(peer.act("Accept", of_marie, "marie")) == "applied"
    assert (await peer.node.relation(account))["following"]
    assert await journal_of(peer, "marie") == ["<p>Note 1</p>"]


def _follows(peer: HandMade) -> list[Json]:
    return [document for document in peer.posted if document["type"] == "Follow"]


async def _has_follows(peer: HandMade, number: int) -> bool:
    return len(_follows(peer)) == number


async def test_before_the_answer_a_follower_elsewhere_is_told_nothing(peer: HandMade) -> None:
    """There: what marie writes for her followers, while eve waits for her Accept."""
    await peer.node.ask("PATCH", "/api/v1/accounts/update_credentials", json={"locked": True})
    try:
        assert await peer.outcome(peer.act("Follow", peer.node.marie)) == "applied"
        post = await written_by_marie(peer, visibility="private")
        assert (await peer.get(post["uri"]))[0] == 404
        assert peer.posted == []
        assert not await follows_marie(peer)
    finally:
        await peer.node.ask("PATCH", "/api/v1/accounts/update_credentials", json={"locked": False})


# ---- who may read ----------------------------------------------------------------------------------------------------


async def test_a_post_for_followers_is_not_there_for_a_peer_without_one(peer: HandMade, make_peer: MakePeer) -> None:
    assert await peer.outcome(peer.act("Follow", peer.node.marie)) == "applied"
    post = await written_by_marie(peer, visibility="private")
    dakar = await make_peer("dakar")
    status, problem = await dakar.get(post["uri"])
    assert (status, problem["title"]) == (404, "not-found")
    assert (await peer.get(post["uri"]))[0] == 200
    nothing, problem_of_nothing = await dakar.get(f"{peer.node.marie}/posts/1")
    assert (nothing, problem_of_nothing) == (status, problem)


async def test_a_post_for_one_person_is_not_there_for_their_colleagues_nodes(peer: HandMade) -> None:
    post = await written_by_marie(peer, status="Bonjour", visibility="direct")
    assert (await peer.get(post["uri"]))[0] == 404


@pytest.mark.parametrize("path", ["", "/outbox", "/followers", "/following"])
async def test_who_does_not_sign_reads_nothing(peer: HandMade, path: str) -> None:
    headers = {"Accept": "application/activity+json"}
    async with peer.node.session.get(f"{peer.node.marie}{path}", headers=headers) as response:
        assert response.status == 401
        assert peer.node.marie not in await response.text()


@pytest.mark.parametrize("rest", ["", "/posts/1"])
async def test_a_browser_of_nobody_learns_of_nobody_whether_they_are_here(peer: HandMade, rest: str) -> None:
    """The same answer for marie and for a number that nobody has."""
    number = int(peer.node.marie.rpartition("/")[2])

    async def sent_to(path: str) -> tuple[int, str, str]:
        browser = {"Accept": "text/html,*/*;q=0.8"}
        async with peer.node.session.get(peer.node.url + path, headers=browser, allow_redirects=False) as response:
            location = URL(response.headers["Location"])
            assert location.query["next"] == path
            return response.status, location.path, await response.text()

    answers = {await sent_to(f"/users/{number + more}{rest}") for more in (0, 1, -65_536)}
    assert answers == {(303, "/sign-in", "")}


async def test_a_post_for_followers_is_not_shared_by_others(peer: HandMade) -> None:
    """Neither marie's, by a follower of hers, nor eve's, by a colleague; nor wider by eve herself."""
    await marie_follows(peer)
    assert await peer.outcome(peer.act("Follow", peer.node.marie)) == "applied"
    of_marie = await written_by_marie(peer, visibility="private")
    assert "not-open-to-all" in await peer.outcome(peer.act("Announce", of_marie["uri"], to=peer.note()["to"]))
    assert (await again(peer, of_marie))["reblogs_count"] == 0
    of_eve = for_followers(peer)
    assert await peer.outcome(of_eve) == "applied"
    uri = str(_object_of(of_eve)["id"])
    assert "not-open-to-all" in await peer.outcome(peer.act("Announce", uri, "2", actor=peer.add("mallory")))
    wider = peer.act("Announce", uri, "3", to=peer.note()["to"])
    assert "wider-than-the-post" in await peer.outcome(wider)


async def test_what_stands_in_no_list_for_all_is_put_into_none_by_sharing_it(peer: HandMade) -> None:
    await marie_follows(peer)
    unlisted = peer.create(to=[f"{peer.eve}/followers"], cc=[PUBLIC])
    assert await peer.outcome(unlisted) == "applied"
    assert await peer.outcome(peer.act("Announce", peer.note()["id"], to=[PUBLIC])) == "applied"
    assert await peer.node.shown(peer) == []
    found = await peer.node.journal()
    shares = [post["visibility"] for post in found if (post["reblog"] or {}).get("uri") == peer.note()["id"]]
    assert shares == ["unlisted"]


async def test_nobody_makes_an_audience_wider_by_telling_of_a_post_again(peer: HandMade) -> None:
    await marie_follows(peer)
    narrow = for_followers(peer)
    assert await peer.outcome(narrow) == "applied"
    wide = {**_object_of(narrow), "to": peer.note()["to"], "updated": LATER}
    for kind in ("Create", "Update"):
        await peer.outcome(peer.act(kind, wide, "wide"))
    found = await peer.node.journal()
    assert [post["visibility"] for post in found if post["uri"] == wide["id"]] == ["private"]
    assert await peer.node.shown(peer) == []


async def test_an_author_narrows_what_they_wrote_and_nobody_else_reads_the_new_words(peer: HandMade) -> None:
    """From all to no list, to followers, to marie alone; what lea has shared and was told goes; nothing leads back."""
    await marie_follows(peer)
    lea = await peer.node.person(peer.eve, by="lea")
    assert lea is not None
    assert await peer.outcome(peer.create(cc=[f"{peer.eve}/followers"])) == "applied"
    (post,) = await found_by(peer, "marie")
    await peer.node.ask("POST", f"/api/v1/statuses/{post['id']}/reblog", by="lea")
    assert [each["reblog"]["id"] for each in await of_lea(peer) if each["reblog"]] == [post["id"]]
    followers, marie = f"{peer.eve}/followers", peer.node.marie
    steps: list[tuple[str, list[str], list[str], str, bool]] = [
        ("Unlisted", [followers], [PUBLIC], "unlisted", True),
        ("Nothing said", [], [], "unlisted", True),
        ("Followers", [followers], [], "private", False),
        ("Wider again", [PUBLIC], [followers], "private", False),
        ("Named", [marie], [], "direct", False),
    ]
    for hour, (words, to, cc, visibility, is_read_by_lea) in enumerate(steps):
        moment = f"2026-03-01T{hour:02}:00:00Z"
        narrowed = peer.note(content=f"<p>{words}</p>", to=to, cc=cc, updated=moment)
        assert await peer.outcome(peer.act("Update", narrowed, str(hour))) == "applied", words
        shown = await found_by(peer, "marie")
        assert [(each["content"], each["visibility"]) for each in shown] == [(f"<p>{words}</p>", visibility)]
        assert await journal_of_marie(peer) == [f"<p>{words}</p>"]
        assert bool(await found_by(peer, "lea")) is is_read_by_lea, words
        assert [words for each in await of_lea(peer) if each["reblog"]] == [words] * is_read_by_lea
        assert await peer.node.shown(peer) == []
    assert [notice["type"] for notice in await told(peer)] == ["mention"]
    nobody = peer.note(content="<p>Nobody</p>", to=["http://dakar.localhost:8000/users/awa"], cc=[], updated=LATER)
    assert await peer.outcome(peer.act("Update", nobody, "nobody")) == "applied"
    assert await found_by(peer, "marie") == []
    assert (await journal_of_marie(peer), await told(peer)) == ([], [])


async def found_by(peer: HandMade, name: str) -> list[Json]:
    """Eve's post, if somebody here can read it."""
    found = await peer.node.ask("GET", "/api/v2/search", by=name, params={"q": str(peer.note()["id"])})
    return list(found["statuses"])


async def of_lea(peer: HandMade) -> list[Json]:
    """What lea has written and shared, as she reads it."""
    lea = await peer.node.ask("GET", "/api/v1/accounts/verify_credentials", by="lea")
    return list(await peer.node.ask("GET", f"/api/v1/accounts/{lea['id']}/statuses", by="lea"))


async def test_what_is_refused_says_nothing_of_what_is_inside(peer: HandMade) -> None:
    """A refusal is a problem document with a code, and no trace of a program in it."""
    async with peer.node.session.post(peer.node.inbox, data=b"{", headers={"Content-Type": "text/html"}) as response:
        assert response.content_type == "application/problem+json"
        problem = orjson.loads(await response.read())
    assert problem["status"] == response.status == 415
    assert set(problem) == {"type", "title", "status", "detail"}


# ---- scenes ----------------------------------------------------------------------------------------------------------


def for_followers(peer: HandMade, name: str = "1") -> JsonObject:
    return peer.create(name, id=f"{peer.eve}/notes/f{name}", to=[f"{peer.eve}/followers"], cc=[])


def _object_of(activity: JsonObject) -> dict[str, Any]:
    found = activity["object"]
    assert isinstance(found, dict)
    return found


async def asked_to_follow(peer: HandMade) -> Json:
    """Marie wants to follow eve, and eve's node has heard of it."""
    account = await peer.node.person(peer.eve)
    assert account is not None
    await peer.node.ask("POST", f"/api/v1/accounts/{account['id']}/follow")
    await until(lambda: _was_asked(peer))
    return account


async def marie_follows(peer: HandMade) -> None:
    await asked_to_follow(peer)
    follow = next(document for document in peer.posted if document["type"] == "Follow")
    assert await peer.outcome(peer.act("Accept", follow, "granted")) == "applied"


async def _was_asked(peer: HandMade) -> bool:
    return any(document["type"] == "Follow" for document in peer.posted)


async def journal_of_marie(peer: HandMade) -> list[str]:
    return await journal_of(peer, "marie")


async def journal_of(peer: HandMade, name: str) -> list[str]:
    found = await peer.node.journal(by=name)
    return [post["content"] for post in found if post["account"]["acct"].endswith(f"@{peer.host}")]


# ---- whom somebody here has blocked ----------------------------------------------------------------------------------


async def test_whom_marie_has_blocked_does_not_reach_her(peer: HandMade) -> None:
    """Neither read, nor told of, nor followed: a wish to follow is answered by Reject."""
    eve = await peer.node.person(peer.eve)
    assert eve is not None
    await peer.node.ask("POST", f"/api/v1/accounts/{eve['id']}/block")
    try:
        assert await peer.outcome(peer.create()) == "applied"
        assert await peer.node.shown(peer) == []
        notices = await peer.node.ask("GET", "/api/v1/notifications")
        assert [notice for notice in notices if notice["account"]["id"] == eve["id"]] == []
        assert await peer.outcome(peer.act("Follow", peer.node.marie)) == "applied"
        await until(lambda: _was_rejected(peer))
        assert not await follows_marie(peer)
    finally:
        await peer.node.ask("POST", f"/api/v1/accounts/{eve['id']}/unblock")


async def _was_rejected(peer: HandMade) -> bool:
    return any(document["type"] == "Reject" for document in peer.posted)


# ---- names -----------------------------------------------------------------------------------------------------------


async def called_eve(peer: HandMade) -> str:
    """Who is found under eve's handle, by the address of their page."""
    found = await peer.node.person(f"@eve@{peer.host}")
    assert found is not None
    return str(found["url"])


async def test_a_name_goes_to_another_actor_only_where_webfinger_says_so(peer: HandMade) -> None:
    assert await peer.outcome(peer.create()) == "applied"
    mallory = peer.add("mallory")
    assert await peer.node.person(mallory) is not None
    taking = peer.actor("mallory", preferredUsername="eve")
    assert await peer.outcome(peer.act("Update", taking, actor=mallory)) == "applied"
    assert await called_eve(peer) == peer.eve

    second = peer.add("second", preferredUsername="Eve")
    assert await peer.outcome(peer.act("Follow", peer.node.marie, actor=second)) == "applied"
    assert await called_eve(peer) == peer.eve

    link: JsonObject = {"rel": "self", "type": "application/activity+json", "href": f"{peer.base_url}/users/third"}
    jrd = orjson.dumps({"subject": f"acct:eve@{peer.host}", "links": [link]})
    peer.bare["/.well-known/webfinger"] = lambda: web.Response(body=jrd, content_type="application/jrd+json")
    third = peer.add("third", preferredUsername="eve")
    assert await peer.outcome(peer.act("Follow", peer.node.marie, actor=third)) == "applied"
    assert await called_eve(peer) == third
