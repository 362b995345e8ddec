"""Signatures of requests, and proofs of documents, made by Fedify and checked here, made here and checked by Fedify."""

from collections.abc import AsyncIterator, Generator
from datetime import UTC, datetime
from typing import TypeVar

import orjson
import pytest
from aiohttp import ClientSession
from multidict import CIMultiDict
from yarl import URL

from federation import strict_json
from federation.errors import Unauthenticated
from federation.signatures import PublicKey, SignedRequest, cavage, keys, proofs, rfc9421
from federation.signatures.keys import PrivateKey
from federation.strict_json import JsonObject
from tests import loopback
from tests.interop.peers import FedifyProcess, Json

OWNER = "https://lyon.example/users/jean"
MAIN_KEY, ED25519_KEY = f"{OWNER}#main-key", f"{OWNER}#ed25519-key"
INBOX = "https://paris.example/inbox?via=été"
# Under the older draft Fedify covers no query, of a POST neither; inboxes have none.
SCHEMES = {"rfc9421": rfc9421, "draft-cavage-http-signatures-12": cavage}

BODY = b'{"@context": "https://www.w3.org/ns/activitystreams", "type": "Like", "content": "\xc3\xa9t\xc3\xa9"}'
DOCUMENT: JsonObject = {
    "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v2"],
    "id": "https://lyon.example/activities/1",
    "type": "Create",
    "actor": OWNER,
    "to": f"{OWNER}/followers",
    "object": {
        "id": "https://lyon.example/posts/1",
        "type": "Note",
        "attributedTo": OWNER,
        "content": '<p>L’été à Zürich 🏔️, \\ and "quotes"</p>',
        "published": "2026-02-01T09:00:00Z",
    },
}

Wanted = TypeVar("Wanted")
Found = TypeVar("Found")


def answered(questions: Generator[Wanted, PublicKey, Found], key: PublicKey) -> Found:
    """Run a check, and give it the key that it asks for."""
    next(questions)
    try:
        questions.send(key)
    except StopIteration as done:
        found: Found = done.value
        return found
    raise AssertionError("it asked twice")


class Fedify:
    def __init__(self, process: FedifyProcess, session: ClientSession, own_keys: Json) -> None:
        self._process, self._session = process, session
        self.rsa = keys.public_from_pem(own_keys["publicKeyPem"])
        self.ed25519 = keys.ed25519_from_multikey(own_keys["publicKeyMultibase"])

    async def do(self, command: str, **wanted: Json) -> Json:
        return await self._process.tell(self._session, f"/signing/{command}", wanted)


@pytest.fixture
async def fedify(fedify_process: FedifyProcess) -> AsyncIterator[Fedify]:
    async with loopback.session() as session:
        own_keys = await fedify_process.tell(session, "/signing/keys", {"owner": OWNER})
        yield Fedify(fedify_process, session, own_keys)


def actor(**own_keys: Json) -> JsonObject:
    """Our actor, as they fetch it to see its keys."""
    return {
        "@context": [
            "https://www.w3.org/ns/activitystreams",
            "https://w3id.org/security/v1",
            "https://w3id.org/security/data-integrity/v2",
            "https://www.w3.org/ns/cid/v1",
        ],
        "id": OWNER,
        "type": "Person",
        "inbox": f"{OWNER}/inbox",
        **own_keys,
    }


# ---- requests -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", SCHEMES)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_we_believe_a_request_that_fedify_signed(fedify: Fedify, spec: str, method: str) -> None:
    body = BODY.decode() if method == "POST" else None
    headers = {"Content-Type": "application/activity+json"} if body else {"Accept": "application/activity+json"}
    url = str(URL(INBOX) if spec == "rfc9421" or method == "GET" else URL(INBOX).with_query(None))
    wanted: Json = {"method": method, "url": url, "body": body, "headers": headers, "keyId": MAIN_KEY, "spec": spec}
    signed = await fedify.do("signRequest", **wanted)
    request = SignedRequest(method, URL(url, encoded=True), CIMultiDict(signed), BODY if body else b"")
    checking = SCHEMES[spec].verify(request, now=datetime.now(UTC))
    signer = answered(checking, PublicKey(MAIN_KEY, OWNER, fedify.rsa))
    assert (signer.actor, signer.key_id, signer.host) == (OWNER, MAIN_KEY, "lyon.example")


