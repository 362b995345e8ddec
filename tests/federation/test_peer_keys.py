"""Finding the keys of peers: where actors show them, and what is asked of whom; requests signed as RFC 9421 says."""

import asyncio
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from yarl import URL

from federation.client import Budget
from federation.signatures import keys as signing_keys
from federation.signatures import proofs, rfc9421
from federation.signatures.keys import PrivateKey, PrivateMaterial
from federation.strict_json import JsonObject, JsonValue
from storage import accounts, keys, peers
from tests import loopback
from tests.federation.conftest import MakeRogue, Rogue, Side, until

Headers = dict[str, str]


@dataclass
class Scene:
    """Eve in Tokyo, with an Ed25519 key; her peer's own key is RSA."""

    side: Side
    peer: Rogue
    material: Ed25519PrivateKey

    @property
    def eve(self) -> str:
        return f"{self.peer.base_url}/users/eve"

    @property
    def key_id(self) -> str:
        return f"{self.eve}#ed25519-key"

    @property
    def inbox(self) -> URL:
        return URL(f"{self.side.base_url}/inbox")

    def multikey(self, *, key_id: str = "", controller: str = "") -> JsonObject:
        text = signing_keys.multikey_of(self.material.public_key())
        return {
            "id": key_id or self.key_id,
            "type": "Multikey",
            "controller": controller or self.eve,
            "publicKeyMultibase": text,
        }

    def pem_key(self, *, key_id: str = "", owner: str = "", pem: str = "") -> JsonObject:
        text = pem or signing_keys.public_to_pem(self.material.public_key())
        return {"id": key_id or self.key_id, "owner": owner or self.eve, "publicKeyPem": text}

    def signed(
        self,
        body: bytes,
        *,
        key_id: str = "",
        material: PrivateMaterial | None = None,
        now: datetime | None = None,
        url: URL | None = None,
    ) -> Headers:
        key = PrivateKey(key_id or self.key_id, material or self.material)
        return rfc9421.sign("POST", url or self.inbox, body, key, now=now or datetime.now(UTC))

    def said(self, name: str = "1") -> bytes:
        return orjson.dumps({"id": f"{self.eve}#{name}", "type": "Listen", "actor": self.eve})

    async def post(self, body: bytes, headers: Headers) -> tuple[int, str, Headers]:
        """Status, code and headers of the answer."""
        async with (
            loopback.session() as session,
            session.post(self.inbox, data=io.BytesIO(body), headers=headers) as answer,
        ):
            raw = await answer.read()
            return answer.status, orjson.loads(raw)["title"] if raw else "", dict(answer.headers)

    async def knock(self, **how: object) -> tuple[int, str]:
        status, code, _ = await self.post(self.said(), self.signed(self.said(), **how))  # type: ignore[arg-type]
        return status, code


@pytest.fixture
async def scene(side: Side, rogue_peer: MakeRogue) -> Scene:
    return Scene(side, await rogue_peer("tokyo"), signing_keys.generate_ed25519())


# ---- where keys are shown --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "keys_of",
    [
        lambda scene: {"publicKey": None, "assertionMethod": [scene.multikey()]},
        lambda scene: {"publicKey": None, "assertionMethod": scene.multikey()},
        lambda scene: {"publicKey": [], "assertionMethod": ["https://a.example/#k", {"type": "x"}, scene.multikey()]},
        lambda scene: {"publicKey": scene.pem_key()},
        lambda scene: {"publicKey": [scene.pem_key(key_id=f"{scene.eve}#other"), scene.pem_key()]},
        lambda scene: {"publicKey": ["https://a.example/#k", scene.pem_key()], "assertionMethod": "nonsense"},
        lambda scene: {"publicKey": [scene.pem_key(key_id=f"{scene.eve}#bad", pem="no key"), scene.pem_key()]},
        lambda scene: {"publicKey": [scene.pem_key(key_id=f"{scene.eve}#x", owner="https://b.example/"), scene.pem_key()]},
        lambda scene: {"assertionMethod": [scene.multikey()]},
    ],
)  # fmt: skip
async def test_a_key_is_found_wherever_its_actor_shows_it(
    scene: Scene, keys_of: Callable[[Scene], dict[str, JsonValue]]
) -> None:
    scene.peer.actor("eve", **keys_of(scene))
    assert await scene.knock() == (202, "")
    assert scene.peer.asked == ["/users/eve"]


