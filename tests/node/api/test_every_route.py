"""What holds for every endpoint of the client API, asked of each one that there is: nobody forgets to say who may."""

from collections.abc import Iterable
from typing import Any

import pytest
from aiohttp import FormData

from node import api, oauth
from node.api import scopes
from node.api.callers import OPEN
from node.api.endpoints import Endpoint
from tests.node.api import promised, reference
from tests.node.api.conftest import Json
from tests.node.conftest import House, OpenHouse

EVERY = promised.every_endpoint()
OF_THE_API = [one for one in EVERY if one.path.startswith("/api/")]
LASTING = "/api/v1/streaming"  # ends only with the caller
SIGN_IN = ("/oauth/token", "/oauth/revoke", "/.well-known/oauth-authorization-server")
OPEN_TO_ALL = {
    "/health",
    "/api/v1/streaming/health",
    "/api/v1/apps",
    "/api/v1/accounts",
    "/api/v1/custom_emojis",
    "/api/v1/emails/confirmations",
    "/api/v1/instance",
    "/api/v2/instance",
    *(
        f"/api/v1/instance/{name}"
        for name in ("rules", "extended_description", "privacy_policy", "languages", "translation_languages")
    ),
    *SIGN_IN,
}
PAGES = {"/oauth/authorize", "/oauth/authorize/"}
NOT_THERE = "1"

JSON = {
    "status": {"a": ["b", {"c": None}]},
    "poll": [1, "x"],
    "id": [{"x": 1}],
    "account_ids": "no",
    "limit": "many",
    "max_id": -1,
    "fields_attributes": {"0": {"name": ["x"]}, "9": 7},
    "source": "x",
    "subscription": [],
    "data": 1,
    "home": [],
    "sensitive": "0",
    "choices": "x",
}
FORM = [
    ("status[a][]", "b"),
    ("poll[options]", "x"),
    ("poll[options][]", "y"),
    ("id[]", "no"),
    ("id[x]", "1"),
    ("fields_attributes[0][name][]", "x"),
    ("limit", "many"),
    ("source", "x"),
    ("source[privacy][]", "x"),
    ("[]", "x"),
    ("a[[", "x"),
    ("sensitive", "perhaps"),
    ("choices[][]", "x"),
]


def path_of(one: Endpoint) -> str:
    """A path at which nothing is."""
    found = one.path.replace("{name:.+}", "nothing/at/all")
    for name in ("id", "account", "quoting", "name", "emoji", "group_key"):
        found = found.replace(f"{{{name}}}", NOT_THERE)
    return found.split("{")[0]


def without(wanted: Iterable[str]) -> str:
    """Every scope that neither is nor covers one of these."""
    kept = [one for one in scopes.ALL if not any(scopes.covers(frozenset({one}), scope) for scope in wanted)]
    return " ".join(kept)


@pytest.fixture
async def house(open_house: OpenHouse) -> House:
    """With room for a question to every endpoint, in every form."""
    return await open_house(api_calls_per_5_minutes=100_000, app_registrations_per_hour=1_000)


