"""Every entity, field by field, as apps with strict decoders take it."""

from typing import Any, cast

from node.api.entities.gathered import Missing, gather
from storage import accounts, posts, timelines
from storage.accounts import Account, Profile
from storage.ids import Host
from storage.pages import Page
from storage.posts import Writing
from storage.store import Unit
from storage.visibility import Reach
from tests.node.api import shapes
from tests.node.api.conftest import AppOf

TOKYO = Host("tokyo.example")


async def test_an_account_has_every_field(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    await marie.post("Bonjour")
    found = await paul.get(f"/api/v1/accounts/{marie.id}")
    assert shapes.wrong(found, shapes.ACCOUNT) == []
    assert (found["acct"], found["display_name"], found["statuses_count"]) == ("marie", "Marie", 1)
    assert found["url"] == f"{marie.house.url}/@marie"
    assert found["last_status_at"] == marie.house.node.now().date().isoformat()


async def test_the_default_pictures_are_there(app_of: AppOf) -> None:
    marie = await app_of("marie")
    found = await marie.get(f"/api/v1/accounts/{marie.id}")
    for field in ("avatar", "header"):
        async with marie.house.client.get(found[field]) as response:
            assert (response.status, response.content_type) == (200, "image/png")


async def test_oneself_has_a_source_and_a_role(app_of: AppOf) -> None:
    marie, claire = await app_of("marie"), await app_of("claire", role="admin")
    staff = await marie.get("/api/v1/accounts/verify_credentials")
    admin = await claire.get("/api/v1/accounts/verify_credentials")
    assert shapes.wrong([staff, admin], [shapes.CREDENTIAL_ACCOUNT]) == []
    assert staff["role"]["permissions"] == "0"
    assert admin["role"]["permissions"] != "0"


async def test_a_post_has_every_field(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    made = await marie.post("Bonjour @paul, voir #Quito", spoiler_text="Attention", sensitive=True, language="fr")
    seen = await paul.get(f"/api/v1/statuses/{made['id']}")
    assert shapes.wrong([made, seen], [shapes.STATUS]) == []
    assert (made["spoiler_text"], made["sensitive"], made["language"]) == ("Attention", True, "fr")
    assert made["url"] == f"{marie.house.url}/@marie/{made['id']}"
    assert made["visibility"] == "public"


async def test_links_in_the_text_are_those_of_the_mentions_and_tags(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    made = await marie.post("Bonjour @paul, voir #Quito")
    (mention,), (tag,) = made["mentions"], made["tags"]
    assert (mention["id"], mention["acct"], tag["name"]) == (paul.id, "paul", "quito")
    assert f'<a href="{mention["url"]}" class="u-url mention">@<span>paul</span></a>' in made["content"]
    assert f'<a href="{tag["url"]}" class="mention hashtag" rel="tag">#<span>Quito</span></a>' in made["content"]


async def test_a_post_of_another_node_keeps_its_addresses(app_of: AppOf) -> None:
    marie = await app_of("marie")
    await marie.house.node.store.write(_receive, marie.account)
    (seen,) = await marie.get("/api/v1/timelines/public", remote="true")
    assert shapes.wrong(seen, shapes.STATUS) == []
    assert seen["url"] == "https://tokyo.example/notes/7"
    assert seen["account"]["acct"] == "ken@tokyo.example"
    assert seen["account"]["url"] == "https://tokyo.example/people/ken"
    assert seen["tags"] == [{"name": "haneda", "url": "https://tokyo.example/tags/haneda"}]
    assert seen["mentions"] == [
        {"id": marie.id, "username": "marie", "url": f"{marie.house.url}/@marie", "acct": "marie"}
    ]
    assert seen["application"] is None


async def test_a_shared_post_lies_in_its_sharing_once(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    made = await marie.post("À partager, voir #Quito")
    sharing = await paul.act(made, "reblog")
    assert shapes.wrong(sharing, shapes.STATUS) == []
    assert sharing["id"] != made["id"]
    assert sharing["account"]["acct"] == "paul"
    assert sharing["reblog"]["id"] == made["id"]
    assert sharing["reblog"]["account"]["acct"] == "marie"
    for field in ("content", "tags", "favourites_count", "reblogs_count", "reblogged", "language"):
        assert sharing[field] == sharing["reblog"][field]
    assert sharing["reblogged"] is True


async def test_a_sharing_goes_with_a_post_that_one_may_not_see(app_of: AppOf) -> None:
    marie, paul, zoe = await app_of("marie"), await app_of("paul"), await app_of("zoe")
    sharing = await paul.act(await marie.post("À partager"), "reblog")
    assert len(await zoe.get(f"/api/v1/accounts/{paul.id}/statuses")) == 1
    await zoe.towards(marie, "block")
    assert await zoe.get(f"/api/v1/accounts/{paul.id}/statuses") == []
    await zoe.get(f"/api/v1/statuses/{sharing['id']}", expect=404)


async def test_the_reach_stands_beside_the_visibility(app_of: AppOf) -> None:
    marie = await app_of("marie")
    said: list[dict[str, Any]] = [
        {"visibility": "public"},
        {"visibility": "unlisted"},
        {"visibility": "private"},
        {"visibility": "direct"},
        {"visibility": "public", "legation_reach": "node"},
    ]
    made = [await marie.post("Bonjour", **more) for more in said]
    assert [(one["visibility"], one["legation"]["reach"]) for one in made] == [
        ("public", "all_nodes"),
        ("unlisted", "unlisted"),
        ("private", "followers"),
        ("direct", "mentioned"),
        ("private", "node"),
    ]


async def test_a_relationship_has_every_field(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    assert shapes.wrong(await marie.relation(paul), shapes.RELATIONSHIP) == []


async def test_a_thread_its_source_and_its_history_have_every_field(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    question = await marie.post("Qui **vient** ?", spoiler_text="Question")
    answer = await paul.post("@marie Moi", in_reply_to_id=question["id"])
    again = await marie.post("@paul Merci", in_reply_to_id=answer["id"])
    thread = await paul.get(f"/api/v1/statuses/{answer['id']}/context")
    assert shapes.wrong(thread, shapes.CONTEXT) == []
    assert [one["id"] for one in thread["ancestors"]] == [question["id"]]
    assert [one["id"] for one in thread["descendants"]] == [again["id"]]
    assert answer["in_reply_to_account_id"] == marie.id

    source = await marie.get(f"/api/v1/statuses/{question['id']}/source")
    assert source == {"id": question["id"], "text": "Qui **vient** ?", "spoiler_text": "Question"}

    assert len(await paul.get(f"/api/v1/statuses/{question['id']}/history")) == 1
    await marie.ask("PUT", f"/api/v1/statuses/{question['id']}", json={"status": "Qui ne vient pas ?"})
    history = await paul.get(f"/api/v1/statuses/{question['id']}/history")
    assert shapes.wrong(history, [shapes.STATUS_EDIT]) == []
    assert [one["content"] for one in history] == [question["content"], "<p>Qui ne vient pas ?</p>"]


async def test_notifications_have_every_field(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    await paul.towards(marie, "follow")
    made = await marie.post("Bonjour")
    await paul.act(made, "favourite")
    await paul.act(made, "reblog")
    await paul.post("@marie Bonjour")
    told = await marie.get("/api/v1/notifications")
    assert [one["type"] for one in told] == ["mention", "reblog", "favourite", "follow"]
    assert shapes.wrong(told[:3], [shapes.NOTIFICATION_OF_POST]) == []
    assert shapes.wrong(told[3], shapes.NOTIFICATION) == []
    assert [one["status"]["id"] for one in told[1:3]] == [made["id"], made["id"]]


async def test_a_tag_has_seven_days(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    for app in (marie, marie, paul):
        await app.post("Voir #Quito")
    await marie.post("Voir #Quito", visibility="private")
    found = await paul.get("/api/v2/search", q="#qui", type="hashtags")
    assert shapes.wrong(found["hashtags"], [shapes.TAG]) == []
    (tag,) = found["hashtags"]
    assert tag["name"] == "Quito"
    assert [(day["uses"], day["accounts"]) for day in tag["history"]] == [("3", "2"), *[("0", "0")] * 6]


def _receive(unit: Unit, named: Account) -> None:
    """A post of another node, as its node sent it."""
    ken = accounts.keep_remote(
        unit,
        uri="https://tokyo.example/users/1",
        host=TOKYO,
        kind="Person",
        profile=Profile(
            username="ken",
            display_name="Ken",
            note="",
            fields=(),
            url="https://tokyo.example/people/ken",
            inbox="https://tokyo.example/users/1/inbox",
            shared_inbox="https://tokyo.example/inbox",
            outbox="https://tokyo.example/users/1/outbox",
            followers_uri="https://tokyo.example/users/1/followers",
            following_uri="https://tokyo.example/users/1/following",
            locked=False,
            discoverable=True,
        ),
        document="{}",
    )
    posts.add(
        unit,
        uri="https://tokyo.example/users/1/posts/7",
        url="https://tokyo.example/notes/7",
        author=ken.id,
        is_local=False,
        reach=Reach.ALL_NODES,
        writing=Writing("<p>Bonjour</p>", "", sensitive=False, language="fr", source=None, tags=("Haneda",)),
        published=unit.now,
        people=(named.id,),
        mentioned=(named.id,),
    )


class Counting:
    """A unit of work that counts its queries."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self.queries = 0

    def __getattr__(self, name: str) -> Any:
        self.queries += name in {"all", "one"}
        return getattr(self._unit, name)


async def test_a_long_list_takes_no_more_queries_than_a_short_one(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    for number in range(6):
        await paul.act(await marie.post(f"Note {number} pour @paul #Quito"), "reblog")

    def queries(unit: Unit, limit: int) -> tuple[int, int]:
        found = timelines.by_author(unit, paul.account.id, Page(limit), reader=marie.account.id)
        ids = [post.id for post in found]
        counting = Counting(unit)
        gathered = gather(cast("Unit", counting), marie.account.id, Missing(set(ids), set(), set(), set(), ids))
        return counting.queries, len(gathered.posts)

    store = marie.house.node.store
    short, long = await store.read(queries, 1), await store.read(queries, 6)
    assert (short[1], long[1]) == (2, 12)
    assert short[0] == long[0] <= 8