@pytest.mark.parametrize("spec", SCHEMES)
@pytest.mark.parametrize("part", ["body", "path", "method"])
async def test_we_do_not_believe_it_once_something_was_changed(fedify: Fedify, spec: str, part: str) -> None:
    url, headers = str(URL(INBOX)), {"Content-Type": "application/activity+json"}
    wanted: Json = {"method": "POST", "url": url, "body": BODY.decode(), "headers": headers}
    signed = await fedify.do("signRequest", **wanted, keyId=MAIN_KEY, spec=spec)
    target = URL("https://paris.example/outbox", encoded=True) if part == "path" else URL(url, encoded=True)
    method = "PUT" if part == "method" else "POST"
    request = SignedRequest(method, target, CIMultiDict(signed), BODY + b" " if part == "body" else BODY)
    with pytest.raises(Unauthenticated):
        answered(SCHEMES[spec].verify(request, now=datetime.now(UTC)), PublicKey(MAIN_KEY, OWNER, fedify.rsa))


@pytest.mark.parametrize("spec", SCHEMES)
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("url", ["https://lyon.example/inbox", "https://lyon.example:8443/a%20b/%C3%A9?x=%2F&y=é"])
async def test_fedify_believes_a_request_that_we_signed(fedify: Fedify, spec: str, method: str, url: str) -> None:
    key = PrivateKey(MAIN_KEY, keys.generate_rsa())
    address = URL(url) if spec == "rfc9421" else URL(url).with_query(None)
    body = BODY if method == "POST" else None
    signed = SCHEMES[spec].sign(method, address, body, key, now=datetime.now(UTC))
    signed.setdefault("Content-Type", "application/activity+json")
    wanted: Json = {"method": method, "url": str(address), "body": body.decode() if body else None, "headers": signed}
    pem = keys.public_to_pem(key.material.public_key())
    document = actor(publicKey={"id": MAIN_KEY, "type": "CryptographicKey", "owner": OWNER, "publicKeyPem": pem})
    assert await fedify.do("verifyRequest", **wanted, key=document) == MAIN_KEY


# ---- proofs ---------------------------------------------------------------------------------------------------------


async def test_we_believe_a_proof_that_fedify_made(fedify: Fedify) -> None:
    proven = await fedify.do("prove", document=DOCUMENT, keyId=ED25519_KEY)
    read = strict_json.loads(orjson.dumps(proven))
    assert proofs.has_proof(read)
    vouched = answered(proofs.verify(read, now=datetime.now(UTC)), PublicKey(ED25519_KEY, OWNER, fedify.ed25519))
    assert (vouched.actor, vouched.key_id) == (OWNER, ED25519_KEY)


async def test_we_do_not_believe_a_proof_once_a_word_was_changed(fedify: Fedify) -> None:
    proven = await fedify.do("prove", document=DOCUMENT, keyId=ED25519_KEY)
    read = strict_json.loads(orjson.dumps(proven).replace("Zürich".encode(), "Genève".encode()))
    with pytest.raises(Unauthenticated):
        answered(proofs.verify(read, now=datetime.now(UTC)), PublicKey(ED25519_KEY, OWNER, fedify.ed25519))


@pytest.mark.parametrize("changed", [False, True])
async def test_fedify_believes_a_proof_that_we_made(fedify: Fedify, *, changed: bool) -> None:
    material = keys.generate_ed25519()
    multibase = keys.multikey_of(material.public_key())
    multikey = {"id": ED25519_KEY, "type": "Multikey", "controller": OWNER, "publicKeyMultibase": multibase}
    proven = proofs.attach(DOCUMENT, PrivateKey(ED25519_KEY, material), now=datetime.now(UTC))
    if changed:
        proven["to"] = OWNER
    assert await fedify.do("believe", document=proven, key=actor(assertionMethod=[multikey])) is not changed
