"""Keys: which ones are used, how they travel, and what they sign."""

import hashlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa, x25519
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from hypothesis import given
from hypothesis import strategies as st

from federation.errors import BadKey
from federation.signatures import keys, multibase
from federation.signatures.keys import PrivateKey

HERE = Path(__file__).parent
RSA_PEM = (HERE / "rsa-2048.pem").read_text()
RSA = keys.private_from_pem(RSA_PEM)
ED25519 = keys.generate_ed25519()

# FEP-8b32, section "Test vectors": the secret carries the two bytes of its own code.
SECRET_MULTIKEY = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
PUBLIC_MULTIKEY = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"


def spki(material: PublicKeyTypes) -> bytes:
    return material.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def rsa_key(bits: int, exponent: int = 65_537) -> rsa.RSAPublicKey:
    """A public key of this size; nobody has the private half."""
    return rsa.RSAPublicNumbers(exponent, (1 << (bits - 1)) | 1).public_key()


def test_new_keys_are_ones_that_this_node_uses() -> None:
    made = keys.generate_rsa()
    assert (made.key_size, made.public_key().public_numbers().e) == (2_048, 65_537)
    assert keys.usable_private(made) is made
    assert keys.usable_private(ED25519) is ED25519


@pytest.mark.parametrize("material", [RSA, ED25519], ids=["rsa", "ed25519"])
def test_keys_travel_as_text_and_as_bytes(material: keys.PrivateMaterial) -> None:
    public = material.public_key()
    assert keys.public_from_pem(keys.public_to_pem(public)) == public
    assert keys.public_from_pem("\n " + keys.public_to_pem(public) + "\n\n") == public
    assert keys.public_from_der(keys.public_to_der(public)) == public
    assert keys.private_from_pem(keys.private_to_pem(material)).public_key() == public
    assert keys.private_from_der(keys.private_to_der(material)).public_key() == public


def test_the_older_form_of_rsa_keys_is_read_too() -> None:
    public = RSA.public_key()
    for encoding in (serialization.Encoding.PEM, serialization.Encoding.DER):
        raw = public.public_bytes(encoding, serialization.PublicFormat.PKCS1)
        read = keys.public_from_pem(raw.decode()) if b"BEGIN RSA" in raw else keys.public_from_der(raw)
        assert read == public


@pytest.mark.parametrize("bits", [512, 1_024, 2_047, 8_193])
def test_rsa_keys_of_other_sizes_are_refused(bits: int) -> None:
    with pytest.raises(BadKey):
        keys.usable_public(rsa_key(bits))
    with pytest.raises(BadKey):
        keys.public_from_der(spki(rsa_key(bits)))


@pytest.mark.parametrize("bits", [2_048, 3_072, 4_096, 8_192])
def test_rsa_keys_from_2048_to_8192_bits_are_used(bits: int) -> None:
    assert isinstance(keys.public_from_der(spki(rsa_key(bits))), rsa.RSAPublicKey)


@pytest.mark.parametrize("exponent", [3, 17, 65_539])
def test_rsa_keys_with_another_exponent_are_refused(exponent: int) -> None:
    with pytest.raises(BadKey, match="65537"):
        keys.public_from_der(spki(rsa_key(2_048, exponent)))


@pytest.mark.parametrize(
    "other",
    [
        spki(ec.generate_private_key(ec.SECP256R1()).public_key()),
        spki(x25519.X25519PrivateKey.generate().public_key()),
        spki(dsa.generate_private_key(2_048).public_key()),
        b"",
        b"0",
        keys.private_to_der(RSA),
        keys.public_to_der(RSA.public_key())[:-1],
    ],
    ids=["p-256", "x25519", "dsa", "empty", "noise", "private", "cut"],
)
def test_other_keys_are_refused(other: bytes) -> None:
    with pytest.raises(BadKey):
        keys.public_from_der(other)


