"""Names under `localhost` lead to this machine, for the tests' own requests; no other name leads anywhere."""

import itertools
import os
import socket
from typing import Any

from aiohttp import ClientSession, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult

# pytest-xdist names its processes gw0, gw1 …
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8
# Browsers refuse to call some ports, none of them between these.
PORTS = range(12_000 + 2_500 * _WORKER, 12_000 + 2_500 * (_WORKER + 1))
_handed_out = itertools.count(os.getpid())


class Loopback(AbstractResolver):
    """Finds 127.0.0.1 behind every name that ends in `localhost`."""

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[ResolveResult]:
        if host != "localhost" and not host.endswith(".localhost"):
            raise OSError(host)
        flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=flags)]

    async def close(self) -> None:
        """Nothing is held."""


def session(**options: Any) -> ClientSession:  # Any: whatever a session takes
    """A client whose requests stay on this machine."""
    return ClientSession(connector=TCPConnector(resolver=Loopback()), **options)


def free_port() -> int:
    """A port that nobody listens on, and that nobody is given again soon.

    The system gives ports above 32767 to whoever calls out, so one that is free there now may be taken in a moment.
    Those below are handed out here one after the other, to each process of the tests from a part of its own.
    """
    while True:
        port = PORTS.start + next(_handed_out) % len(PORTS)
        with socket.socket() as attempt:
            try:
                attempt.bind(("", port))
            except OSError:
                continue
            return port
