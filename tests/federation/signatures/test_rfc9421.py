"""Signed requests of RFC 9421: vectors of the standard, a table of what is refused, and a second library as witness."""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import http_message_signatures as witness
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA512
from http_message_signatures import algorithms
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict
from yarl import URL

from federation.errors import Unauthenticated
from federation.signatures import (
    KeyWanted,
    PrivateKey,
    PublicKey,
    SignedRequest,
    Signer,
    content_digest,
    keys,
    multibase,
    rfc9421,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECONDS = 1_767_225_600

ALICE = "https://server.example/users/alice"
KEY_ID = ALICE + "#ed25519-key"
INBOX = URL("https://peer.example/inbox", encoded=True)
OUTBOX = URL("https://peer.example/users/bob/outbox?page=2&min_id=7", encoded=True)

BODY = (
    b'{"@context":"https://www.w3.org/ns/activitystreams","id":"https://server.example/activities/2","type":"Follow",'
    b'"actor":"https://server.example/users/alice","object":"https://peer.example/users/bob"}'
)
DIGEST = "sha-256=:CAfY2cB4hAHvlzNuTW45PcxjGfkDPYwYQRBHcV4NgT0=:"

# The secret key of FEP-8b32, section "Test vectors", without the two bytes of its own code.
ED25519 = ed25519.Ed25519PrivateKey.from_private_bytes(
    multibase.decode("z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq", length=34)[2:]
)
RSA = keys.private_from_pem((Path(__file__).parent / "rsa-2048.pem").read_text())
OTHER = keys.generate_ed25519()

PrivateMaterial = keys.PrivateMaterial

COVERED_BY_POST = '"@method" "@target-uri" "content-digest" "content-type"'
WHOLE = f';created={SECONDS};expires={SECONDS + 300};keyid="{KEY_ID}"'


def post(material: PrivateMaterial = ED25519, *, body: bytes = BODY) -> SignedRequest:
    headers = rfc9421.sign("POST", INBOX, body, PrivateKey(KEY_ID, material), now=NOW)
    return SignedRequest("POST", INBOX, CIMultiDict(headers), body)


def get(url: URL = OUTBOX) -> SignedRequest:
    headers = rfc9421.sign("GET", url, None, PrivateKey(KEY_ID, ED25519), now=NOW)
    return SignedRequest("GET", url, CIMultiDict(headers), b"")


def changed(request: SignedRequest, **headers: str | None) -> SignedRequest:
    """The request with other headers (`_` stands for `-`); None takes one away."""
    copy = CIMultiDict(request.headers)
    for name, value in headers.items():
        copy.popall(name.replace("_", "-"), None)
        if value is not None:
            copy.add(name.replace("_", "-"), value)
    return replace(request, headers=copy)


def doubled(request: SignedRequest, name: str, value: str) -> SignedRequest:
    copy = CIMultiDict(request.headers)
    copy.add(name, value)
    return replace(request, headers=copy)


@dataclass(frozen=True)
class By:
    """Signs whatever it is told to, wisely or not, writing the signed text itself."""

    covered: str = COVERED_BY_POST
    parameters: str = WHOLE
    material: PrivateMaterial = ED25519
    label: str = "sig1"
    values: tuple[tuple[str, str], ...] = ()

    def sign(self, request: SignedRequest) -> SignedRequest:
        values = {
            "@method": request.method,
            "@target-uri": str(request.target),
            "@authority": "peer.example",
            "@scheme": "https",
            "@path": request.target.raw_path,
            "@query": "?" + request.target.raw_query_string,
            "@request-target": request.target.raw_path_qs,
            **dict(self.values),
        }
        names = [name.strip('"') for name in self.covered.split(" ") if name]
        lines = [f'"{name}": {values.get(name, request.headers.get(name, ""))}\n' for name in names]
        claim = f"({self.covered}){self.parameters}"
        raw = keys.make_signature(self.material, ("".join(lines) + f'"@signature-params": {claim}').encode())
        return changed(
            request, Signature_Input=f"{self.label}={claim}", Signature=f"{self.label}=:{b64encode(raw).decode()}:"
        )


def public(material: PrivateMaterial = ED25519, *, key_id: str = KEY_ID, owner: str = ALICE) -> PublicKey:
    return PublicKey(key_id, owner, material.public_key())


def answered(asking: Generator[KeyWanted, PublicKey, Signer], key: PublicKey) -> Signer:
    next(asking)
    with pytest.raises(StopIteration) as end:
        asking.send(key)
    signer = end.value.value
    assert isinstance(signer, Signer)
    return signer


def signer_of(request: SignedRequest, key: PublicKey | None = None, *, now: datetime = NOW) -> Signer:
    return answered(rfc9421.verify(request, now=now), key or public())


def refusal_of(request: SignedRequest, key: PublicKey | None = None, *, now: datetime = NOW) -> Unauthenticated:
    with pytest.raises(Unauthenticated) as refusal:
        signer_of(request, key, now=now)
    assert refusal.value.detail.isprintable()
    return refusal.value


def refusal_before_the_key(request: SignedRequest, *, now: datetime = NOW) -> str:
    with pytest.raises(Unauthenticated) as refusal:
        next(rfc9421.verify(request, now=now))
    return refusal.value.code


# ---- vectors of the standard: RFC 9421, appendix B and 4.3 -----------------------------------------------------------

RFC_BODY = b'{"hello": "world"}'
RFC_DIGEST = "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"

# B.1.1, B.1.2, B.1.4
TEST_KEY_RSA = keys.public_from_pem("""-----BEGIN RSA PUBLIC KEY-----
MIIBCgKCAQEAhAKYdtoeoy8zcAcR874L8cnZxKzAGwd7v36APp7Pv6Q2jdsPBRrw
WEBnez6d0UDKDwGbc6nxfEXAy5mbhgajzrw3MOEt8uA5txSKobBpKDeBLOsdJKFq
MGmXCQvEG7YemcxDTRPxAleIAgYYRjTSd/QBwVW9OwNFhekro3RtlinV0a75jfZg
kne/YiktSvLG34lw2zqXBDTC5NHROUqGTlML4PlNZS5Ri2U4aCNx2rUPRcKIlE0P
uKxI4T+HIaFpv8+rdV6eUgOrB2xeI1dSFFn/nnv5OoZJEIB+VmuKn3DCUcCZSFlQ
PSXSfBDiUGhwOw76WuSSsf1D4b/vLoJ10wIDAQAB
-----END RSA PUBLIC KEY-----""")
TEST_KEY_RSA_PSS = keys.public_from_pem("""-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2
+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+
oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq
gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W
Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4
aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI
2wIDAQAB
-----END PUBLIC KEY-----""")
TEST_KEY_ED25519 = keys.private_from_pem("""-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----""")


def of_the_standard(
    claim: str, *, url: str = "https://example.com/foo?param=Value&Pet=dog", method: str = "POST", **headers: str
) -> SignedRequest:
    """The request of B.2 with another claim. headers: `_` stands for `-`."""
    given_headers = {
        "Host": "example.com",
        "Date": "Tue, 20 Apr 2021 02:07:55 GMT",
        "Content-Type": "application/json",
        "Content-Digest": RFC_DIGEST,
        "Content-Length": "18",
        "Signature-Input": claim,
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return SignedRequest(method, URL(url, encoded=True), CIMultiDict(given_headers), RFC_BODY)


B21_CLAIM = 'sig-b21=();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"'
B21_BASE = '"@signature-params": ();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"'
B21_SIGNATURE = (
    "d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA7ChG"
    "52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxVro"
    "gUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ"
    "98Xw9Q=="
)

B23_CLAIM = (
    'sig-b23=("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length")'
    ';created=1618884473;keyid="test-key-rsa-pss"'
)
B23_BASE = """"date": Tue, 20 Apr 2021 02:07:55 GMT
"@method": POST
"@path": /foo
"@query": ?param=Value&Pet=dog
"@authority": example.com
"content-type": application/json
"content-digest": sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:
"content-length": 18
"@signature-params": ("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length")\
;created=1618884473;keyid="test-key-rsa-pss\""""
B23_SIGNATURE = (
    "bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38K0fU"
    "xN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA"
    "1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKE"
    "gM4cUA=="
)

B26_CLAIM = (
    'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473'
    ';keyid="test-key-ed25519"'
)
B26_BASE = """"date": Tue, 20 Apr 2021 02:07:55 GMT
"@method": POST
"@path": /foo
"@authority": example.com
"content-type": application/json
"content-length": 18
"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473\
;keyid="test-key-ed25519\""""
B26_SIGNATURE = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="

PROXY_CLAIM = (
    'proxy_sig=("@method" "@authority" "@path" "content-digest" "content-type" "content-length" "forwarded")'
    ';created=1618884480;keyid="test-key-rsa";alg="rsa-v1_5-sha256";expires=1618884540'
)
PROXY_BASE = """"@method": POST
"@authority": origin.host.internal.example
"@path": /foo
"content-digest": sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:
"content-type": application/json
"content-length": 18
"forwarded": for=192.0.2.123;host=example.com;proto=https
"@signature-params": ("@method" "@authority" "@path" "content-digest" "content-type" "content-length" "forwarded")\
;created=1618884480;keyid="test-key-rsa";alg="rsa-v1_5-sha256";expires=1618884540"""
PROXY_SIGNATURE = (
    "S6ZzPXSdAMOPjN/6KXfXWNO/f7V6cHm7BXYUh3YD/fRad4BCaRZxP+JH+8XY1I6+8Cy+CM5g92iHgxtRPz+MjniOaYmdkDcnL9cCpXJleXsOckpU"
    "Rl49GwiyUpZ10KHgOEe11sx3G2gxI8S0jnxQB+Pu68U9vVcasqOWAEObtNKKZd8tSFu7LB5YAv0RAGhB8tmpv7sFnIm9y+7X5kXQfi8NMaZaA8i2"
    "ZHwpBdg7a6CMfwnnrtflzvZdXAsD3LH2TwevU+/PBPv0B6NMNk93wUs/vfJvye+YuI87HU38lZHowtznbLVdp770I6VHR6WfgS9ddzirrswsE1w5"
    "o0LV/g=="
)

TRANSFORM_CLAIM = 'transform=("@method" "@path" "@authority" "accept");created=1618884473;keyid="test-key-ed25519"'
TRANSFORM_BASE = """"@method": GET
"@path": /demo
"@authority": example.org
"accept": application/json, */*
"@signature-params": ("@method" "@path" "@authority" "accept");created=1618884473;keyid="test-key-ed25519\""""
TRANSFORM_SIGNATURE = "ZT1kooQsEHpZ0I1IjCqtQppOmIqlJPeo7DHR3SoMn0s5JZ1eRGS0A+vyYP9t/LXlh5QMFFQ6cpLt2m0pmj3NDA=="
DEMO = "https://example.org/demo?name1=Value1&Name2=value2"


def demo(
    url: str = DEMO, *, method: str = "GET", accept: tuple[str, ...] = ("application/json", "*/*")
) -> SignedRequest:
    headers = CIMultiDict({"Host": "example.org", "Date": "Fri, 15 Jul 2022 14:24:55 GMT"})
    for value in accept:
        headers.add("Accept", value)
    headers.add("Signature-Input", TRANSFORM_CLAIM)
    return SignedRequest(method, URL(url, encoded=True), headers, b"")


VECTORS = {
    "B.2.1": (of_the_standard(B21_CLAIM), B21_BASE, B21_SIGNATURE, TEST_KEY_RSA_PSS, "rsa-pss-sha512"),
    "B.2.3": (of_the_standard(B23_CLAIM), B23_BASE, B23_SIGNATURE, TEST_KEY_RSA_PSS, "rsa-pss-sha512"),
    "B.2.6": (of_the_standard(B26_CLAIM), B26_BASE, B26_SIGNATURE, TEST_KEY_ED25519.public_key(), ""),
    "B.4": (demo(), TRANSFORM_BASE, TRANSFORM_SIGNATURE, TEST_KEY_ED25519.public_key(), "ed25519"),
    "4.3": (
        of_the_standard(
            PROXY_CLAIM,
            url="https://origin.host.internal.example/foo?param=Value&Pet=dog",
            Forwarded="for=192.0.2.123;host=example.com;proto=https",
        ),
        PROXY_BASE,
        PROXY_SIGNATURE,
        TEST_KEY_RSA,
        "rsa-v1_5-sha256",
    ),
}


@pytest.mark.parametrize("name", VECTORS)
def test_vectors_of_the_standard(name: str) -> None:
    request, base, signature, key, algorithm = VECTORS[name]
    (claim,) = rfc9421.claims_of(request.headers["Signature-Input"])
    text = rfc9421.signed_text(claim, request)
    raw = b64decode(signature)
    assert text == base.encode()
    assert rfc9421.is_signature(key, text, signature=raw, algorithm=algorithm)
    assert not rfc9421.is_signature(key, text + b" ", signature=raw, algorithm=algorithm)
    assert not rfc9421.is_signature(key, text, signature=raw[:-1] + bytes([raw[-1] ^ 1]), algorithm=algorithm)


def test_ed25519_signatures_of_the_standard_are_made_again() -> None:
    for base, signature in ((B26_BASE, B26_SIGNATURE), (TRANSFORM_BASE, TRANSFORM_SIGNATURE)):
        assert keys.make_signature(TEST_KEY_ED25519, base.encode()) == b64decode(signature)


@pytest.mark.parametrize(
    "request_",
    [
        demo(DEMO + "&param=added"),
        demo("https://EXAMPLE.org/demo"),
        demo("https://example.org:443/demo"),
        demo(accept=("application/json, */*",)),
        demo(accept=(" application/json ", "\t*/*")),
    ],
)
def test_what_may_happen_on_the_way(request_: SignedRequest) -> None:
    """RFC 9421, B.4: such changes leave what is covered as it was."""
    (claim,) = rfc9421.claims_of(TRANSFORM_CLAIM)
    assert rfc9421.signed_text(claim, request_) == TRANSFORM_BASE.encode()


@pytest.mark.parametrize(
    "request_",
    [
        demo(method="POST"),
        demo("https://example.com/demo"),
        demo("https://example.org/demo/"),
        demo(accept=("*/*", "application/json")),
        demo(accept=("application/json",)),
    ],
)
def test_what_may_not_happen_on_the_way(request_: SignedRequest) -> None:
    (claim,) = rfc9421.claims_of(TRANSFORM_CLAIM)
    assert rfc9421.signed_text(claim, request_) != TRANSFORM_BASE.encode()


@pytest.mark.parametrize(
    "claim",
    [
        # B.2.2, B.2.4 and B.2.5 of the standard
        'sig-b22=("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;keyid="test-key-rsa-pss"',
        'sig-b24=("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"',
        'sig-b25=("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
    ],
)
def test_vectors_of_the_standard_that_mean_nothing_between_nodes(claim: str) -> None:
    request = of_the_standard(claim, Signature=f"{claim.partition('=')[0]}=:AAAA:")
    assert refusal_before_the_key(request) == "bad-signature-header"


# ---- what this node sends --------------------------------------------------------------------------------------------


def test_the_worked_example() -> None:
    assert rfc9421.sign("POST", INBOX, BODY, PrivateKey(KEY_ID, ED25519), now=NOW) == {
        "Host": "peer.example",
        "Content-Digest": DIGEST,
        "Content-Type": "application/activity+json",
        "Signature-Input": f"sig1=({COVERED_BY_POST});created=1767225600;expires=1767225900;"
        f'keyid="{KEY_ID}";alg="ed25519"',
        "Signature": "sig1=:WUvCCbYazrTX01uEGZuozRQqObGJ9mOWKfXkgT4zwB5pzdMH6gi+wy+HFcOmbLI+iY8mZVg6w06zigHc+/p6AA==:",
    }


@pytest.mark.parametrize("material", [ED25519, RSA], ids=["ed25519", "rsa"])
def test_the_signer_of_a_post_is_known(material: PrivateMaterial) -> None:
    assert rfc9421.key_id_of(post(material)) == KEY_ID
    assert signer_of(post(material), public(material)) == Signer(
        key_id=KEY_ID,
        actor=ALICE,
        host=signer_of(post()).host,
        scheme="rfc9421",
        covered=("@method", "@target-uri", "content-digest", "content-type"),
        kind=keys.kind_of(material),
        signed_at=NOW,
    )


def test_the_signer_of_a_get_is_known() -> None:
    assert set(get().headers) == {"Host", "Signature-Input", "Signature"}
    assert signer_of(get()).covered == ("@method", "@target-uri")


def test_an_rsa_key_says_so() -> None:
    assert ';alg="rsa-v1_5-sha256"' in post(RSA).headers["Signature-Input"]


def test_a_signature_is_good_for_five_minutes() -> None:
    assert signer_of(post(), now=NOW + timedelta(minutes=5)).actor == ALICE
    assert refusal_before_the_key(post(), now=NOW + timedelta(minutes=5, seconds=1)) == "expired"


@pytest.mark.parametrize(
    ("url", "host", "signed_as"),
    [
        ("https://peer.example/inbox", "peer.example", "https://peer.example/inbox"),
        ("https://PEER.example:443/inbox", "peer.example", "https://peer.example/inbox"),
        ("https://peer.example:8443/inbox", "peer.example:8443", "https://peer.example:8443/inbox"),
        ("http://paris.localhost:8001/inbox", "paris.localhost:8001", "http://paris.localhost:8001/inbox"),
        ("http://paris.localhost:80/", "paris.localhost", "http://paris.localhost/"),
        ("http://[::1]:8001/inbox", "[::1]:8001", "http://[::1]:8001/inbox"),
        ("https://peer.example", "peer.example", "https://peer.example/"),
        ("https://peer.example//a/%7Eb/../c%2Fd?x=%20&y=", "peer.example", None),
        ("https://peer.example/" + "a" * 4_000, "peer.example", None),
    ],
)
def test_every_url_of_a_node_can_be_signed(url: str, host: str, signed_as: str | None) -> None:
    target = URL(url, encoded=True)
    headers = rfc9421.sign("POST", target, BODY, PrivateKey(KEY_ID, ED25519), now=NOW)
    assert headers["Host"] == host
    request = SignedRequest("POST", target, CIMultiDict(headers), BODY)
    assert signer_of(request).actor == ALICE
    (claim,) = rfc9421.claims_of(headers["Signature-Input"])
    assert f'"@target-uri": {signed_as or url}\n'.encode() in rfc9421.signed_text(claim, request)


@pytest.mark.parametrize("url", ["/inbox", "https://anna@peer_example/inbox", "ftp://peer.example/"])
def test_a_url_without_a_host_cannot_be_signed(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        rfc9421.sign("POST", URL(url), BODY, PrivateKey(KEY_ID, ED25519), now=NOW)


def test_what_would_have_been_accepted_is_a_structured_field() -> None:
    (claim,) = rfc9421.claims_of(rfc9421.ACCEPTED_SIGNATURE.replace(";created", f";created={SECONDS}"))
    assert claim.covered == ("@method", "@target-uri", "content-digest")


# ---- what this node demands ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dropped", ["@method", "@target-uri", "content-digest"])
def test_a_post_covers_method_target_and_digest(dropped: str) -> None:
    names = ["@method", "@target-uri", "content-digest"]
    assert signer_of(By(" ".join(f'"{name}"' for name in names)).sign(post())).covered == tuple(names)
    names.remove(dropped)
    refusal = refusal_of(By(" ".join(f'"{name}"' for name in names)).sign(post()))
    assert refusal.code == "not-covered"
    assert dropped in refusal.detail


@pytest.mark.parametrize(
    ("covered", "is_enough"),
    [
        ('"@authority" "@path" "@query" "@method"', True),
        ('"@method" "@target-uri" "@scheme" "@request-target"', True),
        ('"@authority" "@path" "@method"', False),
        ('"@authority" "@query" "@method"', False),
        ('"@path" "@query" "@method"', False),
        ('"@authority" "@request-target" "@method"', False),
        ('"@target-uri"', False),
        ('"@method"', False),
        ("", False),
        ('"host" "date"', False),
    ],
)
def test_a_get_covers_method_and_the_whole_target(covered: str, is_enough: bool) -> None:
    request = By(covered).sign(changed(get(), Date="Thu, 01 Jan 2026 00:00:00 GMT"))
    if is_enough:
        assert signer_of(request).actor == ALICE
    else:
        assert refusal_before_the_key(request) == "not-covered"


def test_a_request_with_any_body_covers_its_digest() -> None:
    assert refusal_before_the_key(replace(get(), body=b"x")) == "not-covered"
    bodiless = By('"@method" "@target-uri"').sign(SignedRequest("DELETE", INBOX, CIMultiDict(), b""))
    assert refusal_before_the_key(bodiless) == "not-covered"


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (replace(post(), body=BODY + b" "), "digest-mismatch"),
        (replace(post(), body=b""), "digest-mismatch"),
        (replace(get(), headers=CIMultiDict({**get().headers, "Content-Digest": DIGEST})), "digest-mismatch"),
        (changed(post(), Content_Digest=content_digest.content_digest_of(b"x")), "digest-mismatch"),
        (changed(post(), Content_Digest="SHA-256=CAfY2cB4hAHvlzNuTW45PcxjGfkDPYwYQRBHcV4NgT0="), "digest-mismatch"),
        (changed(post(), Content_Digest=f"{DIGEST}, {DIGEST}"), "digest-mismatch"),
        (changed(post(), Content_Digest=f"{DIGEST},"), "digest-mismatch"),
        (changed(post(), Content_Digest=f"{DIGEST}, sha-512=:AAAA:"), "digest-mismatch"),
        (changed(post(), Content_Digest="sha-256"), "digest-mismatch"),
        (changed(post(), Content_Digest='sha-256="CAfY2cB4hAHvlzNuTW45PcxjGfkDPYwYQRBHcV4NgT0="'), "digest-mismatch"),
        (changed(post(), Content_Digest="sha-256=:AAAA:"), "digest-mismatch"),
        (changed(post(), Content_Digest="sha-256=(:AAAA:)"), "digest-mismatch"),
        (changed(post(), Content_Digest="sha-256=:\udcff:"), "digest-mismatch"),
        (changed(post(), Content_Digest="md5=:AAAA:"), "digest-missing"),
        (changed(post(), Content_Digest=""), "digest-missing"),
        (changed(post(), Content_Digest=None), "digest-missing"),
        (doubled(post(), "Content-Digest", DIGEST), "repeated-header"),
        (changed(post(), Content_Type=None), "not-covered"),
        (changed(post(), Content_Type="text/plain\x01"), "not-covered"),
        (changed(post(), Content_Type="text/plain; x=é"), "not-covered"),
        (replace(post(), target=URL("https://peer.example/é", encoded=True)), "not-covered"),
        (changed(post(), Signature=None), "unsigned"),
        (changed(post(), Signature_Input=None), "unsigned"),
        (doubled(post(), "Signature", post().headers["Signature"]), "two-signatures"),
        (doubled(post(), "Signature-Input", post().headers["Signature-Input"]), "two-signatures"),
    ],
    ids=lambda case: case if isinstance(case, str) else None,
)
def test_what_is_wrong_without_any_key_is_refused_before_one_is_asked_for(request_: SignedRequest, code: str) -> None:
    assert refusal_before_the_key(request_) == code


SIGNATURE = post().headers["Signature"]


@pytest.mark.parametrize(
    "claim",
    [
        "",
        " ",
        "sig1",
        "sig1;created=1",
        "sig1=",
        "sig1=()",
        "sig1=(",
        "SIG1=()",
        "sig1=?1",
        "sig1=:AAAA:",
        'sig1="@method"',
        f"sig1={COVERED_BY_POST}{WHOLE}",
        f"sig1=({COVERED_BY_POST}{WHOLE}",
        f"sig1=({COVERED_BY_POST}){WHOLE},",
        f"sig1=({COVERED_BY_POST}){WHOLE} x",
        f"sig1=({COVERED_BY_POST}){WHOLE}, sig1=({COVERED_BY_POST}){WHOLE}",
        f"sig1=({COVERED_BY_POST}){WHOLE};created=1",
        f'sig1=({COVERED_BY_POST}){WHOLE};keyid="{KEY_ID}"',
        f"sig2=({COVERED_BY_POST}){WHOLE}",
        f'sig1=({COVERED_BY_POST} "@method"){WHOLE}',
        f'sig1=({COVERED_BY_POST} "content-type"){WHOLE}',
        f'sig1=({COVERED_BY_POST} "@status"){WHOLE}',
        f'sig1=({COVERED_BY_POST} "@signature-params"){WHOLE}',
        f'sig1=({COVERED_BY_POST} "@unheard-of"){WHOLE}',
        f'sig1=({COVERED_BY_POST} "Date"){WHOLE}',
        f'sig1=({COVERED_BY_POST} "da te"){WHOLE}',
        f'sig1=({COVERED_BY_POST} ""){WHOLE}',
        f"sig1=({COVERED_BY_POST} date){WHOLE}",
        f"sig1=({COVERED_BY_POST} 1){WHOLE}",
        f"sig1=({COVERED_BY_POST} :AAAA:){WHOLE}",
        f'sig1=({COVERED_BY_POST} %"date"){WHOLE}',
        f'sig1=({COVERED_BY_POST} "date";sf){WHOLE}',
        f'sig1=({COVERED_BY_POST} "date";bs){WHOLE}',
        f'sig1=({COVERED_BY_POST} "date";tr){WHOLE}',
        f'sig1=({COVERED_BY_POST} "@path";req){WHOLE}',
        f'sig1=({COVERED_BY_POST} "content-digest";key="sha-256"){WHOLE}',
        f'sig1=({COVERED_BY_POST} "@query-param";name="x"){WHOLE}',
        f'sig1=("@method" "@method";req "@target-uri" "content-digest"){WHOLE}',
        f'sig1=({COVERED_BY_POST});created={SECONDS};keyid="test-key"',
        f'sig1=({COVERED_BY_POST});created={SECONDS};keyid="did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"',
        f'sig1=({COVERED_BY_POST});created={SECONDS};keyid=""',
        f"sig1=({COVERED_BY_POST});created={SECONDS};keyid=alice",
        f"sig1=({COVERED_BY_POST});created={SECONDS};keyid",
        f"sig1=({COVERED_BY_POST});created={SECONDS}",
        f'sig1=({COVERED_BY_POST});created="{SECONDS}";keyid="{KEY_ID}"',
        f'sig1=({COVERED_BY_POST});created={SECONDS}.5;keyid="{KEY_ID}"',
        f'sig1=({COVERED_BY_POST});created=@{SECONDS};keyid="{KEY_ID}"',
        f'sig1=({COVERED_BY_POST});created;keyid="{KEY_ID}"',
        f'sig1=({COVERED_BY_POST});created={"9" * 16};keyid="{KEY_ID}"',
        f'sig1=({COVERED_BY_POST});created={SECONDS};expires=?1;keyid="{KEY_ID}"',
        f'sig1=({COVERED_BY_POST});created={SECONDS};keyid="{KEY_ID}";alg=ed25519',
        f'sig1=({COVERED_BY_POST});created={SECONDS};keyid="{KEY_ID}";nonce=1',
        f'sig1=({COVERED_BY_POST});created={SECONDS};keyid="{KEY_ID}";tag=:AAAA:',
        f'sig1=({COVERED_BY_POST});created={SECONDS};keyid="{KEY_ID}',
        ", ".join([f"sig1=({COVERED_BY_POST}){WHOLE}", *(f"l{number}=()" for number in range(900))]),
        f'sig1=({COVERED_BY_POST}){WHOLE};nonce="{"x" * 4_096}"',
        f'sig1=({COVERED_BY_POST});created={SECONDS};keyid="{KEY_ID}é"',
        f'sig1=({COVERED_BY_POST});created={SECONDS};keyid="{KEY_ID}\udcff"',
    ],
)
def test_a_claim_that_cannot_be_read_is_refused(claim: str) -> None:
    request = changed(post(), Signature_Input=claim)
    assert refusal_before_the_key(request) == "bad-signature-header"
    with pytest.raises(Unauthenticated):
        rfc9421.key_id_of(request)


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sig1",
        "sig1=?1",
        "sig1=AAAA",
        'sig1="AAAA"',
        "sig1=(:AAAA:)",
        "sig1=:AA*A:",
        "sig1=:AAAA",
        "sig2=:AAAA:",
        "sig1=:AAAA:,",
        "sig1=:AAAA:, sig1=:AAAA:",
        "sig1=:AAAA:, sig2=:AAAA:",
        'keyId="https://server.example/users/alice",signature="AAAA"',
        "sig1=:\udcff:",
    ],
)
def test_a_signature_that_cannot_be_read_is_refused(signature: str) -> None:
    assert refusal_before_the_key(changed(post(), Signature=signature)) == "bad-signature-header"


