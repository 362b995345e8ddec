"""Lists of posts through the client API, and how they are paged."""

from typing import Any

import pytest
from yarl import URL

from tests.node.api.conftest import App, AppOf
from tests.node.api.test_accounts import pages_of

HOME = "/api/v1/timelines/home"


async def written(app: App, number: int, **more: Any) -> list[str]:
    """The ids of new posts, newest first."""
    return [(await app.post(f"Note {index}", **more))["id"] for index in range(number)][::-1]


async def test_pages_hold_each_post_once(app_of: AppOf) -> None:
    marie = await app_of("marie")
    ids = await written(marie, 7)
    assert await pages_of(marie, f"{HOME}?limit=3") == [ids[0:3], ids[3:6], ids[6:7]]


async def test_max_since_and_min(app_of: AppOf) -> None:
    marie = await app_of("marie")
    ids = await written(marie, 7)

    async def page(**query: Any) -> list[str]:
        return [one["id"] for one in await marie.get(HOME, **query)]

    assert await page(limit="2") == ids[:2]
    assert await page(max_id=ids[2], limit="2") == ids[3:5]
    assert await page(since_id=ids[5], limit="2") == ids[:2]
    assert await page(min_id=ids[5], limit="2") == ids[3:5]
    assert await page(max_id=ids[1], min_id=ids[5]) == ids[2:5]
    assert await page(max_id=ids[1], since_id=ids[5], limit="2") == ids[2:4]
    assert await page(limit="1000") == ids
    assert await page(max_id=ids[6]) == []


async def test_the_links_are_whole_addresses_with_all_parameters(app_of: AppOf) -> None:
    marie = await app_of("marie")
    ids = await written(marie, 3)
    _, response = await marie.answered("GET", "/api/v1/timelines/public?local=true&limit=2&max_id=9000000000000000000")
    following, before = (URL(str(response.links[name]["url"])) for name in ("next", "prev"))
    assert str(following.origin()) == marie.house.url
    assert following.path == "/api/v1/timelines/public"
    assert dict(following.query) == {"local": "true", "limit": "2", "max_id": ids[1]}
    assert dict(before.query) == {"local": "true", "limit": "2", "min_id": ids[0]}
    empty, response = await marie.answered("GET", f"{HOME}?max_id={ids[2]}")
    assert empty == []
    assert "Link" not in response.headers


@pytest.mark.parametrize("cursor", ["max_id=abc", "min_id=-1", "since_id=99999999999999999999"])
async def test_a_cursor_that_is_no_id_is_refused(app_of: AppOf, cursor: str) -> None:
    marie = await app_of("marie")
    await marie.ask("GET", f"{HOME}?{cursor}", expect=422)


async def test_what_stands_at_home(app_of: AppOf) -> None:
    marie, paul, zoe = await app_of("marie"), await app_of("paul"), await app_of("zoe")
    await paul.towards(marie, "follow")
    for_all = await marie.post("À tous")
    for_followers = await marie.post("Aux abonnés", visibility="private")
    for_zoe = await marie.post("@zoe Bonjour", visibility="direct")
    by_zoe = await zoe.post("De Zoé")
    sharing = await marie.act(by_zoe, "reblog")
    assert [one["id"] for one in await paul.get(HOME)] == [sharing["id"], for_followers["id"], for_all["id"]]
    await paul.towards(marie, "follow", json={"reblogs": False})
    assert [one["id"] for one in await paul.get(HOME)] == [for_followers["id"], for_all["id"]]
    await paul.towards(marie, "mute")
    assert await paul.get(HOME) == []
    assert [one["id"] for one in await zoe.get(HOME)] == [by_zoe["id"]]
    assert (await zoe.get(f"/api/v1/statuses/{for_zoe['id']}"))["id"] == for_zoe["id"]


async def test_what_stands_in_public(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    for_all = await marie.post("À tous")
    for_node = await marie.post("Ici", legation_reach="node")
    for visibility in ("unlisted", "private", "direct"):
        await marie.post("Pas ici", visibility=visibility)
    await paul.act(for_all, "reblog")
    path = "/api/v1/timelines/public"
    assert [one["id"] for one in await paul.get(path)] == [for_all["id"]]
    assert [one["id"] for one in await paul.get(path, local="true")] == [for_node["id"], for_all["id"]]
    assert await paul.get(path, remote="true") == await paul.get(path, only_media="true") == []
    async with paul.house.client.get(path) as response:
        assert response.status == 401


async def test_posts_with_a_tag(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    quito = await marie.post("#Quito")
    press = await marie.post("#presse")
    both = await marie.post("#quito #presse")
    await marie.post("#quito", visibility="private")

    async def ids(name: str, query: str = "") -> list[str]:
        return [one["id"] for one in await paul.ask("GET", f"/api/v1/timelines/tag/{name}{query}")]

    assert await ids("QUITO") == [both["id"], quito["id"]]
    assert await ids("quito", "?any[]=presse") == [both["id"], press["id"], quito["id"]]
    assert await ids("quito", "?all[]=Presse") == [both["id"]]
    assert await ids("quito", "?none[]=presse") == [quito["id"]]
    assert await ids("quito", "?local=true") == [both["id"], quito["id"]]
    assert await ids("quito", "?remote=true") == await ids("quito", "?only_media=1") == await ids("lima") == []
