"""A text sealed so that one app can read it, and nobody on the way.

`standard` is RFC 8291 with the encoding of RFC 8188, `aes128gcm`. `draft` is what Mastodon's apps have spoken since before there
was a standard: draft-ietf-webpush-encryption-04 with `aesgcm`.
"""

import os
import struct
from base64 import urlsafe_b64encode
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()
SALT_BYTES = 16
AUTH_BYTES = 16
RECORD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Recipient:
    """For whom. public_key: a P-256 point, 65 bytes.  auth: the secret that goes with it, 16 bytes."""

    public_key: bytes
    auth: bytes


@dataclass(frozen=True, slots=True)
class Sealed:
    """What is sent. headers: that say how it is sealed; of `Crypto-Key`, more may follow after a semicolon."""

    body: bytes
    headers: dict[str, str]


def is_key(public_key: bytes) -> bool:
    """Whether bytes are a point on the curve."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, public_key)
    except ValueError:
        return False
    return len(public_key) == 65  # noqa: PLR2004  an uncompressed point


def standard(
    text: bytes, recipient: Recipient, *, key: ec.EllipticCurvePrivateKey | None = None, salt: bytes | None = None
) -> Sealed:
    """Seal by RFC 8291. text: at most 3,993 bytes.  key, salt: fresh ones unless given."""
    key, salt = key or ec.generate_private_key(CURVE), salt or os.urandom(SALT_BYTES)
    own = point(key)
    about = b"WebPush: info\0" + recipient.public_key + own
    secret = _derived(_shared(key, recipient), salt=recipient.auth, info=about, length=32)
    cipher = AESGCM(_derived(secret, salt=salt, info=b"Content-Encoding: aes128gcm\0", length=16))
    nonce = _derived(secret, salt=salt, info=b"Content-Encoding: nonce\0", length=12)
    head = salt + struct.pack(">IB", RECORD_BYTES, len(own)) + own
    return Sealed(head + cipher.encrypt(nonce, text + b"\x02", None), {"Content-Encoding": "aes128gcm"})


def draft(text: bytes, recipient: Recipient) -> Sealed:
    """Seal as the draft has it. text: at most 4,078 bytes."""
    key, salt = ec.generate_private_key(CURVE), os.urandom(SALT_BYTES)
    own = point(key)
    secret = _derived(_shared(key, recipient), salt=recipient.auth, info=b"Content-Encoding: auth\0", length=32)
    context = b"P-256\0" + b"".join(struct.pack(">H", len(each)) + each for each in (recipient.public_key, own))
    cipher = AESGCM(_derived(secret, salt=salt, info=b"Content-Encoding: aesgcm\0" + context, length=16))
    nonce = _derived(secret, salt=salt, info=b"Content-Encoding: nonce\0" + context, length=12)
    headers = {
        "Content-Encoding": "aesgcm",
        "Encryption": f"salt={base64url(salt)}",
        "Crypto-Key": f"dh={base64url(own)}",
    }
    return Sealed(cipher.encrypt(nonce, b"\0\0" + text, None), headers)


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public half of a key, as 65 bytes."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def base64url(raw: bytes) -> str:
    """Bytes as web push writes them: base64url without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _shared(key: ec.EllipticCurvePrivateKey, recipient: Recipient) -> bytes:
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, recipient.public_key)
    return key.exchange(ec.ECDH(), theirs)


def _derived(secret: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)
