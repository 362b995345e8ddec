"""Signed requests of draft-cavage-12: a request is made, one thing about it is changed, one code is expected."""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict
from yarl import URL

from federation import signatures
from federation.errors import Unauthenticated
from federation.signatures import (
    KeyWanted,
    PrivateKey,
    PublicKey,
    SignedRequest,
    Signer,
    cavage,
    digests,
    freshness,
    keys,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DATE = "Thu, 01 Jan 2026 00:00:00 GMT"
SECONDS = 1_767_225_600

ALICE = "https://server.example/users/alice"
KEY_ID = ALICE + "#main-key"
INBOX = URL("https://peer.example/inbox", encoded=True)
OUTBOX = URL("https://peer.example/users/bob/outbox?page=2&min_id=7", encoded=True)

BODY = (
    b'{"@context":"https://www.w3.org/ns/activitystreams","id":"https://server.example/activities/2","type":"Follow",'
    b'"actor":"https://server.example/users/alice","object":"https://peer.example/users/bob"}'
)
DIGEST = "SHA-256=CAfY2cB4hAHvlzNuTW45PcxjGfkDPYwYQRBHcV4NgT0="
BASE = (
    "(request-target): post /inbox\n"
    "host: peer.example\n"
    "date: Thu, 01 Jan 2026 00:00:00 GMT\n"
    "digest: SHA-256=CAfY2cB4hAHvlzNuTW45PcxjGfkDPYwYQRBHcV4NgT0=\n"
    "content-type: application/activity+json"
)
SIGNATURE = (
    "h/7xaqkeo6TBVBObkM8Hy5ygX+1tfg/dv6bkBfGIJp2D0QanSAB2AZR771xvo7IFhiIBp5Db4tRwQB7q8aKCjIn6JkrEa0dqyH1i"
    "cOJSPtT1LjnaxFzKVdKGIUn1hLZxAIr1BqfTLCkZIytu7w60PoTESoE8tmN/1/CkMpceFfV6UFEIUinMKSrrlYKypARcBp12ZP1V"
    "oON24bupl4iCS1TbrUdDvXn4aaKiV+DRYbD2w2rS6Mvytxl2+Dzx8xX0XxzyoUuNaFxquUH2YGLyRfcBdMi76638cwiqN8HCq2wK"
    "GEvdzi0eBES7lutcVZDjKEGi/UMEJnXkRV/BPGPu5g=="
)

RSA = keys.private_from_pem((Path(__file__).parent / "rsa-2048.pem").read_text())
OTHER_RSA = keys.generate_rsa()
ED25519 = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))

PrivateMaterial = keys.PrivateMaterial


def post(material: PrivateMaterial = RSA, *, body: bytes = BODY) -> SignedRequest:
    headers = cavage.sign("POST", INBOX, body, PrivateKey(KEY_ID, material), now=NOW)
    return SignedRequest("POST", INBOX, CIMultiDict(headers), body)


def get(url: URL = OUTBOX, *, signed_as: URL | None = None) -> SignedRequest:
    headers = cavage.sign("GET", signed_as or url, None, PrivateKey(KEY_ID, RSA), now=NOW)
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
    """Signs whatever it is told to, wisely or not."""

    covered: str = "(request-target) host date digest"
    parameters: str = ',algorithm="rsa-sha256"'
    material: PrivateMaterial = RSA
    key_id: str = KEY_ID
    pseudo: tuple[tuple[str, str], ...] = ()

    def sign(self, request: SignedRequest) -> SignedRequest:
        values = {"(request-target)": f"{request.method.lower()} {request.target.raw_path_qs}", **dict(self.pseudo)}
        lines = [f"{name}: {values.get(name, request.headers.get(name, ''))}" for name in self.covered.split(" ")]
        raw = keys.make_signature(self.material, "\n".join(lines).encode(errors="surrogateescape"))
        return changed(
            request,
            Signature=f'keyId="{self.key_id}"{self.parameters},headers="{self.covered}",'
            f'signature="{b64encode(raw).decode()}"',
        )


