"""People of three nodes come to an event in Paris: where everybody may, up to the places; and where the organiser decides."""

from tests.federated.conftest import FederationOf, Json, Staff, settled, until

EVENT = {"starts_at": "2082-12-01T10:00", "ends_at": "2082-12-01T11:30", "timezone": "Europe/Paris", "place": "Salle 2"}


async def invited(person: Staff) -> Json:
    (read,) = [post for post in await person.home() if post["legation"]["event"]]
    return read


async def act(person: Staff, post: Json, what: str, *, expect: int = 200) -> Json:
    return await person.ask("POST", f"/api/v1/legation/events/{post['id']}/{what}", expect=expect)


async def answered(person: Staff, post: Json, state: str | None) -> None:
    async def is_so() -> bool:
        return bool((await person.ask("GET", f"/api/v1/statuses/{post['id']}"))["legation_attendance"] == state)

    await until(is_so)


async def test_up_to_the_places_and_again_when_one_is_free(federation_of: FederationOf) -> None:
    paris, tokyo, dakar = await federation_of(3)
    marie, ken, amina = await paris.staff("marie"), await tokyo.staff("ken"), await dakar.staff("amina")
    for person in (ken, amina):
        await person.follow(marie)
    event = await marie.post("Venez", legation={"title": "Réunion", "event": {**EVENT, "capacity": 1}})
    await settled(paris, tokyo, dakar)
    in_tokyo, in_dakar = await invited(ken), await invited(amina)
    same = {**event["legation"]["event"], "attending_count": 0}
    assert in_tokyo["legation"]["event"] == in_dakar["legation"]["event"] == same
    assert "Tuesday 1 December 2082, 10:00 to 11:30 (Europe/Paris)<br>Salle 2" in in_tokyo["content"]

    await act(ken, in_tokyo, "join")
    await answered(ken, in_tokyo, "coming")
    await act(amina, in_dakar, "join")
    await answered(amina, in_dakar, "refused")
    assert (await marie.ask("GET", f"/api/v1/statuses/{event['id']}"))["legation"]["event"]["attending_count"] == 1
    await act(ken, in_tokyo, "leave")
    await settled(paris, tokyo)
    await act(amina, in_dakar, "join")
    await answered(amina, in_dakar, "coming")
    shown = await marie.ask("GET", f"/api/v1/legation/events/{event['id']}/attendees")
    assert [(one["account"]["username"], one["state"]) for one in shown] == [("amina", "coming")]

    # Called off: also whoever comes and follows nobody hears of it.
    account = await amina.find(marie)
    await amina.ask("POST", f"/api/v1/accounts/{account['id']}/unfollow")
    await settled(paris, dakar)
    path = f"/api/v1/statuses/{event['id']}"
    await marie.ask("PUT", path, json={"legation": {"event": {"status": "cancelled"}}})
    await settled(paris, tokyo, dakar)
    seen = await amina.ask("GET", f"/api/v1/statuses/{in_dakar['id']}")
    assert (seen["legation"]["event"]["status"], seen["legation"]["event"]["attending_count"]) == ("cancelled", 1)
    assert ("update", "marie") in await amina.notifications()
    await act(ken, in_tokyo, "join", expect=422)


async def test_where_the_organiser_decides(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    marie, ken = await paris.staff("marie"), await tokyo.staff("ken")
    await ken.follow(marie)
    event = await marie.post("Venez", legation={"title": "Réunion", "event": {**EVENT, "join_mode": "restricted"}})
    await settled(paris, tokyo)
    read = await invited(ken)
    assert (await act(ken, read, "join"))["legation_attendance"] == "asked"
    await settled(paris, tokyo)
    told = await marie.ask("GET", "/api/v1/notifications", params={"types[]": "event_join"})
    (asking,) = told
    assert (asking["account"]["username"], asking["status"]["id"]) == ("ken", event["id"])
    await act(marie, event, f"attendees/{asking['account']['id']}/perhaps")
    await answered(ken, read, "perhaps")
    (answer,) = await ken.ask("GET", "/api/v1/notifications", params={"types[]": "event_answer"})
    assert (answer["account"]["username"], answer["status"]["id"]) == ("marie", read["id"])
    await act(marie, event, f"attendees/{asking['account']['id']}/accept")
    await answered(ken, read, "coming")
    await act(marie, event, f"attendees/{asking['account']['id']}/refuse")
    await answered(ken, read, "refused")


async def test_people_are_invited(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    marie, jean = await paris.staff("marie"), await paris.staff("jean")
    ken, aiko = await tokyo.staff("ken"), await tokyo.staff("aiko")
    given = {**EVENT, "join_mode": "invite", "capacity": 1}
    event = await marie.post("Venez", legation={"title": "Réunion", "event": given})
    people = [(await marie.find(one))["id"] for one in (ken, aiko)]
    path = f"/api/v1/legation/events/{event['id']}"
    await marie.ask("POST", f"{path}/invite", json={"account_ids": people})
    await settled(paris, tokyo)
    told = {
        one: await one.ask("GET", "/api/v1/notifications", params={"types[]": "event_invite"}) for one in (ken, aiko)
    }
    (told_ken,), (told_aiko,) = told.values()
    read = told_ken["status"]  # nobody in Tokyo follows marie: it was fetched
    assert (told_ken["account"]["username"], read["uri"]) == ("marie", event["uri"])
    assert read["legation_attendance"] == "invited"
    await act(jean, event, "join", expect=422)

    assert (await act(ken, read, "join"))["legation_attendance"] == "coming"
    await settled(paris, tokyo)
    await act(aiko, told_aiko["status"], "join")
    await answered(aiko, read, "refused")  # there was one place
    shown = await marie.ask("GET", f"{path}/attendees")
    assert {one["account"]["username"]: one["state"] for one in shown} == {"ken": "coming", "aiko": "refused"}

    await act(ken, read, "leave")
    await settled(paris, tokyo)
    await marie.ask("POST", f"{path}/invite", json={"account_ids": [(await marie.find(jean))["id"]]})
    await act(jean, event, "leave")
    shown = await marie.ask("GET", f"{path}/attendees")
    assert [(one["account"]["username"], one["state"]) for one in shown] == [("aiko", "refused")]
