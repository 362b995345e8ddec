"""Notifications told together, as apps ask for them since 4.3."""

from yarl import URL

from tests.node.api.conftest import App, AppOf, Json

PATH = "/api/v2/notifications"


async def liked(app_of: AppOf, people: int) -> tuple[App, Json, list[App]]:
    """Marie, a post of hers, and people who found it useful and follow her."""
    marie = await app_of("marie")
    made = await marie.post("Bonjour")
    others = [await app_of(f"lecteur{number}") for number in range(people)]
    for other in others:
        await other.act(made, "favourite")
        await other.towards(marie, "follow")
    return marie, made, others


def named(found: Json) -> set[str]:
    return {person for group in found["notification_groups"] for person in group["sample_account_ids"]}


async def test_who_did_the_same_is_told_together_and_everything_named_is_there(app_of: AppOf) -> None:
    marie, made, others = await liked(app_of, 10)
    await others[0].post("@marie Merci")
    found = await marie.get(PATH)
    mention, follows, favourites = found["notification_groups"]
    assert [group["type"] for group in (mention, follows, favourites)] == ["mention", "follow", "favourite"]
    assert (favourites["notifications_count"], favourites["status_id"]) == (10, made["id"])
    assert favourites["sample_account_ids"] == [other.id for other in others[:1:-1]]
    assert named(found) == {account["id"] for account in found["accounts"]}
    assert {post["id"] for post in found["statuses"]} == {made["id"], mention["status_id"]}
    assert mention["group_key"] == f"ungrouped-{mention['most_recent_notification_id']}"
    flat = await marie.get("/api/v1/notifications")
    assert {one["group_key"] for one in flat} == {group["group_key"] for group in found["notification_groups"]}
    partial = await marie.get(PATH, expand_accounts="partial_avatars")
    assert named(partial) == {one["id"] for one in partial["accounts"] + partial["partial_accounts"]}
    assert len(partial["accounts"]) == 2  # of each group whoever came last
    alone = await marie.ask("GET", f"{PATH}?grouped_types[]=follow")
    assert [group["notifications_count"] for group in alone["notification_groups"]] == [1, 10] + [1] * 10


async def test_a_group_is_read_counted_and_dismissed(app_of: AppOf) -> None:
    marie, _, others = await liked(app_of, 3)
    follows, favourites = (await marie.get(PATH))["notification_groups"]
    assert await marie.get(f"{PATH}/unread_count") == {"count": 2}
    assert await marie.get(f"{PATH}/unread_count", limit="1") == {"count": 1}
    only = await marie.get(f"{PATH}/{favourites['group_key']}")
    assert only["notification_groups"] == [favourites]
    people, response = await marie.answered("GET", f"{PATH}/{follows['group_key']}/accounts?limit=2")
    assert [one["id"] for one in people] == [others[2].id, others[1].id]
    assert 'rel="next"' in response.headers["Link"]
    await others[0].get(f"{PATH}/{favourites['group_key']}", expect=404)
    assert await others[0].ask("POST", f"{PATH}/{favourites['group_key']}/dismiss") == {}
    assert await marie.ask("POST", f"{PATH}/{favourites['group_key']}/dismiss") == {}
    assert (await marie.get(PATH))["notification_groups"] == [follows]
    for unknown in (favourites["group_key"], "favourite-1-x", "follow", "ungrouped-0", "mention-1", "a-" + "9" * 30):
        await marie.get(f"{PATH}/{unknown}", expect=404)
        assert await marie.get(f"{PATH}/{unknown}/accounts") == []
        assert await marie.ask("POST", f"{PATH}/{unknown}/dismiss") == {}


async def test_what_came_half_a_day_apart_is_told_apart(app_of: AppOf) -> None:
    marie, made, _ = await liked(app_of, 2)
    marie.house.clock.forward(hours=12)
    zoe = await app_of("zoe")
    await zoe.act(made, "favourite")
    counts = [group["notifications_count"] for group in (await marie.get(PATH))["notification_groups"]]
    assert counts == [1, 2, 2]


async def test_pages_meet_each_group_once(app_of: AppOf) -> None:
    marie, made, others = await liked(app_of, 2)
    for number in range(4):
        await others[0].act(await marie.post(f"Note {number}"), "favourite")
        await others[0].post(f"@marie {number}")
    zoe = await app_of("zoe")
    await zoe.act(made, "favourite")  # the oldest group comes up
    whole = [group["group_key"] for group in (await marie.get(PATH))["notification_groups"]]
    assert len(whole) == len(set(whole)) == 10
    met: list[str] = []
    path: str | None = f"{PATH}?limit=3"
    while path:
        found, response = await marie.answered("GET", path)
        met += [group["group_key"] for group in found["notification_groups"]]
        path = str(URL(response.links["next"]["url"]).relative()) if "next" in response.links else None
    assert met == whole
    up = await marie.get(PATH, limit="3", min_id=(await marie.get(PATH))["notification_groups"][5]["page_max_id"])
    assert [group["group_key"] for group in up["notification_groups"]] == whole[2:5]
