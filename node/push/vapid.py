"""The key with which the node shows push services who sends: one for the whole node, made once, sealed in the database.

Source: RFC 8292.
"""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from node.push.encryption import CURVE, base64url, point
from storage import facts
from storage.store import Store
from storage.vault import Vault

FACT = "push_key"
GOOD_FOR = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Vapid:
    """The key. subject: whom a push service writes to, `mailto:` or the node's address."""

    key: ec.EllipticCurvePrivateKey
    subject: str

    @property
    def public(self) -> str:
        """As apps and services are told it."""
        return base64url(point(self.key))

    def token(self, origin: str, *, now: datetime) -> str:
        """A signed word to a push service. origin: of its endpoint.  now: aware, UTC.  Source: RFC 8292, 2."""
        claims = {"aud": origin, "exp": int((now + GOOD_FOR).timestamp()), "sub": self.subject}
        said = b".".join(base64url(orjson.dumps(part)).encode() for part in ({"typ": "JWT", "alg": "ES256"}, claims))
        r, s = decode_dss_signature(self.key.sign(said, ec.ECDSA(SHA256())))
        return f"{said.decode()}.{base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


async def load(store: Store, vault: Vault, *, subject: str) -> Vapid:
    """The node's key; made at the first time. Of two processes that make one at once, one prevails."""
    kept = await store.read(facts.get, FACT)
    if kept is None:
        made = ec.generate_private_key(CURVE).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        kept = await store.write(facts.keep_first, FACT, b64encode(vault.seal(made, about=FACT)).decode())
    key = load_der_private_key(vault.open(b64decode(kept), about=FACT), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return Vapid(key, subject)
