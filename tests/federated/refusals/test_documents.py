"""What cannot be read, or could be read in two ways, and documents that are not what they were asked for."""

import gzip
from collections.abc import Callable
from importlib import metadata

import orjson
import pytest
from aiohttp import web
from yarl import URL

from federation import signatures
from federation.strict_json import JsonObject
from tests.federated.conftest import Json
from tests.federated.refusals.conftest import PUBLIC, HandMade, Offer
from tests.federated.refusals.signing import TYPE
from tests.federated.refusals.test_signatures import now, rsa_of

LARGEST = 2**20

# ---- what is told ----------------------------------------------------------------------------------------------------


def create_of(peer: HandMade) -> bytes:
    return orjson.dumps(peer.create())


def with_more(more: bytes) -> Callable[[HandMade], bytes]:
    """The Create that would have been taken, with one more member."""
    return lambda peer: create_of(peer)[:-1] + b"," + more + b"}"


BODIES: dict[str, tuple[int, Callable[[HandMade], bytes]]] = {
    "a megabyte and a byte": (413, lambda p: create_of(p).ljust(LARGEST + 1)),
    "33 levels": (400, with_more(b'"x":' * 32 + b'{"y":' * 32 + b"1" + b"}" * 32)),
    "33 levels of lists": (400, with_more(b'"x":' + b"[" * 32 + b"]" * 32)),
    "a thousand levels": (400, with_more(b'"x":' + b"[" * 1_000 + b"]" * 1_000)),
    "more values than are read": (400, with_more(b'"x":[' + b"1," * 2_000 + b"1]")),
    "a key twice": (400, with_more(b'"type":"Create"')),
    "a key twice, inside": (400, with_more(b'"x":{"a":1,"a":2}')),
    "NaN": (400, with_more(b'"x":NaN')),
    "infinity": (400, with_more(b'"x":-Infinity')),
    "a number beyond all numbers": (400, with_more(b'"x":1e999')),
    "a lone surrogate": (400, with_more(rb'"x":"\ud800"')),
    "a lone surrogate as a key": (400, with_more(rb'"\udfff":1')),
    "a number of 5,000 digits": (400, with_more(b'"x":' + b"9" * 5_000)),
    "@graph": (400, with_more(b'"@graph":[]')),
    "@included": (400, with_more(b'"@included":[]')),
    "@reverse": (400, with_more(b'"@reverse":{}')),
    "@graph in its object": (400, lambda p: orjson.dumps(p.create(**{"@graph": []}))),
    "a context that makes something else of `actor`": (400, with_more(b'"@context":{"actor":"http://a.example/x"}')),
    "bytes that are no UTF-8": (400, with_more(b'"x":"\xff"')),
    "a byte order mark": (400, lambda p: b"\xef\xbb\xbf" + create_of(p)),
    "a list": (400, lambda p: b"[" + create_of(p) + b"]"),
    "half of it": (400, lambda p: create_of(p)[:-9]),
    "nothing": (400, lambda _: b""),
    "no type": (400, lambda p: orjson.dumps({**p.create(), "type": None})),
    "two actors": (400, lambda p: orjson.dumps({**p.create(), "actor": [p.eve, f"{p.base_url}/users/mallory"]})),
    "no actor": (400, lambda p: orjson.dumps({**p.create(), "actor": None})),
    "an activity id on another origin": (400, lambda p: orjson.dumps({**p.create(), "id": "http://a.localhost/1"})),
    "an activity id on another port": (400, lambda p: orjson.dumps({**p.create(), "id": _on_another_port(p.eve)})),
    "an activity id with somebody before the host": (
        400,
        lambda p: orjson.dumps({**p.create(), "id": p.base_url.replace("//", "//eve@") + "/1"}),
    ),
    "an activity id on a host that ends like ours": (
        400,
        lambda p: orjson.dumps({**p.create(), "id": p.base_url.replace("//", "//evil-") + "/1"}),
    ),
    "an activity id on a host that begins like ours": (
        400,
        lambda p: orjson.dumps({**p.create(), "id": p.base_url.replace(".localhost", ".localhost.a") + "/1"}),
    ),
    "an activity id in our own name": (400, lambda p: orjson.dumps({**p.create(), "id": f"{p.node.url}/users/1#x"})),
    "no activity id": (400, lambda p: orjson.dumps({**p.create(), "id": None})),
}


def _on_another_port(uri: str) -> str:
    return str(URL(uri).with_port(9))


@pytest.mark.parametrize("case", BODIES)
async def test_a_body_is_refused_and_nothing_comes_of_it(peer: HandMade, case: str) -> None:
    expected, body = BODIES[case]
    assert await peer.tell(body(peer)) == expected
    assert peer.node.verdict(str(peer.create()["id"])) is None
    assert await peer.node.shown(peer) == []


async def test_a_megabyte_and_no_byte_more_is_taken(peer: HandMade) -> None:
    """The first row above differs from this in one byte."""
    assert await peer.tell(create_of(peer).ljust(LARGEST)) == 202
    assert await peer.node.settled(peer.create()) == "applied"


