"""People through the client API: profiles, follows, blocks, mutes, requests, and lists of them."""

import re
from datetime import timedelta
from typing import Any

from aiohttp import FormData
from yarl import URL

from tests.node.api import shapes
from tests.node.api.conftest import App, AppOf


async def test_a_profile_is_changed_and_what_is_not_said_stays(app_of: AppOf) -> None:
    marie = await app_of("marie")
    form = {
        "display_name": " Marie ",
        "note": "Asie *et* Océanie",
        "locked": "true",
        "discoverable": "0",
        "fields_attributes[0][name]": "Bureau",
        "fields_attributes[0][value]": "B 214, https://docs.example/plan",
    }
    changed = await marie.ask("PATCH", "/api/v1/accounts/update_credentials", data=form)
    assert shapes.wrong(changed, shapes.CREDENTIAL_ACCOUNT) == []
    assert (changed["display_name"], changed["locked"], changed["discoverable"]) == ("Marie", True, False)
    assert changed["note"] == "<p>Asie <em>et</em> Océanie</p>"
    assert changed["source"]["note"] == "Asie *et* Océanie"
    again = await marie.ask("PATCH", "/api/v1/accounts/update_credentials", json={"locked": False})
    assert again["fields"] == changed["fields"] != []
    assert again["source"]["fields"] == [
        {"name": "Bureau", "value": "B 214, https://docs.example/plan", "verified_at": None}
    ]
    assert again["note"] == changed["note"]


async def test_what_a_profile_cannot_have_is_refused(app_of: AppOf) -> None:
    marie = await app_of("marie")
    picture = FormData()
    picture.add_field("avatar", b"\x89PNG", filename="face.png", content_type="image/png")
    answer = await marie.ask("PATCH", "/api/v1/accounts/update_credentials", data=picture, expect=422)
    assert (
        answer["error"]
        == "Validation failed: This type of file is not taken. Send JPEG, PNG, WebP, GIF, AVIF, MP4, WebM, MP3, OGG or PDF"
    )
    for sent in (
        {"source": {"privacy": "direct"}, "note": "X"},
        {"source": {"language": "not a code"}, "note": "X"},
        {"source": {"quote_policy": "friends"}, "note": "X"},
        {"bot": True, "note": "X"},
        {"hide_collections": True, "note": "X"},
        {"note": "x" * 2_001, "source": {"privacy": "private"}},
        {"display_name": "Marie Curie", "note": "X"},
    ):
        answer = await marie.ask("PATCH", "/api/v1/accounts/update_credentials", json=sent, expect=422)
    assert answer["details"]["display_name"][0]["description"].startswith("Names come from the directory")
    assert (await marie.get("/api/v1/preferences"))["posting:default:visibility"] == "public"
    usual = {"source": {"privacy": "public", "sensitive": False, "language": "fr"}, "bot": False}
    kept = await marie.ask("PATCH", "/api/v1/accounts/update_credentials", json=usual)
    assert (kept["display_name"], kept["note"]) == ("Marie", "")


async def test_posts_begin_as_one_chose_and_what_an_app_says_wins(app_of: AppOf) -> None:
    marie = await app_of("marie")
    before = await marie.get("/api/v1/preferences")
    assert (before["posting:default:visibility"], before["posting:default:language"]) == ("public", "fr")
    form = {"source[privacy]": "private", "source[sensitive]": "1", "source[language]": "pt"}
    changed = await marie.ask("PATCH", "/api/v1/accounts/update_credentials", data=form)
    assert changed["source"] | {"privacy": "private", "sensitive": True, "language": "pt"} == changed["source"]
    await marie.ask("PATCH", "/api/v1/accounts/update_credentials", json={"source": {"quote_policy": "nobody"}})
    said = await marie.get("/api/v1/preferences")
    assert {name: value for name, value in said.items() if name.startswith("posting:")} == {
        "posting:default:visibility": "private",
        "posting:default:sensitive": True,
        "posting:default:language": "pt",
        "posting:default:quote_policy": "nobody",
    }
    post = await marie.post("Olá")
    assert (post["visibility"], post["sensitive"], post["language"]) == ("private", True, "pt")
    own = {"visibility": "public", "sensitive": "0", "language": "fr", "quote_approval_policy": "followers"}
    post = await marie.post("Bonjour", **own)
    assert (post["visibility"], post["sensitive"], post["language"]) == ("public", False, "fr")
    assert post["quote_approval"]["automatic"] == ["followers"]
    assert (await marie.post("Oi", visibility="public"))["quote_approval"]["automatic"] == []
    due = (marie.house.node.now() + timedelta(hours=1)).isoformat()
    put_off = await marie.ask("POST", "/api/v1/statuses", json={"status": "Mais tarde", "scheduled_at": due})
    assert (put_off["params"]["visibility"], put_off["params"]["language"]) == ("private", "pt")
    # What an app was told it sends back: whoever chose no language goes on following that of the pages.
    paul = await app_of("paul")
    source = (await paul.get("/api/v1/accounts/verify_credentials"))["source"]
    await paul.ask("PATCH", "/api/v1/accounts/update_credentials", json={"source": source})
    assert (await paul.post("Salut"))["language"] is None


