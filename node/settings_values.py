"""What settings are made of: networks, hosts and roles, each from a list or from one text; and the smaller tables of the file."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_settings import NoDecode

from federation.errors import BadHost
from federation.hosts import canonical_host
from federation.roles import Role
from storage.addresses import fault_in
from storage.ids import Host

Network = IPv4Network | IPv6Network


def _networks(found: object) -> object:
    """Networks from the texts of a list, or from one text, as the environment has it."""
    texts = re.findall(r'[^\s,\[\]"]+', found) if isinstance(found, str) else found
    return tuple(map(_network, texts)) if isinstance(texts, list | tuple) else texts


def _network(found: object) -> object:
    if not isinstance(found, str):
        return found
    try:
        return ip_network(found)
    except ValueError as error:
        raise ValueError(f"{error}; a network is written as 10.0.0.0/8") from error


Networks = Annotated[tuple[Network, ...], BeforeValidator(_networks), NoDecode]
DEVELOPMENT_NETWORKS: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def _roles(found: object) -> object:
    """Roles from a list, or from one text, as the environment has it."""
    return re.findall(r'[^\s,\[\]"]+', found) if isinstance(found, str) else found


Roles = Annotated[frozenset[Role], BeforeValidator(_roles), Field(min_length=1), NoDecode]


def _host(text: str) -> str:
    try:
        return canonical_host(text, allow_addresses=True)
    except BadHost as error:
        raise ValueError(error.reason) from error


def _postgresql(text: str) -> str:
    fault = fault_in(text) if text else None
    if fault is not None:
        raise ValueError(fault)
    return text


OwnHost = Annotated[str, AfterValidator(_host)]
PostgresqlAddress = Annotated[str, AfterValidator(_postgresql)]


class Egress(BaseModel):
    """Where the node may connect to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    allow: Networks | None = None
    """The networks of the peers, as `10.0.0.0/8`. Without it, every public address; in development, loopback only."""

    ca_file: Path | None = None
    """The certificates of the authorities that vouch for peers, in PEM, instead of those that the system trusts."""


def _hosts(found: object) -> object:
    """Hosts from a list, or from one text, as the environment has it."""
    return re.findall(r'[^\s,"]+', found.strip("[]")) if isinstance(found, str) else found


Hosts = Annotated[frozenset[Annotated[Host, BeforeValidator(_host)]], BeforeValidator(_hosts), NoDecode]


class Push(BaseModel):
    """Push notifications to apps that are not open."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    allow: Hosts = frozenset()
    """The push services to which notifications are sent, sealed, as `push.example`. Without any, none are sent."""

    text: bool = True
    """Whether a push says who did what. Without, only that there is something new."""


class Communities(BaseModel):
    """Communities of this node."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    founding: Literal["everybody", "administrators"] = "everybody"
    """Who may found a community of this node: `everybody` who works here, or `administrators` alone."""