@pytest.mark.parametrize(
    ("keys_of", "code"),
    [
        (lambda _: {"publicKey": None}, "no-such-key"),
        (lambda _: {}, "no-such-key"),
        (lambda scene: {"publicKey": scene.pem_key(owner="https://b.example/users/eve")}, "no-such-key"),
        (lambda scene: {"publicKey": scene.pem_key(pem="no key")}, "no-such-key"),
        (lambda scene: {"assertionMethod": [scene.multikey(controller="https://b.example/users/eve")]}, "no-such-key"),
        (lambda scene: {"assertionMethod": [{**scene.multikey(), "type": "JsonWebKey"}]}, "no-such-key"),
        (lambda scene: {"assertionMethod": [{**scene.multikey(), "revoked": "2026-01-01T00:00:00Z"}]}, "no-such-key"),
        (lambda scene: {"assertionMethod": [{**scene.multikey(), "expires": "2026-01-01T00:00:00Z"}]}, "no-such-key"),
        (lambda scene: {"assertionMethod": [{**scene.multikey(), "publicKeyMultibase": "z6LS"}]}, "no-such-key"),
        (lambda scene: {"assertionMethod": [*[{"type": "x"}] * 10, scene.multikey()]}, "no-such-key"),
        (lambda scene: {"authentication": [scene.multikey()]}, "no-such-key"),
    ],
)
async def test_a_key_that_its_actor_does_not_stand_for_is_none(
    scene: Scene, keys_of: Callable[[Scene], dict[str, JsonValue]], code: str
) -> None:
    scene.peer.actor("eve", **keys_of(scene))
    assert await scene.knock() == (401, code)


async def test_a_key_may_have_a_document_of_its_own(scene: Scene) -> None:
    key_id = f"{scene.eve}/key"
    scene.peer.actor("eve", publicKey=scene.pem_key(key_id=key_id))
    scene.peer.offers["/users/eve/key"] = scene.pem_key(key_id=key_id)
    assert await scene.knock(key_id=key_id) == (202, "")
    assert scene.peer.asked == ["/users/eve/key", "/users/eve"]


async def test_an_actor_may_name_a_key_that_has_a_document_of_its_own(scene: Scene) -> None:
    """What the actor names and the key's own document shows: neither alone is enough."""
    key_id = f"{scene.eve}/key"
    scene.peer.actor("eve", publicKey=key_id)
    scene.peer.offers["/users/eve/key"] = scene.pem_key(key_id=key_id)
    assert await scene.knock(key_id=key_id) == (202, "")
    assert scene.peer.asked == ["/users/eve/key", "/users/eve"]
    renamed: JsonObject = {**scene.peer.actor("eve", publicKey=[key_id]), "name": "Eve II"}
    body = orjson.dumps({"id": f"{scene.eve}#u", "type": "Update", "actor": scene.eve, "object": renamed})
    assert (await scene.post(body, scene.signed(body, key_id=key_id)))[0] == 202
    await scene.side.settled()
    eve = await scene.side.store.read(accounts.by_uri, scene.eve)
    assert eve is not None
    assert eve.display_name == "Eve II"
    assert (await scene.post(scene.said("2"), scene.signed(scene.said("2"), key_id=key_id)))[:2] == (202, "")

    scene.material, before = signing_keys.generate_ed25519(), scene.material
    scene.peer.offers["/users/eve/key"] = scene.pem_key(key_id=key_id)
    await scene.side.federation.gathering.actor(scene.eve, budget=Budget())
    assert await scene.knock(key_id=key_id) == (202, "")
    assert (await scene.knock(key_id=key_id, material=before))[0] == 401


