"""Look at everything that a node needs, and say for each thing that is wrong what to do.

Each check is a small function that yields findings; a finding is a name, how bad it is, and a sentence.
"""

import asyncio
import os
import shutil
import stat
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

from federation.client import Budget
from federation.errors import ForbiddenAddress, Unreachable
from federation.service import Federation
from node import settings as node_settings
from node.app import place_of
from node.errors import BadSettings
from node.settings import Settings
from node.verdicts import MUCH_OF_CONNECTIONS, MUCH_SKEW_SECONDS, Finding, State, clock, installed_at, queue, room
from node.web.wording import trouble_of
from storage import audit, community_life, deliveries, facts, journal, peers, soundness, staff
from storage.addresses import shown
from storage.errors import StorageTrouble
from storage.opening import open_store
from storage.peers import Peer
from storage.postgresql import CONNECTIONS
from storage.soundness import OLDEST_VERSION, Condition, SealedKey
from storage.sqlite import utc_now
from storage.store import Store
from storage.vault import Vault

TESTED_WITH = 16


async def examine(data: Path, *, tell: Callable[[str], None]) -> list[Finding]:
    """Everything that can be found out about the node in a folder. tell: hears what is being looked at."""
    tell("settings")
    try:
        settings = node_settings.load(data)
        settings.certificates()
        secret = settings.secret()
    except BadSettings as error:
        return [Finding("settings", State.BAD, str(error))]
    found = [Finding("settings", State.GOOD, f"{settings.data / node_settings.FILE} can be used.")]
    found += _mode(settings)
    tell("clock and disk")
    usage = shutil.disk_usage(settings.data)
    found += [
        clock(utc_now(), installed=installed_at()),
        room(usage.free, usage.total, settings.data),
        *_rights(settings),
    ]
    tell("database")
    look = _database if settings.postgresql else _file
    found += await asyncio.to_thread(lambda: list(look(settings)))
    try:
        store = await open_store(settings.database)
    except StorageTrouble as error:
        return [*found, Finding("database", State.BAD, str(error))]
    try:
        found.append(_secret(await store.read(soundness.sealed_key), secret))
        found += [finding async for finding in _contents(store, settings)]
        tell("other nodes")
        found += await _peers(store, settings, secret)
    finally:
        await store.close()
    return found


def _mode(settings: Settings) -> Iterator[Finding]:
    if settings.development:
        yield Finding(
            "development", State.LOOK, "Development mode: plain http on this machine alone. Never for real posts."
        )


def _rights(settings: Settings) -> Iterator[Finding]:
    if settings.data.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        sentence = f"Others on this machine can look into {settings.data}. Run: chmod 700 {settings.data}"
        yield Finding("data folder", State.LOOK, sentence)
    elif not os.access(settings.data, os.R_OK | os.W_OK | os.X_OK):
        sentence = f"This user cannot write in {settings.data}. Run the command as the user the node runs as."
        yield Finding("data folder", State.BAD, sentence)
    else:
        yield Finding("data folder", State.GOOD, f"{settings.data} is this user's alone.")


def _file(settings: Settings) -> Iterator[Finding]:
    if not settings.database_file.is_file():
        return
    fault = soundness.first_fault(settings.database_file)
    if fault is not None:
        sentence = f"The database is damaged ({fault}). Stop the node and restore the last backup."
        yield Finding("database", State.BAD, sentence)
    else:
        size = settings.database_file.stat().st_size / 1e6
        yield Finding("database", State.GOOD, f"The database is sound ({size:.0f} MB).")


def _database(settings: Settings) -> Iterator[Finding]:
    """How PostgreSQL keeps the database. That it cannot be reached, or is of another schema, is found out by opening it."""
    try:
        found = soundness.condition_of(settings.postgresql)
    except StorageTrouble:
        return
    size = f"{shown(settings.postgresql)} ({found.size / 1e6:.0f} MB, PostgreSQL {found.version // 10000})"
    yield Finding("database", State.GOOD, f"The database is {size}.")
    yield from condition(found)
    yield connections(found, needed=settings.workers * CONNECTIONS)


def condition(found: Condition) -> Iterator[Finding]:
    """What is not as it should be in a PostgreSQL."""
    if found.version < OLDEST_VERSION:
        sentence = f"PostgreSQL {found.version // 10000} is too old: {OLDEST_VERSION // 10000} is needed, {TESTED_WITH} is what this program is tested with."
        yield Finding("version of PostgreSQL", State.BAD, sentence)
    if found.encoding != "UTF8":
        sentence = (
            f"The database keeps texts as {found.encoding}. Make one with `encoding UTF8`, and move the node there."
        )
        yield Finding("encoding", State.BAD, sentence)
    for name in soundness.WATCHED:
        if found.settings[name] == "off":
            sentence = (
                f"PostgreSQL runs with {name} = off: after a power cut, what was acknowledged may be gone. Set it on."
            )
            yield Finding(name, State.LOOK, sentence)


