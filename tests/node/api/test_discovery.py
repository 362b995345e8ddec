"""The directory, suggestions, what is used and liked these days, and posts found by their words."""

from tests.node.api.conftest import App, AppOf, Json


def ids(found: list[Json]) -> list[str]:
    return [one["id"] for one in found]


async def test_the_directory_lists_who_wants_to_be_found(app_of: AppOf) -> None:
    marie, paul, zoe, shy = [await app_of(name) for name in ("marie", "paul", "zoe", "timide")]
    await paul.post("Bonjour")
    await shy.ask("PATCH", "/api/v1/accounts/update_credentials", json={"discoverable": False})
    path = "/api/v1/directory"
    assert ids(await marie.get(path)) == [paul.id, zoe.id, marie.id]
    assert ids(await marie.get(path, order="new", local="true")) == [zoe.id, paul.id, marie.id]
    assert ids(await marie.get(path, order="new", limit="1", offset="1")) == [paul.id]
    await zoe.towards(marie, "block")
    assert ids(await marie.get(path)) == [paul.id, marie.id]
    await marie.get(path, order="best", expect=422)


async def test_whom_one_might_follow_and_whom_no_more(app_of: AppOf) -> None:
    marie, paul, zoe, ken = [await app_of(name) for name in ("marie", "paul", "zoe", "ken")]
    await marie.towards(paul, "follow")
    await paul.towards(zoe, "follow")
    found = await marie.get("/api/v2/suggestions")
    assert [(one["account"]["id"], one["sources"]) for one in found] == [
        (zoe.id, ["friends_of_friends", "most_followed"]),
        (ken.id, ["most_followed"]),
    ]
    assert ids(await marie.get("/api/v1/suggestions", limit="1")) == [zoe.id]
    assert await marie.ask("DELETE", f"/api/v1/suggestions/{zoe.id}") == {}
    await marie.towards(ken, "mute")
    assert await marie.get("/api/v2/suggestions") == []
    assert zoe.id in ids(await ken.get("/api/v1/suggestions"))


async def test_what_many_use_and_like_comes_first_and_is_counted_seldom(app_of: AppOf) -> None:
    marie, paul, zoe = [await app_of(name) for name in ("marie", "paul", "zoe")]
    liked = await marie.post("#sommet à Dakar")
    for app in (paul, zoe):
        await app.post("#sommet #visa")
        await app.act(liked, "favourite")
    await paul.post("#visa #visa2")
    shared = await zoe.post("Avis")
    await paul.act(shared, "reblog")
    await paul.act(shared, "favourite")
    await marie.post("#interne", visibility="private")
    tags = await marie.get("/api/v1/trends/tags")
    assert [one["name"] for one in tags] == ["sommet", "visa", "visa2"]
    assert tags[0]["history"][0]["accounts"] == "3"
    assert [one["name"] for one in await marie.get("/api/v1/trends", offset="1", limit="1")] == ["visa"]
    assert ids(await marie.get("/api/v1/trends/statuses")) == [shared["id"], liked["id"]]
    await marie.towards(zoe, "mute")
    assert ids(await marie.get("/api/v1/trends/statuses")) == [liked["id"]]
    await marie.post("#nouveau")
    assert len(await marie.get("/api/v1/trends/tags")) == 3
    marie.house.clock.forward(minutes=11)
    assert len(await marie.get("/api/v1/trends/tags")) == 4
    marie.house.clock.forward(days=8)
    assert await marie.get("/api/v1/trends/tags") == await marie.get("/api/v1/trends/statuses") == []
    assert await marie.get("/api/v1/trends/links") == []


async def found_by(app: App, q: str, **query: str) -> list[str]:
    return ids((await app.ask("GET", "/api/v2/search", params={"q": q, "type": "statuses", **query}))["statuses"])


async def test_posts_are_found_by_their_words_by_those_who_may_read_them(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    first = await marie.post("L’État des **négociations** sur l’œuvre")
    second = await marie.post("Les negociations & l'etat", spoiler_text="Résumé")
    hidden = await marie.post("négociations secrètes", visibility="direct")
    assert await found_by(paul, "NEGOCIATIONS état") == [second["id"], first["id"]]
    assert await found_by(paul, "resume oeuvre") == []
    assert await found_by(paul, "oeuvre") == [first["id"]]
    assert await found_by(paul, "strong") == []
    assert await found_by(marie, "négociations") == [hidden["id"], second["id"], first["id"]]
    assert await found_by(marie, "négociations", limit="1", offset="1") == [second["id"]]
    assert await found_by(marie, "négociations", max_id=hidden["id"], min_id=first["id"]) == [second["id"]]
    assert await found_by(marie, "négociations", account_id=paul.id) == []
    before = await paul.get("/api/v1/search", q="oeuvre")
    assert (ids(before["statuses"]), before["hashtags"]) == ([first["id"]], [])
    await marie.post("#traité")
    assert (await paul.get("/api/v1/search", q="#tra"))["hashtags"] == ["traité"]
    await paul.towards(marie, "mute")
    assert await found_by(paul, "négociations") == []
