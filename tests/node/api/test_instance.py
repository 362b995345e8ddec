"""What the node says about itself, to apps of all kinds (client API 5.14)."""

import itertools
from typing import Any

import pytest
from yarl import URL

from storage import peers
from storage.ids import Host
from tests.node.conftest import House, OpenHouse


async def get(house: House, path: str, **options: Any) -> Any:
    async with house.client.get(path, **options) as response:
        assert response.status == 200, await response.text()
        return await response.json()


async def test_the_node_for_present_apps(open_house: OpenHouse) -> None:
    house = await open_house(description="Le réseau du poste.", contact_email="admin@paris.example")
    said = await get(house, "/api/v2/instance")
    assert set(said) == {
        *("domain", "title", "version", "source_url", "description", "usage", "thumbnail", "icon", "languages"),
        *("configuration", "registrations", "api_versions", "contact", "rules"),
    }
    assert said["domain"] == URL(house.url).authority
    assert (said["title"], said["description"]) == ("Paris", "Le réseau du poste.")
    assert said["version"].startswith("4.3.0 (compatible; Legation ")
    assert said["api_versions"] == {"mastodon": 2, "legation": 1}
    assert said["contact"] == {"email": "admin@paris.example", "account": None}
    configuration = said["configuration"]
    assert configuration["urls"]["streaming"] == house.url.replace("http", "ws")
    assert configuration["statuses"]["max_characters"] == 5000
    assert configuration["timelines_access"]["live_feeds"] == {"local": "authenticated", "remote": "authenticated"}
    assert (configuration["translation"], configuration["limited_federation"]) == ({"enabled": False}, True)
    assert said["registrations"]["enabled"] is False
    for picture in (said["thumbnail"]["url"], *(icon["src"] for icon in said["icon"])):
        async with house.client.get(picture) as response:
            assert response.content_type == "image/png"


async def test_the_node_for_older_apps(house: House) -> None:
    marie = await house.token(await house.staff("marie"))
    await house.node.store.write(peers.allow, Host("tokyo.example"), by="marie")
    said = await get(house, "/api/v1/instance/")
    assert set(said) == {
        *("uri", "title", "short_description", "description", "email", "version", "urls", "stats", "thumbnail"),
        *(
            "languages",
            "registrations",
            "approval_required",
            "invites_enabled",
            "configuration",
            "contact_account",
            "rules",
        ),
    }
    assert said["uri"] == URL(house.url).authority
    assert set(said["stats"].values()) == {0}  # how many there are is for those who have signed in
    stats = (await get(house, "/api/v1/instance/", headers=marie))["stats"]
    assert stats == {"user_count": 1, "status_count": 0, "domain_count": 1}
    assert said["urls"]["streaming_api"].startswith("ws://")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/api/v1/instance/rules", []),
        ("/api/v1/instance/translation_languages", {}),
        ("/api/v1/instance/languages", [{"code": "en", "name": "English"}, {"code": "fr", "name": "français"}]),
        ("/api/v1/instance/extended_description", {"updated_at": None, "content": ""}),
        ("/api/v1/custom_emojis", []),
    ],
)
async def test_small_things(house: House, path: str, expected: object) -> None:
    assert await get(house, path) == expected


async def test_privacy(house: House) -> None:
    assert (await get(house, "/api/v1/instance/privacy_policy"))["content"].startswith("<p>")


@pytest.mark.parametrize("name", ["peers", "activity", "domain_blocks"])
async def test_other_nodes_are_no_affair_of_outsiders(house: House, name: str) -> None:
    async with house.client.get(f"/api/v1/instance/{name}") as response:
        assert response.status == 401


async def test_what_people_of_the_node_see(house: House) -> None:
    await house.node.store.write(peers.allow, Host("tokyo.example"), by="marie")
    token = await house.token(await house.staff("marie"), "write")
    assert await get(house, "/api/v1/instance/peers", headers=token) == ["tokyo.example"]
    assert await get(house, "/api/v1/instance/domain_blocks", headers=token) == []
    weeks = await get(house, "/api/v1/instance/activity", headers=token)
    assert len(weeks) == 12
    starts = [int(week["week"]) for week in weeks]
    assert {first - second for first, second in itertools.pairwise(starts)} == {7 * 24 * 3600}
    assert starts[0] <= house.clock().timestamp() < starts[0] + 7 * 24 * 3600
    assert weeks[0] == {"week": str(starts[0]), "statuses": "0", "logins": "0", "registrations": "0"}


async def test_preferences(house: House) -> None:
    token = await house.token(await house.staff("marie"), "read:accounts")
    said = await get(house, "/api/v1/preferences", headers=token)
    assert said["posting:default:language"] == "fr"
    assert said["posting:default:visibility"] == "public"
    assert said["posting:default:quote_policy"] == "public"
    assert len(said) == 7


async def test_health(house: House) -> None:
    async with house.client.get("/health") as response:
        assert (response.status, await response.text()) == (200, "OK")
