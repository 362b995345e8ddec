"""The least that could be done: verify a signature and say 202, or send bytes that are there already.

python -m tests.bench.floor PORT PUBLIC_KEY_PEM_FILE BYTES_FILE
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

import uvloop
from aiohttp import web
from yarl import URL

from federation import signatures
from federation.signatures import PublicKey, SignedRequest
from federation.signatures import keys as signing_keys


def application(port: int, pem: str, body: bytes) -> web.Application:
    """The bare application. body: what a GET is answered."""
    material = signing_keys.public_from_pem(pem)

    async def inbox(request: web.Request) -> web.Response:
        target = URL(f"http://paris.localhost:{port}{request.raw_path}", encoded=True)
        signed = SignedRequest(request.method, target, request.headers, await request.read())
        steps = signatures.verify(signed, now=datetime.now(UTC))
        wanted = next(steps)
        try:
            steps.send(PublicKey(wanted.key_id, wanted.key_id.partition("#")[0], material))
        except StopIteration:
            return web.Response(status=202)
        raise web.HTTPUnauthorized

    async def ready(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    app = web.Application()
    app.add_routes([web.post("/inbox", inbox), web.get("/{path:.*}", ready)])
    return app


if __name__ == "__main__":
    uvloop.install()
    number, pem_file, bytes_file = sys.argv[1:]
    served = application(int(number), Path(pem_file).read_text(), Path(bytes_file).read_bytes())
    web.run_app(served, host="127.0.0.1", port=int(number), print=None, access_log=None)