@pytest.mark.parametrize("owner", ["https://outside.example/users/eve", "", 7, None])
async def test_a_key_s_document_must_lead_to_its_owner(scene: Scene, owner: JsonValue) -> None:
    key_id = f"{scene.eve}/key"
    scene.peer.actor("eve", publicKey=scene.pem_key(key_id=key_id))
    scene.peer.offers["/users/eve/key"] = {**scene.pem_key(key_id=key_id), "owner": owner}
    status, code = await scene.knock(key_id=key_id)
    assert (status, code) == (401, "no-such-key")
    assert "/users/eve" not in scene.peer.asked


async def test_the_owner_must_show_the_key_too(scene: Scene) -> None:
    key_id = f"{scene.eve}/key"
    scene.peer.actor("eve")
    scene.peer.offers["/users/eve/key"] = scene.pem_key(key_id=key_id)
    assert await scene.knock(key_id=key_id) == (401, "no-such-key")


async def test_a_newer_key_under_the_same_name_is_fetched_once(scene: Scene) -> None:
    scene.peer.actor("eve", assertionMethod=[scene.multikey()])
    await scene.side.federation.gathering.actor(scene.eve, budget=Budget())
    scene.material = signing_keys.generate_ed25519()
    scene.peer.actor("eve", assertionMethod=[scene.multikey()])
    assert await scene.knock() == (202, "")
    assert await scene.knock(material=signing_keys.generate_ed25519()) == (401, "wrong-key")
    assert scene.peer.asked == ["/users/eve", "/users/eve"]


async def test_where_no_answer_came_the_key_is_not_said_to_be_wrong(scene: Scene) -> None:
    """The peer tries again after 503; and so does this node, as soon as it is asked to."""
    scene.peer.actor("eve", assertionMethod=[scene.multikey()])
    await scene.side.federation.gathering.actor(scene.eve, budget=Budget())
    scene.material = signing_keys.generate_ed25519()
    scene.peer.actor("eve", assertionMethod=[scene.multikey()])
    scene.peer.status = 503
    assert await scene.knock() == (503, "key-not-reachable")
    assert (await scene.post(*proven(scene)))[:2] == (503, "key-not-reachable")
    scene.peer.status = 200
    assert await scene.knock() == (202, "")


async def test_who_wants_the_same_newer_key_waits_for_it_together(scene: Scene) -> None:
    scene.peer.actor("eve", assertionMethod=[scene.multikey()])
    await scene.side.federation.gathering.actor(scene.eve, budget=Budget())
    scene.material = signing_keys.generate_ed25519()
    scene.peer.actor("eve", assertionMethod=[scene.multikey()])
    scene.peer.let_go.clear()
    knocks = asyncio.gather(*(scene.knock(now=datetime.now(UTC) - timedelta(seconds=at)) for at in range(8)))
    await until(lambda: _has_asked(scene.peer, 2))
    scene.peer.let_go.set()
    assert await knocks == [(202, "")] * 8
    assert scene.peer.asked == ["/users/eve"] * 2


async def _has_asked(peer: Rogue, times: int) -> bool:
    return len(peer.asked) >= times


def proven(scene: Scene) -> tuple[bytes, Headers]:
    """Something that another actor of the peer brings, with a proof of eve's; the one who brings it signs with RSA."""
    key = PrivateKey(scene.key_id, scene.material)
    body = orjson.dumps(proofs.attach(orjson.loads(scene.said("p")), key, now=datetime.now(UTC)))
    return body, rfc9421.sign(
        "POST", scene.inbox, body, PrivateKey(f"{scene.eve}#main-key", scene.peer.key), now=datetime.now(UTC)
    )


async def test_keys_that_are_not_there_leave_nothing_behind(scene: Scene) -> None:
    """What a stranger may name must not fill the memory. CVE-2026-69132."""
    for name in ("warm", *map(str, range(40))):
        scene.peer.gone.add(f"/users/nobody{name}")
        assert (await scene.knock(key_id=f"{scene.peer.base_url}/users/nobody{name}#k"))[0] == 401
    assert len(scene.peer.asked) == 41
    keys_asked_for = scene.side.federation.peer_keys._asking
    assert keys_asked_for == {}


