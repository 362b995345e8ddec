"""Codes become tokens, and tokens end (client API 2, Token; security G2)."""

import base64

import pytest

from node.oauth.tokens import is_proved
from tests.node.conftest import House, OpenHouse
from tests.node.oauth.conftest import CHALLENGE, VERIFIER, App, Register, registering


async def test_a_code_becomes_a_token(app: App, house: House) -> None:
    status, said = await app.exchange(await app.code())
    assert status == 200
    assert set(said) == {"access_token", "token_type", "scope", "created_at"}
    assert (said["token_type"], said["scope"]) == ("Bearer", "read write")
    assert isinstance(said["created_at"], int)
    assert len(said["access_token"]) >= 43
    assert await app.may_read(said["access_token"])


async def test_the_secret_may_come_by_basic_and_in_json(app: App, house: House) -> None:
    basic = base64.b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
    sent = {"grant_type": "authorization_code", "code": await app.code(), "redirect_uri": app.redirect_uri}
    async with house.client.post("/oauth/token", json=sent, headers={"Authorization": f"Basic {basic}"}) as response:
        assert response.status == 200
    async with house.client.post("/oauth/token", json=sent, headers={"Authorization": "Basic !"}) as response:
        assert response.status == 401
        assert response.headers["WWW-Authenticate"].startswith("Basic")


async def test_sec_g2_a_second_use_ends_the_token(app: App) -> None:
    code = await app.code()
    _, said = await app.exchange(code)
    _, other = await app.exchange(await app.code())
    status, refused = await app.exchange(code)
    assert (status, refused["error"]) == (400, "invalid_grant")
    assert not await app.may_read(said["access_token"])
    assert await app.may_read(other["access_token"])


async def test_sec_g2_a_code_is_good_for_a_minute(app: App, house: House) -> None:
    early, late = await app.code(), await app.code()
    house.clock.forward(seconds=50)
    assert (await app.exchange(early))[0] == 200
    house.clock.forward(seconds=20)
    assert (await app.exchange(late))[0] == 400


async def test_sec_g2_a_code_is_bound_to_its_app_and_address(app: App, register: Register) -> None:
    other = await register()
    code = await app.code()
    assert (await other.exchange(code))[1]["error"] == "invalid_grant"
    assert (await app.exchange(code, redirect_uri="https://app.example/other"))[1]["error"] == "invalid_grant"
    # Tried once with the wrong address, a code is spent.
    assert (await app.exchange(code))[1]["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"client_id": "unknown"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "invalid_request"),
        ({}, 400, "invalid_grant"),
    ],
)
async def test_refusals(app: App, change: dict[str, str], status: int, code: str) -> None:
    found, said = await app.exchange("unknown", **change)
    assert (found, said["error"]) == (status, code)
    assert said["error_description"]


async def test_a_token_in_nobodys_name(app: App) -> None:
    status, said = await app.exchange("", grant_type="client_credentials", scope="read:statuses")
    assert (status, said["scope"]) == (200, "read:statuses")
    status, said = await app.exchange("", grant_type="client_credentials", scope="admin:read")
    assert (status, said["error"]) == (400, "invalid_scope")


async def test_a_token_is_taken_back(app: App, register: Register, house: House) -> None:
    _, said = await app.exchange(await app.code())
    token = said["access_token"]
    other = await register()
    for who, expected in [(other, (403, "unauthorized_client")), (app, (200, None)), (app, (200, None))]:
        sent = {"client_id": who.client_id, "client_secret": who.client_secret, "token": token}
        async with house.client.post("/oauth/revoke", data=sent) as response:
            body = await response.json()
            assert (response.status, body.get("error")) == expected
    assert not await app.may_read(token)
    sent = {"client_id": app.client_id, "client_secret": "wrong", "token": token}
    async with house.client.post("/oauth/revoke", data=sent) as response:
        assert response.status == 401


async def test_an_idle_token_ends(app: App, house: House) -> None:
    _, said = await app.exchange(await app.code())
    for _ in range(3):
        house.clock.forward(days=60)
        assert await app.may_read(said["access_token"])
    house.clock.forward(days=91)
    assert not await app.may_read(said["access_token"])


async def test_use_is_noted_once_an_hour(app: App, house: House) -> None:
    _, said = await app.exchange(await app.code())
    noted = []
    for minutes in (0, 30, 31):
        house.clock.forward(minutes=minutes)
        await app.may_read(said["access_token"])
        noted.append(await house.node.store.read(lambda unit: unit.one(int, "select used_at from oauth_tokens")))
    assert noted[0] is not None
    assert noted[0] == noted[1] != noted[2]


async def test_sec_k_nothing_that_opens_is_kept(app: App, house: House) -> None:
    code = await app.code()
    _, said = await app.exchange(code)
    content = house.node.settings.database_file.read_bytes()
    content += house.node.settings.database_file.with_name("legation.db-wal").read_bytes()
    for secret in (code, said["access_token"], app.client_secret):
        assert secret.encode() not in content
    assert app.client_id.encode() in content


async def test_who_somebody_is(app: App, house: House, register: Register) -> None:
    knowing = await register(scopes="profile")
    _, said = await knowing.exchange(await knowing.code(scope="profile"))
    headers = {"Authorization": f"Bearer {said['access_token']}"}
    async with house.client.get("/oauth/userinfo", headers=headers) as response:
        found = await response.json()
    async with house.client.post("/oauth/userinfo", headers=headers) as response:
        assert await response.json() == found
    assert found["iss"] == f"{house.url}/"
    assert found["sub"].startswith(f"{house.url}/users/")
    assert (found["preferred_username"], found["profile"]) == ("marie", f"{house.url}/@marie")
    async with house.client.get(found["picture"]) as response:
        assert response.content_type == "image/png"
    assert not await app.may_read(said["access_token"])


async def test_programs_find_all_this(house: House) -> None:
    async with house.client.get("/.well-known/oauth-authorization-server") as response:
        said = await response.json()
    assert said["code_challenge_methods_supported"] == ["S256"]
    assert said["response_types_supported"] == ["code"]
    assert "admin:write:reports" in said["scopes_supported"]
    for name in ("authorization", "token", "revocation", "userinfo"):
        assert said[f"{name}_endpoint"].startswith(f"{house.url}/oauth/")


async def test_a_setting_makes_pkce_compulsory(open_house: OpenHouse) -> None:
    house = await open_house(oauth_requires_pkce=True)
    app = await registering(house)()
    await house.staff("marie")
    await app.sign_in("marie")
    async with house.client.get("/oauth/authorize", params=app.question()) as response:
        assert response.status == 400
    code = await app.code(code_challenge=CHALLENGE, code_challenge_method="S256")
    assert (await app.exchange(code, code_verifier=VERIFIER))[0] == 200


def test_the_proof_is_the_specification_s_own_example() -> None:
    assert is_proved("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", VERIFIER)
    assert not is_proved("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", VERIFIER.swapcase())
