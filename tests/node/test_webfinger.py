"""Who may ask who is behind a handle: peers and people who are signed in, or everybody, as the node is set."""

import pytest

from tests.node.conftest import OpenHouse

OF_A_STRANGER = 'keyId="https://elsewhere.example/users/1#main-key",algorithm="hs2019",signature="AA=="'


async def test_by_itself_a_node_does_not_say_who_is_behind_a_handle(open_house: OpenHouse) -> None:
    house = await open_house()
    await house.staff("marie")
    for name in ("marie", "nobody"):
        resource = f"acct:{name}@{house.node.settings.domain}"
        async with house.client.get("/.well-known/webfinger", params={"resource": resource}) as response:
            assert response.status == 401
            assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize("headers", [{}, {"Signature": OF_A_STRANGER}], ids=["unsigned", "signed by a stranger"])
async def test_set_open_it_says_so_to_everybody_and_every_script(
    open_house: OpenHouse, headers: dict[str, str]
) -> None:
    house = await open_house(open_webfinger=True)
    marie = await house.staff("marie")
    question = {"resource": f"acct:marie@{house.node.settings.domain}"}
    async with house.client.get("/.well-known/webfinger", params=question, headers=headers) as response:
        assert response.status == 200
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        links = (await response.json(content_type="application/jrd+json"))["links"]
    assert [link["href"] for link in links if link["rel"] == "self"] == [marie.uri]


@pytest.mark.parametrize(("resource", "status"), [("acct:nobody@{host}", 404), ("marie", 400), ("", 400)])
async def test_set_open_it_still_knows_what_it_does_not_know(open_house: OpenHouse, resource: str, status: int) -> None:
    house = await open_house(open_webfinger=True)
    asked = {"resource": resource.format(host=house.node.settings.domain)}
    async with house.client.get("/.well-known/webfinger", params=asked) as response:
        assert response.status == status
        assert response.headers["Access-Control-Allow-Origin"] == "*"


async def test_set_open_what_people_write_stays_for_peers(open_house: OpenHouse) -> None:
    house = await open_house(open_webfinger=True)
    marie = await house.staff("marie")
    for address in (marie.uri, marie.outbox):
        async with house.client.get(address, headers={"Accept": "application/activity+json"}) as response:
            assert response.status == 401