@pytest.mark.parametrize(
    ("times", "code"),
    [
        (f";created={SECONDS}", None),
        (f";created={SECONDS - 3600}", None),
        (f";created={SECONDS + 300}", None),
        (f";created={SECONDS};expires={SECONDS}", None),
        (f";created={SECONDS - 3601}", "clock-skew"),
        (f";created={SECONDS + 301}", "clock-skew"),
        (f";created={SECONDS - 7200}", "clock-skew"),
        (f";created={SECONDS + 7200}", "clock-skew"),
        (f";created={SECONDS + 7200};expires={SECONDS + 7300}", "clock-skew"),
        (";created=0", "clock-skew"),
        (";created=-1", "clock-skew"),
        (";created=999999999999999", "clock-skew"),
        (f";created={SECONDS - 60};expires={SECONDS - 1}", "expired"),
        (f";created={SECONDS};expires={SECONDS - 1}", "bad-date"),
        (f";expires={SECONDS + 300}", "bad-date"),
        ("", "bad-date"),
    ],
)
def test_a_request_must_be_recent_and_say_so(times: str, code: str | None) -> None:
    request = By(parameters=f'{times};keyid="{KEY_ID}"').sign(post())
    if code is None:
        assert signer_of(request).actor == ALICE
    else:
        assert refusal_before_the_key(request) == code


