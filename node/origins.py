"""Where a request comes from: the address by which callers without a name are counted.

`X-Forwarded-For` is believed only from our own proxies, and only its last entry, which our proxy wrote.
"""

from ipaddress import ip_address

from aiohttp import web

from node.context import NODE
from node.server import NOWHERE, origin_of


def address_of(request: web.Request) -> str:
    """The address of whoever asks: IPv4 or IPv6, without a port."""
    nearest = request.remote or NOWHERE
    proxies = request.app[NODE].settings.trusted_proxies
    if not any(ip_address(nearest) in network for network in proxies):
        return nearest
    for entry in reversed(request.headers.getall("X-Forwarded-For", [])[-1:]):
        last = entry.rpartition(",")[2].strip()
        if _is_address(last):
            return last
    return nearest


def neighbourhood_of(request: web.Request) -> str:
    """What a caller is counted by: the IPv4 address, or the IPv6 /64, of which one machine has all."""
    return origin_of(address_of(request))


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
