"""What every endpoint does before and after its own work, on real sockets."""

import asyncio
import io
from typing import Any

import orjson
import pytest

from node import api
from node.api import endpoints
from node.api.callers import OPEN
from tests.node.conftest import House, OpenHouse

CREDENTIALS = "/api/v1/apps/verify_credentials"
PREFERENCES = "/api/v1/preferences"


async def error(response: Any) -> Any:
    assert response.content_type == "application/json"
    assert response.charset == "utf-8"
    return (await response.json())["error"]


async def test_401_is_for_tokens(house: House) -> None:
    marie = await house.staff("marie")
    good = await house.token(marie)
    for headers in (
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic x"},
        {"Authorization": "Bearer \udc80"},
    ):
        async with house.client.get(PREFERENCES, headers=headers) as response:
            assert (response.status, await error(response)) == (401, "The access token is invalid")
            assert response.headers["WWW-Authenticate"].startswith("Bearer")
    async with house.client.get(PREFERENCES, headers=good) as response:
        assert response.status == 200


async def test_403_is_for_scopes(house: House) -> None:
    narrow = await house.token(await house.staff("marie"), "read:statuses")
    async with house.client.get(PREFERENCES, headers=narrow) as response:
        assert (response.status, await error(response)) == (403, "This action is outside the authorized scopes")


async def test_an_app_alone_is_no_person(house: House) -> None:
    app = await house.token(None, "read")
    async with house.client.get(PREFERENCES, headers=app) as response:
        assert (response.status, await error(response)) == (422, "This method requires an authenticated user")
    async with house.client.get(CREDENTIALS, headers=app) as response:
        assert response.status == 200


async def test_the_cookie_of_the_pages_is_no_token(house: House) -> None:
    async with house.client.get(PREFERENCES, headers={"Cookie": "legation=anything"}) as response:
        assert response.status == 401


@pytest.mark.parametrize("path", ["/api/", "/api/v1/nothing", "/api/v9/a/b/c", "/api/v1/statuses/x/nothing"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_an_unknown_path_is_404_in_json(house: House, method: str, path: str) -> None:
    async with house.client.request(method, path) as response:
        assert (response.status, await error(response)) == (404, "Record not found")


async def test_another_method_is_404_in_json(house: House) -> None:
    async with house.client.delete("/api/v2/instance") as response:
        assert (response.status, await error(response)) == (404, "Record not found")


@pytest.mark.parametrize("path", ["/api/v2/instance", "/api/v2/instance/"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_closing_slash_does_not_matter(house: House, method: str, path: str) -> None:
    async with house.client.request(method, path, allow_redirects=False) as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == "application/json; charset=utf-8"


async def test_every_answer_says_how_often_one_may_ask(house: House) -> None:
    for path in ("/api/v2/instance", PREFERENCES, "/api/v1/nothing"):
        async with house.client.get(path) as response:
            assert int(response.headers["X-RateLimit-Limit"]) == 1500
            assert 0 <= int(response.headers["X-RateLimit-Remaining"]) < 1500
            assert response.headers["X-RateLimit-Reset"].endswith("Z")
            assert response.headers["X-Request-Id"]


async def test_429_when_somebody_asks_too_often(open_house: OpenHouse) -> None:
    house = await open_house(api_calls_per_5_minutes=2)
    marie, ken = await house.token(await house.staff("marie")), await house.token(await house.staff("ken"))
    for _ in range(2):
        async with house.client.get(PREFERENCES, headers=marie) as response:
            assert response.status == 200
    async with house.client.get(PREFERENCES, headers=marie) as response:
        assert (response.status, await error(response)) == (429, "Too many requests")
        assert int(response.headers["Retry-After"]) > 0
    async with house.client.get(PREFERENCES, headers=ken) as response:
        assert response.status == 200


@pytest.mark.parametrize("path", ["/api/v1/statuses", "/oauth/token", "/.well-known/nodeinfo", "/nodeinfo/2.0"])
async def test_browsers_may_ask_without_a_token(house: House, path: str) -> None:
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "PUT"}
    async with house.client.options(path, headers=asked) as response:
        assert response.status == 204
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "PATCH" in response.headers["Access-Control-Allow-Methods"]
        assert "Idempotency-Key" in response.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v2/instance", 200),
        (PREFERENCES, 401),
        ("/api/v1/nothing", 404),
        ("/oauth/userinfo", 401),
        ("/.well-known/oauth-authorization-server", 200),
    ],
)
async def test_browsers_may_read_every_answer(house: House, path: str, status: int) -> None:
    async with house.client.get(path, headers={"Origin": "https://app.example"}) as response:
        assert response.status == status
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Link" in response.headers["Access-Control-Expose-Headers"]
        assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize("path", ["/oauth/authorize", "/sign-in"])
async def test_scripts_of_others_may_not_read_pages(house: House, path: str) -> None:
    async with house.client.get(path, headers={"Origin": "https://app.example"}) as response:
        assert "Access-Control-Allow-Origin" not in response.headers
        assert response.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'{"a": NaN}', b'{"client_name": "\\ud800"}', b'{"a": 1, "a": 2}', b"\xff"]
)
async def test_json_that_cannot_be_read_is_400(house: House, body: bytes) -> None:
    async with house.client.post("/api/v1/apps", data=body, headers={"Content-Type": "application/json"}) as response:
        assert response.status == 400
        assert await error(response)


async def test_a_form_that_cannot_be_read_is_400(house: House) -> None:
    for kind in (
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded; charset=zz",
    ):
        async with house.client.post("/api/v1/apps", data=b"a=1", headers={"Content-Type": kind}) as response:
            assert response.status in {400, 422}
            assert await error(response)


async def test_refusals_before_any_endpoint_are_json_too(house: House) -> None:
    too_much = io.BytesIO(orjson.dumps({"client_name": "x" * 1_100_000}))
    async with house.client.post("/api/v1/apps", data=too_much) as response:
        assert response.status == 413
        assert await error(response) == "Request Entity Too Large"
        assert response.headers["Access-Control-Allow-Origin"] == "*"
    async with house.client.get("/api/v2/instance", headers={"Host": "elsewhere.example"}) as response:
        assert response.status == 421
        assert await error(response)


async def test_sec_g3_every_endpoint_says_what_it_demands() -> None:
    api.routes()
    found = endpoints.declared("node.api") + endpoints.declared("node.oauth")
    assert len(found) > 10
    unscoped = {one.path for one in found if one.demand == OPEN}
    assert all(one.demand.scopes or not one.administrators for one in found)
    assert all("admin" not in path for path in unscoped)


async def test_nothing_of_an_error_inside_reaches_the_caller(house: House, caplog: pytest.LogCaptureFixture) -> None:
    token = await house.token(await house.staff("marie"))
    await house.node.store.write(lambda unit: unit.run("update oauth_tokens set created_at = 'the secret inside'"))
    async with house.client.get(PREFERENCES, headers=token) as response:
        assert (response.status, await error(response)) == (500, "Something went wrong here")
    assert [record.msg for record in caplog.records if record.msg != "Request"] == ["RequestFailed"]


async def test_no_agent_and_no_accept_are_needed(house: House) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(house.url.rpartition(":")[2]))
    writer.write(f"GET /api/v2/instance HTTP/1.1\r\nHost: {house.url[7:]}\r\nConnection: close\r\n\r\n".encode())
    assert (await reader.read()).startswith(b"HTTP/1.1 200")
    writer.close()
    await writer.wait_closed()
