"""New keys in place of old ones: who is told, by which key, and what the old ones are still good for."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from federation import actors, key_rotation, signatures, strict_json
from federation.documents import OwnPublicKeys
from federation.own_keys import KEPT_FOR, OwnKeys
from federation.signatures import PublicKey, SignedRequest, proofs
from federation.signatures import keys as signing_keys
from federation.signatures.keys import Kind
from federation.strict_json import JsonObject
from storage import accounts, audit, deliveries, follows, keys, peers
from storage.accounts import Account
from storage.ids import AccountId, Host
from storage.store import Unit
from storage.vault import Vault
from tests.federation.conftest import Beside, Side, until
from tests.loopback import free_port


@dataclass
class Listener:
    """A peer that keeps what it is told, and by which keys."""

    host: Host
    signed_by: list[str] = field(default_factory=list)
    proven_by: list[str] = field(default_factory=list)
    told: list[JsonObject] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        target = URL(f"http://{self.host}{request.raw_path}", encoded=True)
        signed = SignedRequest("POST", target, CIMultiDict(request.headers), body)
        document = strict_json.loads(body)
        self.signed_by.append(signatures.key_id_of(signed))
        self.proven_by.append(next(proofs.verify(document, now=datetime.now(UTC))).key_id)
        self.told.append(document)
        return web.Response(status=202)


@pytest.fixture
async def tokyo(side: Side) -> AsyncIterator[Listener]:
    port = free_port()
    made = Listener(Host(f"tokyo.localhost:{port}"))
    app = web.Application()
    app.router.add_post("/inbox", made.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await side.store.write(peers.allow, made.host, by="test")
    yield made
    await runner.cleanup()


def somebody_of(unit: Unit, host: Host) -> Account:
    uri = f"http://{host}/users/ken"
    pem = signing_keys.public_to_pem(signing_keys.generate_ed25519().public_key())
    document: JsonObject = {
        "id": uri,
        "type": "Person",
        "preferredUsername": "ken",
        "inbox": f"{uri}/inbox",
        "endpoints": {"sharedInbox": f"http://{host}/inbox"},
        "publicKey": {"id": f"{uri}#k", "owner": uri, "publicKeyPem": pem},
    }
    return actors.keep(unit, document)


def follow(unit: Unit, follower: AccountId, followed: AccountId) -> None:
    follows.ask(unit, follower, followed, uri="urn:1")
    follows.accept(unit, follower, followed)


async def rotate(side: Side, account: Account, *, emergency: bool = False) -> dict[str, str]:
    """New keys by kind."""
    made = await key_rotation.rotate(
        side.store, side.federation.keys, account, emergency=emergency, domain=side.host, by="test", source="test"
    )
    return {row.kind: row.key_id for row in made}


async def settled(side: Side) -> None:
    async def is_empty() -> bool:
        return not await side.store.read(deliveries.waiting_by_host)

    await until(is_empty)


async def shown(side: Side, account: Account) -> OwnPublicKeys:
    return await side.federation.keys.public(account, make_rsa=False)


async def test_planned_the_old_key_tells_of_the_new_one_and_stays_beside_it(side: Side, tokyo: Listener) -> None:
    marie = await side.member("marie")
    ken = await side.store.write(somebody_of, tokyo.host)
    await side.store.write(follow, ken.id, marie.id)
    own = side.federation.keys
    old = {kind: (await own.key(marie.id, kind)).key_id for kind in Kind}
    new = await rotate(side, marie)
    await settled(side)

    assert set(new) == {"rsa", "ed25519"}
    assert set(new.values()).isdisjoint(old.values())
    assert tokyo.signed_by == tokyo.proven_by == [old[Kind.ED25519]]
    assert {kind.value: (await own.key(marie.id, kind)).key_id for kind in Kind} == new

    now = await shown(side, marie)
    assert now.rsa is not None
    assert now.rsa.key_id == new["rsa"]
    assert [key.key_id for key in now.ed25519] == [new["ed25519"], old[Kind.ED25519]]
    assert now.ed25519[0].expires is None
    assert now.ed25519[1].expires is not None
    assert timedelta(0) <= datetime.now(UTC) + KEPT_FOR - now.ed25519[1].expires < timedelta(minutes=1)

    told = tokyo.told[0]["object"]
    assert isinstance(told, dict)
    assert told["assertionMethod"] == [
        {
            "id": key.key_id,
            "type": "Multikey",
            "controller": marie.uri,
            "publicKeyMultibase": key.text,
            **(
                {"expires": key.expires.isoformat(timespec="milliseconds").replace("+00:00", "Z")}
                if key.expires
                else {}
            ),
        }
        for key in now.ed25519
    ]


async def test_in_an_emergency_the_old_keys_are_gone_and_every_peer_is_told_by_the_new_one(
    side: Side, tokyo: Listener
) -> None:
    """Nobody in Tokyo follows Marie: they may know her key all the same."""
    marie = await side.member("marie")
    await side.store.write(somebody_of, tokyo.host)
    own = side.federation.keys
    for kind in Kind:
        await own.key(marie.id, kind)
    new = await rotate(side, marie, emergency=True)
    await settled(side)
    assert tokyo.signed_by == tokyo.proven_by == [new["ed25519"]]
    assert [key.key_id for key in (await shown(side, marie)).ed25519] == [new["ed25519"]]
    assert {row.key_id for row in await side.store.read(keys.private, marie.id)} == set(new.values())


async def test_who_is_told_forgets_the_keys_that_are_gone(side: Side, tokyo: Listener) -> None:
    """What another node of ours does with the news: the keys of the actor are those that it shows now."""
    ken = await side.store.write(somebody_of, tokyo.host)
    before = await side.store.read(keys.public_of, ken.uri)
    await side.store.write(somebody_of, tokyo.host)
    after = await side.store.read(keys.public_of, ken.uri)
    assert [row.key_id for row in before] == [row.key_id for row in after] == [f"{ken.uri}#k"]
    assert before[0].pem != after[0].pem


async def test_an_account_without_an_rsa_key_gets_none(side: Side) -> None:
    marie = await side.member("marie")
    assert set(await rotate(side, marie)) == {"ed25519"}
    assert (await shown(side, marie)).rsa is None


async def test_the_node_itself_has_new_keys_too(side: Side, tokyo: Listener) -> None:
    node = await side.store.read(accounts.node_actor)
    await side.store.write(somebody_of, tokyo.host)
    old = await side.federation.keys.key(node.id, Kind.ED25519)
    new = await rotate(side, node, emergency=True)
    await settled(side)
    assert tokyo.signed_by == [new["ed25519"]]
    assert new["ed25519"] != old.key_id


async def test_names_of_keys_are_never_used_again(side: Side) -> None:
    marie = await side.member("marie")
    names = {(await side.federation.keys.key(marie.id, Kind.ED25519)).key_id}
    for emergency in (False, True, True, False, False):
        names.add((await rotate(side, marie, emergency=emergency))["ed25519"])
    assert len(names) == 6


async def test_another_process_signs_with_the_new_keys_at_once(side: Side, beside: Beside) -> None:
    marie = await side.member("marie")
    other = await beside()
    old = await other.keys.key(marie.id, Kind.ED25519)
    new = await rotate(side, marie, emergency=True)

    async def is_new() -> bool:
        return (await other.keys.key(marie.id, Kind.ED25519)).key_id == new["ed25519"]

    await until(is_new)
    assert old.key_id != new["ed25519"]


async def test_what_was_done_before_the_change_is_signed_with_the_key_of_then(side: Side) -> None:
    marie, own = await side.member("marie"), side.federation.keys
    old = await own.key(marie.id, Kind.ED25519)
    old_rsa = await own.key(marie.id, Kind.RSA)
    before = datetime.now(UTC) - timedelta(seconds=1)
    new = await rotate(side, marie)
    after = datetime.now(UTC) + timedelta(seconds=1)
    assert (await own.key(marie.id, Kind.ED25519, at=before)).key_id == old.key_id
    assert (await own.key(marie.id, Kind.ED25519, at=after)).key_id == new["ed25519"]
    assert (await own.key(marie.id, Kind.RSA, at=before)).key_id == new["rsa"] != old_rsa.key_id


async def test_after_a_week_the_old_key_is_used_and_shown_no_more(side: Side) -> None:
    marie = await side.member("marie")
    old = await side.federation.keys.key(marie.id, Kind.ED25519)
    before = datetime.now(UTC) - timedelta(seconds=1)
    new = await rotate(side, marie)
    later = OwnKeys(side.store, Vault(b"k" * 32), now=lambda: datetime.now(UTC) + KEPT_FOR + timedelta(seconds=1))
    assert (await later.key(marie.id, Kind.ED25519, at=before)).key_id == new["ed25519"]
    assert [key.key_id for key in (await later.public(marie, make_rsa=False)).ed25519] == [new["ed25519"]]

    def forget(unit: Unit, *, before: datetime) -> list[str]:
        keys.destroy_retired(unit, before=before)
        return [row.key_id for row in keys.private(unit, marie.id)]

    assert await side.store.write(forget, before=datetime.now(UTC) - KEPT_FOR) == [old.key_id, new["ed25519"]]
    assert await side.store.write(forget, before=datetime.now(UTC)) == [new["ed25519"]]


async def test_the_change_is_in_the_audit(side: Side) -> None:
    marie = await side.member("marie")
    new = await rotate(side, marie, emergency=True)
    entries = await side.store.read(lambda unit: unit.all(audit.Entry, f"{audit.SELECT} order by id"))
    assert (entries[-1].act, entries[-1].subject) == ("keys.rotate", "marie")
    assert new["ed25519"] in entries[-1].detail
    assert '"emergency":"yes"' in entries[-1].detail


async def test_keys_fit_what_is_shown_of_them(side: Side) -> None:
    marie = await side.member("marie")
    await rotate(side, marie)
    own = await side.federation.keys.key(marie.id, Kind.ED25519)
    newest = (await shown(side, marie)).ed25519[0]
    document = proofs.attach({"id": f"{marie.uri}#1", "actor": marie.uri}, own, now=datetime.now(UTC))
    steps = proofs.verify(document, now=datetime.now(UTC))
    next(steps)
    with pytest.raises(StopIteration):
        steps.send(PublicKey(newest.key_id, marie.uri, signing_keys.ed25519_from_multikey(newest.text)))