def public(material: PrivateMaterial = RSA, *, key_id: str = KEY_ID, owner: str = ALICE) -> PublicKey:
    return PublicKey(key_id, owner, material.public_key())


def answered(asking: Generator[KeyWanted, PublicKey, Signer], key: PublicKey) -> Signer:
    next(asking)
    with pytest.raises(StopIteration) as end:
        asking.send(key)
    signer = end.value.value
    assert isinstance(signer, Signer)
    return signer


def signer_of(request: SignedRequest, key: PublicKey | None = None, *, now: datetime = NOW) -> Signer:
    return answered(signatures.verify(request, now=now), key or public())


def refusal_of(request: SignedRequest, key: PublicKey | None = None, *, now: datetime = NOW) -> Unauthenticated:
    with pytest.raises(Unauthenticated) as refusal:
        signer_of(request, key, now=now)
    assert refusal.value.detail.isprintable()
    return refusal.value


def refusal_before_the_key(request: SignedRequest, *, now: datetime = NOW) -> str:
    with pytest.raises(Unauthenticated) as refusal:
        next(signatures.verify(request, now=now))
    return refusal.value.code


def test_the_worked_example() -> None:
    assert isinstance(RSA, rsa.RSAPrivateKey)
    RSA.public_key().verify(b64decode(SIGNATURE), BASE.encode(), padding.PKCS1v15(), SHA256())
    assert cavage.sign("POST", INBOX, BODY, PrivateKey(KEY_ID, RSA), now=NOW) == {
        "Host": "peer.example",
        "Date": DATE,
        "Digest": DIGEST,
        "Content-Type": "application/activity+json",
        "Signature": f'keyId="{KEY_ID}",algorithm="rsa-sha256",'
        f'headers="(request-target) host date digest content-type",signature="{SIGNATURE}"',
    }


def test_the_signer_of_a_post_is_known() -> None:
    assert signer_of(post()) == Signer(
        key_id=KEY_ID,
        actor=ALICE,
        host=signatures.key_host(post()),
        scheme="cavage-12",
        covered=("(request-target)", "host", "date", "digest", "content-type"),
        kind=keys.Kind.RSA,
        signed_at=NOW,
    )


def test_the_signer_of_a_get_is_known() -> None:
    assert set(get().headers) == {"Host", "Date", "Signature"}
    assert signer_of(get()).covered == ("(request-target)", "host", "date")


def test_an_ed25519_key_signs_as_hs2019() -> None:
    request = post(ED25519)
    assert 'algorithm="hs2019"' in request.headers["Signature"]
    assert signer_of(request, public(ED25519)).actor == ALICE


def test_the_key_is_asked_for_once_and_by_its_id() -> None:
    asking = signatures.verify(post(), now=NOW)
    assert next(asking) == KeyWanted(KEY_ID)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://peer.example/inbox", "peer.example"),
        ("https://peer.example:443/inbox", "peer.example"),
        ("https://peer.example:8443/inbox", "peer.example:8443"),
        ("http://paris.localhost:8001/inbox", "paris.localhost:8001"),
        ("http://paris.localhost:80/inbox", "paris.localhost"),
        ("http://127.0.0.2:8001/inbox", "127.0.0.2:8001"),
        ("http://[::1]:8001/inbox", "[::1]:8001"),
        ("https://peer.example//a/%7Eb/../c%2Fd/é?x=%20&y=", "peer.example"),
        ("https://peer.example/" + "a" * 4_000, "peer.example"),
    ],
)
def test_every_url_of_a_node_can_be_signed(url: str, host: str) -> None:
    target = URL(url, encoded=True)
    headers = signatures.sign("POST", target, BODY, PrivateKey(KEY_ID, RSA), now=NOW)
    assert headers["Host"] == host
    assert signer_of(SignedRequest("POST", target, CIMultiDict(headers), BODY)).actor == ALICE


