"""WebFinger as RFC 7033 wants it, and as the tests of FediTest ask for it: what we answer, and what we make of answers.

One rule stands otherwise here, on purpose: whoever asks must be an allowed peer or signed in. TLS is the reverse proxy's.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import quote

import orjson
import pytest
from aiohttp import web

from tests.federated.conftest import FederationOf, Json, Place, Staff
from tests.interop.conftest import id_of
from tests.interop.sender import Sender, sending_to

PROFILE_PAGE = "http://webfinger.net/rel/profile-page"
RELATIONS = ("self", PROFILE_PAGE, "something-else")


@dataclass
class Asking:
    """Somebody of ours, and an actor of an allowed node."""

    paris: Place
    marie: Staff
    sender: Sender

    @property
    def account(self) -> str:
        return f"acct:marie@{self.paris.host}"

    def address(self, query: str) -> str:
        return f"{self.paris.base_url}/.well-known/webfinger{query}"

    async def about(self, resource: str, *relations: str) -> tuple[int, Json]:
        query = "".join(f"&rel={quote(relation, safe='')}" for relation in relations)
        answer = await self.sender.ask(self.address(f"?resource={quote(resource, safe='')}{query}"))
        return answer.status, orjson.loads(answer.body)

    async def find(self, description: bytes, *, status: int = 200) -> list[str]:
        """Whom marie finds under the actor's handle, when WebFinger describes them so."""
        self.sender.offers["/.well-known/webfinger"] = web.Response(
            body=description, status=status, content_type="application/jrd+json"
        )
        return await self.found()

    async def found(self) -> list[str]:
        asked = {"q": f"@actor@{self.sender.host}", "resolve": "true", "type": "accounts"}
        return [each["uri"] for each in (await self.marie.ask("GET", "/api/v2/search", params=asked))["accounts"]]

    def description(self, **changes: Json) -> bytes:
        """The plainest answer that leads to the actor; a change to None takes a property away."""
        link = {"rel": "self", "type": "application/activity+json", "href": self.sender.actor}
        whole = {"subject": f"acct:actor@{self.sender.host}", "links": [link], **changes}
        return orjson.dumps({name: value for name, value in whole.items() if value is not None})


@pytest.fixture
async def asking(federation_of: FederationOf) -> AsyncIterator[Asking]:
    (paris,) = await federation_of(1)
    marie = await paris.staff("marie")
    async with sending_to(paris, "lyon") as sender:
        yield Asking(paris, marie, sender)


# ---- what we answer -------------------------------------------------------------------------------------------------


async def test_an_answer_is_a_resource_descriptor(asking: Asking) -> None:
    status, found = await asking.about(asking.account)
    assert status == 200
    assert found["subject"] == asking.account
    assert await id_of(asking.marie) in found["aliases"]
    (link,) = [link for link in found["links"] if link["rel"] == "self"]
    assert (link["type"], link["href"]) == ("application/activity+json", await id_of(asking.marie))
    for link in found["links"]:
        assert set(link) <= {"rel", "type", "href", "titles", "properties"}


async def test_its_type_says_so(asking: Asking) -> None:
    answer = await asking.sender.ask(asking.address(f"?resource={quote(asking.account, safe='')}"))
    assert answer.headers["Content-Type"].partition(";")[0] == "application/jrd+json"


async def test_the_order_of_parameters_does_not_count(asking: Asking) -> None:
    resource = quote(asking.account, safe="")
    first = await asking.sender.ask(asking.address(f"?resource={resource}&rel=self"))
    second = await asking.sender.ask(asking.address(f"?rel=self&resource={resource}"))
    assert first.status == second.status == 200
    assert first.body == second.body


@pytest.mark.parametrize("encoded", [True, False])
async def test_a_resource_may_be_percent_encoded_or_plain(asking: Asking, *, encoded: bool) -> None:
    resource = quote(asking.account, safe="") if encoded else asking.account
    assert (await asking.sender.ask(asking.address(f"?resource={resource}"))).status == 200


@pytest.mark.parametrize("relation", RELATIONS)
async def test_every_link_relation_is_accepted(asking: Asking, relation: str) -> None:
    _, whole = await asking.about(asking.account)
    status, found = await asking.about(asking.account, relation)
    assert status == 200
    assert all(link in whole["links"] for link in found["links"])
    assert {name: found[name] for name in found if name != "links"} == {
        name: whole[name] for name in whole if name != "links"
    }


async def test_several_link_relations_are_accepted(asking: Asking) -> None:
    status, found = await asking.about(asking.account, *RELATIONS)
    assert status == 200
    assert {link["rel"] for link in found["links"]} >= {"self", PROFILE_PAGE}


async def test_somebody_is_found_by_the_addresses_that_the_answer_names(asking: Asking) -> None:
    _, found = await asking.about(asking.account)
    for alias in found["aliases"]:
        assert await asking.about(alias) == (200, found)


