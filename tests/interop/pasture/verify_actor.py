"""Runs `verify_actor` of fediverse-pasture against a node: who may read one of its people, and who may write to them?

    verify_actor.py ACTOR

Prints its own address on one line and waits for a line, so that the node can admit it first; then prints what its actors
could do, as JSON. Runs in the environment of fediverse-pasture, not in ours.
"""

import asyncio
import json
import socket
import sys

import aiohttp.connector
from aiohttp.abc import AbstractResolver, ResolveResult
from fediverse_pasture.data_provider import DataProvider  # type: ignore[import-not-found]  # installed where this runs
from fediverse_pasture.server import BlueprintForActors  # type: ignore[import-not-found]  # the same
from fediverse_pasture.server.verify_actor import ActorVerifier  # type: ignore[import-not-found]  # the same
from fediverse_pasture.types import Message  # type: ignore[import-not-found]  # the same
from hypercorn.asyncio import serve  # type: ignore[import-not-found]  # the same
from hypercorn.config import Config  # type: ignore[import-not-found]  # the same
from quart import Quart  # type: ignore[import-not-found]  # the same


class Loopback(AbstractResolver):
    """Every name leads to this machine: no other is asked for, and none is to be found."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """As aiohttp makes its own."""

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[ResolveResult]:
        flags = socket.AI_NUMERICHOST
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=flags)]

    async def close(self) -> None:
        """Nothing is held."""


async def verify(remote: str) -> None:
    data = DataProvider.generate()
    actors = [*data.possible_actors, data.one_actor]
    app = Quart("pasture")
    app.register_blueprint(BlueprintForActors(actors).blueprint)
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    domain = f"verify.localhost:{listening.getsockname()[1]}"
    config = Config()
    config.bind = [f"fd://{listening.fileno()}"]
    done = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(serve(app, config, shutdown_trigger=done.wait))
        print(f"http://{domain}", flush=True)  # noqa: T201  the answer
        await asyncio.to_thread(sys.stdin.readline)
        message = Message()
        verifier = ActorVerifier(actor_list=actors, remote_uri=remote, domain=domain, message=message, timeout=10)
        found = await verifier.verify()
        print(json.dumps({"found": found, "steps": message.steps}, default=str), flush=True)  # noqa: T201  the answer
        done.set()


if __name__ == "__main__":
    aiohttp.connector.DefaultResolver = Loopback  # type: ignore[attr-defined, assignment]  # it takes no resolver
    asyncio.run(verify(sys.argv[1]))