async def test_a_key_that_is_no_longer_shown_is_forgotten(scene: Scene) -> None:
    scene.peer.actor("eve", assertionMethod=[scene.multikey()])
    assert await scene.knock() == (202, "")
    kept = await scene.side.store.read(keys.public_of, scene.eve)
    assert [(row.key_id, row.proves) for row in kept] == [(scene.key_id, True), (f"{scene.eve}#main-key", False)]
    newer = f"{scene.eve}#newer"
    scene.peer.actor("eve", publicKey=None, assertionMethod=[scene.multikey(key_id=newer)])
    assert await scene.knock(key_id=newer) == (202, "")
    assert await scene.knock() == (401, "no-such-key")


async def test_a_key_ends_when_its_actor_says(scene: Scene) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=2)
    ending = {**scene.multikey(), "expires": soon.isoformat()}
    scene.peer.actor("eve", assertionMethod=[ending])
    assert await scene.knock() == (202, "")
    kept = await scene.side.store.read(keys.public, scene.key_id)
    assert kept is not None
    assert kept.expires_at == soon.replace(microsecond=0)


async def test_an_rsa_key_is_made_for_who_asks_with_one(scene: Scene) -> None:
    marie = await scene.side.member("marie")
    scene.peer.actor("eve", assertionMethod=[scene.multikey()])

    async def asked_with_ed25519() -> JsonObject:
        headers = rfc9421.sign(
            "GET", URL(marie.uri), None, PrivateKey(scene.key_id, scene.material), now=datetime.now(UTC)
        )
        headers["Accept"] = "application/activity+json"
        async with loopback.session() as session, session.get(marie.uri, headers=headers) as answer:
            assert answer.status == 200
            found: JsonObject = orjson.loads(await answer.read())
            return found

    assert "publicKey" not in await asked_with_ed25519()
    assert [row.kind for row in await scene.side.store.read(keys.private, marie.id)] == ["ed25519"]
    status, shown = await scene.peer.get(marie.uri)
    assert (status, "publicKey" in shown) == (200, True)
    assert (await asked_with_ed25519())["publicKey"] == shown["publicKey"]


# ---- requests signed as RFC 9421 says: one thing is wrong with each --------------------------------------------------

Change = Callable[[Scene, bytes, Headers], tuple[bytes, Headers]]


def without(name: str) -> Change:
    return lambda _, body, headers: (body, {key: value for key, value in headers.items() if key != name})


def with_(name: str, change: Callable[[str], str]) -> Change:
    return lambda _, body, headers: (body, {**headers, name: change(headers.get(name, ""))})


def resigned(**how: object) -> Change:
    def change(scene: Scene, body: bytes, headers: Headers) -> tuple[bytes, Headers]:
        return body, {**scene.signed(body, **how), "Host": headers["Host"]}  # type: ignore[arg-type]  # a test's

    return change


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        (lambda _, body, headers: (body, headers), 202, ""),
        (without("Signature"), 401, "unsigned"),
        (without("Content-Digest"), 401, "digest-missing"),
        (lambda _, body, headers: (body + b" ", headers), 401, "digest-mismatch"),
        (with_("Content-Digest", lambda _: "sha-256=:AAAA:"), 401, "digest-mismatch"),
        (with_("Signature", lambda value: value.replace("sig1", "sig2")), 401, "bad-signature-header"),
        (with_("Signature", lambda value: f"{value}, {value}"), 401, "bad-signature-header"),
        (with_("Signature-Input", lambda value: f"{value}, {value}"), 401, "bad-signature-header"),
        (with_("Signature-Input", lambda value: value.replace(' "content-digest"', "")), 401, "not-covered"),
        (with_("Signature-Input", lambda value: value.replace('"@method" ', "")), 401, "not-covered"),
        (with_("Signature-Input", lambda value: value.replace(' "@target-uri"', "")), 401, "not-covered"),
        (with_("Signature-Input", lambda value: value.replace('"ed25519"', '"rsa-v1_5-sha256"')), 401, "wrong-key"),
        (with_("Signature-Input", lambda value: value.replace('"ed25519"', '"hmac-sha256"')), 401, "unknown-algorithm"),
        (with_("Signature-Input", lambda value: value + ";more"), 401, "wrong-key"),
        (with_("Content-Type", lambda _: 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'),
         401, "wrong-key"),
        (resigned(now=datetime.now(UTC) - timedelta(hours=2)), 401, "clock-skew"),
        (resigned(now=datetime.now(UTC) + timedelta(hours=2)), 401, "clock-skew"),
        (resigned(now=datetime.now(UTC) - timedelta(minutes=6)), 401, "expired"),
        (resigned(url=URL("http://elsewhere.localhost/inbox")), 401, "wrong-key"),
        (resigned(key_id="did:key:z6Mk"), 401, "bad-signature-header"),
    ],
)  # fmt: skip
async def test_one_thing_is_wrong(scene: Scene, change: Change, status: int, code: str) -> None:
    scene.peer.actor("eve", assertionMethod=[scene.multikey()])
    body, headers = change(scene, scene.said(), scene.signed(scene.said()))
    answered, said, more = await scene.post(body, headers)
    assert (answered, said) == (status, code)
    assert (more.get("Accept-Signature") is not None) is (status == 401)


