"""What must not be read off a stolen disk is sealed before it is kept, and opened only with the node's secret.

AES-256-GCM; what a sealed text is about (a key's id) is authenticated with it, so that nobody can swap two of them.
"""

import hmac
import os
from base64 import urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.errors import StorageTrouble

SECRET_BYTES = 32
NONCE_BYTES = 12
MARK_BYTES = 16


class Vault:
    """Seals and opens with one secret."""

    def __init__(self, secret: bytes) -> None:
        """secret: 32 random bytes, kept outside of the data folder."""
        self._cipher = AESGCM(secret)
        self._marking = hmac.new(secret, b"marks", "sha256").digest()

    def mark(self, text: str) -> str:
        """What only this node can put beside a text, to know it again as its own: 22 letters."""
        digest = hmac.new(self._marking, text.encode(), "sha256").digest()
        return urlsafe_b64encode(digest[:MARK_BYTES]).rstrip(b"=").decode()

    def seal(self, clear: bytes, *, about: str) -> bytes:
        """Seal bytes that belong to something: the same `about` opens them."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, clear, about.encode())

    def open(self, sealed: bytes, *, about: str) -> bytes:
        """What was sealed. Raises StorageTrouble: another secret, or another thing."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about.encode())
        except (InvalidTag, ValueError) as error:
            message = (
                "A key of this node cannot be opened: the secret is not the one that sealed it. "
                "Put the right secret file back."
            )
            raise StorageTrouble(message) from error
