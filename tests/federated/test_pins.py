"""What people show on their profiles crosses between nodes: posts and tags."""

from datetime import timedelta

from tests.federated.conftest import FederationOf, settled, until


async def test_a_pin_in_paris_is_seen_in_tokyo_and_goes_again(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    marie, ken = await paris.staff("marie"), await tokyo.staff("ken")
    before = await marie.post("Permanence : 1234")
    await ken.follow(marie)
    after = await marie.post("Bonjour")
    for post in (before, after):
        await marie.ask("POST", f"/api/v1/statuses/{post['id']}/pin")
    await settled(paris, tokyo)
    path = f"/api/v1/accounts/{(await ken.find(marie))['id']}/statuses"
    seen = await ken.ask("GET", path, params={"pinned": "true"})
    # The first was written before anybody in Tokyo followed her: it was fetched.
    assert [post["uri"] for post in seen] == [after["uri"], before["uri"]]

    await marie.ask("POST", f"/api/v1/statuses/{after['id']}/unpin")
    await marie.ask("DELETE", f"/api/v1/statuses/{before['id']}")
    await settled(paris, tokyo)
    assert await ken.ask("GET", path, params={"pinned": "true"}) == []


async def test_a_tag_on_a_profile_in_paris_is_seen_in_tokyo_and_goes_again(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    marie, ken = await paris.staff("marie"), await tokyo.staff("ken")
    await ken.follow(marie)
    for name in ("Visa", "sommet"):
        await marie.ask("POST", f"/api/v1/tags/{name}/feature")
    await settled(paris, tokyo)
    path = f"/api/v1/accounts/{(await ken.find(marie))['id']}/featured_tags"
    assert [tag["name"] for tag in await ken.ask("GET", path)] == ["sommet", "Visa"]
    await marie.ask("POST", "/api/v1/tags/VISA/unfeature")
    await settled(paris, tokyo)
    assert [tag["name"] for tag in await ken.ask("GET", path)] == ["sommet"]


async def test_what_stood_on_a_profile_before_is_read_when_somebody_looks_at_it(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    marie, ken = await paris.staff("marie"), await tokyo.staff("ken")
    for name in ("sommet", "Visa"):
        await marie.ask("POST", f"/api/v1/tags/{name}/feature")
    posts = [await marie.post(text) for text in ("Permanence : 1234", "Bonjour")]
    for post in posts:
        await marie.ask("POST", f"/api/v1/statuses/{post['id']}/pin")
    path = f"/api/v1/accounts/{(await ken.find(marie))['id']}"

    async def shown() -> tuple[list[str], list[str]]:
        await ken.ask("GET", path)
        tags = await ken.ask("GET", f"{path}/featured_tags")
        pinned = await ken.ask("GET", f"{path}/statuses", params={"pinned": "true"})
        return [tag["name"] for tag in tags], [post["uri"] for post in pinned]

    async def is_read() -> bool:
        return await shown() == (["Visa", "sommet"], [post["uri"] for post in reversed(posts)])

    await until(is_read)

    # Nobody in Tokyo follows her: what she takes away is seen a day later.
    await marie.ask("POST", "/api/v1/tags/visa/unfeature")
    await marie.ask("POST", f"/api/v1/statuses/{posts[0]['id']}/unpin")
    assert await is_read()
    paris.ahead = tokyo.ahead = timedelta(hours=25)

    async def is_gone() -> bool:
        return await shown() == (["sommet"], [posts[1]["uri"]])

    await until(is_gone)
