"""Look at everything that a node needs, and say for each thing that is wrong what to do.

Each check is a small function that yields findings; a finding is a name, how bad it is, and a sentence.
"""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from federation.client import Budget
from federation.errors import PeerNotAdmitted, Unreachable
from federation.service import Federation
from node import settings as node_settings
from node.app import place_of
from node.errors import BadSettings
from node.settings import Settings
from storage import audit, deliveries, facts, journal, peers, staff
from storage.errors import StorageTrouble
from storage.peers import Peer
from storage.sqlite import SqliteStore, utc_now
from storage.store import Store
from storage.vault import Vault

BUILT = datetime(2026, 11, 23, tzinfo=UTC)
"""No clock that is right shows an earlier moment than this program's."""

LITTLE_ROOM = 0.10
NO_ROOM = 0.02
MUCH_SKEW_SECONDS = 120
OLD_QUEUE_HOURS = 24


class State(StrEnum):
    """How a thing is."""

    GOOD = "good"
    LOOK = "look"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one thing, and what to do."""

    what: str
    state: State
    sentence: str


async def examine(data: Path, *, tell: Callable[[str], None]) -> list[Finding]:
    """Everything that can be found out about the node in a folder. tell: hears what is being looked at."""
    tell("settings")
    try:
        settings = node_settings.load(data)
        secret = settings.secret()
    except BadSettings as error:
        return [Finding("settings", State.BAD, str(error))]
    found = [Finding("settings", State.GOOD, f"{settings.data / node_settings.FILE} can be used.")]
    found += _mode(settings)
    tell("clock and disk")
    found += [*_clock(), *_disk(settings)]
    tell("database")
    found += await asyncio.to_thread(lambda: list(_file(settings)))
    try:
        store = await SqliteStore.open(settings.database)
    except StorageTrouble as error:
        return [*found, Finding("database", State.BAD, str(error))]
    try:
        found += [finding async for finding in _contents(store, settings)]
        tell("other nodes")
        found += await _peers(store, settings, secret)
    finally:
        await store.close()
    return found


def _mode(settings: Settings) -> Iterator[Finding]:
    if settings.development:
        yield Finding("development", State.LOOK, "Development mode: plain http on this machine alone. Never for real posts.")


def _clock() -> Iterator[Finding]:
    now = utc_now()
    if now < BUILT:
        yield Finding("clock", State.BAD, f"The clock says {now:%Y-%m-%d}: that is before this program was made. Set it by NTP.")
    else:
        yield Finding("clock", State.GOOD, f"The clock says {now:%Y-%m-%d %H:%M} UTC.")


def _disk(settings: Settings) -> Iterator[Finding]:
    usage = shutil.disk_usage(settings.data)
    share, gigabytes = usage.free / usage.total, usage.free / 1e9
    where = f"{gigabytes:.1f} GB ({share:.0%}) of the disk of {settings.data} are free"
    if share < NO_ROOM:
        yield Finding("disk", State.BAD, f"{where}: posts will soon be refused. Free some room now.")
    elif share < LITTLE_ROOM:
        yield Finding("disk", State.LOOK, f"{where}: plan for more room.")
    else:
        yield Finding("disk", State.GOOD, f"{where}.")


def _file(settings: Settings) -> Iterator[Finding]:
    if not settings.database.is_file():
        return
    try:
        with closing(sqlite3.connect(settings.database)) as database:
            sound = database.execute("pragma quick_check").fetchone()[0]
            astray = database.execute("pragma foreign_key_check").fetchone()
    except sqlite3.DatabaseError as error:
        yield Finding("database", State.BAD, f"The database cannot be read: {error}. Restore the last backup.")
        return
    if sound != "ok" or astray is not None:
        yield Finding("database", State.BAD, f"The database is damaged ({sound}). Stop the node and restore the last backup.")
    else:
        size = settings.database.stat().st_size / 1e6
        yield Finding("database", State.GOOD, f"The database is sound ({size:.0f} MB).")


async def _contents(store: Store, settings: Settings) -> AsyncIterator[Finding]:
    address = await store.read(facts.get, facts.BASE_URL)
    if address != settings.base_url:
        sentence = f"The node's address is {address}; the settings say {settings.base_url}. Put the domain back."
        yield Finding("address", State.BAD, sentence)
    broken = await store.read_slowly(audit.verify)
    if broken is None:
        yield Finding("audit", State.GOOD, "The chain of the audit is whole.")
    else:
        sentence = f"The chain of the audit is broken at entry {broken}: somebody changed it. Tell your security officer."
        yield Finding("audit", State.BAD, sentence)
    if await store.read(staff.active_admins) == 0:
        yield Finding("staff", State.BAD, "Nobody can administer this node: legation staff role NAME admin")
    waiting = await store.read(journal.unsettled)
    if waiting:
        yield Finding("received", State.LOOK, f"{waiting} received activities wait to be applied: is the node running?")
    for queue in await store.read(deliveries.waiting_by_host):
        hours = (utc_now() - queue.oldest_at).total_seconds() / 3600
        state = State.LOOK if hours > OLD_QUEUE_HOURS else State.GOOD
        yield Finding(f"queue to {queue.host}", state, f"{queue.waiting} waiting, the oldest for {hours:.1f} hours.")
    dead = await store.read(deliveries.dead)
    if dead:
        sentence = f"{len(dead)} deliveries were given up. `legation queue list` says why."
        yield Finding("dead letters", State.LOOK, sentence)


async def _peers(store: Store, settings: Settings, secret: bytes) -> list[Finding]:
    found = await store.read(peers.allowed)
    if not found:
        return [Finding("other nodes", State.LOOK, "No other node is allowed yet: legation peers allow HOST")]
    federation = Federation(place_of(settings), store, Vault(secret), now=utc_now, tell=lambda _: None)
    try:
        return list(await asyncio.gather(*(_peer(federation, peer, settings.scheme) for peer in found)))
    finally:
        await federation.client.close()


async def _peer(federation: Federation, peer: Peer, scheme: str) -> Finding:
    what = f"node {peer.host}"
    try:
        await federation.client.get_document(f"{scheme}://{peer.host}/actor", budget=Budget(fetches=2, seconds=10))
    except PeerNotAdmitted as error:
        return Finding(what, State.BAD, f"It may not be called: {error.code}. Look at egress.allow in the settings.")
    except Unreachable as error:
        sentence = f"It does not answer ({error.code}). Posts wait for it; ask its administrator if this lasts."
        return Finding(what, State.LOOK, sentence)
    if peer.skew_seconds is not None and abs(peer.skew_seconds) > MUCH_SKEW_SECONDS:
        sentence = f"It answers; its clock and ours differ by {peer.skew_seconds} seconds. One of the two needs NTP."
        return Finding(what, State.LOOK, sentence)
    return Finding(what, State.GOOD, "It answers.")
