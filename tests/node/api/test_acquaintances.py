"""What people note about others, whom they recommend, how they follow, and which nodes they hide."""

from storage import accounts, follows, posts
from storage.accounts import Account
from storage.ids import Host
from storage.posts import Writing
from storage.store import Unit
from storage.visibility import Reach
from tests.node.api import shapes
from tests.node.api.conftest import App, AppOf
from tests.storage.conftest import elsewhere

RELATIONSHIPS = "/api/v1/accounts/relationships"


async def test_a_note_is_read_by_nobody_else(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    found = await marie.towards(paul, "note", json={"comment": " Rencontré à Quito "})
    assert shapes.wrong(found, shapes.RELATIONSHIP) == []
    assert found["note"] == (await marie.relation(paul))["note"] == "Rencontré à Quito"
    assert (await paul.relation(marie))["note"] == ""
    assert (await marie.towards(paul, "note", json={"comment": "x" * 2001}, expect=422))["error"].startswith("Valid")
    assert (await marie.towards(paul, "note", json={}))["note"] == ""


async def test_one_recommends_only_whom_one_follows(app_of: AppOf) -> None:
    marie, paul, zoe = await app_of("marie"), await app_of("paul"), await app_of("zoe")
    await marie.towards(paul, "endorse", expect=422)
    for other in (paul, zoe):
        await marie.towards(other, "follow")
    assert (await marie.towards(paul, "endorse"))["endorsed"] is True
    assert (await marie.towards(zoe, "pin"))["endorsed"] is True
    for found in (await marie.get("/api/v1/endorsements"), await paul.get(f"/api/v1/accounts/{marie.id}/endorsements")):
        assert shapes.wrong(found, [shapes.ACCOUNT]) == []
        assert [one["id"] for one in found] == [zoe.id, paul.id]
    page, response = await marie.answered("GET", "/api/v1/endorsements?limit=1")
    assert ([one["id"] for one in page], 'rel="next"' in response.headers["Link"]) == ([zoe.id], True)
    await marie.towards(zoe, "unfollow")
    assert (await marie.towards(paul, "unendorse"))["endorsed"] is False
    assert await marie.get("/api/v1/endorsements") == []


async def test_whom_one_knows_in_common(app_of: AppOf) -> None:
    marie, paul, zoe, ken = [await app_of(name) for name in ("marie", "paul", "zoe", "ken")]
    await marie.towards(paul, "follow")
    for other in (paul, zoe):
        await other.towards(ken, "follow")
    found = await marie.ask(
        "GET", "/api/v1/accounts/familiar_followers", params=[("id[]", ken.id), ("id[]", zoe.id), ("id[]", "1")]
    )
    assert shapes.wrong(found, [shapes.FAMILIAR_FOLLOWERS]) == []
    assert [(one["id"], [each["id"] for each in one["accounts"]]) for one in found] == [
        (ken.id, [paul.id]),
        (zoe.id, []),
    ]


async def test_of_somebody_one_may_want_to_read_some_languages(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    found = await marie.towards(paul, "follow", json={"languages": ["FR", "pt-BR"], "notify": True})
    assert shapes.wrong(found, shapes.RELATIONSHIP) == []
    assert found["languages"] == ["fr", "pt-br"]
    await marie.get("/api/v1/timelines/home")  # from now on it is remembered
    for language in ("fr", "en", "pt-BR"):
        await paul.post(language, language=language)
    assert [one["language"] for one in await marie.get("/api/v1/timelines/home")] == ["pt-BR", "fr"]
    assert (await marie.towards(paul, "follow", json={"reblogs": False}))["languages"] == ["fr", "pt-br"]
    assert (await marie.towards(paul, "follow", json={"languages": []}))["languages"] is None
    assert len(await marie.get("/api/v1/timelines/home")) == 3
    await marie.towards(paul, "follow", json={"languages": ["%"]}, expect=422)


async def abroad(app: App, host: str, reader: Account) -> tuple[Account, str]:
    """Somebody of another node whom the reader follows, and who follows the reader; and what they wrote."""

    def make(unit: Unit) -> tuple[Account, str]:
        ken = elsewhere(unit, "ken", host)
        for one, other in ((reader, ken), (ken, reader)):
            follows.ask(unit, one.id, other.id, uri=f"{one.uri}#follows/1")
            follows.accept(unit, one.id, other.id)
        uri = f"https://{host}/posts/1"
        written = Writing("<p>Ohayō</p>", "", sensitive=False, language="ja", source=None)
        post = posts.add(
            unit,
            uri=uri,
            url=uri,
            author=ken.id,
            is_local=False,
            reach=Reach.ALL_NODES,
            writing=written,
            published=unit.now,
        )
        return ken, str(post.id)

    return await app.house.node.store.write(make)


async def test_a_hidden_node_is_read_no_more_and_follows_end(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    ken, post = await abroad(marie, "tokyo.example", marie.account)
    await marie.towards(paul, "follow")
    sharing = await paul.ask("POST", f"/api/v1/statuses/{post}/reblog")
    assert [one["id"] for one in await marie.get("/api/v1/timelines/home")] == [sharing["id"], post]
    assert await marie.ask("POST", "/api/v1/domain_blocks", data={"domain": "Tokyo.example"}) == {}
    assert await marie.get("/api/v1/domain_blocks") == ["tokyo.example"]
    assert await marie.get("/api/v1/timelines/home") == []
    assert await marie.get("/api/v1/timelines/public") == []
    assert [one["id"] for one in await paul.get("/api/v1/timelines/public")] == [post]
    (found,) = await marie.get(RELATIONSHIPS, id=str(ken.id))
    assert (found["domain_blocking"], found["following"], found["followed_by"]) == (True, False, False)
    await marie.ask("POST", f"/api/v1/accounts/{ken.id}/follow", expect=403)
    assert await marie.ask("DELETE", "/api/v1/domain_blocks", params={"domain": "tokyo.example"}) == {}
    assert [one["id"] for one in await marie.get("/api/v1/timelines/home")] == [sharing["id"]]
    (found,) = await marie.get(RELATIONSHIPS, id=str(ken.id))
    assert (found["domain_blocking"], found["following"]) == (False, False)


async def test_what_is_no_other_node_cannot_be_hidden(app_of: AppOf) -> None:
    marie = await app_of("marie")
    own = marie.house.node.settings.domain
    for domain in ("", "a b", "x" * 300, own):
        answer = await marie.ask("POST", "/api/v1/domain_blocks", data={"domain": domain}, expect=422)
        assert answer["error"].startswith("Validation failed: ")


async def test_each_needs_its_scope(app_of: AppOf) -> None:
    marie, other = await app_of("marie", scopes="read:statuses write:statuses"), await app_of("paul")
    for verb in ("note", "endorse", "unendorse", "pin", "unpin"):
        await marie.towards(other, verb, expect=403)
    for path in ("/api/v1/endorsements", "/api/v1/domain_blocks", "/api/v1/accounts/familiar_followers"):
        await marie.get(path, expect=403)
    await marie.ask("POST", "/api/v1/domain_blocks", data={"domain": "tokyo.example"}, expect=403)
    host = Host("tokyo.example")
    assert await marie.house.node.store.read(accounts.by_handle, "ken", host) is None
