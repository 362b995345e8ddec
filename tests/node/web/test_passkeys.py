"""What is sent in place of a device's answer: nothing of it signs anybody in, and nothing of it is a fault of the node.

With a real device: `tests/browser/test_passkeys.py`.
"""

import base64
from typing import Any

import orjson
import pytest

from node.actions import passkeys as actions
from node.settings import checked
from storage import passkeys
from storage.store import Unit
from tests.node.conftest import PASSWORD, House
from tests.node.web.browser import Browser
from tests.node.web.enrolling import SECURITY, unlock


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def client_data(challenge: str, origin: str, kind: str = "webauthn.get", **more: Any) -> str:
    return encoded(orjson.dumps({"type": kind, "challenge": challenge, "origin": origin} | more))


def answer(**response: Any) -> str:
    said = {"id": "YWJj", "rawId": "YWJj", "type": "public-key", "clientExtensionResults": {}}
    return orjson.dumps(said | {"response": response}).decode()


BAD = [
    "",
    "null",
    "[]",
    '"x"',
    "{}",
    "{" * 5000,
    "x" * 30_000,
    answer(),
    answer(clientDataJSON=3, authenticatorData="", signature=""),
    answer(clientDataJSON="%%%", authenticatorData="%%%", signature="%%%"),
    answer(clientDataJSON=encoded(b"\xff\xfe"), authenticatorData="AA", signature="AA"),
    answer(clientDataJSON=encoded(b"{}"), authenticatorData="AA", signature="AA", userHandle="AA"),
    answer(clientDataJSON=client_data("AA", "https://evil.example"), authenticatorData="AA", signature="AA"),
    answer(clientDataJSON=client_data("AA", "x", kind="webauthn.create"), attestationObject="AA"),
    answer(clientDataJSON=client_data("AA", "x", kind="webauthn.create"), attestationObject=encoded(b"\xa1\x01")),
]


async def test_sec_e4_an_answer_that_is_none_is_refused_in_words(house: House) -> None:
    marie = await house.staff("marie")
    browser = Browser(house.client)
    page = await browser.open("/sign-in")
    for sent in BAD:
        refused = await browser.send(page, "/sign-in/passkey", answer=sent)
        assert (sent, refused.status, refused.url.path) == (sent, 422, "/sign-in/passkey")
    assert (await browser.open("/")).url.path == "/sign-in"
    house.clock.forward(hours=1)  # so many failures cost time
    await browser.sign_in("marie", PASSWORD)
    page = await unlock(browser)
    for sent in BAD:
        refused = await browser.send(page, f"{SECURITY}/passkeys", answer=sent, passkey_name="Clé")
        assert (sent, refused.status) == (sent, 422)
        assert "La réponse de l’appareil n’est pas utilisable." in refused.text
    assert await house.node.store.read(passkeys.of, marie.id) == []


async def test_sec_f4_a_challenge_is_asked_before_it_is_answered(house: House) -> None:
    """A well-formed answer for a known credential, to a challenge of this node: the signature is what is missing."""
    marie = await house.staff("marie")

    def keep(unit: Unit) -> None:
        passkeys.add(unit, marie.id, credential="YWJj", public_key=b"\xa0", sign_count=0, transports="", name="Clé")

    await house.node.store.write(keep)
    browser = Browser(house.client)
    async with browser.client.post("/sign-in/passkey/options") as said:
        options = await said.json()
        assert said.headers["Cache-Control"] == "no-store"
    assert (options["rpId"], options["userVerification"], options["allowCredentials"]) == (
        "paris.localhost",
        "required",
        [],
    )
    forged = answer(
        clientDataJSON=client_data(options["challenge"], house.url),
        authenticatorData=encoded(b"\0" * 37),
        signature="AA",
        userHandle=encoded(actions.handle_of(marie.id)),
    )
    page = await browser.open("/sign-in")
    assert (await browser.send(page, "/sign-in/passkey", answer=forged)).status == 422
    # With a passkey, the password is not enough any more.
    half = await browser.sign_in("marie", PASSWORD)
    assert half.url.path == "/sign-in/second"
    assert (await browser.send(half, "/sign-in/second/passkey", answer=forged)).status == 422
    assert (await browser.open("/")).url.path == "/sign-in"


async def test_sec_e8_challenges_are_counted(open_house: Any) -> None:
    house = await open_house(api_calls_per_5_minutes=3)
    found = []
    for _ in range(5):
        async with house.client.post("/sign-in/passkey/options") as said:
            found.append(said.status)
    assert found == [200] * 3 + [429] * 2


@pytest.mark.parametrize(
    ("domain", "party", "possible"),
    [
        ("tokyo.example", "tokyo.example", True),
        ("tokyo.example:8443", "tokyo.example", True),
        ("paris.localhost:8001", "paris.localhost", True),
        ("127.0.0.1:8001", "127.0.0.1", False),
        ("[::1]:8001", "[::1]", False),
    ],
)
def test_passkeys_belong_to_the_name_of_the_node(tmp_path: Any, domain: str, party: str, possible: bool) -> None:
    is_here = "localhost" in domain or "127." in domain or "::1" in domain
    settings = checked({"domain": domain, "development": is_here}, data=tmp_path, where="this test")
    assert (actions.relying_party(settings), actions.are_possible(settings)) == (party, possible)
