"""Proofs between nodes: what this node tells has one, and what it is told is believed by it, or refused for it."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from federation import documents, strict_json
from federation.client import Budget
from federation.documents import Words
from federation.proving import is_private
from federation.signatures import PublicKey, multibase, proofs
from federation.signatures import keys as signing_keys
from federation.signatures.freshness import http_date
from federation.signatures.keys import PrivateKey
from federation.signatures.proofs import Proven
from federation.strict_json import JsonObject, JsonValue
from storage import accounts, deliveries, follows, peers
from storage.accounts import Account
from storage.ids import AccountId, Host
from storage.store import Unit
from storage.visibility import Reach
from tests.federation.conftest import MakeRogue, Rogue, Side, until
from tests.federation.test_inbox import activity, note
from tests.loopback import free_port

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


@dataclass
class Author:
    """Somebody on a peer who has an Ed25519 key beside the RSA key of their node."""

    peer: Rogue
    name: str
    material: Ed25519PrivateKey = field(default_factory=signing_keys.generate_ed25519)

    @property
    def uri(self) -> str:
        return f"{self.peer.base_url}/users/{self.name}"

    @property
    def key_id(self) -> str:
        return f"{self.uri}#ed25519-key"

    def shows(self, *, multikey: bool = True, **changes: object) -> None:
        key: JsonValue = {
            "id": self.key_id,
            "type": "Multikey",
            "controller": self.uri,
            "publicKeyMultibase": signing_keys.multikey_of(self.material.public_key()),
        }
        self.peer.actor(self.name, **({"assertionMethod": [key]} if multikey else {}), **changes)

    def proves(self, document: JsonObject, *, key_id: str = "") -> JsonObject:
        return proofs.attach(document, PrivateKey(key_id or self.key_id, self.material), now=datetime.now(UTC))

    def create(self, name: str = "1") -> JsonObject:
        return activity("Create", self.uri, note(self.uri, name), name)


@dataclass
class Scene:
    """Eve in Tokyo, followed by Marie of this node; Dakar is another peer."""

    side: Side
    eve: Author
    dakar: Rogue

    async def send(self, document: JsonObject, *, by: Rogue | None = None, key_id: str = "") -> int:
        sender = by or self.eve.peer
        key = key_id or (f"{self.dakar.base_url}/users/bob#main-key" if sender is self.dakar else "")
        status = await sender.post(f"{self.side.base_url}/inbox", document, key_id=key or None)
        await self.side.settled()
        return status

    async def known(self) -> list[str]:
        sql = "select uri from posts order by id"
        return await self.side.store.read(lambda unit: unit.all(str, sql))


@pytest.fixture
async def scene(side: Side, rogue_peer: MakeRogue) -> Scene:
    tokyo, dakar = await rogue_peer("tokyo"), await rogue_peer("dakar")
    eve = Author(tokyo, "eve")
    eve.shows()
    dakar.actor("bob")
    marie = await side.member("marie")
    known = await side.federation.gathering.actor(eve.uri, budget=Budget())
    await side.store.write(follow, marie.id, known.id)
    return Scene(side, eve, dakar)


def follow(unit: Unit, follower: AccountId, followed: AccountId) -> None:
    follows.ask(unit, follower, followed, uri=f"urn:{follower}:{followed}")
    follows.accept(unit, follower, followed)


# ---- what this node is told ------------------------------------------------------------------------------------------


async def test_a_proven_activity_of_its_own_actor_is_taken(scene: Scene) -> None:
    assert await scene.send(scene.eve.proves(scene.eve.create())) == 202
    assert await scene.known() == [f"{scene.eve.uri}/notes/1"]


async def test_a_proven_activity_is_believed_from_whoever_brings_it(scene: Scene) -> None:
    forwarded = scene.eve.proves(scene.eve.create())
    assert await scene.send(forwarded, by=scene.dakar) == 202
    assert await scene.known() == [f"{scene.eve.uri}/notes/1"]
    assert await scene.send(forwarded) == 202
    assert await scene.known() == [f"{scene.eve.uri}/notes/1"]


async def test_without_a_proof_only_its_own_actor_is_believed(scene: Scene) -> None:
    assert await scene.send(scene.eve.create(), by=scene.dakar) == 401
    older: JsonObject = {**scene.eve.create(), "signature": {"type": "RsaSignature2017", "signatureValue": "AAAA"}}
    assert await scene.send(older, by=scene.dakar) == 401
    unknown_suite = scene.eve.proves(scene.eve.create())
    unknown_suite["proof"] = {**as_object(unknown_suite["proof"]), "cryptosuite": "mldsa44-jcs-2024"}
    assert await scene.send(unknown_suite, by=scene.dakar) == 401
    assert await scene.known() == []
    assert await scene.send(unknown_suite) == 202


def first_of(value: JsonValue) -> JsonObject:
    assert isinstance(value, list)
    return as_object(value[0])


def as_object(value: JsonValue) -> JsonObject:
    assert isinstance(value, dict)
    return value


@pytest.mark.parametrize("forwarded", [False, True])
@pytest.mark.parametrize(
    "damage", ["content", "created", "proofValue", "proofPurpose", "verificationMethod", "expired"]
)
async def test_a_wrong_proof_is_refused_however_good_the_signature(scene: Scene, damage: str, forwarded: bool) -> None:
    document = scene.eve.proves(scene.eve.create())
    proof = as_object(document["proof"])
    match damage:
        case "content":
            as_object(document["object"])["content"] = "<p>something else</p>"
        case "created":
            proof["created"] = "2026-01-01T00:00:00Z"
        case "proofValue":
            proof["proofValue"] = multibase.encode(bytes(64))
        case "proofPurpose":
            proof["proofPurpose"] = "authentication"
        case "verificationMethod":
            proof["verificationMethod"] = f"{scene.dakar.base_url}/users/bob#main-key"
        case _:
            proof["expires"] = "2026-01-01T00:00:00Z"
    assert await scene.send(document, by=scene.dakar if forwarded else None) == 401
    assert await scene.known() == []


async def test_the_proof_of_another_actor_of_the_same_node_is_refused(scene: Scene) -> None:
    mallory = Author(scene.eve.peer, "mallory")
    mallory.shows()
    assert await scene.send(mallory.proves(scene.eve.create())) == 401
    assert await scene.send(mallory.proves(scene.eve.create(), key_id=scene.eve.key_id)) == 401
    assert await scene.known() == []


async def test_a_key_for_requests_alone_proves_nothing(scene: Scene) -> None:
    olga = Author(scene.eve.peer, "olga")
    pem = signing_keys.public_to_pem(olga.material.public_key())
    olga.shows(multikey=False, publicKey={"id": olga.key_id, "owner": olga.uri, "publicKeyPem": pem})
    assert await scene.send(olga.proves(olga.create()), by=scene.dakar) == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"expires": "2026-01-01T00:00:00Z"},
        {"revoked": "2026-01-01T00:00:00Z"},
        {"controller": "https://elsewhere.example/users/eve"},
        {"type": "JsonWebKey"},
        {"publicKeyMultibase": "z6Mk"},
        {"id": "https://elsewhere.example/users/eve#ed25519-key"},
    ],
)
async def test_a_key_that_its_actor_no_longer_stands_for_proves_nothing(
    scene: Scene, changes: dict[str, JsonValue]
) -> None:
    olga = Author(scene.eve.peer, "olga")
    olga.shows()
    shown = olga.peer.offers["/users/olga"]
    shown["assertionMethod"] = [{**first_of(shown["assertionMethod"]), **changes}]
    assert await scene.send(olga.proves(olga.create()), by=scene.dakar) == 401


async def test_a_new_key_of_an_author_is_fetched_once(scene: Scene) -> None:
    scene.eve.material = signing_keys.generate_ed25519()
    scene.eve.shows()
    asked = len(scene.eve.peer.asked)
    assert await scene.send(scene.eve.proves(scene.eve.create("1")), by=scene.dakar) == 202
    assert await scene.send(scene.eve.proves(scene.eve.create("2")), by=scene.dakar) == 202
    assert scene.eve.peer.asked[asked:].count("/users/eve") == 1


async def test_the_proof_of_a_stranger_is_refused_without_asking_anybody(scene: Scene, rogue_peer: MakeRogue) -> None:
    stranger = Author(await rogue_peer("outside"), "eve")
    stranger.shows()
    assert await scene.send(stranger.proves(stranger.create()), by=scene.dakar) == 403
    assert stranger.peer.asked == []


async def test_an_author_who_is_removed_is_not_let_in_by_others(scene: Scene) -> None:
    assert await scene.send(scene.eve.proves(scene.eve.create("1")), by=scene.dakar) == 202
    await scene.side.store.write(peers.remove, scene.eve.peer.host, by="test")
    assert await scene.send(scene.eve.proves(scene.eve.create("2")), by=scene.dakar) == 403


@pytest.mark.parametrize("actor", [["a", "b"], {"type": "Person"}, "not a url", ""])
async def test_a_proof_of_nobody_is_refused(scene: Scene, actor: JsonValue) -> None:
    document = scene.eve.proves({**scene.eve.create(), "actor": actor})
    assert await scene.send(document, key_id=f"{scene.eve.uri}#main-key") in (400, 401)


# ---- what this node tells --------------------------------------------------------------------------------------------


@dataclass
class Listener:
    """A peer that keeps the bytes of what it is told. busy: how often it asks to be told later.  ahead: its clock."""

    host: Host
    busy: int = 0
    ahead: timedelta = timedelta()
    heard: list[bytes] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        self.heard.append(await request.read())
        self.busy -= 1
        headers = {"Retry-After": "0", "Date": http_date(datetime.now(UTC) + self.ahead)}
        return web.Response(status=503 if self.busy >= 0 else 202, headers=headers)


@pytest.fixture
async def listeners(side: Side) -> AsyncIterator[list[Listener]]:
    found: list[Listener] = []
    async with contextlib.AsyncExitStack() as stack:
        for name in ("kyoto", "osaka"):
            port = free_port()
            made = Listener(Host(f"{name}.localhost:{port}"))
            app = web.Application()
            app.router.add_post("/inbox", made.answer)
            runner = web.AppRunner(app, shutdown_timeout=0.1)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", port).start()
            await side.store.write(peers.allow, made.host, by="test")
            found.append(made)
        yield found


def words(author: Account, reach: Reach, *, people: Sequence[tuple[str, str]] = ()) -> JsonObject:
    """A new post of somebody."""
    uri = f"{author.uri}/posts/1"
    said = Words("<p>Bonjour</p>", "Bonjour", people=people)
    made = documents.note(author, said, uri=uri, url=uri, reach=reach, published=datetime.now(UTC))
    return documents.about("Create", author, made, uri=f"{uri}/activity")


async def heard_by(side: Side, listeners: list[Listener], author: Account, document: JsonObject) -> list[bytes]:
    """Tell the listeners; returns everything that they have heard then."""
    inboxes = [(each.host, f"http://{each.host}/inbox") for each in listeners]
    body, uri = strict_json.dumps(document), str(document["id"])
    await side.store.write(deliveries.add, uri=uri, actor=author.id, body=body, inboxes=inboxes)

    async def is_empty() -> bool:
        for each in listeners:
            await side.store.write(peers.try_now, each.host)
        return not await side.store.read(deliveries.waiting_by_host)

    await until(is_empty)
    return [raw for each in listeners for raw in each.heard]


async def voucher_of(side: Side, author: Account, raw: bytes) -> Proven:
    """Who vouches for these bytes, by the key that the author's document shows."""
    shown = (await side.federation.keys.public(author, make_rsa=False)).ed25519[0]
    steps = proofs.verify(strict_json.loads(raw), now=datetime.now(UTC))
    assert next(steps).key_id == shown.key_id
    try:
        steps.send(PublicKey(shown.key_id, author.uri, signing_keys.ed25519_from_multikey(shown.text)))
    except StopIteration as end:
        found = end.value
        assert isinstance(found, Proven)
        return found
    raise AssertionError


