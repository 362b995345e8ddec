"""Custom emoji of other nodes, as apps read them."""

import io

from PIL import Image

from tests.node.api import shapes
from tests.node.api.conftest import App, AppOf, Json
from tests.node.conftest import House
from tests.node.emoji_of_tokyo import Tokyo, tokyo_of


def names(entities: Json) -> list[str]:
    return [each["shortcode"] for each in entities]


async def seen(house: House, address: str, *, expect: int = 200) -> tuple[str, tuple[int, int], bool] | None:
    """The picture at an address of this node: its format and size, and whether it moves."""
    assert address.startswith(f"{house.url}/media/")
    async with house.client.get(address) as answer:
        assert answer.status == expect
        found = Image.open(io.BytesIO(await answer.read())) if expect == 200 else None
    return (str(found.format), found.size, getattr(found, "n_frames", 1) > 1) if found else None


async def test_a_post_its_author_and_its_poll_have_their_emoji_from_this_node(house: House, app_of: AppOf) -> None:
    marie = await app_of("marie")
    async with tokyo_of(house) as tokyo:
        post = await marie.get(f"/api/v1/statuses/{await tokyo.asks()}")
        assert shapes.wrong(post, shapes.STATUS) == []
        assert (names(post["emojis"]), names(post["account"]["emojis"])) == (["cat", "blob"], ["blob", "cat"])
        assert names(post["poll"]["emojis"]) == ["blob"]
        assert tokyo.asked == []
        cat, blob = post["emojis"]
        assert await seen(house, blob["url"]) == ("PNG", (64, 32), False)
        assert await seen(house, cat["url"]) == ("WEBP", (32, 32), True)
        assert await seen(house, cat["static_url"]) == ("WEBP", (32, 32), False)
        assert tokyo.asked == ["blob.png", "cat.gif"]
        await _edited(marie, tokyo, post)


async def _edited(marie: App, tokyo: Tokyo, post: Json) -> None:
    """Its versions have those that stand in them; another picture is shown at once, and what is none is not."""
    edited = tokyo.question(content="<p>:blob:</p>", summary="", updated="2026-02-02T09:00:00Z")
    edited["tag"] = [tokyo.tag("blob", "film.pdf", updated="2026-01-01T00:00:00Z")]
    await tokyo.edits(edited)
    now = await marie.get(f"/api/v1/statuses/{post['id']}")
    assert names(now["emojis"]) == ["blob"]
    assert now["emojis"] != post["emojis"][1:]
    assert now["account"]["emojis"][0] == now["emojis"][0]
    assert await seen(tokyo.house, now["emojis"][0]["url"], expect=404) is None
    history = await marie.get(f"/api/v1/statuses/{post['id']}/history")
    assert [names(version["emojis"]) for version in history] == [["cat", "blob"], ["blob"]]


async def test_a_reaction_of_tokyo_counts_and_is_shown_and_not_offered(house: House, app_of: AppOf) -> None:
    marie = await app_of("marie")
    post = await marie.post("Bonjour")
    async with tokyo_of(house) as tokyo:
        await tokyo.asks()
        await tokyo.reacts(post["uri"], ":blob:", tokyo.tag("blob", "blob.png"))
        await tokyo.reacts(post["uri"], ":odd:")
        host = tokyo.base_url.partition("//")[2]
        now = await marie.get(f"/api/v1/statuses/{post['id']}")
        assert shapes.wrong(now, shapes.STATUS) == []
        blob, odd = now["emoji_reactions"]
        assert (blob["name"], blob["count"], blob["me"]) == (f"blob@{host}", 1, False)
        assert odd == {"name": f"odd@{host}", "count": 1, "me": False}
        assert await seen(house, blob["url"]) == ("PNG", (64, 32), False)
        who = await marie.get(f"/api/v1/pleroma/statuses/{post['id']}/reactions")
        assert [(each["name"], each["accounts"][0]["acct"]) for each in who] == [
            (f"blob@{host}", f"ken@{host}"),
            (f"odd@{host}", f"ken@{host}"),
        ]
        assert who[0]["url"] == blob["url"]
        path = f"/api/v1/pleroma/statuses/{post['id']}/reactions/blob@{host}"
        assert (await marie.ask("PUT", path, expect=422))["error"] == "Validation failed: A reaction is one emoji"