@pytest.mark.parametrize(
    "parameters",
    [
        f'{WHOLE};nonce="b3k2pp5k7z-50gnwp.yemd"',
        f'{WHOLE};tag="activitypub"',
        f'{WHOLE};unheard-of=1.5;and;more="x\\"y, z"',
        f';keyid="{KEY_ID}";alg="ed25519";created={SECONDS}',
        f';tag="";keyid="{KEY_ID}";created={SECONDS};nonce=""',
    ],
)
def test_parameters_in_any_order_and_unknown_ones_are_part_of_what_is_signed(parameters: str) -> None:
    assert signer_of(By(parameters=parameters).sign(post())).actor == ALICE


@pytest.mark.parametrize("label", ["sig", "sig-1", "*a.b_c", "a" * 64])
def test_a_label_means_nothing(label: str) -> None:
    assert signer_of(By(label=label).sign(post())).actor == ALICE


def test_spaces_that_structured_fields_allow_do_no_harm() -> None:
    request = By().sign(post())
    spaced = request.headers["Signature-Input"].replace("(", "(  ").replace(";", "; ").replace('" "', '"   "')
    assert signer_of(changed(request, Signature_Input=f"  {spaced} ")).actor == ALICE


# ---- several labels --------------------------------------------------------------------------------------------------