@pytest.mark.parametrize("reach", [Reach.ALL_NODES, Reach.UNLISTED, Reach.FOLLOWERS])
async def test_what_is_told_is_proven_and_the_same_for_all_at_all_times(
    side: Side, listeners: list[Listener], reach: Reach
) -> None:
    marie = await side.member("marie")
    document = words(marie, reach, people=[("https://kyoto.example/users/ken", "ken@kyoto.example")])
    listeners[0].busy = 2
    heard = await heard_by(side, listeners, marie, document)
    assert len(heard) == 4
    assert set(heard) == {heard[0]}
    assert await voucher_of(side, marie, heard[0]) == Proven(marie.uri, f"{marie.uri}#ed25519-key")
    found = strict_json.loads(heard[0])
    assert found["object"] == document["object"]
    assert {**found, "@context": 0, "proof": 0} == {**document, "@context": 0, "proof": 0}


async def test_words_for_named_people_alone_are_not_proven(side: Side, listeners: list[Listener]) -> None:
    marie = await side.member("marie")
    document = words(marie, Reach.MENTIONED, people=[("https://kyoto.example/users/ken", "ken@kyoto.example")])
    assert set(await heard_by(side, listeners, marie, document)) == {strict_json.dumps(document)}


async def test_bytes_with_a_proof_are_passed_on_as_they_are(side: Side, listeners: list[Listener]) -> None:
    marie = await side.member("marie")
    foreign: JsonObject = {**words(marie, Reach.ALL_NODES), "proof": {"type": "DataIntegrityProof", "odd": 1.0}}
    assert set(await heard_by(side, listeners, marie, foreign)) == {strict_json.dumps(foreign)}


