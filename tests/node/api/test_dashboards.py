"""What apps for moderators and administrators ask for beside people, reports and nodes; and what apps offer to strangers."""

from tests.node.api.conftest import AppOf, Json

BLOCKS = {
    "domain_blocks": "allowlist",
    "ip_blocks": "Nobody registers",
    "email_domain_blocks": "Nobody registers",
    "canonical_email_blocks": "Nobody registers",
}


async def test_lists_of_blocks_are_empty_and_say_what_to_do_instead(app_of: AppOf) -> None:
    claire = await app_of("claire", role="admin")
    for kind, words in BLOCKS.items():
        path = f"/api/v1/admin/{kind}"
        assert await claire.get(path) == []
        assert words in (await claire.ask("POST", path, json={"domain": "x.example"}, expect=403))["error"]
        await claire.get(f"{path}/1", expect=404)
        await claire.ask("DELETE", f"{path}/1", expect=404)
    tested = await claire.ask("POST", "/api/v1/admin/canonical_email_blocks/test", json={"email": "a@b.example"})
    assert tested == []


async def test_moderators_see_trends_and_hear_that_they_are_not_reviewed(app_of: AppOf) -> None:
    ines, paul = await app_of("ines", role="moderator"), await app_of("paul")
    post = await paul.post("#sommet à Dakar")
    await ines.act(post, "favourite")
    path = "/api/v1/admin/trends"
    (tag,) = await ines.get(f"{path}/tags")
    assert (tag["name"], tag["trendable"], tag["requires_review"]) == ("sommet", True, False)
    (shown,) = await ines.get(f"{path}/statuses")
    assert (shown["id"], shown["requires_review"]) == (post["id"], False)
    assert await ines.get(f"{path}/links") == []
    for kind, identifier in (("tags", tag["id"]), ("statuses", post["id"])):
        assert (await ines.ask("POST", f"{path}/{kind}/{identifier}/approve"))["id"] == identifier
        refusal = await ines.ask("POST", f"{path}/{kind}/{identifier}/reject", expect=403)
        assert "not reviewed" in refusal["error"]
        await ines.ask("POST", f"{path}/{kind}/1/reject", expect=404)


async def test_numbers_are_of_the_whole_node_and_say_nothing_of_few(app_of: AppOf) -> None:
    ines = await app_of("ines", role="moderator")
    day = ines.house.node.now().date().isoformat()
    period = {"start_at": day, "end_at": day}

    async def measured(*keys: str, **more: Json) -> dict[str, str]:
        sent = {"keys": list(keys), **period, **more}
        found = await ines.ask("POST", "/api/v1/admin/measures", json=sent)
        assert all([one["value"] for one in each["data"]] == [each["total"]] for each in found)
        return {each["key"]: each["total"] for each in found}

    people = [await app_of(f"agent{number}") for number in range(9)]
    for person in people:
        await person.post("Bonjour #sommet")
    assert await measured("active_users", "unknown", "new_users") == {"active_users": "0", "new_users": "10"}
    await ines.post("Bonjour")
    assert await measured("active_users") == {"active_users": "10"}
    (tag,) = (await ines.get("/api/v2/search", q="sommet", type="hashtags"))["hashtags"]
    assert await measured("tag_uses", tag_uses={"id": tag["id"]}) == {"tag_uses": "9"}
    assert await measured("opened_reports") == {"opened_reports": "0"}

    form = {"keys[]": "languages", "start_at": day, "end_at": day}
    (languages,) = await ines.ask("POST", "/api/v1/admin/dimensions", data=form)
    assert languages == {"key": "languages", "data": [{"key": "fr", "human_key": "fr", "value": "10"}]}
    asked = {"keys": ["space_usage", "software_versions", "servers"], **period}
    room, software, nodes = await ines.ask("POST", "/api/v1/admin/dimensions", json=asked)
    assert [(each["key"], each["unit"]) for each in room["data"]] == [("database", "bytes"), ("media", "bytes")]
    assert int(room["data"][0]["value"]) > 100_000
    assert [each["key"] for each in software["data"]] == ["legation", "python"]
    assert [(each["human_key"], each["value"]) for each in nodes["data"]] == [(ines.house.node.settings.domain, "10")]
    assert await ines.ask("POST", "/api/v1/admin/retention", json=period) == []
    for wrong in (
        {"start_at": day},
        {"start_at": day, "end_at": "2020-01-01"},
        {"start_at": "2020-01-01", "end_at": day},
    ):
        await ines.ask("POST", "/api/v1/admin/measures", json={"keys": ["new_users"], **wrong}, expect=422)


async def test_nobody_registers_by_themselves(app_of: AppOf) -> None:
    marie = await app_of("marie")
    sent = {"username": "x", "email": "x@y.example", "password": "x" * 12, "agreement": True, "locale": "fr"}
    assert "not open" in (await marie.ask("POST", "/api/v1/accounts", json=sent, expect=403))["error"]
    await marie.ask("POST", "/api/v1/emails/confirmations", expect=403)


async def test_a_post_as_a_quotation_for_whoever_may_read_it(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    post = await marie.post("Un <b>mot</b>")
    shown = await paul.get("/api/oembed", url=f"{post['url']}?x=1", maxwidth="200")
    assert (shown["author_name"], shown["width"], shown["height"]) == ("Marie", 200, None)
    assert shown["html"].startswith(f'<blockquote cite="{post["url"]}"><p>Un &lt;b&gt;mot&lt;/b&gt;</p>')
    hidden = await marie.post("Pour moi", visibility="direct")
    for url in (hidden["url"], "https://elsewhere.example/@marie/1", f"{paul.house.url}/@marie/x", f"{post['url']}/y"):
        await paul.get("/api/oembed", url=url, expect=404)


async def test_an_app_learns_the_picture_of_its_person(app_of: AppOf) -> None:
    marie = await app_of("marie")
    async with marie.house.client.get("/oauth/userinfo", headers=marie._headers) as answer:
        said = await answer.json()
    assert said["picture"] == (await marie.get("/api/v1/accounts/verify_credentials"))["avatar"]