def together(*requests: SignedRequest) -> SignedRequest:
    joined = {
        name: ", ".join(request.headers[name] for request in requests) for name in ("Signature-Input", "Signature")
    }
    return changed(requests[0], Signature_Input=joined["Signature-Input"], Signature=joined["Signature"])


OF_TOMORROW = By(parameters=f'{WHOLE};alg="mldsa44"', label="sig2").sign(post())
OF_A_PROXY = By('"@method"', f';created={SECONDS};keyid="proxy-7"', label="proxy_sig").sign(post())


@pytest.mark.parametrize("others", [[OF_TOMORROW], [OF_A_PROXY], [OF_TOMORROW, OF_A_PROXY]])
def test_of_several_signatures_the_one_that_can_be_checked_counts(others: list[SignedRequest]) -> None:
    assert signer_of(together(post(), *others)).covered[0] == "@method"
    assert signer_of(together(*others, post())).actor == ALICE
    assert refusal_of(together(*others, changed(post(), Signature="sig1=:AAAA:"))).code == "wrong-key"


def test_two_signatures_that_could_be_checked_are_refused() -> None:
    assert refusal_before_the_key(together(post(), By(label="sig2").sign(post()))) == "two-signatures"


def test_a_label_in_one_header_alone_is_refused() -> None:
    both = together(post(), OF_TOMORROW)
    assert refusal_before_the_key(changed(both, Signature=SIGNATURE)) == "bad-signature-header"
    claim = post().headers["Signature-Input"]
    assert refusal_before_the_key(changed(both, Signature_Input=claim)) == "bad-signature-header"


