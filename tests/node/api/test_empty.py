"""Lists with nothing in them yet, which apps ask for all the same."""

import pytest

from tests.node.api.conftest import AppOf

SCOPES = {
    "/api/v1/followed_tags": "read:follows",
    "/api/v1/announcements": "profile",
}


@pytest.mark.parametrize(("path", "scope"), SCOPES.items())
async def test_a_list_without_anything_is_a_list(app_of: AppOf, path: str, scope: str) -> None:
    marie = await app_of("marie", scopes=scope)
    found, response = await marie.answered("GET", path)
    assert found == []
    assert "Link" not in response.headers
    async with marie.house.client.get(path) as unsigned:
        assert unsigned.status == 401


@pytest.mark.parametrize("path", [path for path in SCOPES if path != "/api/v1/announcements"])
async def test_and_it_has_its_scope(app_of: AppOf, path: str) -> None:
    marie = await app_of("marie", scopes="write")
    await marie.ask("GET", path, expect=403)


async def test_what_is_not_there_is_not_pretended(app_of: AppOf) -> None:
    marie = await app_of("marie")
    for path in ("/api/v1/collections", "/api/v1/annual_reports"):
        assert (await marie.ask("POST", path, expect=404))["error"] == "Record not found"
