"""Reactions cross between nodes."""

from urllib.parse import quote

from tests.federated.conftest import FederationOf, Json, settled


def shown(entity: Json) -> list[tuple[str, int, bool]]:
    return [(one["name"], one["count"], one["me"]) for one in entity["emoji_reactions"]]


async def test_an_emoji_from_tokyo_stands_in_paris_until_it_is_taken_away(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    marie, ken = await paris.staff("marie"), await tokyo.staff("ken")
    await ken.follow(marie)
    post = await marie.post("Bonjour")
    await settled(paris, tokyo)
    (read,) = await ken.home()
    path = f"/api/v1/pleroma/statuses/{read['id']}/reactions/"
    for emoji in ("👍", "👩‍🚒"):
        assert (emoji, 1, True) in shown(await ken.ask("PUT", path + quote(emoji)))
    await settled(paris, tokyo)
    seen = await marie.ask("GET", f"/api/v1/statuses/{post['id']}")
    assert (shown(seen), seen["favourites_count"]) == ([("👍", 1, False), ("👩‍🚒", 1, False)], 0)

    await ken.ask("DELETE", path + quote("👍"))
    await settled(paris, tokyo)
    assert shown(await marie.ask("GET", f"/api/v1/statuses/{post['id']}")) == [("👩‍🚒", 1, False)]
