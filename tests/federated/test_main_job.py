"""The main job: somebody posts in Paris, and it is read, answered, found useful, shared and taken back in Tokyo and Dakar."""

from tests.federated.conftest import FederationOf, settled, until


async def test_a_post_in_paris_is_read_in_tokyo_and_dakar_and_answered(federation_of: FederationOf) -> None:
    paris, tokyo, dakar = await federation_of(3)
    marie, ken, awa = await paris.staff("marie"), await tokyo.staff("ken"), await dakar.staff("awa")
    for reader in (ken, awa):
        await reader.follow(marie)
    await marie.post("Bonjour")
    await settled(paris, tokyo, dakar)
    assert await ken.texts() == ["Bonjour"]
    assert await awa.texts() == ["Bonjour"]

    (read,) = await ken.home()
    await ken.post(f"{marie.handle} bien reçu", in_reply_to_id=read["id"])
    await settled(paris, tokyo)
    assert ("mention", "ken") in await marie.notifications()
    (own,) = await marie.ask("GET", f"/api/v1/accounts/{(await marie.find(marie))['id']}/statuses")
    thread = await marie.ask("GET", f"/api/v1/statuses/{own['id']}/context")
    assert [post["account"]["acct"] for post in thread["descendants"]] == [f"ken@{tokyo.host}"]
    assert own["replies_count"] == 1


async def test_favourites_and_shares_cross_and_are_taken_back(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    marie, ken, yumi = await paris.staff("marie"), await tokyo.staff("ken"), await tokyo.staff("yumi")
    await ken.follow(marie)
    await yumi.follow(ken)
    post = await marie.post("Bonjour")
    await settled(paris, tokyo)
    (read,) = await ken.home()
    await ken.ask("POST", f"/api/v1/statuses/{read['id']}/favourite")
    await ken.ask("POST", f"/api/v1/statuses/{read['id']}/reblog")
    await settled(paris, tokyo)
    seen = await marie.ask("GET", f"/api/v1/statuses/{post['id']}")
    assert (seen["favourites_count"], seen["reblogs_count"]) == (1, 1)
    assert {("favourite", "ken"), ("reblog", "ken")} <= set(await marie.notifications())
    assert await yumi.texts() == ["Bonjour"]

    for verb in ("unfavourite", "unreblog"):
        await ken.ask("POST", f"/api/v1/statuses/{read['id']}/{verb}")
    await settled(paris, tokyo)
    seen = await marie.ask("GET", f"/api/v1/statuses/{post['id']}")
    assert (seen["favourites_count"], seen["reblogs_count"]) == (0, 0)
    assert await yumi.texts() == []


async def test_an_edit_and_a_removal_reach_every_copy(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    marie, ken = await paris.staff("marie"), await tokyo.staff("ken")
    await ken.follow(marie)
    post = await marie.post("Réunion à 14 h")
    await settled(paris, tokyo)
    await marie.ask("PUT", f"/api/v1/statuses/{post['id']}", json={"status": "Réunion à 15 h"})
    await settled(paris, tokyo)
    assert await ken.texts() == ["Réunion à 15 h"]
    (read,) = await ken.home()
    history = await ken.ask("GET", f"/api/v1/statuses/{read['id']}/history")
    assert ["14 h" in version["content"] for version in history] == [True, False]

    await marie.ask("DELETE", f"/api/v1/statuses/{post['id']}")
    await settled(paris, tokyo)
    assert await ken.texts() == []


async def test_each_audience_reaches_those_it_names_and_no_other_node(federation_of: FederationOf) -> None:
    paris, tokyo, dakar = await federation_of(3)
    marie, ken, awa = await paris.staff("marie"), await tokyo.staff("ken"), await dakar.staff("awa")
    colleague = await paris.staff("paul")
    await ken.follow(marie)
    await colleague.follow(marie)
    await awa.find(marie)
    await marie.post("everybody")
    await marie.post("followers", visibility="private")
    await marie.post(f"{awa.handle} you alone", visibility="direct")
    await marie.post("this node", legation_reach="node")
    await settled(paris, tokyo, dakar)
    assert await ken.texts() == ["followers", "everybody"]
    assert await colleague.texts() == ["this node", "followers", "everybody"]
    assert await awa.notifications() == [("mention", "marie")]
    assert [await place.knows("this node") for place in (paris, tokyo, dakar)] == [True, False, False]
    assert [await place.knows("you alone") for place in (paris, tokyo, dakar)] == [True, False, True]


async def test_a_follow_with_approval_shows_nothing_before_it(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    marie, ken = await paris.staff("marie"), await tokyo.staff("ken")
    await marie.ask("PATCH", "/api/v1/accounts/update_credentials", json={"locked": True})
    account = await ken.find(marie)
    await ken.ask("POST", f"/api/v1/accounts/{account['id']}/follow")
    await settled(paris, tokyo)
    await marie.post("private", visibility="private")
    await settled(paris, tokyo)
    assert not await ken.follows(account["id"])
    assert await ken.texts() == []
    (asking,) = await marie.ask("GET", "/api/v1/follow_requests")
    await marie.ask("POST", f"/api/v1/follow_requests/{asking['id']}/authorize")
    await until(lambda: ken.follows(account["id"]))
    await marie.post("now", visibility="private")
    await settled(paris, tokyo)
    assert await ken.texts() == ["now"]


async def test_a_block_ends_what_crossed_between_two_people(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    marie, ken = await paris.staff("marie"), await tokyo.staff("ken")
    await ken.follow(marie)
    blocked = await marie.find(ken)
    await marie.ask("POST", f"/api/v1/accounts/{blocked['id']}/block")
    await settled(paris, tokyo)
    assert not await ken.follows((await ken.find(marie))["id"])
    await marie.post("not for ken")
    await settled(paris, tokyo)
    assert await ken.texts() == []


async def test_a_profile_change_is_seen_where_there_are_followers(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    marie, ken = await paris.staff("marie"), await tokyo.staff("ken")
    await ken.follow(marie)
    await marie.ask("PATCH", "/api/v1/accounts/update_credentials", json={"note": "Asie"})
    await settled(paris, tokyo)
    assert (await ken.find(marie))["note"] == "<p>Asie</p>"
