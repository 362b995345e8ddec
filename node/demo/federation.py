"""Make nodes in a folder, and run each in a process of its own."""

import asyncio
import os
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGTERM

from aiohttp import ClientError, ClientSession

from node import founding
from node import settings as node_settings
from node.actions import communities
from node.actions import staff as acts
from node.demo.communities import CIRCLES
from node.demo.places import Person, Place
from node.errors import NodeError
from node.passwords import Passwords
from node.settings import FILE, Settings
from storage import accounts, oauth, peers, staff
from storage.accounts import Account
from storage.cards import Card
from storage.ids import AccountId, Host
from storage.opening import open_store
from storage.store import Store, Unit

ORDINARY = "profile read write follow push"
ADMINISTRATION = "admin:read admin:write"
START_SECONDS = 30.0
STOP_SECONDS = 12.0
LOG_TAIL = 10


class NodeDidNotStart(NodeError):
    """A node of the demonstration did not start."""

    code = "demo-node"


@dataclass(slots=True)
class Station:
    """A node of the demonstration. tokens: by user name."""

    place: Place
    settings: Settings
    is_new: bool
    tokens: dict[str, str] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None

    @property
    def host(self) -> Host:
        """As it stands in the others' allowlists."""
        return Host(self.settings.domain)

    @property
    def log(self) -> Path:
        """What the node has to say."""
        return self.settings.data / "log.jsonl"

    def address(self, path: str) -> str:
        """A path of the node, at an address that every resolver knows."""
        return f"http://127.0.0.1:{self.settings.listen_port}{path}"


async def founded(place: Place, folder: Path, *, port: int, hashing: Passwords) -> Station:
    """The node of a place: made now, or found where it was made before."""
    data = folder / place.key
    is_new = not (data / FILE).exists()
    if is_new:
        admin = next(person for person in place.people if person.role == staff.ADMIN)
        settings = await founding.found(
            data,
            domain=f"{place.key}.localhost:{port}",
            development=True,
            name=place.name,
            language=place.language,
            admin=admin.username,
            admin_name=admin.name,
            password=admin.password,
        )
    else:
        settings = node_settings.load(data)
    station = Station(place, settings, is_new)
    store = await open_store(settings.database)
    try:
        if is_new:
            await _add_people(store, settings, place, hashing)
            await _found_communities(store, settings, place)
        for person in place.people:
            scopes = f"{ORDINARY} {ADMINISTRATION}" if person.role == staff.ADMIN else ORDINARY
            station.tokens[person.username] = await store.write(_token, person.username, scopes)
    finally:
        await store.close()
    return station


async def allow_one_another(stations: Sequence[Station]) -> None:
    """Put each node on the allowlist of each other."""
    for station in stations:
        store = await open_store(station.settings.database)
        try:
            others = [other.host for other in stations if other is not station]
            await store.write(_allow, others)
        finally:
            await store.close()


async def start(station: Station) -> None:
    """Start a node and wait until it answers. Raises NodeDidNotStart, with the end of its log."""
    with station.log.open("ab") as log:
        station.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "node.command", "serve", "--data", str(station.settings.data)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C is for the demonstration, which stops its nodes itself.
            start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
    async with ClientSession() as session:
        try:
            async with asyncio.timeout(START_SECONDS):
                while not await _answers(station, session):
                    if station.process.returncode is not None:
                        raise _not_started(station)
                    await asyncio.sleep(0.02)
        except TimeoutError as error:
            raise _not_started(station) from error


async def stop(stations: Sequence[Station]) -> None:
    """Tell every node to stop, and wait until all have."""
    running = [station.process for station in stations if station.process and station.process.returncode is None]
    for process in running:
        process.send_signal(SIGTERM)
    for process in running:
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


def free_ports(first: int, number: int) -> list[int]:
    """So many ports from a first one on that nobody listens on. Raises NodeDidNotStart."""
    found: list[int] = []
    for port in range(first, min(first + 2_000, 2**16)):
        with socket.socket() as attempt:
            try:
                attempt.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.append(port)
        if len(found) == number:
            return found
    raise NodeDidNotStart(f"There are not {number} free ports from {first} on. Name another with --port.")


async def _add_people(store: Store, settings: Settings, place: Place, hashing: Passwords) -> None:
    known = {member.username for member in await store.read(staff.list_all)}
    for person in place.people:
        if person.username not in known:
            await acts.add_member(
                store,
                settings,
                hashing,
                username=person.username,
                display_name=person.name,
                password=person.password,
                role=person.role,
                by="command",
                source="command",
            )
        await store.write(_enter, person, place.name)


async def _found_communities(store: Store, settings: Settings, place: Place) -> None:
    for circle in CIRCLES:
        if circle.place == place.key:
            founder = await store.read(_account, circle.manager)
            await communities.found_for(
                store, settings.base_url, founder, circle.founding, by="command", source="command"
            )


def _account(unit: Unit, username: str) -> Account:
    return accounts.get(unit, staff.get(unit, username).account_id)


def _enter(unit: Unit, person: Person, place: str) -> None:
    """Have somebody stand in the directory."""
    account: AccountId = staff.get(unit, person.username).account_id
    card = Card(person.duty, person.department, place, skills=tuple(person.skills.split(", ")))
    accounts.change_card(unit, account, display_name=person.name, card=card)


def _token(unit: Unit, username: str, scopes: str) -> str:
    account: AccountId = staff.get(unit, username).account_id
    return oauth.add_token(unit, account_id=account, scopes=scopes)


def _allow(unit: Unit, hosts: Sequence[Host]) -> None:
    for host in hosts:
        if not peers.is_allowed(unit, host):
            peers.allow(unit, host, by="command")


async def _answers(station: Station, session: ClientSession) -> bool:
    try:
        async with session.get(station.address("/health"), headers={"Host": station.settings.domain}) as response:
            return response.status == 200  # noqa: PLR2004
    except ClientError:
        return False


def _not_started(station: Station) -> NodeDidNotStart:
    lines = station.log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_TAIL:]
    return NodeDidNotStart(f"{station.place.name} did not start. The end of its log:\n" + "\n".join(lines))
