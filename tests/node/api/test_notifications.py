"""What people are told through the client API, and how far they have read."""

from tests.node.api import shapes
from tests.node.api.conftest import App, AppOf
from tests.node.api.test_accounts import pages_of

PATH = "/api/v1/notifications"


async def told(app_of: AppOf) -> tuple[App, App, App]:
    """Marie, of whom Paul took notice in four ways and Zoé in one."""
    marie, paul, zoe = await app_of("marie"), await app_of("paul"), await app_of("zoe")
    made = await marie.post("Bonjour")
    await paul.towards(marie, "follow")
    await paul.act(made, "favourite")
    await paul.act(made, "reblog")
    await paul.post("@marie Bonjour")
    await zoe.act(made, "favourite")
    return marie, paul, zoe


async def test_some_kinds_or_all_but_some(app_of: AppOf) -> None:
    marie, paul, _ = await told(app_of)

    async def kinds(query: str = "") -> list[str]:
        return [one["type"] for one in await marie.ask("GET", f"{PATH}?{query}")]

    assert await kinds() == ["favourite", "mention", "reblog", "favourite", "follow"]
    assert await kinds("types[]=favourite&types[]=poll") == ["favourite", "favourite"]
    assert await kinds("exclude_types[]=favourite&exclude_types[]=follow") == ["mention", "reblog"]
    assert await kinds("types[]=poll") == []
    every = ("mention", "reblog", "favourite", "follow", "follow_request", "status", "update")
    assert await kinds("&".join(f"exclude_types[]={kind}" for kind in every)) == []
    assert await kinds(f"account_id={paul.id}") == ["mention", "reblog", "favourite", "follow"]


async def test_pages_of_notifications(app_of: AppOf) -> None:
    marie, _, _ = await told(app_of)
    ids = [one["id"] for one in await marie.get(PATH)]
    assert await pages_of(marie, f"{PATH}?limit=2") == [ids[:2], ids[2:4], ids[4:]]
    assert [one["id"] for one in await marie.get(PATH, min_id=ids[4], limit="2")] == ids[2:4]
    assert [one["id"] for one in await marie.get(PATH, since_id=ids[4], limit="2")] == ids[:2]


async def test_one_dismissed_and_all_cleared(app_of: AppOf) -> None:
    marie, paul, _ = await told(app_of)
    first, *others = await marie.get(PATH)
    assert await marie.get(f"{PATH}/{first['id']}") == first
    await paul.get(f"{PATH}/{first['id']}", expect=404)
    assert await paul.ask("POST", f"{PATH}/{first['id']}/dismiss") == {}
    assert await marie.get(f"{PATH}/{first['id']}") == first
    assert await marie.ask("POST", f"{PATH}/{first['id']}/dismiss") == {}
    await marie.get(f"{PATH}/{first['id']}", expect=404)
    assert await marie.get(PATH) == others
    assert await marie.ask("POST", f"{PATH}/clear") == {}
    assert await marie.get(PATH) == []


async def test_what_is_about_a_post_goes_with_it(app_of: AppOf) -> None:
    marie, paul, _ = await told(app_of)
    (made,) = await marie.get(f"/api/v1/accounts/{marie.id}/statuses")
    await marie.ask("DELETE", f"/api/v1/statuses/{made['id']}")
    assert [one["type"] for one in await marie.get(PATH)] == ["mention", "follow"]
    await marie.towards(paul, "block")
    assert await marie.get(PATH) == []


async def test_news_are_counted_from_the_marker(app_of: AppOf) -> None:
    marie, _, zoe = await told(app_of)
    count = f"{PATH}/unread_count"
    assert await marie.get(count) == {"count": 5}
    assert await marie.get(count, limit="3") == {"count": 3}
    assert await marie.ask("GET", f"{count}?types[]=favourite") == {"count": 2}
    assert await marie.ask("GET", f"{count}?exclude_types[]=favourite") == {"count": 3}
    newest, older, *_ = await marie.get(PATH)
    await marie.ask("POST", "/api/v1/markers", data={"notifications[last_read_id]": older["id"]})
    assert await marie.get(count) == {"count": 1}
    await marie.ask("POST", "/api/v1/markers", json={"notifications": {"last_read_id": newest["id"]}})
    assert await marie.get(count) == {"count": 0}
    await zoe.towards(marie, "follow")
    assert await marie.get(count) == {"count": 1}


async def test_markers_are_each_persons_own(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    noted = await marie.ask(
        "POST", "/api/v1/markers", data={"home[last_read_id]": "11", "notifications[last_read_id]": "12"}
    )
    assert shapes.wrong(noted, {"home": shapes.MARKER, "notifications": shapes.MARKER}) == []
    noted = await marie.ask("POST", "/api/v1/markers", json={"home": {"last_read_id": "13"}})
    assert (list(noted), noted["home"]["last_read_id"], noted["home"]["version"]) == (["home"], "13", 2)
    both = await marie.ask("GET", "/api/v1/markers?timeline[]=home&timeline[]=notifications")
    assert {name: mark["last_read_id"] for name, mark in both.items()} == {"home": "13", "notifications": "12"}
    assert list(await marie.ask("GET", "/api/v1/markers?timeline[]=home")) == ["home"]
    assert await paul.ask("GET", "/api/v1/markers?timeline[]=home") == {}


async def test_who_asked_for_it_is_told_of_each_post(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    await paul.towards(marie, "follow", json={"notify": True})
    made = await marie.post("Bonjour")
    (told_,) = await paul.get(PATH)
    assert (told_["type"], told_["status"]["id"]) == ("status", made["id"])


async def test_who_is_named_in_a_post_for_this_node_is_told(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    made = await paul.post("@marie Le café est prêt", legation_reach="node")
    assert made["legation"]["reach"] == "node"
    (one,) = await marie.get(PATH)
    assert (one["type"], one["status"]["id"]) == ("mention", made["id"])
