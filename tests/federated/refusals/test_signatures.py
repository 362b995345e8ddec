"""Requests of which nobody can say who sent them: refused at the door, and nothing comes of them."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from multidict import CIMultiDict
from yarl import URL

from federation import signatures
from federation.signatures import keys as signing_keys
from federation.signatures.keys import PrivateKey
from federation.strict_json import JsonObject
from tests.federated.refusals import signing
from tests.federated.refusals.conftest import (
    ACTIVITIES_PER_MINUTE,
    UNPROVEN_PER_MINUTE,
    HandMade,
    MakePeer,
    Node,
    Trap,
    elsewhere,
)

HOURS = timedelta(hours=2)
SECOND = timedelta(seconds=1)

Try = Callable[[HandMade, JsonObject], Awaitable[int]]
Headers = dict[str, str]


def now() -> datetime:
    return datetime.now(UTC)


def rsa_of(peer: HandMade) -> PrivateKey:
    return PrivateKey(f"{peer.eve}#main-key", peer.key)


def ed25519_of(peer: HandMade) -> PrivateKey:
    return PrivateKey(f"{peer.eve}#proof", peer.proving)


def drafted(*, of: Callable[[HandMade], PrivateKey] = rsa_of, **changes: object) -> Try:
    async def attempt(peer: HandMade, document: JsonObject) -> int:
        body = orjson.dumps(document)
        return await peer.deliver(body, signing.draft(peer.node.inbox, body, of(peer), **changes))  # type: ignore[arg-type]

    return attempt


def modern(*, of: Callable[[HandMade], PrivateKey] = ed25519_of, **changes: object) -> Try:
    async def attempt(peer: HandMade, document: JsonObject) -> int:
        body = orjson.dumps(document)
        return await peer.deliver(body, signing.modern(peer.node.inbox, body, of(peer), **changes))  # type: ignore[arg-type]

    return attempt


def without(*names: str, parts: tuple[str, ...] = signing.PARTS) -> tuple[str, ...]:
    return tuple(part for part in parts if part not in names)


async def with_other_bytes(peer: HandMade, document: JsonObject) -> int:
    body = orjson.dumps(document)
    return await peer.deliver(body + b" ", signing.modern(peer.node.inbox, body, ed25519_of(peer)))


async def with_other_bytes_draft(peer: HandMade, document: JsonObject) -> int:
    """The signature is good: for the digest that it covers, and not for these bytes."""
    body = orjson.dumps(document)
    return await peer.deliver(body + b" ", signing.draft(peer.node.inbox, body, rsa_of(peer)))


async def on_two_lines(peer: HandMade, document: JsonObject, *, headers: dict[str, str]) -> int:
    lines = CIMultiDict(headers)
    lines.add("Signature", headers["Signature"])
    return await peer.deliver(orjson.dumps(document), lines)


async def on_two_lines_draft(peer: HandMade, document: JsonObject) -> int:
    headers = signing.draft(peer.node.inbox, orjson.dumps(document), rsa_of(peer))
    return await on_two_lines(peer, document, headers=headers)


async def on_two_lines_modern(peer: HandMade, document: JsonObject) -> int:
    headers = signing.modern(peer.node.inbox, orjson.dumps(document), ed25519_of(peer))
    return await on_two_lines(peer, document, headers=headers)


async def with_two_signatures(peer: HandMade, document: JsonObject) -> int:
    body = orjson.dumps(document)
    once = signing.modern(peer.node.inbox, body, ed25519_of(peer))
    _, _, claim = once["Signature-Input"].partition("=")
    _, _, made = once["Signature"].partition("=")
    twice = {"Signature-Input": f"sig1={claim}, sig2={claim}", "Signature": f"sig1={made}, sig2={made}"}
    return await peer.deliver(body, once | twice)


async def for_another_inbox(peer: HandMade, document: JsonObject) -> int:
    body = orjson.dumps(document)
    elsewhere = "http://dakar.localhost:8000/inbox"
    host = signing.draft(peer.node.inbox, body, rsa_of(peer))["Host"]
    return await peer.deliver(body, signing.modern(elsewhere, body, ed25519_of(peer)) | {"Host": host})


async def with_the_key_of_a_colleague(peer: HandMade, document: JsonObject) -> int:
    mallory = peer.add("mallory")
    return await peer.tell(document, key_id=f"{mallory}#main-key")


async def with_a_key_that_nobody_shows(peer: HandMade, document: JsonObject) -> int:
    return await peer.tell(document, key_id=f"{peer.eve}#another-key")


async def with_the_key_of_somebody_else_entirely(peer: HandMade, document: JsonObject) -> int:
    body = orjson.dumps(document)
    strange = PrivateKey(f"{peer.eve}#proof", ed25519.Ed25519PrivateKey.generate())
    return await peer.deliver(body, signing.modern(peer.node.inbox, body, strange))


async def ahead(peer: HandMade, document: JsonObject) -> int:
    return await modern(made=now() + HOURS)(peer, document)


async def old(peer: HandMade, document: JsonObject) -> int:
    return await modern(made=now() - HOURS, good_for=2 * HOURS)(peer, document)


async def expired(peer: HandMade, document: JsonObject) -> int:
    return await modern(made=now() - 120 * SECOND, good_for=60 * SECOND)(peer, document)


DRAFT = signing.DRAFT_PARTS

REFUSED: dict[str, tuple[str, Try]] = {
    "unsigned": ("unsigned", lambda p, d: p.tell(d, signed=False)),
    "a digest of other bytes": ("digest-mismatch", with_other_bytes_draft),
    "a digest of other bytes, RFC 9421": ("digest-mismatch", with_other_bytes),
    "no digest": ("digest-missing", lambda p, d: p.tell(d, without="Digest")),
    "the digest is not covered": ("not-covered", drafted(covered=without("digest", parts=DRAFT))),
    "the digest is not covered, RFC 9421": ("not-covered", modern(covered=without("content-digest"))),
    "(request-target) is not covered": ("not-covered", drafted(covered=without("(request-target)", parts=DRAFT))),
    "the host is not covered": ("not-covered", drafted(covered=without("host", parts=DRAFT))),
    "the date is not covered": ("not-covered", drafted(covered=without("date", parts=DRAFT))),
    "@target-uri is not covered": ("not-covered", modern(covered=without("@target-uri"))),
    "@method is not covered": ("not-covered", modern(covered=without("@method"))),
    "neither @method nor @target-uri is covered": ("not-covered", modern(covered=without("@method", "@target-uri"))),
    "signed for another node's inbox": ("wrong-key", for_another_inbox),
    "two hours old": ("clock-skew", lambda p, d: p.tell(d, now=now() - HOURS)),
    "two hours ahead": ("clock-skew", lambda p, d: p.tell(d, now=now() + HOURS)),
    "two hours old, RFC 9421": ("clock-skew", old),
    "two hours ahead, RFC 9421": ("clock-skew", ahead),
    "`expires` is past": ("expired", expired),
    "two signatures": ("two-signatures", with_two_signatures),
    "a signature on two lines": ("two-signatures", on_two_lines_modern),
    "a signature on two lines, draft": ("two-signatures", on_two_lines_draft),
    "RSA's algorithm with an Ed25519 key": ("wrong-key", modern(algorithm="rsa-v1_5-sha256")),
    "Ed25519's algorithm with an RSA key": ("wrong-key", modern(of=rsa_of, algorithm="ed25519")),
    "RSA's algorithm with an Ed25519 key, draft": ("wrong-key", drafted(of=ed25519_of)),
    "signed by a colleague": ("not-the-actor", with_the_key_of_a_colleague),
    "signed with a key that its actor does not show": ("no-such-key", with_a_key_that_nobody_shows),
    "signed by nobody knows whom": ("wrong-key", with_the_key_of_somebody_else_entirely),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_it_is_answered_401_and_nothing_comes_of_it(peer: HandMade, case: str) -> None:
    """And for the reason that the row is about: one that is refused for another says nothing of its own."""
    create = peer.create()
    code, attempt = REFUSED[case]
    assert (await attempt(peer, create), peer.refusal) == (401, code)
    assert peer.node.verdict(str(create["id"])) is None
    assert await peer.node.shown(peer) == []


@pytest.mark.parametrize("scheme", [drafted(), modern(), modern(of=rsa_of)], ids=["draft", "ed25519", "rsa"])
async def test_the_same_well_signed_is_taken(peer: HandMade, scheme: Try) -> None:
    """The rows above differ from this in the one thing that they are about."""
    create = peer.create()
    assert await scheme(peer, create) == 202
    assert await peer.node.settled(create) == "applied"
    assert await peer.node.shown(peer) == ["Note 1"]


TARGETS = ("/inbox?a=%2Fb%2f//c", "/inbox?q=%41%c3%a9&r=a+b%20c", "/inbox?x=1;y=2&x=3&a:b@c")


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("sign", [signing.draft, signing.modern], ids=["draft", "modern"])
async def test_an_address_counts_as_it_was_sent(peer: HandMade, sign: Callable[..., Headers], target: str) -> None:
    """Whoever decodes or tidies it on the way from the socket to the signature refuses what is well signed."""
    create = peer.create()
    body = orjson.dumps(create)
    headers = sign(peer.node.inbox, body, (rsa_of if sign is signing.draft else ed25519_of)(peer), target=target)
    assert await peer.deliver(body, headers, target="/inbox?other=1") == 401
    assert await peer.deliver(body, headers, target=target) == 202
    assert await peer.node.settled(create) == "applied"


@pytest.mark.parametrize("target", ["//inbox", "/inbox/", "/%69nbox/", "/./inbox%2F"])
async def test_an_address_that_only_looks_like_an_inbox_is_none(peer: HandMade, target: str) -> None:
    create = peer.create()
    headers = signing.draft(peer.node.inbox, orjson.dumps(create), rsa_of(peer), target=target)
    assert await peer.deliver(orjson.dumps(create), headers, target=target) == 404
    assert peer.node.verdict(str(create["id"])) is None


async def test_a_header_on_several_lines_is_signed_as_one(peer: HandMade) -> None:
    """RFC 9421, 2.1: joined by a comma and a space, in their order."""
    for name, value, status in (("1", "one, two", 202), ("2", "two, one", 401), ("3", "one,two", 401)):
        body = orjson.dumps(peer.create(name))
        headers = CIMultiDict(signing.modern(peer.node.inbox, body, ed25519_of(peer), more={"x-line": value}))
        headers.extend([("X-Line", "one"), ("X-Line", "two")])
        assert await peer.deliver(body, headers) == status
    assert await peer.node.settled(peer.create("1")) == "applied"


async def test_the_very_same_request_once_more_changes_nothing(peer: HandMade) -> None:
    """Nor does it cost anything: it spends nothing of what its sender may tell."""
    create = peer.create()
    body = orjson.dumps(create)
    headers = signing.modern(peer.node.inbox, body, ed25519_of(peer))
    answers = [await peer.deliver(body, headers) for _ in range(ACTIVITIES_PER_MINUTE + 20)]
    assert set(answers) == {202}
    assert await peer.node.settled(create) == "applied"
    assert await peer.node.shown(peer) == ["Note 1"]


async def test_a_signature_does_not_serve_for_another_body(peer: HandMade) -> None:
    first, second = peer.create(), peer.create("2")
    headers = signing.modern(peer.node.inbox, orjson.dumps(first), ed25519_of(peer))
    assert await peer.deliver(orjson.dumps(first), headers) == 202
    assert await peer.deliver(orjson.dumps(second), headers) == 401
    assert await peer.node.settled(first) == "applied"
    assert await peer.node.shown(peer) == ["Note 1"]


# ---- whose key it is ------------------------------------------------------------------------------------------------


async def test_a_stranger_is_answered_403_and_is_not_asked_for_a_key(make_peer: MakePeer, node: Node) -> None:
    outside = await make_peer("outside", listed=False)
    assert await outside.tell(outside.create()) == 403
    status, problem = await outside.get(node.marie)
    assert (status, problem["title"]) == (403, "not-admitted")
    assert outside.asked == []
    assert await node.shown(outside) == []


async def test_a_key_on_a_strangers_host_is_not_asked_for(peer: HandMade, trap: Trap) -> None:
    create = peer.create()
    assert await peer.tell(create, key_id=trap.url(path="/users/eve#main-key")) == 403
    assert peer.node.verdict(str(create["id"])) is None


async def test_a_key_document_that_names_another_owner_is_not_believed(peer: HandMade) -> None:
    peer.add("mallory")
    peer.offers["/keys/1"] = {
        "id": f"{peer.base_url}/keys/1",
        "type": "Key",
        "owner": peer.eve,
        "publicKeyPem": _pem(peer),
    }
    create = peer.create()
    assert await peer.tell(create, key_id=f"{peer.base_url}/keys/1") == 401
    assert peer.node.verdict(str(create["id"])) is None


async def test_an_actor_that_shows_the_key_of_another_is_not_believed(peer: HandMade) -> None:
    uri = f"{peer.base_url}/users/oscar"
    peer.add("oscar", assertionMethod=[], publicKey={"id": f"{uri}#k", "owner": peer.eve, "publicKeyPem": _pem(peer)})
    assert await peer.tell(peer.act("Create", peer.note(uri), actor=uri), key_id=f"{uri}#k") == 401
    assert await peer.node.shown(peer) == []


async def test_a_key_that_is_not_there_is_asked_for_once(peer: HandMade) -> None:
    """However often somebody signs with it: else each request to us would be one to another."""
    dead = f"{peer.base_url}/users/nobody#main-key"
    for name in ("1", "2", "3"):
        assert await peer.tell(peer.create(name), key_id=dead) == 401
    assert peer.asked.count("/users/nobody") == 1


async def test_a_key_that_was_fetched_a_moment_ago_is_not_fetched_again(peer: HandMade) -> None:
    """Signing with another one makes the node ask no oftener: once in five minutes."""
    assert await peer.outcome(peer.create("first")) == "applied"
    other = signing_keys.generate_rsa()
    for name in ("1", "2", "3"):
        assert await peer.tell(peer.create(name), key=other) == 401
    assert peer.asked.count("/users/eve") == 1


async def test_a_key_that_was_replaced_is_believed_no_more(peer: HandMade) -> None:
    assert await peer.outcome(peer.create()) == "applied"
    old, peer.key = peer.key, signing_keys.generate_rsa()
    document = peer.actor("eve")
    assert await peer.outcome(peer.act("Update", document, "keys"), key=old) == "applied"
    second = peer.create("2")
    assert await peer.tell(second, key=old) == 401
    assert peer.node.verdict(str(second["id"])) is None
    assert await peer.tell(second) == 202


def _pem(peer: HandMade) -> str:
    return signing_keys.public_to_pem(peer.key.public_key())


async def test_neither_a_signature_nor_what_was_told_stands_in_the_log(peer: HandMade) -> None:
    """Of what is taken, of what is refused at the door, and of what is refused inside."""
    words, before = "Kryptonit", peer.node.log.stat().st_size
    sent: list[Headers] = []

    async def deliver(document: JsonObject, key: PrivateKey, *, more: bytes = b"") -> int:
        body = orjson.dumps(document)
        sent.append(signing.draft(peer.node.inbox, body, key))
        return await peer.deliver(body + more, sent[-1])

    stranger = PrivateKey(f"{peer.eve}#proof", ed25519.Ed25519PrivateKey.generate())
    taken = peer.create("taken", content=f"<p>{words}</p>", to=[peer.node.marie], cc=[])
    forged = peer.create("forged", content=words, attributedTo=peer.add("mallory"))
    assert await deliver(taken, rsa_of(peer)) == 202
    assert await deliver(taken, stranger) == 401
    assert await deliver(taken, rsa_of(peer), more=b" ") == 401
    assert await deliver({**taken, "id": words}, rsa_of(peer)) == 400
    assert await deliver(forged, rsa_of(peer)) == 202
    assert await peer.node.settled(taken) == "applied"
    assert await peer.node.settled(forged) != "applied"
    log = peer.node.log.read_text(encoding="utf-8")[before:]
    assert "digest-mismatch" in log
    assert str(taken["id"]) in log
    secrets = [words, *(part for headers in sent for part in re.findall(r'signature="(.{20})', headers["Signature"]))]
    assert [secret for secret in secrets if secret in log] == []


# ---- how much, and how slowly ----------------------------------------------------------------------------------------


async def test_a_peer_that_tells_too_much_is_asked_to_wait_and_others_are_not(make_peer: MakePeer) -> None:
    greedy, modest = await make_peer(), await make_peer()
    answers = [await greedy.tell(greedy.act("Listen", greedy.eve, str(at))) for at in range(2 * ACTIVITIES_PER_MINUTE)]
    assert set(answers[:ACTIVITIES_PER_MINUTE]) == {202}
    assert answers[-1] == 429
    body = orjson.dumps(kept_back := greedy.create())
    headers = signing.modern(greedy.node.inbox, body, ed25519_of(greedy))
    async with greedy.node.session.post(greedy.node.inbox, data=body, headers=headers) as response:
        assert (response.status, 1 <= int(response.headers["Retry-After"]) <= 60) == (429, True)
    assert greedy.node.verdict(str(kept_back["id"])) is None
    assert await modest.outcome(modest.create()) == "applied"


async def test_who_writes_a_peers_name_on_a_request_spends_nothing_of_the_peers(peer: HandMade) -> None:
    headers = {
        "Content-Type": signing.TYPE,
        "Signature": f'keyId="{peer.eve}#main-key",signature="AA=="',
        "X-Forwarded-For": next(elsewhere),
    }
    flood = [await peer.deliver(b"{}", headers) for _ in range(UNPROVEN_PER_MINUTE + 20)]
    assert set(flood[:UNPROVEN_PER_MINUTE]) == {401}
    assert 429 in flood
    assert await peer.outcome(peer.create()) == "applied"


async def test_from_where_nothing_is_proven_the_node_is_made_to_ask_so_often_and_no_more(peer: HandMade) -> None:
    """However many keys are named, and from however many addresses of one machine."""
    thrown_away = ed25519.Ed25519PrivateKey.generate()

    async def come(at: int) -> int:
        key = PrivateKey(f"{peer.base_url}/users/nobody{at}#k", thrown_away)
        headers = signing.modern(peer.node.inbox, b"{}", key) | {"X-Forwarded-For": f"2001:db8:1:1::{at:x}"}
        return await peer.deliver(b"{}", headers)

    answers = [await come(at) for at in range(UNPROVEN_PER_MINUTE + 20)]
    assert set(answers[:UNPROVEN_PER_MINUTE]) == {401}
    assert 429 in answers
    assert len(peer.asked) == answers.count(401)
    assert await peer.outcome(peer.create()) == "applied"


async def test_who_sends_a_byte_now_and_then_is_not_waited_for(peer: HandMade) -> None:
    """A head that never ends, and a body that never ends, each under its own clock; meanwhile others are served."""
    create = orjson.dumps(peer.create("slow"))
    headers = signatures.sign("POST", URL(peer.node.inbox), create, rsa_of(peer), now=now())
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    endless_head = b"POST /inbox HTTP/1.1\r\n"
    endless_body = f"POST /inbox HTTP/1.1\r\n{head}Content-Length: {len(create)}\r\n\r\n{{".encode()
    dripping = [asyncio.create_task(_dripped(peer, begun)) for begun in (endless_head, endless_body)]
    assert await peer.outcome(peer.create()) == "applied"
    to_head, to_body = await asyncio.gather(*dripping)
    assert to_head == b""
    assert to_body.startswith(b"HTTP/1.1 408 ")
    assert await peer.node.shown(peer) == ["Note 1"]


async def _dripped(peer: HandMade, begun: bytes) -> bytes:
    """What the node says to who begins like this and goes on with a byte each second; at most half a minute."""
    port = peer.node.settings.listen_port
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(begun)
    answer = asyncio.create_task(reader.read(4_096))
    async with asyncio.timeout(30):
        while not answer.done():
            writer.write(b"x")
            await asyncio.wait([answer], timeout=1.0)
    writer.close()
    try:
        return answer.result()
    except ConnectionError:
        return b""