@pytest.mark.parametrize("url", ["/inbox", "https://anna@peer_example/inbox", "ftp://peer.example/"])
def test_a_url_without_a_host_cannot_be_signed(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        cavage.sign("POST", URL(url), BODY, PrivateKey(KEY_ID, RSA), now=NOW)


@pytest.mark.parametrize("dropped", ["(request-target)", "host", "date", "digest"])
def test_a_post_covers_target_host_date_and_digest(dropped: str) -> None:
    names = ["(request-target)", "host", "date", "digest"]
    assert signer_of(By().sign(post())).covered == tuple(names)
    names.remove(dropped)
    refusal = refusal_of(By(" ".join(names)).sign(post()))
    assert refusal.code == "not-covered"
    assert dropped in refusal.detail


@pytest.mark.parametrize("dropped", ["(request-target)", "host", "date"])
def test_a_get_covers_target_host_and_date(dropped: str) -> None:
    names = ["(request-target)", "host", "date"]
    names.remove(dropped)
    assert refusal_of(By(" ".join(names)).sign(get())).code == "not-covered"


@pytest.mark.parametrize("names", ["date", "host", "(request-target)", "digest", "content-type"])
def test_one_part_alone_is_not_enough(names: str) -> None:
    assert refusal_before_the_key(By(names).sign(post())) == "not-covered"
    assert refusal_before_the_key(By(names).sign(replace(get(), method="DELETE"))) == "not-covered"


def test_a_get_with_a_body_needs_a_digest_as_well() -> None:
    assert refusal_before_the_key(replace(get(), body=b"x")) == "not-covered"


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (replace(post(), body=BODY + b" "), "digest-mismatch"),
        (replace(post(), body=BODY[:-1] + b"]"), "digest-mismatch"),
        (replace(post(), body=b""), "digest-mismatch"),
        (replace(get(), headers=CIMultiDict({**get().headers, "Digest": DIGEST})), "digest-mismatch"),
        (changed(post(), Digest=digests.digest_of(b"x")), "digest-mismatch"),
        (changed(post(), Digest=DIGEST[:-1]), "digest-mismatch"),
        (changed(post(), Digest=DIGEST.replace("C", "c", 1)), "digest-mismatch"),
        (changed(post(), Digest=f"{DIGEST},{DIGEST}"), "digest-mismatch"),
        (changed(post(), Digest=f"{DIGEST},sha-256=AAAA"), "digest-mismatch"),
        (changed(post(), Digest="SHA-256=\udcff"), "digest-mismatch"),
        (changed(post(), Digest=None), "digest-missing"),
        (changed(post(), Digest=""), "digest-missing"),
        (changed(post(), Digest="MD5=1B2M2Y8AsgTpgAmY7PhCfg=="), "digest-missing"),
        (changed(post(), Digest="SHA=" + b64encode(hashlib.sha1(BODY).digest()).decode()), "digest-missing"),
        (doubled(post(), "Digest", DIGEST), "repeated-header"),
        (doubled(post(), "Date", DATE), "repeated-header"),
        (doubled(post(), "Host", "peer.example"), "repeated-header"),
        (doubled(post(), "Signature", post().headers["Signature"]), "two-signatures"),
        (doubled(post(), "Authorization", "Signature " + post().headers["Signature"]), "two-signatures"),
        (changed(post(), Host="server.example"), "host-mismatch"),
        (changed(post(), Host="peer.example:8443"), "host-mismatch"),
        (changed(post(), Host="evil.peer.example"), "host-mismatch"),
        (changed(post(), Host="peer.example/inbox"), "host-mismatch"),
        (changed(post(), Host="anna@peer.example"), "host-mismatch"),
        (changed(post(), Host=""), "host-mismatch"),
        (changed(post(), Host=None), "not-covered"),
        (changed(post(), Date=None), "not-covered"),
        (changed(post(), Content_Type=None), "not-covered"),
        (changed(post(), Signature=None), "unsigned"),
        (changed(post(), Signature=None, Authorization="Bearer abc"), "unsigned"),
        (changed(post(), Signature=""), "bad-signature-header"),
        (changed(post(), Signature_Input='sig1=("@method");created=1'), "bad-signature-header"),
    ],
    ids=lambda case: case if isinstance(case, str) else None,
)
def test_what_is_wrong_without_any_key_is_refused_before_one_is_asked_for(request_: SignedRequest, code: str) -> None:
    assert refusal_before_the_key(request_) == code


