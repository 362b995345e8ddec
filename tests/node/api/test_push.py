"""Web push against a push service of the test's own, which reads what it is sent as an app would."""

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from node.push import encryption
from node.push.encryption import Recipient, base64url, point
from storage import pushes
from storage.store import Unit
from tests import loopback
from tests.node.api.conftest import App, Json
from tests.node.conftest import House, OpenHouse
from tests.receiver import Service, raw

PATH = "/api/v1/push/subscription"


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    found = Service(loopback.free_port())
    runner = await found.start()
    yield found
    await runner.cleanup()


async def people(house: House) -> tuple[App, App]:
    made = []
    for name in ("marie", "paul"):
        account = await house.staff(name)
        made.append(App(house, account, await house.token(account)))
    return made[0], made[1]


async def waiting(house: House) -> int:
    def count(unit: Unit) -> int:
        return unit.one(int, "select count(*) from pushes") or 0

    return await house.node.store.read(count)


async def emptied(house: House) -> None:
    async with asyncio.timeout(5):
        while await waiting(house):
            pass


def proves(token: str, key: str, audience: str) -> bool:
    """Whether the node's word to the service is signed with this key, and for it.  Source: RFC 8292."""
    head, claims, signature = token.split(".")
    r, s = (int.from_bytes(half) for half in (raw(signature)[:32], raw(signature)[32:]))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(key))
    public.verify(encode_dss_signature(r, s), f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    said = json.loads(raw(claims))
    return (said["aud"], json.loads(raw(head))["alg"]) == (audience, "ES256")


@pytest.mark.parametrize("standard", [True, False], ids=["aes128gcm", "aesgcm"])
async def test_an_app_that_is_not_open_is_told(open_house: OpenHouse, service: Service, standard: bool) -> None:
    house = await open_house(push={"allow": [service.host]})
    marie, paul = await people(house)
    (await marie.get(PATH, expect=404))["error"].index("not found")
    made = await marie.ask("POST", PATH, json=service.subscription(standard=standard))
    assert (made["standard"], made["policy"]) == (standard, "all")
    assert {kind for kind, wanted in made["alerts"].items() if wanted} == {"mention", "favourite"}
    assert await marie.get(PATH) == made
    assert (await marie.get("/api/v2/instance"))["configuration"]["vapid"]["public_key"] == made["server_key"]
    await paul.towards(marie, "follow")  # not wanted
    post = await paul.post("@marie Réunion à 15 h")
    headers, body = await service.next()
    said = service.read(headers, body)
    (told,) = [one for one in await marie.get("/api/v1/notifications") if one["type"] == "mention"]
    assert (said["notification_id"], said["notification_type"]) == (told["id"], "mention")
    assert (said["title"], "Réunion à 15 h" in said["body"], post["id"]) == (
        "Paul vous a mentionné",
        True,
        told["status"]["id"],
    )
    assert f"Bearer {said['access_token']}" == marie._headers["Authorization"]
    if standard:
        token, key = headers["Authorization"].removeprefix("vapid t=").split(", k=")
    else:
        token = headers["Authorization"].removeprefix("WebPush ")
        key = headers["Crypto-Key"].partition(";p256ecdsa=")[2]
    assert key == made["server_key"]
    assert proves(token, key, f"http://{service.host}")
    await emptied(house)
    assert service.got.empty()


async def test_what_is_wanted_is_changed_and_ended(open_house: OpenHouse, service: Service) -> None:
    house = await open_house(push={"allow": [service.host], "text": False})
    marie, paul = await people(house)
    await marie.ask("POST", PATH, json=service.subscription(standard=True))
    await marie.ask("PUT", PATH, data={"data[alerts][follow]": "true", "data[policy]": "followed"})
    await paul.towards(marie, "follow")  # whom Marie does not follow
    await marie.towards(paul, "follow")
    await paul.towards(marie, "unfollow")
    await paul.towards(marie, "follow")
    said = service.read(*await service.next())
    assert (said["notification_type"], said["title"], said["body"]) == (
        "follow",
        "Vous avez une nouvelle notification",
        "",
    )
    service.status = 410
    await paul.towards(marie, "unfollow")
    await paul.towards(marie, "follow")
    await service.next()
    await emptied(house)
    await marie.get(PATH, expect=404)
    await marie.ask("POST", PATH, json=service.subscription(standard=True))
    assert await marie.ask("DELETE", PATH) == {}
    await marie.get(PATH, expect=404)
    await marie.ask("PUT", PATH, json={"data": {}}, expect=404)


async def test_sec_f4_who_owes_a_second_step_is_told_nothing(open_house: OpenHouse, service: Service) -> None:
    house = await open_house(push={"allow": [service.host]}, second_factor="moderators")
    marie, paul = await people(house)
    await marie.ask("POST", PATH, json=service.subscription(standard=True))
    # Her role alone: a change of roles on a page ends her tokens besides.
    promoted = "update staff set role = 'moderator' where account_id = :id"
    await house.node.store.write(lambda unit: unit.run(promoted, id=marie.account.id))
    await paul.post("@marie Bonjour")
    await emptied(house)
    assert service.got.empty()


async def test_a_service_that_fails_is_tried_again_later(open_house: OpenHouse, service: Service) -> None:
    house = await open_house(push={"allow": [service.host]})
    marie, paul = await people(house)
    await marie.ask("POST", PATH, json=service.subscription(standard=True))
    service.status = 503
    await paul.post("@marie Bonjour")
    await service.next()

    def is_put_off(unit: Unit) -> bool:
        """Rather than held by who sends it now."""
        due = pushes.next_due(unit)
        assert due is not None
        return due < unit.now + timedelta(seconds=40)

    async with asyncio.timeout(5):
        while not await house.node.store.read(is_put_off):
            pass
    service.status = 201
    house.clock.forward(seconds=61)
    await paul.post("@marie Encore")  # wakes the sender
    told = [service.read(*await service.next())["body"] for _ in range(2)]
    assert {"Bonjour" in text for text in told} == {True, False}
    await emptied(house)


async def test_nothing_is_sent_where_no_administrator_has_said_so(open_house: OpenHouse, service: Service) -> None:
    off, other = await open_house(), await open_house(push={"allow": ["elsewhere.localhost:9"]})
    for house in (off, other):
        marie, paul = await people(house)
        refused = await marie.ask("POST", PATH, json=service.subscription(standard=True), expect=422)
        assert "push notifications" in refused["error"]
        (await marie.get(PATH, expect=404))["error"].index("not found")
        await paul.post("@marie Bonjour")
        assert await waiting(house) == 0
    assert service.got.empty()


@pytest.mark.parametrize(
    "broken",
    [
        {"endpoint": "http://169.254.169.254/"},
        {"endpoint": "mailto:a@b"},
        {"keys": {"p256dh": "AAAA", "auth": "AAAA"}},
        {"keys": {"p256dh": "é", "auth": "%"}},
        {"keys": {}},
    ],
)
async def test_bad_subscriptions_are_refused(open_house: OpenHouse, service: Service, broken: Json) -> None:
    house = await open_house(push={"allow": [service.host]})
    marie, _ = await people(house)
    asked = service.subscription(standard=True)
    asked["subscription"] |= broken
    assert (await marie.ask("POST", PATH, json=asked, expect=422))["error"]


async def test_keys_come_in_either_alphabet(open_house: OpenHouse, service: Service) -> None:
    """Mastodon.py sends keys with `+` and `/` and their padding, browsers with `-` and `_`."""
    house = await open_house(push={"allow": [service.host]})
    marie, paul = await people(house)
    asked = service.subscription(standard=True)
    service.auth = b"\xfb\xff\xfe" * 5 + b"\xff"
    keys = {"p256dh": b64encode(point(service.key)).decode(), "auth": b64encode(service.auth).decode()}
    asked["subscription"]["keys"] = keys
    await marie.ask("POST", PATH, json=asked)
    await paul.post("@marie Bonjour")
    assert "Bonjour" in service.read(*await service.next())["body"]


def test_the_example_of_the_standard() -> None:
    """RFC 8291, appendix A."""
    recipient = Recipient(
        raw("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
        raw("BTBZMqHH6r4Tts7J_aSIgg"),
    )
    own = ec.derive_private_key(int.from_bytes(raw("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), ec.SECP256R1())
    sealed = encryption.standard(
        b"When I grow up, I want to be a watermelon", recipient, key=own, salt=raw("DGv6ra1nlYgDCS1FRnbzlw")
    )
    assert base64url(sealed.body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
