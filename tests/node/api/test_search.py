"""Search through the client API: people, tags, and a post by its address."""

from typing import Any

from storage import accounts
from storage.cards import Card
from tests.node.api import shapes
from tests.node.api.conftest import AppOf

PATH = "/api/v2/search"
SEARCH: shapes.Shape = {"accounts": [shapes.ACCOUNT], "statuses": [shapes.STATUS], "hashtags": [shapes.TAG]}


async def test_each_kind_has_its_list(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    made = await marie.post("#paulownia")
    found = await marie.get(PATH, q="paul")
    assert shapes.wrong(found, SEARCH) == []
    assert [one["id"] for one in found["accounts"]] == [paul.id]
    assert [one["name"] for one in found["hashtags"]] == ["paulownia"]
    by_address = await marie.get(PATH, q=made["url"])
    assert shapes.wrong(by_address, SEARCH) == []
    assert [one["id"] for one in by_address["statuses"]] == [made["id"]]
    only = await marie.get(PATH, q="paul", type="hashtags")
    assert (only["accounts"], len(only["hashtags"])) == ([], 1)
    assert (await marie.get(PATH, q="paul", type="accounts", following="true"))["accounts"] == []
    assert (await marie.get(PATH, q="paul", type="accounts", offset="1"))["accounts"] == []
    await marie.get(PATH, expect=422)


async def test_posts_are_found_by_their_words(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    first = await marie.post("Les visas de l’État")
    second = await paul.post("etat d’un VISA", spoiler_text="Objet")
    hidden = await paul.post("visa", visibility="direct")

    async def ids(**query: Any) -> list[str]:
        found = await marie.get(PATH, type="statuses", **query)
        return [one["id"] for one in found["statuses"]]

    assert await ids(q="état visa") == [second["id"], first["id"]]
    assert await ids(q="visa objet") == [second["id"]]
    assert await ids(q="visa", account_id=marie.id) == [first["id"]]
    assert await ids(q="visa", limit="1", offset="1") == [first["id"]]
    assert await ids(q="visa", max_id=second["id"]) == [first["id"]]
    assert await ids(q="visa", min_id=first["id"]) == [second["id"]]
    assert await ids(q="visa AND * ( \" ' : ! &") == []
    assert hidden["id"] not in await ids(q="visa")
    await marie.ask("PUT", f"/api/v1/statuses/{first['id']}", json={"status": "autre chose"})
    assert await ids(q="visa") == [second["id"]]
    await paul.ask("DELETE", f"/api/v1/statuses/{second['id']}")
    assert await ids(q="visa") == []


async def test_a_card_stands_in_the_profile_and_is_no_field_of_ones_own(app_of: AppOf) -> None:
    marie = await app_of("marie")
    card = Card("Attachée <presse>", place="Tokyo", languages=("ja",))
    await marie.house.node.store.write(accounts.change_card, marie.account.id, display_name="Marie", card=card)
    own = await marie.get("/api/v1/accounts/verify_credentials")
    assert [(field["name"], field["value"]) for field in own["fields"]] == [
        ("Fonction", "Attachée &lt;presse&gt;"),
        ("Poste", "Tokyo"),
        ("Langues", "japonais"),
    ]
    assert own["source"]["fields"] == []
    changed = await marie.ask(
        "PATCH",
        "/api/v1/accounts/update_credentials",
        json={"fields_attributes": [{"name": "Bureau", "value": "B 214"}]},
    )
    assert [field["name"] for field in changed["fields"]] == ["Fonction", "Poste", "Langues", "Bureau"]
    found = await marie.get("/api/v1/accounts/search", q="PRESSE")
    assert [one["id"] for one in found] == [marie.id]


async def test_an_address_shows_no_more_than_one_may_see(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    hidden = await marie.post("Pour moi", visibility="direct")
    for address in (hidden["url"], hidden["uri"]):
        for resolve in ("true", "false"):
            assert (await paul.get(PATH, q=address, resolve=resolve))["statuses"] == []
        assert len((await marie.get(PATH, q=address))["statuses"]) == 1


async def test_a_node_that_is_not_admitted_is_not_asked(app_of: AppOf) -> None:
    marie = await app_of("marie")
    for asked in ("@ken@tokyo.localhost:9", "http://tokyo.localhost:9/@ken/1"):
        assert await marie.get(PATH, q=asked, resolve="true") == {"accounts": [], "statuses": [], "hashtags": []}