def connections(found: Condition, *, needed: int) -> Finding:
    """Whether the processes of a node have room in PostgreSQL. needed: by those of this machine."""
    figures = f"{found.connections} connections are allowed, {found.used} are open; this machine needs up to {needed}"
    if needed > found.connections:
        return Finding("connections", State.BAD, f"{figures}: raise max_connections, or the limit of the role.")
    if max(needed, found.used) > found.connections * MUCH_OF_CONNECTIONS:
        return Finding("connections", State.LOOK, f"{figures}: others and other machines need some too. Allow more.")
    return Finding("connections", State.GOOD, f"{figures}.")


def _secret(sealed: SealedKey | None, secret: bytes) -> Finding:
    try:
        if sealed is not None:
            Vault(secret).open(sealed.sealed, about=sealed.key_id)
    except StorageTrouble as error:
        return Finding("secret", State.BAD, str(error))
    return Finding("secret", State.GOOD, "The secret opens the node's keys, and is this user's alone.")


async def _contents(store: Store, settings: Settings) -> AsyncIterator[Finding]:
    address = await store.read(facts.get, facts.BASE_URL)
    if address != settings.base_url:
        sentence = f"The node's address is {address}; the settings say {settings.base_url}. Put the domain back."
        yield Finding("address", State.BAD, sentence)
    broken = await store.read_slowly(audit.verify)
    if broken is None:
        yield Finding("audit", State.GOOD, "The chain of the audit is whole.")
    else:
        sentence = (
            f"The chain of the audit is broken at entry {broken}: somebody changed it. Tell your security officer."
        )
        yield Finding("audit", State.BAD, sentence)
    if await store.read(staff.active_admins) == 0:
        yield Finding("staff", State.BAD, "Nobody can administer this node: legation staff role NAME admin")
    if unled := await store.read(community_life.unled):
        names = ", ".join(each.username for each in unled)
        sentence = f"Nobody leads {names} any more who can sign in. Run: legation community manager add NAME PERSON"
        yield Finding("communities", State.LOOK, sentence)
    waiting = await store.read(journal.unsettled)
    if waiting:
        yield Finding("received", State.LOOK, f"{waiting} received activities wait to be applied: is the node running?")
    for line in await store.read(deliveries.waiting_by_host):
        hours = (utc_now() - line.oldest_at).total_seconds() / 3600
        state = queue(line.oldest_at, now=utc_now())
        yield Finding(f"queue to {line.host}", state, f"{line.waiting} waiting, the oldest for {hours:.1f} hours.")
    dead = await store.read(deliveries.dead)
    if dead:
        sentence = f"{len(dead)} deliveries were given up. `legation queue list` says why."
        yield Finding("dead letters", State.LOOK, sentence)


async def _peers(store: Store, settings: Settings, secret: bytes) -> list[Finding]:
    found = await store.read(peers.allowed)
    if not found:
        return [Finding("other nodes", State.LOOK, "No other node is allowed yet: legation peers allow HOST")]
    place, tls = place_of(settings), settings.certificates()
    service = Federation(place, store, Vault(secret), now=utc_now, tell=lambda _: None, tls=tls)
    try:
        return list(await asyncio.gather(*(_peer(service, peer, settings.scheme) for peer in found)))
    finally:
        await service.client.close()


async def _peer(service: Federation, peer: Peer, scheme: str) -> Finding:
    what, budget = f"node {peer.host}", Budget(fetches=4, seconds=10)
    try:
        there = await service.client.clock_of(peer.host, budget=budget)
        await service.client.get_document(f"{scheme}://{peer.host}/actor", budget=budget)
    except ForbiddenAddress as error:
        return Finding(what, State.BAD, trouble_of(error.code, "en"))
    except Unreachable as error:
        return Finding(what, State.LOOK, f"{trouble_of(error.code, 'en')} ({error.code}) What is for it waits.")
    skew = round((there - utc_now()).total_seconds()) if there else 0
    if abs(skew) > MUCH_SKEW_SECONDS:
        way = "ahead of" if skew > 0 else "behind"
        return Finding(
            what, State.LOOK, f"It answers; its clock is {abs(skew)} s {way} ours. One of the two needs NTP."
        )
    if peer.failures:
        return Finding(
            what, State.LOOK, f"It answers, and did not take what was sent: {trouble_of(peer.last_error, 'en')}"
        )
    return Finding(what, State.GOOD, "It answers.")
