"""Apps of people of whom the node demands a second step of signing in that they have not set up."""

import io

import pytest
from aiohttp import WSServerHandshakeError

from storage import second_factors
from tests.node.api.conftest import App
from tests.node.conftest import House, OpenHouse
from tests.pictures import picture

ME = "/api/v1/accounts/verify_credentials"


async def set_up(app: App) -> None:
    """Sign in with codes of an app from now on."""
    write = app.house.node.store.write
    await write(second_factors.offer_secret, app.account.id, b"sealed")
    assert await write(second_factors.confirm_secret, app.account.id, step=1)


async def app_of(house: House, name: str, role: str) -> App:
    account = await house.staff(name, role=role)
    return App(house, account, await house.token(account))


async def status_of(house: House, address: str) -> int:
    async with house.client.get(address.removeprefix(house.url)) as answer:
        return answer.status


async def test_sec_f4_a_token_rests_until_the_second_step_is_set_up(open_house: OpenHouse) -> None:
    house = await open_house(second_factor="everybody")
    marie = await app_of(house, "marie", "staff")
    await set_up(marie)
    sent = await marie.ask("POST", "/api/v2/media", data={"file": io.BytesIO(picture())})
    await house.node.store.write(second_factors.remove_secret, marie.account.id)

    answer = await marie.get(ME, expect=403)
    assert "Set one up on its pages" in answer["error"]
    for path in ("/api/v1/timelines/home", "/api/v1/streaming/user"):
        assert (await marie.get(path, expect=403))["error"] == answer["error"]
    await marie.ask("POST", "/api/v1/statuses", json={"status": "Bonjour"}, expect=403)
    with pytest.raises(WSServerHandshakeError, match="403"):
        await house.client.ws_connect("/api/v1/streaming?stream=user", headers=marie._headers)
    assert await status_of(house, sent["url"]) == 404
    assert (await marie.get("/api/v2/instance"))["title"]

    await set_up(marie)
    assert (await marie.get(ME))["acct"] == "marie"
    assert await status_of(house, sent["url"]) == 200


async def test_sec_f4_only_of_those_of_whom_it_is_demanded(open_house: OpenHouse) -> None:
    house = await open_house(second_factor="moderators")
    for role, status in (("staff", 200), ("moderator", 403), ("admin", 403)):
        await (await app_of(house, role, role)).get(ME, expect=status)
