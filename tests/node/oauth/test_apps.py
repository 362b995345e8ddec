"""Apps make themselves known (client API 2, Apps)."""

import pytest

from node.oauth import redirects
from tests.node.conftest import House

APPS = "/api/v1/apps"


async def test_an_app_registers(house: House) -> None:
    sent = {
        "client_name": " Tusky ",
        "redirect_uris": "tusky://oauth",
        "scopes": "read write",
        "website": "https://tusky.app",
    }
    async with house.client.post(APPS, json=sent) as response:
        assert response.status == 200
        said = await response.json()
    assert said == {
        "id": said["id"],
        "name": "Tusky",
        "website": "https://tusky.app",
        "scopes": ["read", "write"],
        "redirect_uri": "tusky://oauth",
        "redirect_uris": ["tusky://oauth"],
        "vapid_key": "",
        "client_id": said["client_id"],
        "client_secret": said["client_secret"],
        "client_secret_expires_at": 0,
    }
    assert len(said["client_id"]) >= 43
    assert len(said["client_secret"]) >= 43


@pytest.mark.parametrize(
    "addresses",
    ["https://a.example/x\nice-cubes-app://", ["https://a.example/x", "ice-cubes-app://"]],
)
async def test_several_addresses(house: House, addresses: object) -> None:
    async with house.client.post(APPS, json={"client_name": "x", "redirect_uris": addresses}) as response:
        said = await response.json()
    assert said["redirect_uris"] == ["https://a.example/x", "ice-cubes-app://"]
    assert (said["scopes"], said["website"]) == (["read"], None)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"redirect_uris": "https://a.example/"}, "client_name"),
        ({"client_name": " ", "redirect_uris": "https://a.example/"}, "client_name"),
        ({"client_name": "x" * 61, "redirect_uris": "https://a.example/"}, "client_name"),
        ({"client_name": "x"}, "redirect_uris"),
        ({"client_name": "x", "redirect_uris": ""}, "redirect_uris"),
        ({"client_name": "x", "redirect_uris": "\n"}, "redirect_uris"),
        ({"client_name": "x", "redirect_uris": "javascript:alert(1)"}, "redirect_uris"),
    ],
)
async def test_422_names_the_field(house: House, sent: dict[str, str], field: str) -> None:
    async with house.client.post(APPS, data=sent) as response:
        assert response.status == 422
        said = await response.json()
    assert said["error"].startswith("Validation failed: ")
    assert list(said["details"]) == [field]


async def test_an_unknown_scope_is_400(house: House) -> None:
    sent = {"client_name": "x", "redirect_uris": "https://a.example/", "scopes": "read read:everything"}
    async with house.client.post(APPS, data=sent) as response:
        assert response.status == 400
        assert (await response.json())["error"] == "invalid_scope"


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example/back?x=1",
        "https://app.example:8443/",
        "http://127.0.0.1:1234/",
        "http://[::1]:1234/cb",
        "http://localhost/cb",
        "http://phanpy.localhost:8080/",
        "tusky://oauth",
        "ice-cubes-app://",
        "org.joinmastodon.app:/callback",
        "urn:ietf:wg:oauth:2.0:oob",
    ],
)
def test_sec_g1_good_addresses(uri: str) -> None:
    assert redirects.is_good(uri)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "/back",
        "app.example/back",
        "http://app.example/",
        "http://localhost.evil.example/",
        "https://",
        "https://user:password@app.example/",
        "https://app.example/#x",
        "https://app.example;script-src *",
        "https://app.example/a b",
        "https://app.example/\\x",
        "https://app.example/\x00",
        "https://app.example/é",
        "https://[::1",
        "javascript:alert(1)",
        "JavaScript://x",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:https://x",
        "about:blank",
        "urn:example",
        "https://app.example/" + "x" * 2000,
    ],
)
def test_sec_g1_bad_addresses(uri: str) -> None:
    assert not redirects.is_good(uri)


@pytest.mark.parametrize(
    ("uri", "source", "full"),
    [
        ("https://app.example/cb?a=1", "https://app.example", "https://app.example/cb?a=1&code=x+y"),
        ("http://[::1]:9/", "http:", "http://[::1]:9/?code=x+y"),
        ("tusky://oauth", "tusky:", "tusky://oauth?code=x+y"),
        ("ice-cubes-app://", "ice-cubes-app:", "ice-cubes-app://?code=x+y"),
    ],
)
def test_where_people_are_sent(uri: str, source: str, full: str) -> None:
    assert redirects.source_of(uri) == source
    assert redirects.with_answer(uri, {"code": "x y"}) == full


async def test_an_app_that_nobody_used_is_forgotten(house: House) -> None:
    sent = {"client_name": "x", "redirect_uris": "https://a.example/"}
    async with house.client.post(APPS, data=sent):
        pass
    house.clock.forward(hours=25)
    async with house.client.post(APPS, data=sent):
        pass
    kept = await house.node.store.read(lambda unit: unit.one(int, "select count(*) from oauth_apps"))
    assert kept == 1


async def test_verify_credentials_of_an_app(house: House) -> None:
    async with house.client.post(APPS, data={"client_name": "x", "redirect_uris": "tusky://a"}) as response:
        known = await response.json()
    sent = {
        "grant_type": "client_credentials",
        "client_id": known["client_id"],
        "client_secret": known["client_secret"],
    }
    async with house.client.post("/oauth/token", data=sent) as response:
        token = await response.json()
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    async with house.client.get(f"{APPS}/verify_credentials", headers=headers) as response:
        said = await response.json()
    assert said["name"] == "x"
    assert set(said) == {"id", "name", "website", "scopes", "redirect_uri", "redirect_uris", "vapid_key"}
