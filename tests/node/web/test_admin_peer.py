"""What administrators see and decide of one node: who answers for it, whether exchange rests, by which keys it is known."""

from federation import actors
from federation.signatures import keys as signing_keys
from federation.strict_json import JsonObject
from storage import audit, node_keys
from storage.ids import Host
from storage.store import Unit
from tests.node.conftest import House
from tests.node.web.test_pages import Visit, visit

__all__ = ["visit"]


def _shows(unit: Unit, pem: str, *, known_by: str) -> None:
    uri = "https://tokyo.example/actor"
    document: JsonObject = {
        "id": uri,
        "type": "Application",
        "preferredUsername": "tokyo.example",
        "inbox": f"{uri}/inbox",
        "publicKey": {"id": f"{uri}#k", "owner": uri, "publicKeyPem": pem},
    }
    node_keys.pin(unit, uri, Host("tokyo.example"), [known_by])
    actors.keep(unit, document)


async def test_the_page_of_a_node_says_who_answers_for_it_and_lets_exchange_rest_and_keys_be_confirmed(
    house: House, visit: Visit
) -> None:
    admin, tokyo = await visit("claire", role="admin"), Host("tokyo.example")
    page = "/administration/nodes/tokyo.example"
    await admin.send(await admin.open("/administration/nodes"), "/administration/nodes", host=tokyo)
    assert "pas encore été rencontré" in (await admin.open(page)).text
    shown = await admin.send(await admin.open(page), f"{page}/contact", contact="x" * 501)
    assert (shown.status, "500 caractères au plus" in shown.text) == (422, True)
    await admin.send(await admin.open(page), f"{page}/contact", contact="Ingrid, +47")
    await admin.press(page, "/pause")
    listed = (await admin.open("/administration/nodes")).text
    assert ("En pause" in listed, "Ingrid, +47" in listed) == (True, True)
    await admin.press(page, "/resume")
    assert "En pause" not in (await admin.open("/administration/nodes")).text

    pem = signing_keys.public_to_pem(signing_keys.generate_ed25519().public_key())
    await house.node.store.write(_shows, pem, known_by="0a" * 32)
    assert "Sa clé a changé" in (await admin.open("/administration/nodes")).text
    before = await admin.open(page)
    other = signing_keys.public_to_pem(signing_keys.generate_ed25519().public_key())
    await house.node.store.write(_shows, other, known_by="0a" * 32)
    shown = await admin.send(before, f"{page}/confirm-key")
    assert (shown.status, "Rien n’est confirmé" in shown.text) == (422, True)
    shown = await admin.send(shown, f"{page}/confirm-key")
    assert "Confirmée par claire" in shown.text
    assert await house.node.store.read(node_keys.holding) == []
    acts = [entry.act for entry in await house.node.store.read(audit.entries, limit=4)]
    assert acts == ["peer.confirm-key", "peer.resume", "peer.pause", "peer.contact"]