def test_none_of_several_can_be_checked() -> None:
    assert refusal_before_the_key(together(OF_TOMORROW, OF_A_PROXY)) == "unknown-algorithm"
    assert refusal_before_the_key(together(OF_A_PROXY, OF_TOMORROW)) == "bad-signature-header"


# ---- keys and algorithms ---------------------------------------------------------------------------------------------


def pss_signed(*, salt: int = 64) -> SignedRequest:
    assert isinstance(RSA, rsa.RSAPrivateKey)
    request = By(parameters=f'{WHOLE};alg="rsa-pss-sha512"').sign(post())
    (claim,) = rfc9421.claims_of(request.headers["Signature-Input"])
    scheme = padding.PSS(mgf=padding.MGF1(SHA512()), salt_length=salt)
    raw = RSA.sign(rfc9421.signed_text(claim, request), scheme, SHA512())
    return changed(request, Signature=f"sig1=:{b64encode(raw).decode()}:")


def test_rsa_pss_is_verified_though_never_made() -> None:
    assert signer_of(pss_signed(), public(RSA)).actor == ALICE
    assert refusal_of(pss_signed(salt=32), public(RSA)).code == "wrong-key"


@pytest.mark.parametrize("algorithm", ["rsa-sha256", "hs2019", "hmac-sha256", "ecdsa-p256-sha256", "none", "ED25519"])
def test_other_algorithms_are_not_known(algorithm: str) -> None:
    request = By(parameters=f'{WHOLE};alg="{algorithm}"').sign(post())
    assert refusal_before_the_key(request) == "unknown-algorithm"