async def test_people_are_found(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    host = URL(marie.house.url).authority
    for acct in ("paul", "@PAUL", f"paul@{host}"):
        assert (await marie.get("/api/v1/accounts/lookup", acct=acct))["id"] == paul.id
    for acct in ("pau", "nobody", "paul@tokyo.example", "not a name", ""):
        await marie.get("/api/v1/accounts/lookup", acct=acct, expect=404)
    assert [one["id"] for one in await marie.get("/api/v1/accounts/search", q="pau")] == [paul.id]
    assert await marie.get("/api/v1/accounts/search", q="pau", following="true") == []
    await marie.towards(paul, "follow")
    assert [one["id"] for one in await marie.get("/api/v1/accounts/search", q="pau", following="true")] == [paul.id]
    # What is asked for is whom one follows, not whom one follows of the first few of that name.
    await app_of("pau")
    for path in ("/api/v1/accounts/search", "/api/v2/search"):
        few = await marie.get(path, q="pau", limit="1", following="true")
        assert [one["id"] for one in (few["accounts"] if isinstance(few, dict) else few)] == [paul.id]
    found = await marie.ask("GET", f"/api/v1/accounts?id[]={paul.id}&id[]=1&id[]={marie.id}")
    assert [one["id"] for one in found] == [paul.id, marie.id]
    await marie.get("/api/v1/accounts/1", expect=404)


async def test_relationships_come_in_the_order_asked(app_of: AppOf) -> None:
    marie = await app_of("marie")
    others = [await app_of(name) for name in ("paul", "zoe", "anne")]
    wanted = [others[1].id, "1", others[0].id, others[2].id]
    query = "&".join(f"id[]={one}" for one in wanted)
    found = await marie.ask("GET", f"/api/v1/accounts/relationships?{query}")
    assert [one["id"] for one in found] == [others[1].id, others[0].id, others[2].id]
    assert [one["id"] for one in await marie.get("/api/v1/accounts/relationships", id=others[0].id)] == [others[0].id]


async def test_follow_and_its_options(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    found = await paul.towards(marie, "follow")
    assert (found["following"], found["showing_reblogs"], found["notifying"]) == (True, True, False)
    assert (await marie.relation(paul))["followed_by"] is True
    found = await paul.towards(marie, "follow", json={"reblogs": False})
    found = await paul.towards(marie, "follow", json={"notify": True})
    assert (found["showing_reblogs"], found["notifying"]) == (False, True)
    for _ in range(2):
        found = await paul.towards(marie, "unfollow")
        assert (found["following"], found["showing_reblogs"], found["notifying"]) == (False, False, False)
    await paul.towards(paul, "follow", expect=422)


async def test_a_follower_is_removed(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    await paul.towards(marie, "follow")
    for _ in range(2):
        assert (await marie.towards(paul, "remove_from_followers"))["followed_by"] is False
    assert (await paul.relation(marie))["following"] is False


async def test_requests_to_follow(app_of: AppOf) -> None:
    marie, paul, zoe = await app_of("marie"), await app_of("paul"), await app_of("zoe")
    await marie.ask("PATCH", "/api/v1/accounts/update_credentials", json={"locked": True})
    for one in (paul, zoe):
        found = await one.towards(marie, "follow")
        assert (found["following"], found["requested"]) == (False, True)
    waiting = await marie.get("/api/v1/follow_requests")
    assert shapes.wrong(waiting, [shapes.ACCOUNT]) == []
    assert [one["id"] for one in waiting] == [zoe.id, paul.id]
    oneself = await marie.get("/api/v1/accounts/verify_credentials")
    assert oneself["source"]["follow_requests_count"] == 2
    granted = await marie.ask("POST", f"/api/v1/follow_requests/{paul.id}/authorize")
    assert (granted["followed_by"], granted["requested_by"]) == (True, False)
    refused = await marie.ask("POST", f"/api/v1/follow_requests/{zoe.id}/reject")
    assert (refused["followed_by"], refused["requested_by"]) == (False, False)
    assert await marie.get("/api/v1/follow_requests") == []
    # An answered wish is no wish any more: rejecting it must not end the follow.
    await marie.ask("POST", f"/api/v1/follow_requests/{paul.id}/reject", expect=404)
    assert (await marie.relation(paul))["followed_by"] is True


async def test_block_and_unblock(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    await paul.towards(marie, "follow")
    made = await marie.post("Bonjour")
    found = await marie.towards(paul, "block")
    assert (found["blocking"], found["followed_by"]) == (True, False)
    await paul.get(f"/api/v1/statuses/{made['id']}", expect=404)
    blocked = await marie.get("/api/v1/blocks")
    assert shapes.wrong(blocked, [shapes.ACCOUNT]) == []
    assert [one["id"] for one in blocked] == [paul.id]
    assert (await marie.get("/api/v1/accounts/lookup", acct="paul"))["id"] == paul.id
    for _ in range(2):
        assert (await marie.towards(paul, "unblock"))["blocking"] is False
    assert await marie.get("/api/v1/blocks") == []
    await marie.towards(marie, "block", expect=422)


async def test_mute_ends_by_itself_when_it_was_for_a_time(app_of: AppOf) -> None:
    marie, paul, zoe = await app_of("marie"), await app_of("paul"), await app_of("zoe")
    found = await marie.towards(paul, "mute", json={"duration": "3600", "notifications": "0"})
    assert (found["muting"], found["muting_notifications"]) == (True, False)
    found = await marie.towards(zoe, "mute")
    assert (found["muting"], found["muting_notifications"]) == (True, True)
    muted = await marie.get("/api/v1/mutes")
    assert shapes.wrong(muted, [shapes.MUTED_ACCOUNT]) == []
    assert [(one["id"], one["mute_expires_at"] is None) for one in muted] == [(zoe.id, True), (paul.id, False)]
    marie.house.clock.forward(hours=2)
    assert (await marie.relation(paul))["muting"] is False
    assert [one["id"] for one in await marie.get("/api/v1/mutes")] == [zoe.id]
    assert (await marie.towards(zoe, "unmute"))["muting"] is False
    assert await marie.get("/api/v1/mutes") == []


async def test_followers_are_paged_by_the_relation(app_of: AppOf) -> None:
    marie = await app_of("marie")
    others = [await app_of(f"agent{number}") for number in range(5)]
    for one in others:
        await one.towards(marie, "follow")
    path = f"/api/v1/accounts/{marie.id}/followers"
    assert await pages_of(marie, f"{path}?limit=2") == [
        [others[4].id, others[3].id],
        [others[2].id, others[1].id],
        [others[0].id],
    ]
    _, response = await marie.answered("GET", f"{path}?limit=2")
    cursor = re.search(r"max_id=(\d+)", response.headers["Link"])
    assert cursor is not None
    assert cursor[1] not in {one.id for one in others}
    nearest = await marie.get(path, limit="2", min_id=cursor_of(response.headers["Link"], "max_id"))
    assert [one["id"] for one in nearest] == [others[4].id]
    first_of_all = await marie.get(path, limit="2", min_id="1")
    assert [one["id"] for one in first_of_all] == [others[1].id, others[0].id]
    newest_of_all = await marie.get(path, limit="2", since_id="1")
    assert [one["id"] for one in newest_of_all] == [others[4].id, others[3].id]
    assert [one["id"] for one in await others[0].get(f"/api/v1/accounts/{others[0].id}/following")] == [marie.id]


async def test_what_somebody_wrote(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    theirs = await paul.post("De Paul")
    own = await marie.post("De Marie, #Quito")
    to_herself = await marie.post("Suite", in_reply_to_id=own["id"])
    answer = await marie.post("@paul Oui", in_reply_to_id=theirs["id"])
    sharing = await marie.act(theirs, "reblog")
    hidden = await marie.post("Pour moi", visibility="direct")
    path = f"/api/v1/accounts/{marie.id}/statuses"

    async def ids(**query: Any) -> list[str]:
        return [one["id"] for one in await paul.get(path, **query)]

    assert await ids() == [sharing["id"], answer["id"], to_herself["id"], own["id"]]
    assert await ids(exclude_replies="true") == [sharing["id"], to_herself["id"], own["id"]]
    assert await ids(exclude_reblogs="1") == [answer["id"], to_herself["id"], own["id"]]
    assert await ids(tagged="QUITO") == [own["id"]]
    assert await ids(only_media="true") == await ids(pinned="true") == []
    assert (await marie.get(path))[0]["id"] == hidden["id"]


async def test_an_app_does_only_what_it_was_allowed(app_of: AppOf) -> None:
    marie = await app_of("marie", scopes="read:statuses")
    paul = await app_of("paul")
    assert await marie.get("/api/v1/timelines/home") == []
    await marie.towards(paul, "follow", expect=403)
    await marie.get("/api/v1/accounts/verify_credentials", expect=403)


async def pages_of(app: App, first: str) -> list[list[str]]:
    """The ids on each page, as an app reads that follows the Link header."""
    found = []
    address = first
    while address:
        items, response = await app.answered("GET", address)
        if items:
            found.append([one["id"] for one in items])
        following = response.links.get("next")
        address = str(following["url"]) if following else ""
    return found


def cursor_of(link: str, name: str) -> str:
    found = re.search(rf"[?&]{name}=(\d+)", link)
    assert found is not None
    return found[1]
