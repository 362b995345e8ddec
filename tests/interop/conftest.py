"""A node of ours beside nodes that others wrote, on loopback, each admitted by the other."""

from collections.abc import AsyncIterator, Awaitable, Iterator
from dataclasses import dataclass
from typing import Protocol

import pytest

from storage import peers
from tests import loopback
from tests.federated.conftest import FederationOf, Place, Staff, federation_of, until  # noqa: F401  `federation_of` is a fixture
from tests.interop.clients import MASTO_IS_INSTALLED, TOOT_IS_INSTALLED
from tests.interop.peers import (
    FEDIFY_IS_INSTALLED,
    PASTURE_IS_INSTALLED,
    FedifyPeer,
    FedifyPerson,
    FedifyProcess,
    Json,
)

# What is not installed is left out whole; `test_installed.py` has the one line that says so.
collect_ignore_glob = [
    *([] if FEDIFY_IS_INSTALLED else ["test_fedify_*.py"]),
    *([] if PASTURE_IS_INSTALLED else ["test_pasture.py", "test_verify_actor.py"]),
    *([] if MASTO_IS_INSTALLED else ["test_masto.py"]),
    *([] if TOOT_IS_INSTALLED else ["test_toot.py"]),
]

FIRST_KNOCKS = {"rfc9421": "rfc9421", "cavage": "draft-cavage-http-signatures-12"}


@pytest.fixture
def engine() -> str:
    """What others hear does not depend on the database: one is enough here."""
    return "sqlite"


@pytest.fixture(scope="session")
def fedify_process() -> Iterator[FedifyProcess]:
    process = FedifyProcess()
    yield process
    process.stop()


class OpenPeer(Protocol):
    """Opens a node made with Fedify."""

    def __call__(self, name: str, *, first_knock: str = "rfc9421", proofs: bool = True) -> Awaitable[FedifyPeer]: ...


@pytest.fixture
async def open_peer(fedify_process: FedifyProcess) -> AsyncIterator[OpenPeer]:
    opened: list[FedifyPeer] = []
    async with loopback.session() as session:

        async def make(name: str, *, first_knock: str = "rfc9421", proofs: bool = True) -> FedifyPeer:
            wanted = {"name": name, "firstKnock": FIRST_KNOCKS[first_knock], "proofs": proofs}
            answer = await fedify_process.tell(session, "/open", wanted)
            opened.append(FedifyPeer(fedify_process, session, answer["number"], answer["origin"]))
            return opened[-1]

        yield make
        for peer in opened:
            await peer.do("close")


@pytest.fixture(params=FIRST_KNOCKS)
def first_knock(request: pytest.FixtureRequest) -> str:
    """Under which scheme Fedify asks a node that it does not know; whoever stands on this runs under both."""
    scheme: str = request.param
    return scheme


@dataclass
class Meeting:
    """A node of ours that admits a node of theirs."""

    paris: Place
    lyon: FedifyPeer


async def admit(place: Place, peer: FedifyPeer) -> None:
    await place.running.node.store.write(peers.allow, peer.host, by="test")


@pytest.fixture
async def meeting(federation_of: FederationOf, open_peer: OpenPeer, first_knock: str) -> Meeting:  # noqa: F811
    (paris,) = await federation_of(1)
    lyon = await open_peer("lyon", first_knock=first_knock)
    await admit(paris, lyon)
    return Meeting(paris, lyon)


async def id_of(member: Staff) -> str:
    """The actor id of one of our people."""
    found: str = (await member.ask("GET", "/api/v1/accounts/verify_credentials"))["uri"]
    return found


async def account_of(reader: Staff, other: FedifyPerson) -> Json:
    """One of their people as ours see them, looked up by handle."""
    asked = {"q": other.handle, "resolve": "true", "type": "accounts"}
    (found,) = (await reader.ask("GET", "/api/v2/search", params=asked))["accounts"]
    return found


async def start_to_follow(reader: Staff, other: FedifyPerson) -> str:
    """Ask to follow one of their people; returns the id under which our API knows them."""
    account: str = (await account_of(reader, other))["id"]
    await reader.ask("POST", f"/api/v1/accounts/{account}/follow")
    return account


async def follow(reader: Staff, other: FedifyPerson) -> str:
    """The same, and wait until they have agreed."""
    account = await start_to_follow(reader, other)
    await until(lambda: reader.follows(account))
    return account