async def test_a_megabyte_that_does_not_say_its_length_is_read_no_further(peer: HandMade) -> None:
    async def without_end() -> object:
        for _ in range(64):
            yield b" " * 2**16

    headers = signatures.sign("POST", URL(peer.node.inbox), b"", rsa_of(peer), now=now()) | {"Content-Type": TYPE}
    async with peer.node.session.post(peer.node.inbox, data=without_end(), headers=headers) as response:
        assert response.status == 413


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
async def test_a_compressed_body_is_not_unpacked(peer: HandMade, coding: str) -> None:
    body = gzip.compress(create_of(peer))
    assert await peer.tell(body, headers={"Content-Encoding": coding}) == 415
    assert await peer.node.shown(peer) == []


NOT_ACTIVITIES = ("application/json", "text/html", "application/octet-stream", "application/ld+json", "text/plain")


@pytest.mark.parametrize("media_type", NOT_ACTIVITIES)
async def test_another_media_type_is_not_read(peer: HandMade, media_type: str) -> None:
    assert await peer.tell(peer.create(), headers={"Content-Type": media_type}) == 415
    assert await peer.node.shown(peer) == []


@pytest.mark.parametrize("path", ["/users/999999/inbox", f"/users/{2**70}/inbox", "/users/abc/inbox", "/inboxes"])
async def test_where_there_is_no_inbox_nothing_is_kept(peer: HandMade, path: str) -> None:
    create = peer.create()
    assert await peer.post(peer.node.url + path, create) == 404
    assert peer.node.verdict(str(create["id"])) is None
    assert await peer.post(f"{peer.node.marie}/inbox", create) == 202
    assert await peer.node.settled(create) == "applied"


async def test_a_stranger_does_not_learn_whose_inbox_is_there(peer: HandMade) -> None:
    for path in ("/users/999999/inbox", "/users/1/inbox"):
        assert await peer.post(peer.node.url + path, peer.create(), signed=False) == 401


# ---- what is fetched -------------------------------------------------------------------------------------------------


def offered(media_type: str) -> Callable[[JsonObject], Offer]:
    return lambda document: lambda: web.Response(body=orjson.dumps(document), headers={"Content-Type": media_type})


def compressed(document: JsonObject) -> Offer:
    headers = {"Content-Type": TYPE, "Content-Encoding": "gzip"}
    return lambda: web.Response(body=gzip.compress(orjson.dumps(document)), headers=headers)


def too_large(document: JsonObject) -> Offer:
    return lambda: web.Response(body=orjson.dumps(document).ljust(LARGEST + 1), content_type=TYPE)


def answered(status: int) -> Callable[[JsonObject], Offer]:
    return lambda document: lambda: web.Response(status=status, body=orjson.dumps(document), content_type=TYPE)


def changed(**changes: object) -> Callable[[JsonObject], Offer]:
    return lambda document: lambda: web.Response(body=orjson.dumps({**document, **changes}), content_type=TYPE)


NOT_BELIEVED: dict[str, Callable[[JsonObject], Offer]] = {
    "text/html": offered("text/html"),
    "application/json": offered("application/json"),
    "application/octet-stream": offered("application/octet-stream"),
    "application/ld+json of another profile": offered('application/ld+json; profile="http://a.example/"'),
    "application/activity+json twice over": offered("application/activity+json, text/html"),
    "no type": offered(""),
    "compressed": compressed,
    "a megabyte and a byte": too_large,
    "an id of another path": changed(id="http://a.localhost/notes/1"),
    "@graph": changed(**{"@graph": []}),
    "201": answered(201),
    "404": answered(404),
    "410": answered(410),
}


@pytest.mark.parametrize("case", NOT_BELIEVED)
async def test_a_document_that_is_not_what_was_asked_for_is_not_kept(peer: HandMade, case: str) -> None:
    note = peer.note()
    peer.bare["/users/eve/notes/1"] = NOT_BELIEVED[case](note)
    create = peer.act("Create", note["id"])
    assert "not-kept" in await peer.outcome(create)
    assert peer.asked.count("/users/eve/notes/1") == 1
    assert await peer.node.shown(peer) == []


async def test_a_document_that_calls_itself_one_of_ours_is_not_kept(peer: HandMade) -> None:
    mine = await peer.node.ask("POST", "/api/v1/statuses", json={"status": "Mine"})
    peer.offers["/users/eve/notes/1"] = {**peer.note(content="<p>forged</p>"), "id": mine["uri"]}
    await peer.outcome(peer.act("Create", peer.note()["id"]))
    assert await peer.node.shown(peer) == []
    seen = await peer.node.ask("GET", f"/api/v1/statuses/{mine['id']}")
    assert seen["content"] == "<p>Mine</p>"


NOT_READ: dict[str, dict[str, object]] = {
    "an address that is none": {"id": "urn:uuid:1"},
    "a moment that is none": {"published": "yesterday"},
}