@pytest.mark.parametrize(
    ("material", "algorithm", "fits"),
    [
        (ED25519, "", True),
        (ED25519, "ed25519", True),
        (ED25519, "rsa-v1_5-sha256", False),
        (ED25519, "rsa-pss-sha512", False),
        (RSA, "", True),
        (RSA, "rsa-v1_5-sha256", True),
        (RSA, "ed25519", False),
        (RSA, "rsa-pss-sha512", False),
    ],
)
def test_the_algorithm_must_be_that_of_the_key(material: PrivateMaterial, algorithm: str, fits: bool) -> None:
    parameters = f'{WHOLE};alg="{algorithm}"' if algorithm else WHOLE
    request = By(parameters=parameters, material=material).sign(post())
    if fits:
        assert signer_of(request, public(material)).actor == ALICE
    else:
        assert refusal_of(request, public(material)).code == "wrong-key"


@pytest.mark.parametrize(
    "key",
    [
        public(OTHER),
        public(RSA),
        public(key_id=ALICE + "#other-key"),
        public(owner="https://other.example/users/alice"),
        public(owner="http://server.example/users/alice"),
        public(owner="https://server.example:8443/users/alice"),
        public(owner="alice"),
    ],
)
def test_a_key_of_somebody_else_does_not_fit(key: PublicKey) -> None:
    assert refusal_of(post(), key).code == "wrong-key"