@pytest.mark.parametrize(
    "request_",
    [
        changed(post(), Date="Thu, 01 Jan 2026 00:00:01 GMT"),
        changed(post(), Host="PEER.example"),
        changed(post(), Content_Type="application/json"),
        doubled(post(), "Content-Type", "application/json"),
        replace(post(), method="PUT"),
        replace(post(), target=URL("https://peer.example/users/bob/inbox")),
        replace(post(), target=URL("https://peer.example/inbox?x=1")),
        replace(get(), target=OUTBOX.with_path("/users/eve/outbox", keep_query=True)),
        replace(get(), target=OUTBOX.with_query("page=3")),
        replace(get(), target=OUTBOX.with_query(None)),
        changed(post(), Signature=post(OTHER_RSA).headers["Signature"]),
        changed(post(), Signature=post().headers["Signature"].replace(SIGNATURE, SIGNATURE[4:])),
        changed(post(), Signature=post().headers["Signature"].replace(SIGNATURE, "")),
        changed(post(), Signature=post().headers["Signature"].replace("host date", "date host")),
    ],
)
def test_a_change_of_anything_that_is_covered_breaks_the_signature(request_: SignedRequest) -> None:
    assert refusal_of(request_).code == "wrong-key"


@pytest.mark.parametrize("position", range(0, 256, 17))
def test_each_byte_of_the_signature_counts(position: int) -> None:
    raw = bytearray(b64decode(SIGNATURE))
    raw[position] ^= 1
    header = post().headers["Signature"].replace(SIGNATURE, b64encode(raw).decode())
    assert refusal_of(changed(post(), Signature=header)).code == "wrong-key"


