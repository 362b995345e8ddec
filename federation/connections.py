"""Connections to other machines, each checked against `addresses.Egress` at the moment it is opened.

Checked twice, because either alone has a hole: `CheckedResolver` sees every address that a name stands for, and refuses
the name if a single one is forbidden (a name that mixes both is an attack or a mistake); the socket factory sees the
one address that is connected to, also when the URI named an address and no resolver was asked.
"""

import socket
import ssl
from collections.abc import Sequence

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from federation.addresses import Egress
from federation.errors import ForbiddenAddress

CONNECTIONS_PER_PEER = 36
"""As many as delivery has lanes to one peer, and a few for questions."""

DNS_CACHE_SECONDS = 10
"""How long an address may be used without asking again: a longer memory would outlive a change of address."""

IDLE_SECONDS = 60.0
"""How long an unused connection is kept: a new TLS handshake costs as much as eight deliveries."""


def checked_connector(
    egress: Egress, resolver: "CheckedResolver", *, tls: ssl.SSLContext | None
) -> aiohttp.TCPConnector:
    """A pool of connections that go nowhere else than `egress` permits.

    tls: which certificates are believed; None for those of the system.
    Opening one raises ForbiddenAddress before any packet leaves.
    """

    def open_socket(destination: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, _, socket_address = destination
        address = str(socket_address[0])
        if not egress.permits(address):
            raise ForbiddenAddress(address)
        return socket.socket(family, kind, protocol)

    return aiohttp.TCPConnector(
        resolver=resolver,
        socket_factory=open_socket,
        ssl=True if tls is None else tls,
        limit=0,  # each peer has its own limit, and there are only so many peers
        limit_per_host=CONNECTIONS_PER_PEER,
        ttl_dns_cache=DNS_CACHE_SECONDS,
        keepalive_timeout=IDLE_SECONDS,
    )


class CheckedResolver(AbstractResolver):
    """Finds the addresses of a name, and stands for none of them if one is forbidden."""

    def __init__(self, egress: Egress, names: AbstractResolver) -> None:
        """names: who is asked for all names but `localhost` and those below it; closed together with this resolver."""
        self._egress = egress
        self._names = names

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a name, every one of them permitted.  Raises ForbiddenAddress, OSError."""
        found = here(host, port) if is_localhost(host) else await self._names.resolve(host, port, family)
        forbidden = first_forbidden(self._egress, found)
        if forbidden is not None:
            raise ForbiddenAddress(host, internal=f"it leads to {forbidden}")
        return found

    async def close(self) -> None:
        """Close the resolver behind this one."""
        await self._names.close()


def is_localhost(name: str) -> bool:
    """Whether a name means this machine, so that not even a question about it may leave.  Source: RFC 6761 6.3."""
    return f".{name.removesuffix('.')}".endswith(".localhost")


def here(name: str, port: int) -> list[ResolveResult]:
    """This machine, as the answer to a question for a name."""
    flags = socket.AI_NUMERICHOST
    return [ResolveResult(hostname=name, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=flags)]


def first_forbidden(egress: Egress, found: Sequence[ResolveResult]) -> str | None:
    """The first of these addresses that may not be connected to."""
    return next((each["host"] for each in found if not egress.permits(each["host"])), None)
