"""Which machines a node may connect to.

The allowlist says which *names* are peers; this page says which *addresses* those names may stand for, so that a name
which suddenly points at the node's own machine, or at the cloud's metadata service, leads nowhere. The question is
asked for every address that a name resolves to, and again for the one that is connected to (`connections.py`).

    1. An address that only wraps an IPv4 address (mapped, or behind NAT64) is judged as that IPv4 address.
    2. NEVER: this machine, this cable, everybody at once. No setting opens them, save loopback in development.
    3. Where networks are configured, those and nothing else.
    4. Else what the Internet routes: IPv4 less NOT_GLOBAL_4; of IPv6 only 2000::/3, less NOT_GLOBAL_6.

The tables are our own: `ipaddress.is_global` changes with the version of Python, and takes several ranges for global
that lead back inside (NAT64, 6to4, IPv4-compatible).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LOOPBACK: tuple[Network, ...] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))

NEVER: tuple[Network, ...] = (
    IPv4Network("0.0.0.0/8"),  # "this host": Linux connects it to loopback
    IPv4Network("169.254.0.0/16"),  # link-local, and the metadata service of most clouds
    IPv4Network("192.0.0.192/32"),  # metadata service
    IPv4Network("100.100.100.200/32"),  # metadata service
    IPv4Network("224.0.0.0/4"),  # multicast
    IPv4Network("255.255.255.255/32"),  # broadcast
    IPv6Network("::/96"),  # unspecified, and IPv4-compatible: a disguise that no network uses
    IPv6Network("fd00:ec2::254/128"),  # metadata service
    IPv6Network("fd20:ce::254/128"),  # metadata service
    IPv6Network("fe80::/10"),  # link-local
    IPv6Network("ff00::/8"),  # multicast
)

NOT_GLOBAL_4: tuple[Network, ...] = (
    IPv4Network("10.0.0.0/8"),  # private
    IPv4Network("100.64.0.0/10"),  # shared by carriers
    IPv4Network("172.16.0.0/12"),  # private
    IPv4Network("192.0.0.0/24"),  # protocol assignments
    IPv4Network("192.0.2.0/24"),  # documentation
    IPv4Network("192.31.196.0/24"),  # AS112 sink
    IPv4Network("192.52.193.0/24"),  # multicast relays
    IPv4Network("192.88.99.0/24"),  # 6to4 relays
    IPv4Network("192.168.0.0/16"),  # private
    IPv4Network("192.175.48.0/24"),  # AS112 sink
    IPv4Network("198.18.0.0/15"),  # benchmarks
    IPv4Network("198.51.100.0/24"),  # documentation
    IPv4Network("203.0.113.0/24"),  # documentation
    IPv4Network("240.0.0.0/4"),  # reserved
)

GLOBAL_6 = IPv6Network("2000::/3")

NOT_GLOBAL_6: tuple[Network, ...] = (
    IPv6Network("2001::/23"),  # protocol assignments, Teredo among them
    IPv6Network("2001:db8::/32"),  # documentation
    IPv6Network("2002::/16"),  # 6to4: carries any IPv4 address
    IPv6Network("2620:4f:8000::/48"),  # AS112 sink
    IPv6Network("3fff::/20"),  # documentation
)

NAT64 = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Egress:
    """Where a node's connections may go.

    networks: the only ones allowed; None for the whole Internet or, where loopback is open, for all of loopback.
    loopback: development only: this machine is not forbidden. Naming a part of it leaves the rest closed.
    plain_http: development only: http is spoken to peers instead of https.
    Source: RFC 6890 and the IANA special-purpose address registries.
    """

    networks: tuple[Network, ...] | None = None
    loopback: bool = False
    plain_http: bool = False

    def permits(self, literal: str) -> bool:
        """Whether a connection to this address may be opened.

        literal: an IPv4 or IPv6 address as text. Anything else, zones (`fe80::1%eth0`) included, is not permitted.
        """
        if "%" in literal:
            return False
        try:
            address = unwrapped(ip_address(literal))
        except ValueError:
            return False
        if within(address, LOOPBACK):
            return self.loopback and within(address, LOOPBACK if self.networks is None else self.networks)
        return not within(address, NEVER) and self._reaches(address)

    def _reaches(self, address: Address) -> bool:
        if self.networks is not None:
            return within(address, self.networks)
        return not self.loopback and is_global(address)


def unwrapped(address: Address) -> Address:
    """The IPv4 address that an IPv4-mapped or NAT64 address leads to; any other address itself.

    Source: RFC 4291 section 2.5.5.2, RFC 6052 section 2.1.
    """
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def is_global(address: Address) -> bool:
    """Whether the Internet routes this (unwrapped) address to one machine that is somebody else's."""
    if within(address, LOOPBACK) or within(address, NEVER):
        return False
    if isinstance(address, IPv4Address):
        return not within(address, NOT_GLOBAL_4)
    return address in GLOBAL_6 and not within(address, NOT_GLOBAL_6)


def within(address: Address, networks: Iterable[Network]) -> bool:
    """Whether any of the networks holds the address; one of the other IP version never does."""
    return any(address in network for network in networks)
