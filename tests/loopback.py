"""Names under `localhost` lead to this machine, for the tests' own requests; no other name leads anywhere."""

import socket
from typing import Any

from aiohttp import ClientSession, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult


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


def free_port(address: str = "127.0.0.1") -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind((address, 0))
        port: int = found.getsockname()[1]
        return port
