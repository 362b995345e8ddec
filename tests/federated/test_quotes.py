"""Quotes between nodes: with leave they are shown everywhere, and no longer when it is taken back."""

from datetime import timedelta

from federation.backfill import COOL_DOWN
from storage import quotes
from storage.ids import PostId
from storage.store import Unit
from tests.federated.conftest import FederationOf, Json, Place, Staff, settled, whole


async def found_by(reader: Staff, text: str) -> Json:
    """A post of the journal, by its text."""
    return next(each for each in await reader.home() if text in each["content"])


async def quote_of(reader: Staff, text: str) -> tuple[str, str | None]:
    """How a quote is shown: its state, and the text that is quoted."""
    quote = (await found_by(reader, text))["quote"]
    quoted = quote["quoted_status"]
    return quote["state"], quoted and quoted["content"]


async def lose_stamps(place: Place) -> None:
    """Have it be as if Paris had been away when this node asked for the stamp of the only quote here."""

    def lose(unit: Unit) -> None:
        (quoting,) = unit.all(PostId, "select post_id from quotes")
        quote = quotes.find(unit, quoting)
        assert quote is not None
        quotes.settle(unit, quote, quotes.PENDING)
        unit.run("delete from quote_stamps")

    await place.running.node.store.write(lose)


async def rest(places: list[Place]) -> None:
    """Wait until questions, answers, and what follows from them have arrived."""
    for _ in range(3):
        await settled(*places)


async def test_a_quote_is_shown_everywhere_with_leave_and_nowhere_once_it_is_taken_back(
    federation_of: FederationOf,
) -> None:
    places = await federation_of(3)
    paris, tokyo, dakar = places
    marie, ken, awa = await paris.staff("marie"), await tokyo.staff("ken"), await dakar.staff("awa")
    await ken.follow(marie)
    await awa.follow(ken)
    post = await marie.post("Le point")
    await rest(places)
    read = await found_by(ken, "Le point")
    made = await ken.post("À lire", quoted_status_id=read["id"])
    assert made["quote"]["state"] == "pending"
    await rest(places)

    for reader in (ken, awa):  # Dakar has asked Paris for the post and the stamp
        assert await quote_of(reader, "À lire") == ("accepted", "<p>Le point</p>")
    around = f"/api/v1/statuses/{(await found_by(awa, 'À lire'))['id']}/context"
    for later, state in ((timedelta(), "accepted"), (timedelta(), "pending"), (COOL_DOWN, "accepted")):
        for place in places:
            place.ahead = later
        await lose_stamps(dakar)
        assert await quote_of(awa, "À lire") == ("pending", None)
        await awa.ask("GET", around)  # Dakar asks again, once in a while
        await whole(dakar)
        assert (await quote_of(awa, "À lire"))[0] == state
    (by,) = await marie.ask("GET", f"/api/v1/statuses/{post['id']}/quotes")
    assert (by["account"]["username"], by["quote"]["quoted_status"]["id"]) == ("ken", post["id"])
    seen = await marie.ask("GET", f"/api/v1/statuses/{post['id']}")
    assert seen["quotes_count"] == 1
    assert (await found_by(awa, "À lire"))["edited_at"] is None
    (told,) = await marie.ask("GET", "/api/v1/notifications?types[]=quote")
    assert (told["account"]["username"], told["status"]["id"]) == ("ken", by["id"])

    answer = await marie.ask("POST", f"/api/v1/statuses/{post['id']}/quotes/{by['id']}/revoke")
    assert answer["quote"] == {"state": "revoked", "quoted_status": None}
    await rest(places)
    for reader in (ken, awa):
        assert await quote_of(reader, "À lire") == ("revoked", None)
        assert 'class="quote-inline"' in (await found_by(reader, "À lire"))["content"]
    assert (await marie.ask("GET", f"/api/v1/statuses/{post['id']}"))["quotes_count"] == 0


async def test_an_edit_reaches_those_who_quoted_and_a_removed_post_leaves_its_quote_empty(
    federation_of: FederationOf,
) -> None:
    places = await federation_of(2)
    marie, ken = await places[0].staff("marie"), await places[1].staff("ken")
    await ken.follow(marie)
    post = await marie.post("Avant")
    await rest(places)
    await ken.post("À lire", quoted_status_id=(await found_by(ken, "Avant"))["id"])
    await rest(places)
    await marie.ask("PUT", f"/api/v1/statuses/{post['id']}", json={"status": "Après"})
    await rest(places)
    assert await quote_of(ken, "À lire") == ("accepted", "<p>Après</p>")
    (told,) = await ken.ask("GET", "/api/v1/notifications?types[]=quoted_update")
    assert told["account"]["username"] == "marie"
    await marie.ask("DELETE", f"/api/v1/statuses/{post['id']}")
    await rest(places)
    assert await quote_of(ken, "À lire") == ("deleted", None)


CLOSED = {"automatic": [], "manual": [], "current_user": "denied"}


async def test_who_may_quote_is_known_elsewhere_and_a_change_of_it_is_no_edit(federation_of: FederationOf) -> None:
    places = await federation_of(2)
    marie, ken = await places[0].staff("marie"), await places[1].staff("ken")
    await ken.follow(marie)
    followers = {"automatic": ["followers"], "manual": [], "current_user": "automatic"}
    post: Json = None
    for text, how, approval in (
        ("Un", {"quote_approval_policy": "nobody"}, CLOSED),
        ("Deux", {"visibility": "private"}, CLOSED),
        ("Trois", {"quote_approval_policy": "followers"}, followers),
    ):
        post = await marie.post(text, **how)
        await rest(places)
        read = await found_by(ken, text)
        assert read["quote_approval"] == approval
        if approval is CLOSED:
            refused = {"status": "À lire", "quoted_status_id": read["id"]}
            answer = await ken.ask("POST", "/api/v1/statuses", json=refused, expect=422)
            assert answer["error"] == "Validation failed: This post may not be quoted"
    path = f"/api/v1/statuses/{post['id']}/interaction_policy"
    changed = await marie.ask("PUT", path, json={"quote_approval_policy": "nobody"})
    assert changed["quote_approval"] == {"automatic": [], "manual": [], "current_user": "automatic"}
    await rest(places)
    read = await found_by(ken, "Trois")
    assert (read["quote_approval"], read["edited_at"]) == (CLOSED, None)