async def test_the_key_of_a_stranger_is_not_asked_for(scene: Scene, rogue_peer: MakeRogue) -> None:
    stranger = await rogue_peer("outside")
    assert await scene.knock(key_id=f"{stranger.base_url}/users/eve#k") == (403, "not-admitted")
    assert (stranger.asked, scene.peer.asked) == ([], [])


async def test_the_very_same_request_again_changes_nothing_and_costs_nothing(scene: Scene) -> None:
    scene.peer.actor("eve", assertionMethod=[scene.multikey()])
    followed = orjson.dumps(
        {"id": f"{scene.eve}#f", "type": "Like", "actor": scene.eve, "object": f"{scene.side.base_url}/users/1/posts/1"}
    )
    headers = scene.signed(followed)
    assert (await scene.post(followed, headers))[0] == 202
    told = len(scene.side.told)
    assert [(await scene.post(followed, headers))[0] for _ in range(3)] == [202, 202, 202]
    assert not [event for event in scene.side.told[told:] if type(event).__name__ == "SignatureVerified"]
    assert await scene.side.store.read(lambda unit: unit.one(int, "select count(*) from journal")) == 1


async def test_a_request_that_was_refused_may_come_again_as_it_is(scene: Scene) -> None:
    scene.peer.actor("eve", assertionMethod=[scene.multikey()])
    liked = orjson.dumps(
        {"id": f"{scene.eve}#f", "type": "Like", "actor": scene.eve, "object": f"{scene.side.base_url}/users/1/posts/1"}
    )
    headers = scene.signed(liked)
    await scene.side.store.write(peers.remove, scene.peer.host, by="test")
    assert (await scene.post(liked, headers))[0] == 403
    await scene.side.store.write(peers.allow, scene.peer.host, by="test")
    assert (await scene.post(liked, headers))[0] == 202
    assert await scene.side.store.read(lambda unit: unit.one(int, "select count(*) from journal")) == 1


@pytest.mark.parametrize("seconds", [-200, 0, 200])
async def test_how_far_a_clock_is_off_is_noted(scene: Scene, seconds: int) -> None:
    scene.peer.actor("eve", assertionMethod=[scene.multikey()])
    body = orjson.dumps({"id": f"{scene.eve}#f", "type": "Like", "actor": scene.eve, "object": f"{scene.eve}/1"})
    headers = scene.signed(body, now=datetime.now(UTC) + timedelta(seconds=seconds))
    assert (await scene.post(body, headers))[0] == 202
    peer = await scene.side.store.read(peers.get, scene.peer.host)
    assert peer is not None
    assert peer.skew_seconds is not None
    assert abs(peer.skew_seconds - seconds) <= 2


async def test_how_far_the_clock_is_off_of_who_only_reads_is_noted(scene: Scene) -> None:
    scene.peer.actor("eve")
    marie = await scene.side.member("marie")
    asked = datetime.now(UTC) - timedelta(minutes=20)
    assert (await scene.peer.get(marie.uri, now=asked))[0] == 200
    (clock,) = await scene.side.store.read(peers.clocks_of_allowed, most=10)
    assert (clock.host, round(clock.ahead / 60)) == (scene.peer.host, -20)
