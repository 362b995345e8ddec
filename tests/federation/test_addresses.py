"""Which addresses a node may connect to: the tables, and what settings change (security D3)."""

from ipaddress import ip_network

import pytest

from federation.addresses import Egress

INTERNET = Egress()
INSIDE = Egress(networks=(ip_network("10.20.0.0/16"), ip_network("fd12:3456::/32"), ip_network("0.0.0.0/0")))
ONE_RANGE = Egress(networks=(ip_network("10.20.0.0/16"),))
DEVELOPMENT = Egress(loopback=True, plain_http=True)
PART_OF_LOOPBACK = Egress(networks=(ip_network("127.0.0.0/26"),), loopback=True, plain_http=True)

ROUTED = (
    "8.8.8.8",
    "1.1.1.1",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2606:4700::1111",
    "2a00:1450:4007::200e",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
)

NEVER_REACHED = (
    "0.0.0.0",
    "0.1.2.3",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.0.1",
    "169.254.169.254",
    "192.0.0.192",
    "100.100.100.200",
    "224.0.0.1",
    "239.255.255.255",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::ffff:169.254.169.254",
    "::ffff:0.0.0.0",
    "64:ff9b::127.0.0.1",
    "64:ff9b::169.254.169.254",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "ff02::1",
)

NOT_ROUTED = (
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.31.196.1",
    "192.52.193.1",
    "192.88.99.1",
    "192.168.1.1",
    "192.175.48.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "240.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:2::1",
    "2001:1ff::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2620:4f:8000::1",
    "3fff::1",
    "3fff:fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd12::1",
    "fec0::1",
)

NOT_ADDRESSES = (
    "",
    "paris.example",
    "127.1",
    "2130706433",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "8.8.8.8 ",
    "[::1]",
    "8.8.8.8%1",
)


@pytest.mark.parametrize("address", ROUTED)
def test_what_the_internet_routes_is_permitted(address: str) -> None:
    assert INTERNET.permits(address)


@pytest.mark.parametrize("address", NEVER_REACHED + NOT_ROUTED + NOT_ADDRESSES)
def test_what_it_does_not_route_is_forbidden(address: str) -> None:
    assert not INTERNET.permits(address)


@pytest.mark.parametrize("address", NEVER_REACHED)
def test_this_machine_this_cable_and_metadata_stay_forbidden_inside_configured_networks(address: str) -> None:
    everything = Egress(networks=(ip_network("0.0.0.0/0"), ip_network("::/0")))
    assert not everything.permits(address)


@pytest.mark.parametrize("address", ["10.20.0.1", "10.20.255.255", "::ffff:10.20.3.4", "64:ff9b::10.20.3.4"])
def test_configured_networks_are_permitted(address: str) -> None:
    assert ONE_RANGE.permits(address)


@pytest.mark.parametrize("address", ["10.21.0.1", "8.8.8.8", "2606:4700::1111", "::ffff:10.21.0.1"])
def test_beside_configured_networks_nothing_is_permitted(address: str) -> None:
    assert not ONE_RANGE.permits(address)


@pytest.mark.parametrize(("address", "permitted"), [("fd12:3456::1", True), ("fd12:3457::1", False), ("9.9.9.9", True)])
def test_networks_of_both_versions_stand_side_by_side(address: str, *, permitted: bool) -> None:
    assert INSIDE.permits(address) is permitted


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_development_permits_all_of_loopback(address: str) -> None:
    assert DEVELOPMENT.permits(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "10.0.0.1", "169.254.169.254", "0.0.0.0", "::", "::127.0.0.1"])
def test_development_permits_nothing_but_loopback(address: str) -> None:
    assert not DEVELOPMENT.permits(address)


@pytest.mark.parametrize("address", ["127.0.0.0", "127.0.0.63", "::ffff:127.0.0.5"])
def test_a_named_part_of_loopback_is_permitted(address: str) -> None:
    assert PART_OF_LOOPBACK.permits(address)


@pytest.mark.parametrize("address", ["127.0.0.64", "127.0.0.100", "127.1.0.1", "::1", "8.8.8.8", "10.0.0.1"])
def test_naming_a_part_of_loopback_closes_the_rest(address: str) -> None:
    assert not PART_OF_LOOPBACK.permits(address)


def test_naming_loopback_opens_nothing_outside_development() -> None:
    assert not Egress(networks=(ip_network("127.0.0.0/8"),)).permits("127.0.0.1")
