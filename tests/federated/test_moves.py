"""Somebody goes to work elsewhere: the administrators of both nodes do it with the command, and followers come along."""

import asyncio
from pathlib import Path

from storage import audit
from tests.federated.conftest import FederationOf, Json, Place, Staff, settled, until
from tests.node.command.conftest import Said, run_here


async def command(place: Place, data: Path, *arguments: str) -> Said:
    return await asyncio.to_thread(run_here, *arguments, "--data", data / place.settings.name.lower())


async def relation(person: Staff, account: Json) -> tuple[bool, bool]:
    (found,) = await person.ask("GET", "/api/v1/accounts/relationships", params={"id[]": account["id"]})
    return found["following"], found["requested"]


async def acts(place: Place) -> list[str]:
    sql = "select act from audit order by id"
    assert await place.running.node.store.read(audit.verify) is None
    return await place.running.node.store.read(lambda unit: unit.all(str, sql))


async def test_followers_go_along_from_paris_to_tokyo(federation_of: FederationOf, tmp_path: Path) -> None:
    paris, tokyo, dakar = await federation_of(3)
    marie, paul, amina = await paris.staff("marie"), await paris.staff("paul"), await dakar.staff("amina")
    new = await tokyo.staff("delorme")
    for follower in (paul, amina):
        await follower.follow(marie)
    old = await marie.post("Avant")

    too_early = await command(paris, tmp_path, "staff", "moves", "marie", "--to", new.handle)
    assert f"legation staff arrives delorme --from marie@{paris.host}" in too_early.sentence
    said = await command(tokyo, tmp_path, "staff", "arrives", "delorme", "--from", marie.handle, "--json")
    assert said.json["also_known_as"] == [said.json["from"]]
    said = await command(paris, tmp_path, "staff", "moves", "marie", "--to", new.handle, "--json")
    assert (said.json["name"], said.json["followers"]) == ("marie", 2)
    again = await command(paris, tmp_path, "staff", "moves", "marie", "--to", new.handle)
    assert "once in 7 days at most" in again.sentence
    assert (await acts(tokyo))[-1] == "staff.arrive"
    assert (await acts(paris))[-1] == "staff.move"

    for follower in (paul, amina):
        there, left = await follower.find(new), await follower.find(marie)
        await until(lambda follower=follower, there=there: follower.follows(there["id"]))  # type: ignore[misc]
        assert await relation(follower, left) == (False, False)
        shown = await follower.ask("GET", f"/api/v1/accounts/{left['id']}")
        assert shown["moved"]["acct"] == f"delorme@{tokyo.host}"
        await follower.ask("POST", f"/api/v1/accounts/{left['id']}/follow", expect=422)
    await settled(paris, tokyo, dakar)
    await new.post("Depuis Tokyo")
    await settled(paris, tokyo, dakar)
    assert "Depuis Tokyo" in await amina.texts()

    # The old account speaks no more and says why; what it wrote stays.
    refused = await marie.ask("POST", "/api/v1/statuses", expect=422, json={"status": "Encore"})
    assert "You work at another node now" in refused["error"]
    shared = await paul.post("À partager")
    await marie.ask("POST", f"/api/v1/statuses/{shared['id']}/reblog", expect=422)
    read = await paul.ask("GET", f"/api/v1/statuses/{old['id']}")
    assert read["account"]["moved"]["acct"] == f"delorme@{tokyo.host}"


async def test_whoever_comes_back_writes_again(federation_of: FederationOf, tmp_path: Path) -> None:
    paris, tokyo = await federation_of(2)
    marie, new = await paris.staff("marie"), await tokyo.staff("marie")
    for place, verb, name, option, other in (
        (tokyo, "arrives", "marie", "--from", marie.handle),
        (paris, "moves", "marie", "--to", new.handle),
        (paris, "arrives", "marie", "--from", new.handle),
        (tokyo, "moves", "marie", "--to", marie.handle),
    ):
        assert (await command(place, tmp_path, "staff", verb, name, option, other)).code == 0
    await until(lambda: writes(marie))
    await settled(paris, tokyo)
    refused = await new.ask("POST", "/api/v1/statuses", expect=422, json={"status": "Encore"})
    assert "You work at another node now" in refused["error"]


async def writes(person: Staff) -> bool:
    """Whether they may; the node that runs hears of the command a moment later."""
    headers = {"Authorization": f"Bearer {person._token}"}
    address = person.place.base_url + "/api/v1/statuses"
    async with person.place.session.post(address, json={"status": "Retour"}, headers=headers) as response:
        await response.read()
        return response.status == 200