@pytest.mark.parametrize(
    "request_",
    [
        replace(post(), method="PUT"),
        replace(post(), target=URL("https://peer.example/users/bob/inbox")),
        replace(post(), target=URL("https://peer.example/inbox?x=1")),
        replace(post(), target=URL("http://peer.example/inbox")),
        replace(post(), target=URL("https://peer.example:8443/inbox")),
        replace(post(), target=URL("https://server.example/inbox")),
        replace(get(), target=OUTBOX.with_query("page=3")),
        replace(get(), target=OUTBOX.with_query(None)),
        changed(post(), Content_Type="application/json"),
        doubled(post(), "Content-Type", "application/json"),
        changed(post(), Content_Digest=f"sha-512=:{b64encode(hashlib.sha512(BODY).digest()).decode()}:"),
        changed(post(), Signature=post(OTHER).headers["Signature"]),
        changed(post(), Signature="sig1=::"),
        changed(post(), Signature="sig1=:AAAA:"),
        changed(post(), Signature_Input=post().headers["Signature-Input"].replace("expires=1767225900", "expires=1767225901")),
        changed(post(), Signature_Input=post().headers["Signature-Input"].replace(';alg="ed25519"', "")),
        changed(post(), Signature_Input=post().headers["Signature-Input"] + ";x"),
        changed(post(), Signature_Input=post().headers["Signature-Input"].replace('"@method" "@target-uri"', '"@target-uri" "@method"')),
    ],
)  # fmt: skip
def test_a_change_of_anything_that_is_covered_breaks_the_signature(request_: SignedRequest) -> None:
    assert refusal_of(request_).code == "wrong-key"


