"""Peers that only take what they are sent, as many as one likes, behind one port: told apart by the name they are called by.

python -m tests.bench.stub PORT DELAY_SECONDS

POST to any inbox is answered 202 after the delay. GET /arrivals tells, and forgets: [host, actor, activity id, moment].
"""

import asyncio
import sys
import time

import orjson
import uvloop
from aiohttp import web


def application(delay: float) -> web.Application:
    """All the peers. delay: seconds before each answer."""
    arrived: list[tuple[str, str, str, float]] = []

    async def inbox(request: web.Request) -> web.Response:
        activity = orjson.loads(await request.read())
        arrived.append((request.host, str(activity["actor"]), str(activity["id"]), time.time()))
        await asyncio.sleep(delay)
        return web.Response(status=202)

    async def arrivals(_: web.Request) -> web.Response:
        told = orjson.dumps(arrived)
        arrived.clear()
        return web.Response(body=told, content_type="application/json")

    async def unknown(_: web.Request) -> web.Response:
        return web.Response(status=404)

    app = web.Application()
    app.add_routes([web.get("/arrivals", arrivals), web.post("/{path:.*}", inbox), web.get("/{path:.*}", unknown)])
    return app


if __name__ == "__main__":
    uvloop.install()
    web.run_app(application(float(sys.argv[2])), host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