@pytest.mark.parametrize(
    "key",
    [
        public(OTHER_RSA),
        public(ED25519),
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
    "digest",
    [
        DIGEST.replace("SHA-256", "sha-256"),
        DIGEST.replace("SHA-256", "Sha-256"),
        "SHA-512=" + b64encode(hashlib.sha512(BODY).digest()).decode(),
        f"MD5=abc,{DIGEST}",
        f"SHA-512=AAAA, {DIGEST}",
    ],
)
def test_one_good_digest_among_several_is_taken(digest: str) -> None:
    assert signer_of(By().sign(changed(post(), Digest=digest))).actor == ALICE


@pytest.mark.parametrize(
    ("offset", "code"),
    [
        (timedelta(0), None),
        (timedelta(minutes=-5), None),
        (timedelta(minutes=-60), None),
        (timedelta(minutes=5), None),
        (timedelta(minutes=-60, seconds=-1), "clock-skew"),
        (timedelta(minutes=5, seconds=1), "clock-skew"),
        (timedelta(hours=-2), "clock-skew"),
        (timedelta(hours=2), "clock-skew"),
        (timedelta(hours=-25), "clock-skew"),
        (timedelta(hours=25), "clock-skew"),
        (timedelta(days=-20_000), "clock-skew"),
    ],
)
def test_a_request_must_be_recent(offset: timedelta, code: str | None) -> None:
    by_date = By().sign(changed(post(), Date=freshness.http_date(NOW + offset)))
    created = str(SECONDS + int(offset.total_seconds()))
    by_created = By(
        "(request-target) host (created) digest", f",created={created}", pseudo=(("(created)", created),)
    ).sign(changed(post(), Date=None))
    for request in (by_date, by_created):
        if code is None:
            assert signer_of(request).actor == ALICE
        else:
            assert refusal_before_the_key(request) == code


@pytest.mark.parametrize(("hours", "said"), [(-2, "7200 seconds before"), (2, "7200 seconds ahead")])
def test_the_refusal_names_the_skew(hours: int, said: str) -> None:
    assert said in refusal_of(post(), now=NOW - timedelta(hours=hours)).detail


@pytest.mark.parametrize(
    "date",
    [
        "",
        "now",
        "2026-01-01T00:00:00Z",
        "Thu, 1 Jan 2026 00:00:00 GMT",
        "Thu, 01 Jan 2026 00:00:00 +0000",
        "Thu, 01 Jan 2026 00:00:00",
        "Thu, 32 Jan 2026 00:00:00 GMT",
        "Thu, 01 Jan 0000 00:00:00 GMT",
        "Thu, 01 Jan 2026 24:00:00 GMT",
        "Thu, 01 Jan ２０２６ 00:00:00 GMT",
        "Thursday, 01-Jan-26 00:00:00 GMT",
        "Thu Jan  1 00:00:00 2026",
        DATE + " ",
        "\udcff",
    ],
    ids=ascii,
)
def test_a_date_in_another_form_is_none(date: str) -> None:
    with pytest.raises(Unauthenticated) as refusal:
        freshness.read_http_date(date)
    assert refusal.value.code == "bad-date"


@given(st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001  bounds
def test_dates_there_and_back(moment: datetime) -> None:
    assert freshness.read_http_date(freshness.http_date(moment)) == moment.replace(microsecond=0)


HS2019 = "(request-target) host (created) (expires) digest"


def with_times(created: str, expires: str, *, covered: str = HS2019, algorithm: str = ',algorithm="hs2019"') -> By:
    pseudo = (("(created)", created), ("(expires)", expires))
    return By(covered, f"{algorithm},created={created},expires={expires}", pseudo=pseudo)


@pytest.mark.parametrize(
    ("by", "code"),
    [
        (with_times(f"{SECONDS}", f"{SECONDS + 300}"), None),
        (with_times(f'"{SECONDS}"', f'"{SECONDS}"', covered="(request-target) host date digest"), None),
        (with_times(f"{SECONDS}", f"{SECONDS}"), None),
        (with_times(f"{SECONDS}", f"{SECONDS + 300}", algorithm=""), None),
        (with_times(f"{SECONDS - 60}", f"{SECONDS - 1}"), "expired"),
        (with_times(f"{SECONDS}", f"{SECONDS - 1}", covered="(request-target) host date digest"), "expired"),
        (with_times(f"{SECONDS - 7_200}", f"{SECONDS + 300}"), "clock-skew"),
        (with_times(f"{SECONDS + 7_200}", f"{SECONDS + 9_000}"), "clock-skew"),
        (with_times(f"{SECONDS}", f"{SECONDS}", algorithm=',algorithm="rsa-sha256"'), "bad-signature-header"),
        (with_times(f"{SECONDS}", f"{SECONDS}.5"), "bad-signature-header"),
        (with_times('"-1"', f"{SECONDS}"), "bad-signature-header"),
        (with_times("1" * 13, f"{SECONDS}"), "bad-signature-header"),
        (with_times('"soon"', f"{SECONDS}"), "bad-signature-header"),
        (By("(request-target) host (created) digest", ""), "not-covered"),
        (By("(request-target) host date (expires) digest", ""), "not-covered"),
    ],
)
def test_times_inside_the_signature(by: By, code: str | None) -> None:
    if code is None:
        assert signer_of(by.sign(post())).actor == ALICE
    else:
        assert refusal_before_the_key(by.sign(post())) == code


@pytest.mark.parametrize(
    ("algorithm", "material", "code"),
    [
        (',algorithm="rsa-sha256"', RSA, None),
        (',algorithm="hs2019"', RSA, None),
        ("", RSA, None),
        (',algorithm="ed25519"', ED25519, None),
        (',algorithm="hs2019"', ED25519, None),
        ("", ED25519, None),
        (',algorithm="rsa-sha256"', ED25519, "wrong-key"),
        (',algorithm="ed25519"', RSA, "wrong-key"),
        (',algorithm="hmac-sha256"', RSA, "unknown-algorithm"),
        (',algorithm="rsa-sha1"', RSA, "unknown-algorithm"),
        (',algorithm="rsa-sha512"', RSA, "unknown-algorithm"),
        (',algorithm="RSA-SHA256"', RSA, "unknown-algorithm"),
        (',algorithm="none"', RSA, "unknown-algorithm"),
        (',algorithm=""', RSA, "unknown-algorithm"),
    ],
)
def test_the_algorithm_follows_from_the_key(algorithm: str, material: PrivateMaterial, code: str | None) -> None:
    request = By(parameters=algorithm, material=material).sign(post())
    if code is None:
        assert signer_of(request, public(material)).actor == ALICE
    else:
        assert refusal_of(request, public(material)).code == code


POSTED = post()
GOOD = POSTED.headers["Signature"]


@pytest.mark.parametrize(
    "header",
    [
        "Signature " + GOOD,
        "signature  " + GOOD,
        GOOD.replace(",", ", "),
        GOOD.replace(",", " ,\t"),
        GOOD.replace(",signature", ',nonce="a,b=c",signature'),
        GOOD.replace("keyId", "keyid"),
        GOOD.replace("(request-target) host", "(Request-Target) Host"),
        ",".join(reversed(GOOD.split(","))),
        GOOD + " ",
    ],
)
def test_lawful_ways_to_write_the_header(header: str) -> None:
    assert signer_of(changed(post(), Signature=header)).actor == ALICE


def test_the_header_may_be_named_authorization() -> None:
    request = changed(post(), Signature=None, Authorization="Signature " + GOOD)
    assert signer_of(request).actor == ALICE
    assert signatures.key_host(request) == "server.example"


def test_a_comma_inside_a_value_is_part_of_it() -> None:
    key_id = ALICE + "?a,keyId=b#main-key"
    request = By(key_id=key_id).sign(post())
    assert signer_of(request, public(key_id=key_id)).key_id == key_id


@pytest.mark.parametrize(
    "header",
    [
        "Signature",
        "Bearer " + GOOD,
        GOOD + ",",
        "," + GOOD,
        GOOD.replace(",", ",,", 1),
        GOOD.replace(",", ";"),
        GOOD.replace(",", " "),
        GOOD.replace('"', "'"),
        GOOD[:-1],
        GOOD.replace("=", " = ", 1),
        GOOD.replace("#main-key", '#main-\\"key'),
        GOOD + ',keyId="https://evil.example/key"',
        GOOD + ',KEYID="https://evil.example/key"',
        GOOD + ',signature="AAAA"',
        GOOD + ',headers="date"',
        GOOD + ',algorithm="rsa-sha256"',
        GOOD + ",x=1,x=2",
        GOOD.replace("keyId", "key"),
        GOOD.replace("signature=", "sig="),
        GOOD.replace(SIGNATURE, "!!!!"),
        GOOD.replace(SIGNATURE, SIGNATURE[:-3]),
        GOOD.replace(SIGNATURE, "é"),
        GOOD.replace(KEY_ID, ""),
        GOOD.replace(KEY_ID, "main-key"),
        GOOD.replace(KEY_ID, "acct:alice@server.example"),
        GOOD.replace(KEY_ID, "https://anna@server.example/key"),
        GOOD.replace(KEY_ID, "https://server.example/\udcff"),
        GOOD.replace("host", "host host"),
        GOOD.replace("host", "host HOST"),
        GOOD.replace("host", "host  "),
        GOOD.replace("host", "ho:st"),
        GOOD.replace("host", "(unknown) host"),
        GOOD.replace("host", "(created) host"),
        GOOD.replace("(request-target) host date digest content-type", ""),
    ],
    ids=ascii,
)
def test_other_ways_to_write_the_header_are_refused(header: str) -> None:
    assert refusal_before_the_key(changed(post(), Signature=header)) == "bad-signature-header"
    with pytest.raises(Unauthenticated):
        signatures.key_host(changed(post(), Signature=header))


def test_without_a_list_of_names_only_the_date_is_covered() -> None:
    header = GOOD.replace('headers="(request-target) host date digest content-type",', "")
    assert refusal_before_the_key(changed(post(), Signature=header)) == "not-covered"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_query_may_be_left_out_by_those_who_read(method: str) -> None:
    headers = cavage.sign(method, OUTBOX.with_query(None), None, PrivateKey(KEY_ID, RSA), now=NOW)
    assert signer_of(SignedRequest(method, OUTBOX, CIMultiDict(headers), b"")).actor == ALICE


def test_a_query_may_not_be_left_out_by_those_who_write() -> None:
    headers = cavage.sign("POST", INBOX, BODY, PrivateKey(KEY_ID, RSA), now=NOW)
    request = SignedRequest("POST", INBOX.with_query("x=1"), CIMultiDict(headers), BODY)
    assert refusal_of(request).code == "wrong-key"


def test_a_covered_header_with_two_lines_is_joined() -> None:
    request = doubled(doubled(post(), "X-Note", " a "), "X-Note", "b")
    joined = By("(request-target) host date digest x-note", pseudo=(("x-note", "a, b"),)).sign(request)
    assert signer_of(joined).covered[-1] == "x-note"


def test_bytes_that_are_no_text_are_signed_as_they_came() -> None:
    request = By("(request-target) host date digest x-note").sign(changed(post(), X_Note="caf\udce9"))
    assert signer_of(request).actor == ALICE


def test_a_host_header_may_name_the_usual_port() -> None:
    assert signer_of(By().sign(changed(post(), Host="Peer.example:443"))).actor == ALICE


@pytest.mark.parametrize(
    ("key_id", "host"),
    [
        (KEY_ID, "server.example"),
        ("https://SERVER.example:443/users/alice/main-key", "server.example"),
        ("https://server.example:8443/actor#key", "server.example:8443"),
        ("http://paris.localhost:8001/actor#main-key", "paris.localhost:8001"),
        ("http://127.0.0.2:8001/actor#main-key", "127.0.0.2:8001"),
    ],
)
def test_the_host_of_the_key_is_known_before_anything_else(key_id: str, host: str) -> None:
    anything_else_wrong = changed(By(key_id=key_id).sign(post()), Date="never", Digest=None, Host="evil.example")
    assert signatures.key_host(anything_else_wrong) == host


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (changed(post(), Signature=None), "unsigned"),
        (changed(post(), Signature=None, Authorization="Bearer abc"), "unsigned"),
        (changed(post(), Signature_Input="sig1=()"), "bad-signature-header"),
        (doubled(post(), "Signature", GOOD), "two-signatures"),
    ],
)
def test_a_request_without_a_certain_key_has_no_host(request_: SignedRequest, code: str) -> None:
    with pytest.raises(Unauthenticated) as refusal:
        signatures.key_host(request_)
    assert refusal.value.code == code