@pytest.mark.parametrize(
    "text",
    ["", "abc", "\ud800", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", RSA_PEM, "é" * 20_000],
    ids=["empty", "noise", "surrogate", "hollow", "private", "long"],
)
def test_text_that_holds_no_key_is_refused(text: str) -> None:
    with pytest.raises(BadKey):
        keys.public_from_pem(text)


def test_private_keys_are_checked_as_well() -> None:
    weak = rsa.generate_private_key(public_exponent=65_537, key_size=1_024)
    locked = RSA.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"secret")
    )
    with pytest.raises(BadKey):
        keys.usable_private(weak)
    with pytest.raises(BadKey):
        keys.usable_private(ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(BadKey):
        keys.private_from_pem(locked.decode())
    with pytest.raises(BadKey):
        keys.private_from_der(b"")


def test_the_printed_form_of_a_private_key_shows_its_id_alone() -> None:
    assert repr(PrivateKey("https://paris.example/actor#main-key", RSA)) == (
        "PrivateKey(key_id='https://paris.example/actor#main-key')"
    )


def test_a_fingerprint_is_the_hash_of_the_spki_bytes() -> None:
    public = RSA.public_key()
    assert keys.fingerprint(public) == hashlib.sha256(spki(public)).hexdigest()
    assert keys.fingerprint(public) != keys.fingerprint(ED25519.public_key())


def test_a_multikey_is_the_published_one() -> None:
    secret = multibase.decode(SECRET_MULTIKEY, length=34)
    assert secret[:2] == b"\x80\x26"
    public = ed25519.Ed25519PrivateKey.from_private_bytes(secret[2:]).public_key()
    assert keys.multikey_of(public) == PUBLIC_MULTIKEY
    assert keys.ed25519_from_multikey(PUBLIC_MULTIKEY) == public


@pytest.mark.parametrize(
    "text",
    [
        "",
        "z",
        PUBLIC_MULTIKEY[1:],
        "u" + PUBLIC_MULTIKEY[1:],
        PUBLIC_MULTIKEY[:-1],
        PUBLIC_MULTIKEY + "1",
        PUBLIC_MULTIKEY[:-1] + "0",
        PUBLIC_MULTIKEY[:-1] + "é",
        " " + PUBLIC_MULTIKEY,
        SECRET_MULTIKEY,
        multibase.encode(b"\x80\x24" + bytes(33)),
        multibase.encode(b"\x85\x24" + bytes(32)),
    ],
    ids=lambda text: text[:12],
)
def test_other_multikeys_are_refused(text: str) -> None:
    with pytest.raises(BadKey):
        keys.ed25519_from_multikey(text)


@pytest.mark.parametrize("length", [0, 3, 5, 34])
def test_base58_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="bytes"):
        multibase.decode(multibase.encode(b"four"), length=length)


def test_a_long_text_is_not_even_looked_at() -> None:
    with pytest.raises(ValueError, match="34 bytes"):
        multibase.decode("z" + "0" * 1_000_000, length=34)
    with pytest.raises(BadKey, match="as long"):
        keys.public_from_pem(" A" * 10_000)


@given(st.binary(max_size=70))
def test_base58_there_and_back(raw: bytes) -> None:
    assert multibase.decode(multibase.encode(raw), length=len(raw)) == raw


@pytest.mark.parametrize(
    ("raw", "text"),
    [(b"", "z"), (b"\0", "z1"), (b"\0\0\x01", "z112"), (b"Hello World!", "z2NEpo7TZRRrLZSi2U"), (b"\xff", "z5Q")],
)
def test_base58_as_others_write_it(raw: bytes, text: str) -> None:
    assert multibase.encode(raw) == text
    assert multibase.decode(text, length=len(raw)) == raw


@given(st.text(max_size=50))
def test_no_text_makes_base58_fall(text: str) -> None:
    try:
        raw = multibase.decode(text, length=34)
    except ValueError:
        return
    assert multibase.encode(raw) == text


@pytest.mark.parametrize("material", [RSA, ED25519], ids=["rsa", "ed25519"])
def test_a_signature_holds_for_one_key_and_one_message(material: keys.PrivateMaterial) -> None:
    signature = keys.make_signature(material, b"message")
    public = material.public_key()
    other = keys.generate_rsa().public_key() if material is RSA else keys.generate_ed25519().public_key()
    assert keys.is_signature_of(public, b"message", signature=signature)
    assert not keys.is_signature_of(public, b"messagf", signature=signature)
    assert not keys.is_signature_of(public, b"message", signature=signature[:-1])
    assert not keys.is_signature_of(public, b"message", signature=b"")
    assert not keys.is_signature_of(other, b"message", signature=signature)
