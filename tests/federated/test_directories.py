"""The directories of two nodes: whom nobody follows yet is found at the other node, and followed with one click; communities too."""

from datetime import timedelta

import pytest

from federation import directories
from federation.client import Budget
from federation.errors import NotThere
from federation.strict_json import JsonObject
from federation.vocabulary import as_list
from node.actions import cards, communities
from node.actions.communities import Founding
from storage import accounts, directory, readership, staff
from storage import communities as rows
from storage.accounts import Account
from storage.cards import Card
from storage.ids import AccountId
from tests import loopback
from tests.federated.conftest import PASSWORD, FederationOf, Place, settled, until
from tests.node.web.browser import Browser


async def knows(place: Place, name: str, host: str) -> Account | None:
    found = await place.running.node.store.read(accounts.by_handle, name, host)
    return found if found is not None and found.discoverable else None


async def later(place: Place, **by: float) -> None:
    """So much time goes by for a node, which looks what there is to do."""
    place.ahead += timedelta(**by)
    place.running.node.federation.directories.look()


async def test_a_colleague_whom_nobody_follows_is_found_and_followed(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    await paris.staff("marie")
    await tokyo.staff("ken")
    federation = tokyo.running.node.federation
    await cards.describe(
        federation, "ken", display_name="Ken Satō", card=Card("Attaché naval", place="Tokyo"), by="x", source="x"
    )
    wanted = Founding("presse", "Salle de presse", closed=True, is_for_members=True)
    founder = await tokyo.running.node.store.read(accounts.get, await _id(tokyo, "ken"))
    community = await communities.found(tokyo.running.node, founder, wanted, source="x")
    for place in (tokyo, paris):
        await later(place, minutes=2)
    await until(lambda: knows(paris, "ken", tokyo.host))
    press = await knows(paris, "presse", tokyo.host)
    assert press is not None
    assert (press.kind, press.display_name, press.locked) == ("Group", "Salle de presse", True)
    led = await paris.running.node.store.read(rows.find, press.id)
    assert led is not None
    assert (led.is_for_members, led.managers_uri) == (True, f"{community.uri}/moderators")
    told = await paris.running.node.store.read(readership.everybody)
    here = await paris.running.node.store.read(readership.here)
    there = await tokyo.running.node.store.read(directory.listed_here)
    assert (told.people, told.silent) == (here.people + there, 0)
    async with loopback.session(base_url=paris.base_url) as at_paris:
        marie = Browser(at_paris)
        await marie.sign_in("marie", PASSWORD)
        found = await marie.open("/people?q=naval")
        assert "1 personne trouvée" in found.text
        assert "Ken Satō Tokyo Attaché naval Tokyo" in found.text
        await marie.send(found, found.action("/follow"))
        await settled(paris, tokyo)
        shown = await marie.open(f"/@ken@{tokyo.host}")
        assert "Attaché naval" in shown.text
        assert "Ne plus suivre" in shown.text

    await tokyo.running.node.store.write(staff.disable, await _id(tokyo, "ken"))
    await tokyo.running.node.store.write(rows.close, community.id)
    await tokyo.staff("yuki")
    await later(tokyo, hours=7)
    await later(paris, hours=7)
    await until(lambda: knows(paris, "yuki", tokyo.host))
    assert await knows(paris, "ken", tokyo.host) is None
    assert await knows(paris, "presse", tokyo.host) is None


async def _id(place: Place, name: str) -> AccountId:
    return (await place.running.node.store.read(staff.get, name)).account_id


async def test_a_directory_is_for_admitted_nodes_and_says_only_what_its_own_origin_may_say(
    federation_of: FederationOf,
) -> None:
    paris, tokyo = await federation_of(2)
    await tokyo.staff("ken")
    async with paris.session.get(f"{tokyo.base_url}/actor/directory") as answer:
        assert answer.status == 401
    await later(tokyo, minutes=1)
    client = paris.running.node.federation.client
    whole = (await client.get_document(f"{tokyo.base_url}/actor/directory", budget=Budget())).json
    page: JsonObject = (await client.get_document(str(whole["first"]), budget=Budget())).json
    entries = [entry for entry in as_list(page["orderedItems"]) if entry["preferredUsername"] == "ken"]
    assert (whole["totalItems"], page["totalItems"]) == (2, 2)
    assert "publicKey" not in entries[0]
    assert "assertionMethod" not in entries[0]
    forged = [{**entries[0], "inbox": "https://evil.example/inbox"}, {"id": entries[0]["id"], "type": "Person"}, {}]
    for entry in forged:
        await paris.running.node.store.write(directories.keep, [entry], within=str(page["id"]))
        assert await knows(paris, "ken", tokyo.host) is None
    await paris.running.node.store.write(directories.keep, entries, within="https://evil.example/actor/directory")
    assert await knows(paris, "ken", tokyo.host) is None
    await paris.running.node.store.write(directories.keep, entries, within=str(page["id"]))
    assert await knows(paris, "ken", tokyo.host) is not None
    for after in ("x", "-1", "9" * 30):
        with pytest.raises(NotThere):
            await client.get_document(f"{tokyo.base_url}/actor/directory?after={after}", budget=Budget())
