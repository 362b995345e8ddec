"""Who is behind a handle: what WebFinger says and what the actor says of itself must agree (FEP-2c59)."""

import orjson
import pytest
from aiohttp import web

from tests.federated.refusals.conftest import HandMade


def offer_handle(peer: HandMade, name: str) -> None:
    """Let WebFinger lead to eve's actor."""
    link = {"rel": "self", "type": "application/activity+json", "href": peer.eve}
    body = orjson.dumps({"subject": f"acct:{name}@{peer.host}", "links": [link]})
    peer.bare["/.well-known/webfinger"] = lambda: web.Response(body=body, content_type="application/jrd+json")


async def found(peer: HandMade, name: str) -> list[str]:
    query = {"q": f"@{name}@{peer.host}", "resolve": "true", "type": "accounts"}
    answer = await peer.node.ask("GET", "/api/v2/search", params=query)
    return [each["uri"] for each in answer["accounts"]]


@pytest.mark.parametrize(
    ("said", "is_believed"),
    [
        ("eve@{host}", True),
        ("acct:EVE@{host}", True),
        ("@eve@{host}", True),
        (None, True),
        ("eve", True),  # no handle: it says nothing
        (["eve@{host}"], True),
        (7, True),
        ("eva@{host}", False),
        ("eve@elsewhere.example", False),
    ],
)
async def test_a_handle_is_what_its_actor_says_it_is(peer: HandMade, said: object, is_believed: bool) -> None:
    written = [each.format(host=peer.host) for each in said] if isinstance(said, list) else said
    peer.add("eve", webfinger=written.format(host=peer.host) if isinstance(written, str) else written)
    offer_handle(peer, "eve")
    assert await found(peer, "eve") == ([peer.eve] if is_believed else [])


async def test_the_name_is_the_one_that_was_asked_for(peer: HandMade) -> None:
    offer_handle(peer, "eva")
    assert await found(peer, "eva") == []


async def test_people_and_the_node_say_their_handles(peer: HandMade) -> None:
    _, marie = await peer.get(peer.node.marie)
    _, node = await peer.get(f"{peer.node.url}/actor")
    host = peer.node.url.partition("://")[2]
    assert marie["webfinger"] == f"marie@{host}"
    assert node["webfinger"] == f"{node['preferredUsername']}@{host}"
    terms = marie["@context"]
    assert isinstance(terms, list)
    (named,) = [each["webfinger"] for each in terms if isinstance(each, dict) and "webfinger" in each]
    assert named == "https://purl.archive.org/socialweb/webfinger#webfinger"
