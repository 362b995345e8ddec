"""How our own nodes sign for one another, seen from both ends."""

from federation import key_rotation
from federation.signatures.keys import Kind
from storage import accounts, keys, peers
from storage.store import Unit
from tests.federated.conftest import FederationOf, Place, settled


def kinds_of_staff(unit: Unit) -> set[str]:
    return {key.kind for key in keys.named(unit) if not key.username.startswith(("paris", "tokyo", "dakar"))}


async def ways(place: Place) -> set[str | None]:
    return {peer.way for peer in await place.running.node.store.read(peers.list_all)}


async def test_our_nodes_find_each_other_s_way_and_nobody_needs_an_rsa_key(federation_of: FederationOf) -> None:
    paris, tokyo, dakar = await federation_of(3)
    marie, ken, awa = await paris.staff("marie"), await tokyo.staff("ken"), await dakar.staff("awa")
    await ken.follow(marie)
    await awa.follow(marie)
    await marie.follow(ken)
    await marie.post("Bonjour")
    await ken.post("Konnichiwa")
    await settled(paris, tokyo, dakar)
    assert await ken.texts() == ["Konnichiwa", "Bonjour"]
    assert await awa.texts() == ["Bonjour"]
    assert sorted(await marie.texts()) == ["Bonjour", "Konnichiwa"]
    assert await ways(paris) == {"rfc9421-ed25519"}
    for place in (paris, tokyo, dakar):
        assert await ways(place) <= {"rfc9421-ed25519", None}
        assert await place.running.node.store.read(kinds_of_staff) <= {"ed25519"}


async def test_after_new_keys_people_hear_each_other_as_before(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    marie, ken = await paris.staff("marie"), await tokyo.staff("ken")
    await ken.follow(marie)
    await marie.post("Avant")
    await settled(paris, tokyo)
    for number, emergency in enumerate((False, True)):
        await renew(paris, "marie", emergency=emergency)
        await marie.post(f"Après {number}")
        await settled(paris, tokyo)
    assert await ken.texts() == ["Après 1", "Après 0", "Avant"]
    here = await paris.running.node.store.read(accounts.by_handle, "marie")
    assert here is not None
    shown = await paris.running.node.federation.keys.public(here, make_rsa=False)
    known = await tokyo.running.node.store.read(keys.public_of, here.uri)
    assert [row.key_id for row in known if row.proves] == [key.key_id for key in shown.ed25519]


async def renew(place: Place, name: str, *, emergency: bool) -> None:
    node = place.running.node
    account = await node.store.read(accounts.by_handle, name)
    assert account is not None
    assert (await node.federation.keys.key(account.id, Kind.ED25519)).key_id
    await key_rotation.rotate(
        node.store,
        node.federation.keys,
        account,
        emergency=emergency,
        domain=place.host,
        by="test",
        source="test",
    )
