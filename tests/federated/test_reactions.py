"""Reactions cross between nodes."""

from urllib.parse import quote

from tests.federated.conftest import FederationOf, Json, settled, until, whole


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


async def test_how_often_a_post_was_found_useful_in_paris_is_seen_in_tokyo(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    marie, jean, ken = await paris.staff("marie"), await paris.staff("jean"), await tokyo.staff("ken")
    post = await marie.post("Bonjour")
    path = f"/api/v1/statuses/{post['id']}"
    for act in ("favourite", "reblog"):
        await jean.ask("POST", f"{path}/{act}")

    query = {"q": post["uri"], "resolve": "true", "type": "statuses"}
    (read,) = (await ken.ask("GET", "/api/v2/search", params=query))["statuses"]
    assert (read["favourites_count"], read["reblogs_count"]) == (1, 1)
    there = f"/api/v1/statuses/{read['id']}"
    assert (await ken.ask("POST", f"{there}/favourite"))["favourites_count"] == 2
    await settled(paris, tokyo)
    assert (await marie.ask("GET", path))["favourites_count"] == 2

    # Nobody sends totals around: whoever opens the thread has them asked for.
    await marie.ask("POST", f"{path}/favourite")
    await ken.ask("GET", f"{there}/context")

    async def is_known() -> bool:
        return bool((await ken.ask("GET", there))["favourites_count"] == 3)

    await until(is_known)
    await whole(tokyo)