async def asked(house: House, one: Endpoint, headers: dict[str, str], *, slash: str = "", **sent: Any) -> int:
    """The status of the answer, which is held against what the endpoint promises."""
    path = path_of(one) + slash
    async with house.client.request(one.method, path, headers=headers, allow_redirects=False, **sent) as answer:
        if one.path.startswith("/api/") and answer.content_type == "application/json":
            found: Json = await answer.json()
            promised.judge(one.method, path, answer.status, found)
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            assert {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"} <= answer.headers.keys()
        return answer.status


def test_every_endpoint_says_what_it_answers() -> None:
    known = {(one.method, one.path) for one in OF_THE_API}
    assert known - promised.IN_OTHER_FORM - promised.PROMISED.keys() == set()
    assert promised.PROMISED.keys() - known == set()


@pytest.mark.parametrize(
    ("address", "status", "answer"),
    [
        ("/api/v1/notifications/unread_count", 200, {"count": "3"}),
        ("/api/v1/notifications/unread_count/", 200, {"count": 3, "more": 1}),
        ("/api/v1/markers?timeline[]=home", 200, {"home": {"last_read_id": "1", "version": 1}}),
        ("/api/v1/timelines/home", 404, {"message": "Record not found"}),
        ("/api/v1/timelines/home", 200, {}),
    ],
)
def test_an_answer_that_is_not_as_promised_fails_the_test_that_sees_it(address: str, status: int, answer: Json) -> None:
    with pytest.raises(AssertionError, match=address.partition("?")[0]):
        promised.judge("GET", address, status, answer)


def test_the_page_about_the_api_is_of_today() -> None:
    assert reference.PAGE.read_text() == reference.page(), "`make docs` writes it anew"


def test_sec_g3_what_is_open_to_all_is_listed() -> None:
    assert {one.path for one in EVERY if one.demand == OPEN} == OPEN_TO_ALL
    assert {one.path for one in EVERY if "/admin/" in one.path and not (one.administrators or one.moderators)} == set()


async def test_sec_g3_every_route_of_the_node_below_the_api_is_an_endpoint(house: House) -> None:
    """A route that was put there by hand would ask nobody for a token."""
    declared = {(one.method, path) for one in EVERY for path in (one.path, f"{one.path}/")}
    routes = [
        (each.method, each.path)
        for each in [*api.routes(), *oauth.routes()]
        if each.method != "OPTIONS" and not each.path.endswith("{rest:.*}") and each.path not in PAGES
    ]
    assert routes
    assert [route for route in routes if route not in declared] == []
    assert {one.scopes for one in (each.demand for each in EVERY) if scopes.unknown(one.scopes)} == set()


async def test_sec_g3_nobody_is_let_in_without_a_token_its_scope_and_a_person(house: House) -> None:
    claire = await house.staff("claire", role="admin")
    app_alone = await house.token(None, " ".join(scopes.ALL))
    found = []
    for one in (each for each in EVERY if each.demand != OPEN):
        expected = {"nobody": 401, "no person": 422 if one.demand.person else None, "too little": None}
        answered = {"nobody": await asked(house, one, {}), "no person": None, "too little": None}
        if one.demand.person:
            answered["no person"] = await asked(house, one, app_alone)
        if one.demand.scopes:
            expected["too little"] = 403
            answered["too little"] = await asked(house, one, await house.token(claire, without(one.demand.scopes)))
        if answered != expected:
            found.append((one.method, one.path, answered))
    assert found == []


async def test_sec_g3_administrators_and_moderators_are_asked_for_their_role(house: House) -> None:
    paul, marie = (
        await house.token(await house.staff("paul")),
        await house.token(await house.staff("marie", role="moderator")),
    )
    guarded = [one for one in EVERY if one.administrators or one.moderators]
    assert guarded
    for one in guarded:
        assert await asked(house, one, paul) == 403, one
        assert (await asked(house, one, marie) == 403) is one.administrators, one


async def test_no_form_of_parameters_is_too_strange_and_a_closing_slash_never_matters(house: House) -> None:
    """Each endpoint is asked in query, form, multipart and JSON; the same question has the same answer with a slash."""
    claire = await house.token(await house.staff("claire", role="admin"))
    found = []
    for one in (each for each in OF_THE_API if not each.path.startswith(LASTING)):
        multipart = FormData(FORM)
        multipart.add_field("file", b"x", filename="x.txt")
        forms = ({"json": JSON}, {"data": FormData(FORM)}, {"data": multipart}, {"params": FORM}, {"data": b"\x00"})
        statuses = [await asked(house, one, claire, **sent) for sent in forms]
        slashed = await asked(house, one, claire, slash="/", json=JSON)
        if max(statuses) >= 500 or 401 in statuses or (slashed >= 300) is not (statuses[0] >= 300):
            found.append((one.method, one.path, statuses, slashed))
    assert found == []


async def test_a_list_is_paged_by_its_link_whatever_else_was_asked(house: House) -> None:
    """Absolute, with the other parameters kept, and with a method that apps can follow as it is."""
    claire = await house.token(await house.staff("claire", role="admin"))
    for number in range(3):
        async with house.client.post("/api/v1/statuses", headers=claire, json={"status": f"Note {number}"}) as answer:
            assert answer.status == 200
    async with house.client.get(
        "/api/v1/timelines/public?local=true&limit=2&types[]=a&types[]=b", headers=claire
    ) as answer:
        older = str(answer.links["next"]["url"])
        assert older.startswith(house.url)
        assert "local=true&limit=2&types%5B%5D=a&types%5B%5D=b&max_id=" in older.replace("[]", "%5B%5D")
    async with house.client.get(older, headers=claire) as answer:
        assert len(await answer.json()) == 1
        newer = str(answer.links["prev"]["url"])
    async with house.client.get(newer, headers=claire) as answer:
        assert len(await answer.json()) == 2


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
async def test_what_is_not_there_says_so_in_the_form_of_errors(house: House, method: str) -> None:
    """Everything of Mastodon's that this node does not do is one answer."""
    claire = await house.token(await house.staff("claire", role="admin"))
    for path in (
        "/api/v1/annual_reports",
        "/api/v1/timelines/link",
        "/api/v1/statuses/1/translate",
        "/api/v1/instance/terms_of_service",
        "/api/v1_alpha/async_refreshes/1",
    ):
        async with house.client.request(method, path, headers=claire) as answer:
            assert (answer.status, await answer.json()) == (404, {"error": "Record not found"})
