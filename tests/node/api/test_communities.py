"""Communities for apps that know none: an account to follow and to write to, a list to read and to listen to."""

import pytest

from node.actions import communities, people
from node.actions.communities import Founding
from storage.accounts import Account
from tests.node.api.conftest import App, AppOf, Json
from tests.node.api.test_lists import home, read
from tests.node.api.test_streaming import listening


async def founded(by: App, **how: bool) -> App:
    """A community that somebody leads; nobody has an app for it."""
    wanted = Founding("presse", "Salle de presse", purpose="Revue du matin", **how)
    return App(by.house, await communities.found(by.house.node, by.account, wanted, source="x"), {})


async def joined(app: App) -> list[Json]:
    return [each for each in await app.get("/api/v1/lists") if each["title"] == "Salle de presse"]


async def shared(app: App, community: App, post: Json) -> Json:
    """How a post stands in the community's list."""
    (found,) = [
        each for each in await app.get(f"/api/v1/timelines/list/{community.id}") if each["reblog"]["id"] == post["id"]
    ]
    return found


async def test_a_community_is_found_as_an_account_that_says_how_it_is_led(app_of: AppOf) -> None:
    marie, zoe = await app_of("marie"), await app_of("zoe")
    press = await founded(marie, closed=True, is_for_members=True, managers_write_only=True)
    account = await zoe.get(f"/api/v1/accounts/{press.id}")
    assert (account["group"], account["bot"], account["locked"]) == (True, False, True)
    assert account["hide_collections"] is True
    assert [(field["name"], field["value"]) for field in account["fields"]] == [
        ("Animation", f'<a href="{marie.account.url}" class="u-url mention">Marie</a>'),
        ("Qui lit", "les membres seulement"),
        ("Qui ouvre les conversations", "l’animation ; les membres répondent"),
    ]
    assert await zoe.get("/api/v1/accounts/lookup", acct="presse") == account
    assert await zoe.get("/api/v1/accounts/search", q="salle") == [account]
    assert await zoe.get("/api/v1/directory", order="new", limit="1") == [account]
    assert (await zoe.get("/api/v2/search", q="presse", type="accounts"))["accounts"] == [account]


async def test_joining_is_following_and_members_are_known_to_members(app_of: AppOf) -> None:
    marie, zoe, ken = [await app_of(name) for name in ("marie", "zoe", "ken")]
    press = await founded(marie)

    async def told(reader: App) -> tuple[list[str], list[str], int]:
        """Who belongs to it, to what Marie belongs, and who of those whom one follows belongs to it."""
        members = await reader.get(f"/api/v1/accounts/{press.id}/followers")
        theirs = await reader.get(f"/api/v1/accounts/{marie.id}/following")
        (familiar,) = await reader.get("/api/v1/accounts/familiar_followers", id=press.id)
        return [each["acct"] for each in members], [each["acct"] for each in theirs], len(familiar["accounts"])

    await zoe.towards(marie, "follow")
    assert await told(zoe) == ([], [], 0)
    assert (await zoe.towards(press, "follow"))["following"]
    assert await told(zoe) == (["zoe", "marie"], ["presse"], 1)
    assert await told(ken) == ([], [], 0)
    assert (await told(marie))[1] == ["presse"]
    assert not (await zoe.towards(press, "unfollow"))["following"]
    assert await told(zoe) == ([], [], 0)


