"""A push service of the tests' own, and an app behind it that opens what it is sent as apps do."""

import asyncio
import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from node.push.encryption import base64url, point

Json = Any  # what an app decodes


def raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869 in its one-block form, written out."""
    extract = hmac.HMAC(salt, hashes.SHA256())
    extract.update(secret)
    expand = hmac.HMAC(extract.finalize(), hashes.SHA256())
    expand.update(info + b"\x01")
    return expand.finalize()[:length]


@dataclass
class Service:
    """A push service, and an app behind it."""

    port: int
    status: int = 201
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = b"0123456789abcdef"
    got: "asyncio.Queue[tuple[dict[str, str], bytes]]" = field(default_factory=asyncio.Queue)

    @property
    def host(self) -> str:
        return f"push.localhost:{self.port}"

    async def take(self, request: web.Request) -> web.Response:
        self.got.put_nowait((dict(request.headers), await request.read()))
        return web.Response(status=self.status)

    def subscription(self, *, standard: bool, **more: object) -> Json:
        keys = {"p256dh": base64url(point(self.key)), "auth": base64url(self.auth)}
        place = {"endpoint": f"http://{self.host}/to/1", "keys": keys, "standard": standard}
        return {"subscription": place, "data": {"alerts": {"mention": True, "favourite": True}} | more}

    async def next(self) -> tuple[dict[str, str], bytes]:
        async with asyncio.timeout(5):
            return await self.got.get()

    def read(self, headers: dict[str, str], body: bytes) -> Json:
        """Opened as an app opens it."""
        if headers["Content-Encoding"] == "aes128gcm":
            salt, theirs, sealed = body[:16], body[21:86], body[86:]
            info = b"WebPush: info\0" + point(self.key) + theirs
            names, context, padding = ("aes128gcm", "nonce"), b"", slice(0, -1)
        else:
            salt = raw(headers["Encryption"].removeprefix("salt="))
            theirs = raw(headers["Crypto-Key"].partition(";")[0].removeprefix("dh="))
            info, sealed = b"Content-Encoding: auth\0", body
            context = b"P-256\0\x00\x41" + point(self.key) + b"\x00\x41" + theirs
            names, padding = ("aesgcm", "nonce"), slice(2, None)
        peer = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        secret = hkdf(self.auth, self.key.exchange(ec.ECDH(), peer), info, 32)
        key, nonce = (
            hkdf(salt, secret, f"Content-Encoding: {name}\0".encode() + context, length)
            for name, length in zip(names, (16, 12), strict=True)
        )
        return json.loads(AESGCM(key).decrypt(nonce, sealed, None)[padding])

    async def start(self) -> web.AppRunner:
        """Take what comes; the runner ends it."""
        app = web.Application()
        app.router.add_post("/to/1", self.take)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port).start()
        return runner
