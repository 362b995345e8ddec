"""Keys: what they are, which ones are used, how they travel, and the two operations on them.

RSA (PKCS#1 v1.5 with SHA-256) for everybody, Ed25519 between nodes that speak it. Whatever comes in is checked here
once: `cryptography` itself verifies with a 512-bit key without complaint. The algorithm of a signature always follows
from the key, never from the request.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from federation.errors import BadKey
from federation.signatures import multibase

PublicMaterial: TypeAlias = rsa.RSAPublicKey | ed25519.Ed25519PublicKey
PrivateMaterial: TypeAlias = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


class Kind(StrEnum):
    """The kinds of keys that are used."""

    RSA = "rsa"
    ED25519 = "ed25519"


RSA_BITS = 2_048
SMALLEST_RSA_BITS, LARGEST_RSA_BITS = 2_048, 8_192
RSA_EXPONENT = 65_537
LONGEST_ENCODING = 16_384  # the private half of 8,192 bits has 6,400 characters

ED25519_PUBLIC_CODE = b"\xed\x01"
ED25519_BYTES = 32


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The key that a signature names, and the actor whom the key's home gives it to.

    key_id, owner: URIs.
    """

    key_id: str
    owner: str
    material: PublicMaterial


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A key of ours, under the id by which others find its public half. `repr` shows the id alone."""

    key_id: str
    material: PrivateMaterial = field(repr=False)


def kind_of(material: PublicMaterial | PrivateMaterial) -> Kind:
    """Of which kind a key is."""
    return Kind.RSA if isinstance(material, rsa.RSAPublicKey | rsa.RSAPrivateKey) else Kind.ED25519


def generate(kind: Kind) -> PrivateMaterial:
    """A new key of this kind. RSA takes some 60 ms: call it in a thread."""
    return generate_rsa() if kind is Kind.RSA else generate_ed25519()


def generate_rsa() -> rsa.RSAPrivateKey:
    """A new RSA key of 2,048 bits. Takes some 60 ms: call it in a thread."""
    return rsa.generate_private_key(public_exponent=RSA_EXPONENT, key_size=RSA_BITS)


def generate_ed25519() -> ed25519.Ed25519PrivateKey:
    """A new Ed25519 key."""
    return ed25519.Ed25519PrivateKey.generate()


def public_from_pem(text: str) -> PublicMaterial:
    """The public key in a PEM text, SPKI or PKCS#1. Raises BadKey."""
    return usable_public(_loaded(serialization.load_pem_public_key, _pem_bytes(text)))


def public_from_der(raw: bytes) -> PublicMaterial:
    """The public key in DER bytes, SPKI or PKCS#1. Raises BadKey."""
    return usable_public(_loaded(serialization.load_der_public_key, raw))


def private_from_pem(text: str) -> PrivateMaterial:
    """The private key in an unencrypted PEM text. Raises BadKey."""
    return usable_private(_loaded(partial(serialization.load_pem_private_key, password=None), _pem_bytes(text)))


def private_from_der(raw: bytes) -> PrivateMaterial:
    """The private key in unencrypted DER bytes. Raises BadKey."""
    return usable_private(_loaded(partial(serialization.load_der_private_key, password=None), raw))


def public_to_pem(material: PublicMaterial) -> str:
    """The PEM text (SPKI) that stands in an actor's `publicKeyPem`."""
    return _public_bytes(material, serialization.Encoding.PEM).decode("ascii")


def public_to_der(material: PublicMaterial) -> bytes:
    """The DER bytes (SPKI) of a public key."""
    return _public_bytes(material, serialization.Encoding.DER)


def private_to_pem(material: PrivateMaterial) -> str:
    """The PEM text (PKCS#8) of a private key, not encrypted: never let it reach a disk or a log as it is."""
    return _private_bytes(material, serialization.Encoding.PEM).decode("ascii")


def private_to_der(material: PrivateMaterial) -> bytes:
    """The DER bytes (PKCS#8) of a private key, not encrypted: never let them reach a disk or a log as they are."""
    return _private_bytes(material, serialization.Encoding.DER)


def multikey_of(material: ed25519.Ed25519PublicKey) -> str:
    """The `publicKeyMultibase` of an Ed25519 key: `z6Mk…` (FEP-521a)."""
    return multibase.encode(ED25519_PUBLIC_CODE + material.public_bytes_raw())


def ed25519_from_multikey(text: str) -> ed25519.Ed25519PublicKey:
    """The Ed25519 key in a `publicKeyMultibase`. Raises BadKey for other kinds too (FEP-521a)."""
    try:
        raw = multibase.decode(text, length=len(ED25519_PUBLIC_CODE) + ED25519_BYTES)
    except ValueError as error:
        raise BadKey("This Multikey is not an Ed25519 public key.") from error
    if not raw.startswith(ED25519_PUBLIC_CODE):
        raise BadKey("This Multikey is not an Ed25519 public key.")
    return ed25519.Ed25519PublicKey.from_public_bytes(raw.removeprefix(ED25519_PUBLIC_CODE))


def fingerprint(material: PublicMaterial) -> str:
    """What two administrators compare by telephone: SHA-256 over the key's SPKI bytes, 64 hexadecimal digits."""
    return hashlib.sha256(public_to_der(material)).hexdigest()


def usable_public(material: object) -> PublicMaterial:
    """The same key, if it is one that this node uses: RSA of 2,048 to 8,192 bits with exponent 65537, or Ed25519.

    Raises BadKey.
    """
    match material:
        case ed25519.Ed25519PublicKey():
            return material
        case rsa.RSAPublicKey():
            _demand_strong(material)
            return material
        case _:
            raise BadKey


def usable_private(material: object) -> PrivateMaterial:
    """The same key, if its public half is one that this node uses. Raises BadKey."""
    match material:
        case ed25519.Ed25519PrivateKey():
            return material
        case rsa.RSAPrivateKey():
            _demand_strong(material.public_key())
            return material
        case _:
            raise BadKey


def make_signature(material: PrivateMaterial, message: bytes) -> bytes:
    """The signature of a message: RSA PKCS#1 v1.5 with SHA-256, or Ed25519, as the key is.

    RSA takes 0.7 ms: call it in a thread.
    """
    if isinstance(material, rsa.RSAPrivateKey):
        return material.sign(message, PKCS1v15(), SHA256())
    return material.sign(message)


def is_signature_of(material: PublicMaterial, message: bytes, *, signature: bytes) -> bool:
    """Whether the private half of this key signed this message. Never raises."""
    try:
        if isinstance(material, rsa.RSAPublicKey):
            material.verify(signature, message, PKCS1v15(), SHA256())
        else:
            material.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _demand_strong(material: rsa.RSAPublicKey) -> None:
    if not SMALLEST_RSA_BITS <= material.key_size <= LARGEST_RSA_BITS:
        raise BadKey(f"An RSA key has 2,048 to 8,192 bits; this one has {material.key_size}.")
    if material.public_numbers().e != RSA_EXPONENT:
        raise BadKey("The exponent of an RSA key is 65537.")


def _pem_bytes(text: str) -> bytes:
    return text.strip().encode("ascii", errors="replace")


def _loaded(load: Callable[[bytes], object], raw: bytes) -> object:
    if len(raw) > LONGEST_ENCODING:
        raise BadKey("No key is as long as this text.")
    try:
        return load(raw)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadKey("This text holds no key that this node can read.") from error


def _public_bytes(material: PublicMaterial, encoding: serialization.Encoding) -> bytes:
    return material.public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)


def _private_bytes(material: PrivateMaterial, encoding: serialization.Encoding) -> bytes:
    return material.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