async def test_what_has_no_canonical_form_is_told_without_a_proof(side: Side, listeners: list[Listener]) -> None:
    marie = await side.member("marie")
    document = {**words(marie, Reach.ALL_NODES), "number": 2**60}
    assert set(await heard_by(side, listeners, marie, document)) == {strict_json.dumps(document)}


async def test_the_clocks_of_those_who_answer_are_noted(side: Side, listeners: list[Listener]) -> None:
    marie = await side.member("marie")
    listeners[0].busy, listeners[0].ahead, listeners[1].ahead = 1, timedelta(minutes=7), timedelta(minutes=-3)
    await heard_by(side, listeners, marie, words(marie, Reach.ALL_NODES))
    clocks = await side.store.read(peers.clocks_of_allowed, most=10)
    assert [(clock.host, round(clock.ahead / 60)) for clock in clocks] == [
        (listeners[0].host, 7),
        (listeners[1].host, -3),
    ]


KEN, LIN = "https://kyoto.example/users/ken", "https://osaka.example/users/lin"


@pytest.mark.parametrize(
    ("document", "is_it"),
    [
        ({"type": "Create", "object": {"to": [KEN], "tag": [{"type": "Mention", "href": KEN}]}}, True),
        ({"type": "Update", "object": {"to": KEN, "cc": [], "tag": {"type": "Mention", "href": KEN}}}, True),
        ({"type": "Create", "object": {"to": [KEN, LIN], "tag": [{"type": "Mention", "href": KEN}]}}, False),
        ({"type": "Create", "object": {"to": [KEN], "tag": [{"type": "Hashtag", "href": KEN}]}}, False),
        ({"type": "Create", "object": {"to": [KEN], "cc": [PUBLIC], "tag": [{"type": "Mention", "href": KEN}]}}, False),
        ({"type": "Create", "object": {"to": [], "tag": []}}, False),
        ({"type": "Create", "object": "https://own.example/posts/1"}, False),
        ({"type": "Follow", "object": KEN, "to": [KEN]}, False),
        ({"type": "Delete", "object": {"to": [KEN], "tag": [{"type": "Mention", "href": KEN}]}}, False),
    ],
)
def test_private_is_what_goes_to_the_people_it_names(document: JsonObject, is_it: bool) -> None:
    assert is_private(document) is is_it


async def test_an_actor_shows_the_key_that_proves(side: Side, scene: Scene) -> None:
    marie = await side.store.read(accounts.by_handle, "marie")
    assert marie is not None
    status, shown = await scene.dakar.get(marie.uri, name="bob")
    assert status == 200
    assert first_of(shown["assertionMethod"]) == {
        "id": f"{marie.uri}#ed25519-key",
        "type": "Multikey",
        "controller": marie.uri,
        "publicKeyMultibase": (await side.federation.keys.public(marie)).ed25519[0].text,
    }
    assert as_object(shown["publicKey"])["id"] == f"{marie.uri}#main-key"
    contexts = shown["@context"]
    assert isinstance(contexts, list)
    assert contexts[:4] == [
        "https://www.w3.org/ns/activitystreams",
        "https://w3id.org/security/v1",
        "https://w3id.org/security/data-integrity/v2",
        "https://www.w3.org/ns/cid/v1",
    ]
