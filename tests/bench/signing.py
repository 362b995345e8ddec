"""What a whole signature costs: the headers of a request in each way, made and verified, and a proof of a document."""

import time
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime
from functools import partial

import orjson
from multidict import CIMultiDict
from yarl import URL

from federation import signatures
from federation.signatures import PublicKey, SignedRequest, proofs, ways
from federation.signatures import keys as signing_keys
from federation.signatures.keys import PrivateKey
from federation.signatures.ways import Way
from federation.strict_json import JsonObject

ALICE = "https://paris.example/users/1"
INBOX = URL("https://tokyo.example/inbox", encoded=True)
NOTE: JsonObject = {
    "id": f"{ALICE}/posts/1",
    "type": "Note",
    "attributedTo": ALICE,
    "content": "<p>" + "Compte rendu de la réunion de service. " * 12 + "</p>",
    "to": ["https://www.w3.org/ns/activitystreams#Public"],
    "cc": [f"{ALICE}/followers"],
    "published": "2026-02-01T09:00:00.000Z",
    "sensitive": False,
    "tag": [{"type": "Mention", "href": "https://tokyo.example/users/2", "name": "@ken@tokyo.example"}],
}
CREATE: JsonObject = {"id": f"{ALICE}/posts/1/activity", "type": "Create", "actor": ALICE, "object": NOTE}
BODY = orjson.dumps(CREATE)


def per_second(seconds: float) -> Iterator[tuple[str, float]]:
    """What, and how often one core does it in a second. seconds: how long each is done."""
    for way in Way:
        key = PrivateKey(f"{ALICE}#key", signing_keys.generate(way.kind))
        sign = partial(ways.sign, way, "POST", INBOX, BODY, key, now=datetime.now(UTC))
        request = SignedRequest("POST", INBOX, CIMultiDict(sign()), BODY)
        yield f"a request, {way}: sign", _rate(sign, seconds)
        yield f"a request, {way}: verify", _rate(partial(_verified, request, _public(key)), seconds)
    key = PrivateKey(f"{ALICE}#key", signing_keys.generate_ed25519())
    attach = partial(proofs.attach, CREATE, key, now=datetime.now(UTC))
    document = attach()
    yield "a proof: make", _rate(attach, seconds)
    yield "a proof: verify", _rate(partial(_proven, document, _public(key)), seconds)


def _public(key: PrivateKey) -> PublicKey:
    return PublicKey(key.key_id, ALICE, key.material.public_key())


def _verified(request: SignedRequest, key: PublicKey) -> None:
    _answer(signatures.verify(request, now=datetime.now(UTC)), key)


def _proven(document: JsonObject, key: PublicKey) -> None:
    _answer(proofs.verify(document, now=datetime.now(UTC)), key)


def _answer(steps: Generator[object, PublicKey, object], key: PublicKey) -> None:
    next(steps)
    try:
        steps.send(key)
    except StopIteration:
        return
    raise AssertionError


def _rate(act: Callable[[], object], seconds: float) -> float:
    act()
    # Time of this process alone: others may be busy on the same machine.
    number, began = 0, time.process_time()
    while time.process_time() - began < seconds:
        act()
        number += 1
    return number / (time.process_time() - began)
