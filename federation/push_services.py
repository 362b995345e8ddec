"""The way out to push services: hosts that the administrator has named, and no other.

A push service is no peer: it is told bytes that only an app can read, and nothing that it answers is believed. All the checks
of addresses hold here as they do for peers (`addresses`, `connections`).  Source: RFC 8030.
"""

import asyncio
import ssl
from collections.abc import Mapping

import aiohttp
from aiohttp import hdrs
from aiohttp.abc import AbstractResolver
from yarl import URL

from federation.addresses import Egress
from federation.client import failures_named
from federation.connections import CheckedResolver, checked_connector
from federation.errors import BadHost, FetchFailed, PeerNotAdmitted
from federation.hosts import origin_of
from storage.ids import Host

POST_SECONDS = 20.0


class PushServices:
    """Tells push services. One per process; made on a running loop, closed with `close`."""

    def __init__(
        self,
        allowed: frozenset[Host],
        *,
        egress: Egress,
        software: str,
        resolver: AbstractResolver | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """allowed: hosts, with a port where it is not the scheme's own.  The rest: as for `client.Client`."""
        self._allowed = allowed
        self._egress = egress
        self._resolver = CheckedResolver(egress, resolver or aiohttp.ThreadedResolver())
        self._session = aiohttp.ClientSession(
            connector=checked_connector(egress, self._resolver, tls=tls),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=POST_SECONDS),
            headers={hdrs.USER_AGENT: software},
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()
        await self._resolver.close()

    def demand_allowed(self, endpoint: str) -> str:
        """The origin of an endpoint, if it may be told anything.  Raises PeerNotAdmitted."""
        try:
            origin = origin_of(endpoint)
        except BadHost as error:
            raise PeerNotAdmitted(endpoint, code="bad-uri", internal=error.reason) from error
        if origin.scheme != "https" and not self._egress.plain_http:
            raise PeerNotAdmitted(endpoint, code="not-https")
        if origin.host not in self._allowed:
            raise PeerNotAdmitted(endpoint)
        return f"{origin.scheme}://{origin.host}"

    async def post(self, endpoint: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Tell a service. Returns the status of its answer; a redirect is one.

        Raises PeerNotAdmitted, ForbiddenAddress, and FetchFailed when no answer came.
        """
        self.demand_allowed(endpoint)
        with failures_named(endpoint):
            async with (
                asyncio.timeout(POST_SECONDS),
                self._session.post(URL(endpoint), data=body, headers=headers, allow_redirects=False) as response,
            ):
                return response.status


__all__ = ["FetchFailed", "PushServices"]