@pytest.mark.parametrize("position", range(0, 64, 7))
def test_each_byte_of_the_signature_counts(position: int) -> None:
    raw = bytearray(b64decode(SIGNATURE.removeprefix("sig1=:").removesuffix(":")))
    raw[position] ^= 1
    assert refusal_of(changed(post(), Signature=f"sig1=:{b64encode(raw).decode()}:")).code == "wrong-key"


@given(st.text(max_size=60), st.text(max_size=60))
def test_nothing_in_the_headers_surprises(claim: str, signature: str) -> None:
    refusal_before_the_key(changed(post(), Signature_Input=claim, Signature=signature))


@given(st.data())
def test_no_damaged_request_passes(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["Signature-Input", "Signature", "Content-Digest"]))
    value = post().headers[name]
    position = data.draw(st.integers(0, len(value) - 1))
    other = data.draw(st.characters(min_codepoint=32, max_codepoint=126).filter(lambda char: char != value[position]))
    damaged = changed(post(), **{name.replace("-", "_"): value[:position] + other + value[position + 1 :]})
    try:
        signer = signer_of(damaged)
    except Unauthenticated:
        return
    assert signer == signer_of(post())  # the last characters of base64 hold bits that say nothing


# ---- a second library: `http-message-signatures` ---------------------------------------------------------------------

ALGORITHM_OF = {"ed25519": algorithms.ED25519, "rsa": algorithms.RSA_V1_5_SHA256, "rsa-pss": algorithms.RSA_PSS_SHA512}
MATERIAL_OF: dict[str, PrivateMaterial] = {"ed25519": ED25519, "rsa": RSA, "rsa-pss": RSA}


@dataclass
class Message:
    """A request as the other library wants it."""

    method: str
    url: str
    headers: CIMultiDict[str]


segments = st.text("abcXYZ019-._~!$'()*+,;=:@", min_size=1, max_size=8)
names = st.text("abcXYZ019-._~", min_size=1, max_size=5)
hosts_named = st.sampled_from(["peer.example", "peer.example:8443", "xn--strae-oqa.example", "127.0.0.1:8001"])


@st.composite
def urls(draw: st.DrawFn) -> str:
    path = "/".join(draw(st.lists(segments, max_size=4)))
    query = "&".join(f"{draw(names)}={draw(names)}" for _ in range(draw(st.integers(0, 3))))
    return f"https://{draw(hosts_named)}/{path}{'?' + query if query else ''}"


@given(url=urls(), body=st.none() | st.binary(max_size=200), kind=st.sampled_from(["ed25519", "rsa"]))
def test_what_this_node_signs_the_other_library_verifies(url: str, body: bytes | None, kind: str) -> None:
    material = MATERIAL_OF[kind]
    method = "GET" if body is None else "POST"
    headers = rfc9421.sign(method, URL(url, encoded=True), body, PrivateKey(KEY_ID, material), now=datetime.now(UTC))
    resolver = witness.MappingKeyResolver(public_keys={KEY_ID: material.public_key()}, private_keys={})
    verifier = witness.HTTPMessageVerifier(signature_algorithm=ALGORITHM_OF[kind], key_resolver=resolver)
    (result,) = verifier.verify(
        Message(method, url, CIMultiDict(headers)), body=body or b"", require_components=("@method", "@target-uri")
    )
    assert result.parameters["keyid"] == KEY_ID
    assert result.body == (body if body is not None else None)


@given(
    url=urls(),
    body=st.binary(max_size=200),
    kind=st.sampled_from(["ed25519", "rsa", "rsa-pss"]),
    target=st.sampled_from([["@target-uri"], ["@authority", "@path", "@query"], ["@target-uri", "@scheme", "@path"]]),
    more=st.lists(st.sampled_from(["content-type", "date", "x-note"]), unique=True),
    note=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30),
    nonce=st.none() | st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20),
    tag=st.none() | st.just("activitypub"),
    names_algorithm=st.booleans(),
)
def test_what_the_other_library_signs_this_node_verifies(
    url: str,
    body: bytes,
    kind: str,
    target: list[str],
    more: list[str],
    note: str,
    nonce: str | None,
    tag: str | None,
    names_algorithm: bool,
) -> None:
    material = MATERIAL_OF[kind]
    headers = CIMultiDict({"Content-Type": "application/activity+json", "Date": "Thu, 01 Jan 2026 00:00:00 GMT"})
    headers["X-Note"] = note
    resolver = witness.MappingKeyResolver(public_keys={}, private_keys={KEY_ID: material})
    signer = witness.HTTPMessageSigner(signature_algorithm=ALGORITHM_OF[kind], key_resolver=resolver)
    signer.sign(
        Message("POST", url, headers),
        key_id=KEY_ID,
        created=NOW,
        nonce=nonce,
        tag=tag,
        include_alg=names_algorithm or kind == "rsa-pss",
        covered_component_ids=("@method", *target, "content-digest", *more),
        body=body,
    )
    request = SignedRequest("POST", URL(url, encoded=True), headers, body)
    assert signer_of(request, public(material)).actor == ALICE
    assert refusal_of(replace(request, method="PUT"), public(material)).code == "wrong-key"
    assert refusal_of(replace(request, body=body + b"x"), public(material)).code == "digest-mismatch"