async def test_upper_and_lower_case_are_one(asking: Asking) -> None:
    status, found = await asking.about(f"acct:Marie@{asking.paris.host}")
    assert (status, found["subject"]) == (200, asking.account)


@pytest.mark.parametrize("query", ["", "?", "?resource=", "?resource", "?rel=self", "?Resource=acct%3Amarie%40{host}"])
async def test_no_resource_is_a_bad_request(asking: Asking, query: str) -> None:
    answer = await asking.sender.ask(asking.address(query.replace("{host}", asking.paris.host)))
    assert answer.status == 400


@pytest.mark.parametrize(
    "resource",
    [
        "acct:nobody@{host}",
        "acct:marie@elsewhere.example",
        "mailto:abc@def.example",
        "foo://{host}",
        "https://{host}/x",
    ],
)
async def test_an_unknown_resource_is_not_found_whatever_its_scheme(asking: Asking, resource: str) -> None:
    status, _ = await asking.about(resource.replace("{host}", asking.paris.host))
    assert status == 404


async def test_scripts_of_other_sites_read_no_answer_of_a_closed_node(asking: Asking) -> None:
    """RFC 7033, 5, lets a node be stricter than `*`; one that is set open says `*` (tests/node/test_webfinger.py)."""
    answer = await asking.sender.ask(asking.address(f"?resource={quote(asking.account, safe='')}"))
    assert answer.status == 200
    assert "Access-Control-Allow-Origin" not in answer.headers


# ---- what we make of answers ----------------------------------------------------------------------------------------


async def test_the_plainest_answer_is_enough(asking: Asking) -> None:
    """No aliases, no properties: nothing but what is needed."""
    assert await asking.find(asking.description()) == [asking.sender.actor]


async def test_an_answer_without_subject_is_enough(asking: Asking) -> None:
    """The actor that it leads to has the name itself."""
    assert await asking.find(asking.description(subject=None)) == [asking.sender.actor]


async def test_empty_parts_do_no_harm(asking: Asking) -> None:
    assert await asking.find(asking.description(aliases=[], properties={})) == [asking.sender.actor]


async def test_what_is_not_known_is_passed_over(asking: Asking) -> None:
    strange: Json = {"bar": "bar", "baz": {"a": 1, "b": [None]}, "properties": {"http://example.com/ns/role": None}}
    assert await asking.find(asking.description(**strange)) == [asking.sender.actor]


async def test_links_of_all_kinds_are_passed_over(asking: Asking) -> None:
    links: Json = [
        {"rel": "http://webfinger.example/rel/businesscard", "href": "https://www.example.com/~bob/bob.vcf"},
        {"rel": "http://ostatus.org/schema/1.0/subscribe", "template": "https://example.com/follow?uri={uri}"},
        {"rel": "self", "type": "text/html", "href": "https://example.com/"},
        {"rel": "self", "type": "application/activity+json", "href": asking.sender.actor, "titles": {"und": "x"}},
    ]
    assert await asking.find(asking.description(links=links)) == [asking.sender.actor]


async def test_a_redirect_on_the_same_host_is_followed(asking: Asking) -> None:
    asking.sender.offers["/elsewhere"] = web.Response(body=asking.description(), content_type="application/jrd+json")
    asking.sender.offers["/.well-known/webfinger"] = web.Response(
        status=301, headers={"Location": f"{asking.sender.origin}/elsewhere?abc=def&ghi=jkl"}
    )
    assert await asking.found() == [asking.sender.actor]


@pytest.mark.parametrize("status", [400, 401, 404, 410, 500, 503])
async def test_a_refusal_is_taken(asking: Asking, status: int) -> None:
    assert await asking.find(b"no", status=status) == []


@pytest.mark.parametrize(
    "answer", [b"", b"<html></html>", b"{", b"[]", b"null", b'"acct:x"', b'{"links": [{"rel": "self"', b"\xff\xfe"]
)
async def test_what_is_no_description_leads_to_nobody(asking: Asking, answer: bytes) -> None:
    assert await asking.find(answer) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"links": None},
        {"links": []},
        {"links": "self"},
        {"links": [None, 1, "self", [], {}]},
        {"links": [{"rel": "self", "type": "application/activity+json"}]},
        {"links": [{"rel": "self", "type": "application/activity+json", "href": 1}]},
        {"links": [{"rel": "self", "type": "application/activity+json", "href": "not an address"}]},
        {"subject": "acct:another@elsewhere.example"},
        {"subject": 1},
    ],
)
async def test_what_leads_nowhere_leads_to_nobody(asking: Asking, changes: dict[str, Json]) -> None:
    assert await asking.find(asking.description(**changes)) == []


@pytest.mark.parametrize(
    "query",
    ["?resource=marie@{host}", "?resource=={account}", "?resource={account}&resource={account}", "?resource=:"],
)
async def test_a_malformed_resource_is_a_bad_request(asking: Asking, query: str) -> None:
    account = quote(asking.account, safe="")
    answer = await asking.sender.ask(asking.address(query.format(host=asking.paris.host, account=account)))
    assert answer.status == 400