@pytest.mark.parametrize("case", NOT_READ)
async def test_a_post_that_cannot_be_read_is_dropped(peer: HandMade, case: str) -> None:
    create = peer.create(**NOT_READ[case])
    assert "bad-object" in await peer.outcome(create)
    assert await peer.node.shown(peer) == []


async def test_of_a_post_that_is_too_long_the_beginning_is_kept(peer: HandMade) -> None:
    long = "<p>" + "word " * 40_000 + "</p>"
    assert await peer.outcome(peer.create(content=long, summary="s" * 6_000)) == "applied"
    (shown,) = await peer.node.shown(peer)
    assert shown.startswith("word word")
    assert 90_000 < len(shown) < 100_001
    (post,) = (await peer.node.ask("GET", "/api/v2/search", params={"q": str(peer.note()["id"])}))["statuses"]
    assert post["spoiler_text"] == "s" * 5_000


async def test_scripts_do_not_come_through(peer: HandMade) -> None:
    told = '<p onclick="x()">a<script>b</script><a href="javascript:c()">d</a><img src="http://a.localhost/e"></p>'
    assert await peer.outcome(peer.create(content=told)) == "applied"
    (shown,) = await peer.node.shown(peer)
    assert [part for part in ("onclick", "script", "<img") if part in shown] == []


async def test_the_same_well_offered_is_kept(peer: HandMade) -> None:
    """The rows above differ from this in the one thing that they are about."""
    peer.offers["/users/eve/notes/1"] = peer.note()
    await peer.outcome(peer.act("Create", peer.note()["id"]))
    assert await peer.node.shown(peer) == ["Note 1"]


async def test_a_document_whose_id_is_not_its_url_is_asked_for_under_its_id(peer: HandMade) -> None:
    """Under its id something else is told: it is that which counts."""
    peer.offers["/drafts/1"] = peer.note(content="<p>forged</p>")
    peer.offers["/users/eve/notes/1"] = peer.note(content="<p>true</p>")
    await peer.outcome(peer.act("Create", f"{peer.base_url}/drafts/1"))
    assert await peer.node.shown(peer) == ["true"]


async def test_a_document_that_never_stands_under_its_own_id_is_not_kept(peer: HandMade) -> None:
    peer.offers["/drafts/1"] = peer.note()
    peer.offers["/users/eve/notes/1"] = peer.note("", "2")
    await peer.outcome(peer.act("Create", f"{peer.base_url}/drafts/1"))
    assert await peer.node.shown(peer) == []
    assert "/users/eve/notes/2" not in peer.asked


# ---- what this node says ---------------------------------------------------------------------------------------------


async def test_a_post_says_how_many_like_and_share_it_and_not_who(peer: HandMade) -> None:
    post = await peer.node.ask("POST", "/api/v1/statuses", json={"status": "Bonjour"})
    for like in (peer.act("Like", post["uri"]), peer.act("Announce", post["uri"], to=[PUBLIC])):
        assert await peer.outcome(like) == "applied"
    _, document = await peer.get(post["uri"])
    for name in ("likes", "shares"):
        total = {"id": f"{post['uri']}/{name}", "type": "Collection", "totalItems": 1}
        assert document[name] == total
        status, served = await peer.get(str(total["id"]))
        assert (status, {key: served[key] for key in served if key != "@context"}) == (200, total)
    hidden = await peer.node.ask("POST", "/api/v1/statuses", json={"status": "Nous", "visibility": "private"})
    assert (await peer.get(f"{hidden['uri']}/likes"))[0] == 404


@pytest.mark.parametrize("version", ["2.0", "2.1"])
async def test_how_many_work_here_and_which_version_it_runs_are_told_to_peers_alone(
    peer: HandMade, version: str
) -> None:
    address = f"{peer.node.url}/nodeinfo/{version}"
    async with peer.node.session.get(address) as response:
        assert response.status == 200
        told = await response.json()
    assert (told["software"], told["usage"]) == ({"name": "legation", "version": "0"}, {"users": {}})
    status, raw = await peer.fetch(address)
    known = orjson.loads(raw)
    assert (status, known["software"]) == (200, {"name": "legation", "version": metadata.version("legation")})
    assert known["usage"]["users"]["total"] > 2
    forged = {"Signature": f'keyId="{peer.eve}#main-key",signature="AAAA"'}
    async with peer.node.session.get(address, headers=forged) as response:
        assert response.status == 401


async def test_the_actors_of_this_node_say_what_it_can(peer: HandMade) -> None:
    marie: Json = (await peer.get(peer.node.marie))[1]
    itself: Json = (await peer.get(f"{peer.node.url}/actor"))[1]
    said = marie["generator"]
    assert (said["id"], said["implements"]) == (itself["id"], itself["implements"])
    rfc = "https://datatracker.ietf.org/doc/html/rfc9421"
    assert [each["href"].partition("#")[0] for each in said["implements"]] == [rfc, rfc]
    assert (marie["indexable"], "generator" in itself) == (False, False)
