"""Which hosts are peers: the allowlist as every door asks for it, kept in memory and never older than the question.

A change, by whichever process, is told before the question is answered (`Store.up_to_date`). That a host is not on the list
is asked of the database once more, so that what a command has just allowed is let in at once.
"""

from collections.abc import Iterable

from federation.errors import NotAdmitted
from storage import peers
from storage.events import ChangedElsewhere, Event, PeerChanged
from storage.ids import Host
from storage.store import Store


class Allowlist:
    """The hosts that this node speaks with, now."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._hosts: frozenset[Host] = frozenset()
        self._changes = 0
        store.listen(self._hear)

    async def holds(self, host: Host) -> bool:
        """Whether this host is a peer. Raises StorageTrouble when it cannot be known."""
        await self._store.up_to_date()
        return host in self._hosts or host in await self._read()

    async def demand(self, host: Host) -> None:
        """Raises NotAdmitted when this host is no peer."""
        if not await self.holds(host):
            raise refusal(host)

    async def _read(self) -> frozenset[Host]:
        changes = self._changes
        found = frozenset(await self._store.read(peers.allowed_hosts))
        if changes == self._changes:  # else it may be old already
            self._hosts = found
        return found

    def _hear(self, events: Iterable[Event]) -> None:
        if any(isinstance(event, PeerChanged | ChangedElsewhere) for event in events):
            self._hosts = frozenset()
            self._changes += 1


def refusal(host: Host) -> NotAdmitted:
    """What a stranger is told."""
    message = f"{host} is not on this node's list of allowed peers. Ask its administrator to allow it."
    return NotAdmitted(message)