async def test_a_community_is_a_list_from_when_one_is_let_in_until_one_leaves(app_of: AppOf) -> None:
    marie, zoe = await app_of("marie"), await app_of("zoe")
    press = await founded(marie, closed=True)
    path = f"/api/v1/lists/{press.id}"
    assert (await zoe.towards(press, "follow"))["requested"]
    assert await joined(zoe) == []
    await zoe.get(path, expect=404)
    await zoe.get(f"/api/v1/timelines/list/{press.id}", expect=404)
    await accepted(press.account, zoe)
    (found,) = await joined(zoe)
    assert found == {"id": press.id, "title": "Salle de presse", "replies_policy": "list", "exclusive": False}
    assert found == await zoe.get(path)
    assert await zoe.get(f"/api/v1/accounts/{press.id}/lists") == [found]
    assert await zoe.get(f"/api/v1/accounts/{marie.id}/lists") == []
    assert [each["acct"] for each in await zoe.get(f"{path}/accounts", limit="0")] == ["presse"]
    # Apps send everything back that they were told, with what is to be another.
    assert await zoe.ask("PUT", path, json=found | {"exclusive": True}) == found | {"exclusive": True}
    for wish in ({"title": "Autre"}, {"replies_policy": "none"}):
        assert "that of a community" in (await zoe.ask("PUT", path, json=wish, expect=403))["error"]
    for method in ("POST", "DELETE"):
        refused = await zoe.ask(method, f"{path}/accounts", json={"account_ids": [marie.id]}, expect=403)
        assert "join and leave it themselves" in refused["error"]
    assert (await zoe.get(path))["exclusive"] is True
    assert "You lead" in (await marie.ask("DELETE", path, expect=403))["error"]
    assert await zoe.ask("DELETE", path) == {}
    assert await joined(zoe) == []
    assert not (await zoe.relation(press))["following"]


async def accepted(community: Account, member: App) -> None:
    await people.accept_follower(member.house.node, community, member.account)


async def test_what_is_written_to_a_community_stands_in_its_list_and_at_home_unless_kept_apart(app_of: AppOf) -> None:
    marie, zoe, ken = [await app_of(name) for name in ("marie", "zoe", "ken")]
    press = await founded(marie)
    await zoe.towards(press, "follow")
    async with listening(zoe, f"?stream=list&list={press.id}") as socket, listening(ken) as outside:
        await outside.say(type="subscribe", stream="list", list=press.id)
        assert (await outside.next())["status"] == 404
        post = await marie.post("@presse Qui vient lundi ?")
        told = await socket.told()
        share = await shared(zoe, press, post)
        assert (told[0], told[1], told[2]["id"]) == (["list", press.id], "update", share["id"])
        assert (share["account"]["acct"], share["reblog"]["account"]["acct"]) == ("presse", "marie")
        assert await home(zoe) == [share["id"]]
        await zoe.ask("PUT", f"/api/v1/lists/{press.id}", json={"exclusive": True})
        assert await home(zoe) == []
        later = await shared(zoe, press, await marie.post("@presse Et mardi ?"))
        assert (await socket.told())[2]["id"] == later["id"]
        assert await read(zoe, {"id": press.id}, limit="1") == [later["id"]]
        assert await read(zoe, {"id": press.id}, max_id=later["id"]) == [share["id"]]
        await marie.ask("DELETE", f"/api/v1/statuses/{later['reblog']['id']}")
        assert await socket.told() == (["list", press.id], "delete", later["id"])
    await zoe.ask("PUT", f"/api/v1/lists/{press.id}", json={"exclusive": False})
    assert await home(zoe) == [share["id"]]
    page = await zoe.get(f"/api/v1/accounts/{press.id}/statuses")
    assert [each["id"] for each in page] == [share["id"]]


@pytest.mark.parametrize("visibility", ["public", "unlisted", "private", "direct"])
async def test_what_a_member_writes_where_all_is_for_members_is_for_them(app_of: AppOf, visibility: str) -> None:
    marie, zoe, ken = [await app_of(name) for name in ("marie", "zoe", "ken")]
    press = await founded(marie, is_for_members=True)
    for other in (zoe, ken):
        await other.towards(marie, "follow")
    await zoe.towards(press, "follow")
    post = await marie.post("@presse Entre nous", visibility=visibility)
    assert (post["visibility"], post["legation"]["reach"]) == ("private", "community")
    assert (await shared(zoe, press, post))["reblog"]["content"].endswith("Entre nous</p>")
    await ken.get(f"/api/v1/statuses/{post['id']}", expect=404)
    assert await home(ken) == []
    answer = await zoe.post("@presse Entendu", in_reply_to_id=post["id"], visibility="private")
    assert answer["legation"]["reach"] == "community"
    outside = await ken.post("@presse Merci à vous", visibility="public")  # who is no member speaks of it, not in it
    assert outside["visibility"] == "public"
