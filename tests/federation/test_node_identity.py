"""A peer's node is known by its keys: what an old one vouches for counts, anything else waits for an administrator; and exchange may rest."""

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from federation import documents, node_identity
from federation.audience import Audience, inboxes
from federation.client import Budget
from federation.errors import FetchFailed
from federation.signatures import keys as signing_keys
from federation.strict_json import JsonObject, dumps
from storage import accounts, deliveries, node_keys, peers
from storage.accounts import Account
from storage.ids import AccountId
from storage.store import Unit
from tests.federation.conftest import until
from tests.federation.test_inbox import Scene, activity, note, scene

__all__ = ["scene"]

NODE = "tokyo"
"""The name of the node's own actor."""


def shows(scene: Scene, *keys: rsa.RSAPrivateKey) -> JsonObject:
    """The node's own actor shows these keys, named k0, k1 …"""
    uri = f"{scene.peer.base_url}/users/{NODE}"
    shown = [
        {"id": f"{uri}#k{number}", "owner": uri, "publicKeyPem": signing_keys.public_to_pem(key.public_key())}
        for number, key in enumerate(keys)
    ]
    return scene.peer.actor(NODE, type="Application", publicKey=shown)


async def meet(scene: Scene, *keys: rsa.RSAPrivateKey) -> None:
    """First contact with the node."""
    shows(scene, *keys)
    await scene.side.federation.gathering.actor(f"{scene.peer.base_url}/users/{NODE}", budget=Budget())


def print_of(key: rsa.RSAPrivateKey) -> str:
    return signing_keys.fingerprint(key.public_key())


async def tell(scene: Scene, name: str, key: rsa.RSAPrivateKey, *, key_id: str) -> int:
    """The node says something of itself, signed with this key."""
    uri = f"{scene.peer.base_url}/users/{NODE}"
    document = activity("Update", uri, scene.peer.offers[f"/users/{NODE}"], name)
    return await scene.send(document, key=key, key_id=f"{uri}#{key_id}")


async def identity(scene: Scene) -> tuple[list[tuple[str, str | None]], list[str]]:
    """By which keys the node is known and who confirmed each; and which wait."""
    found = await scene.side.store.read(node_identity.of, scene.peer.host)
    return [(key.fingerprint, key.confirmed_by) for key in found.known], list(found.held)


async def test_a_key_that_the_old_one_vouches_for_takes_its_place(
    scene: Scene, rsa_keys: list[rsa.RSAPrivateKey]
) -> None:
    old, new = rsa_keys[0], rsa_keys[1]
    await meet(scene, old)
    assert await identity(scene) == ([(print_of(old), None)], [])
    assert await scene.side.store.write(node_identity.confirm, scene.peer.host, [print_of(old)], by="claire")

    await meet(scene, old, new)  # seen before the old key has said so
    assert await tell(scene, "2", new, key_id="k1") == 403
    assert await tell(scene, "2", old, key_id="k0") == 202
    assert await identity(scene) == (sorted([(print_of(old), "claire"), (print_of(new), "claire")]), [])
    assert await tell(scene, "3", new, key_id="k1") == 202


async def test_a_key_that_nobody_vouches_for_waits_for_an_administrator(
    scene: Scene, rsa_keys: list[rsa.RSAPrivateKey]
) -> None:
    old, new = rsa_keys[0], rsa_keys[1]
    await meet(scene, old)
    shows(scene, new)  # under the same name
    scene.side.federation.peer_keys._asked.clear()  # as if minutes had passed
    assert await tell(scene, "2", new, key_id="k0") == 403
    assert await identity(scene) == ([(print_of(old), None)], [print_of(new)])
    assert await scene.side.store.read(node_keys.holding) == [scene.peer.host]
    # It cannot be made good by saying that it is somebody else now; people of the node are as they were.
    scene.peer.actor(NODE, **(shows(scene, new) | {"type": "Person"}))
    await scene.side.federation.gathering.actor(f"{scene.peer.base_url}/users/{NODE}", budget=Budget())
    assert await tell(scene, "3", new, key_id="k0") == 403
    assert await scene.send(activity("Create", scene.eve, note(scene.eve))) == 202
    assert await scene.public() == ["<p>Note 1</p>"]

    confirm = node_identity.confirm
    assert not await scene.side.store.write(confirm, scene.peer.host, [print_of(old)], by="claire")
    assert await tell(scene, "4", new, key_id="k0") == 403
    assert await scene.side.store.write(confirm, scene.peer.host, [print_of(new)], by="claire")
    assert await tell(scene, "5", new, key_id="k0") == 202
    assert await identity(scene) == ([(print_of(new), "claire")], [])
    assert await scene.side.store.read(node_keys.holding) == []


# ---- exchange rests -------------------------------------------------------------------------------------------------


def _tell(unit: Unit, marie: Account, people: list[AccountId]) -> None:
    document = documents.act("Update", marie, marie.uri, uri=f"{marie.uri}#1", to=[])
    going_to = inboxes(unit, Audience(frozenset(people)))
    deliveries.add(unit, uri=f"{marie.uri}#1", actor=marie.id, body=dumps(document), inboxes=going_to)


async def test_while_exchange_rests_nothing_goes_and_nothing_comes_and_nothing_is_lost(scene: Scene) -> None:
    store = scene.side.store
    marie, eve = await store.read(accounts.by_handle, "marie"), await store.read(accounts.by_uri, scene.eve)
    assert marie is not None
    assert eve is not None
    assert await store.write(peers.pause, scene.peer.host, by="claire")
    scene.peer.asked.clear()
    assert await scene.send(activity("Create", scene.eve, note(scene.eve))) == 503
    assert (await scene.peer.get(marie.uri))[0] == 503
    await store.write(_tell, marie, [eve.id])
    with pytest.raises(FetchFailed) as failed:
        await scene.side.federation.gathering.actor(scene.eve, budget=Budget())
    assert failed.value.temporary
    assert [each.waiting for each in await store.read(deliveries.waiting_by_host)] == [1]
    assert scene.peer.asked == []

    scene.peer.offers["/users/eve/inbox"] = {}
    assert await store.write(peers.resume, scene.peer.host, by="claire")

    async def has_gone() -> bool:
        return not await store.read(deliveries.waiting_by_host)

    await until(has_gone)
    assert [each["type"] for each in scene.peer.took] == ["Update"]
    assert await scene.send(activity("Create", scene.eve, note(scene.eve))) == 202
    assert await scene.public() == ["<p>Note 1</p>"]
