"""The library that most bots use signs in and reads what the node says, and warns of nothing."""

import asyncio
import json

import pytest
from mastodon import Mastodon, MastodonUnauthorizedError

from tests.node.conftest import OpenHouse
from tests.node.oauth.conftest import App, fields_of

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
SCOPES = ["read", "write", "follow"]
SECONDS = 20


async def test_a_bot_signs_in(open_house: OpenHouse) -> None:
    house = await open_house(name_of_host="127.0.0.1", description="Le poste.")
    await house.staff("marie")
    client_id, secret = await asyncio.to_thread(Mastodon.create_app, "Bot", scopes=SCOPES, api_base_url=house.url)
    bot = Mastodon(client_id=client_id, client_secret=secret, api_base_url=house.url, request_timeout=SECONDS)
    address = await asyncio.to_thread(bot.auth_request_url, redirect_uris=OUT_OF_BAND, scopes=SCOPES, allow_http=True)
    browser = App(house, client_id, secret, OUT_OF_BAND)
    await browser.sign_in("marie")
    async with house.client.get(address) as response:
        fields = await fields_of(response, "/oauth/authorize") | {"answer": "allow"}
    async with house.client.post("/oauth/authorize", data=fields) as response:
        code = (await response.text()).partition('name="code" type="text" value="')[2].partition('"')[0]
    await asyncio.to_thread(bot.log_in, code=code, redirect_uri=OUT_OF_BAND, scopes=SCOPES, allow_http=True)
    await asyncio.to_thread(read_everything, bot)
    bot.session.close()


def read_everything(bot: Mastodon) -> None:
    assert bot.instance_v1().title == "Paris"
    assert bot.instance_v2().description == "Le poste."
    assert bot.retrieve_mastodon_version() == "4.3.0"
    assert bot.app_verify_credentials().name == "Bot"
    assert bot.preferences()["posting:default:language"] == "fr"
    assert bot.custom_emojis() == []
    assert bot.instance_peers() == []
    assert len(json.loads(json.dumps(bot.instance_activity(), default=str))) == 12
    bot.revoke_access_token(allow_http=True)
    try:
        bot.preferences()
    except MastodonUnauthorizedError:
        return
    pytest.fail("a token that was taken back still works")
