"""Search through the client API: people, tags, and a post by its address."""

from tests.node.api import shapes
from tests.node.api.conftest import AppOf

PATH = "/api/v2/search"
SEARCH: shapes.Shape = {"accounts": [shapes.ACCOUNT], "statuses": [shapes.STATUS], "hashtags": [shapes.TAG]}


async def test_each_kind_has_its_list(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    made = await marie.post("#paulownia")
    found = await marie.get(PATH, q="paul")
    assert shapes.wrong(found, SEARCH) == []
    assert [one["id"] for one in found["accounts"]] == [paul.id]
    assert [one["name"] for one in found["hashtags"]] == ["paulownia"]
    by_address = await marie.get(PATH, q=made["url"])
    assert shapes.wrong(by_address, SEARCH) == []
    assert [one["id"] for one in by_address["statuses"]] == [made["id"]]
    only = await marie.get(PATH, q="paul", type="hashtags")
    assert (only["accounts"], len(only["hashtags"])) == ([], 1)
    assert (await marie.get(PATH, q="paul", type="accounts", following="true"))["accounts"] == []
    assert (await marie.get(PATH, q="paul", type="accounts", offset="1"))["accounts"] == []
    await marie.get(PATH, expect=422)


async def test_an_address_shows_no_more_than_one_may_see(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    hidden = await marie.post("Pour moi", visibility="direct")
    for address in (hidden["url"], hidden["uri"]):
        for resolve in ("true", "false"):
            assert (await paul.get(PATH, q=address, resolve=resolve))["statuses"] == []
        assert len((await marie.get(PATH, q=address))["statuses"]) == 1


async def test_a_node_that_is_not_admitted_is_not_asked(app_of: AppOf) -> None:
    marie = await app_of("marie")
    for asked in ("@ken@tokyo.localhost:9", "http://tokyo.localhost:9/@ken/1"):
        assert await marie.get(PATH, q=asked, resolve="true") == {"accounts": [], "statuses": [], "hashtags": []}