paths = st.lists(st.sampled_from(["users", "a", "%C3%A9", "", "inbox", "~b"]), max_size=4).map("/".join)


@given(st.binary(min_size=1, max_size=200), paths, st.sampled_from([RSA, ED25519]), st.data())
def test_there_and_back_and_one_bit_off(body: bytes, path: str, material: PrivateMaterial, data: st.DataObject) -> None:
    target = URL(f"https://peer.example/{path}", encoded=True)
    headers = cavage.sign("POST", target, body, PrivateKey(KEY_ID, material), now=NOW)
    request = SignedRequest("POST", target, CIMultiDict(headers), body)
    assert signer_of(request, public(material)).actor == ALICE
    flipped = bytearray(body)
    flipped[data.draw(st.integers(0, len(body) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    assert refusal_before_the_key(replace(request, body=bytes(flipped))) == "digest-mismatch"


@given(st.text(alphabet=st.sampled_from('keyId=signature",headers ()\\date:/https.1é\udcff')) | st.text())
def test_no_header_raises_anything_else(text: str) -> None:
    for name in ("Signature", "Date", "Host", "Digest", "Authorization", "Content-Type"):
        request = changed(POSTED, **{name: text})
        try:
            signer_of(request)
        except Unauthenticated:
            continue
        assert name in {"Authorization", "Host"} or text == POSTED.headers[name]
