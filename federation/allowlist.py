"""Which hosts are peers: the allowlist as every door asks for it, kept in memory and never older than the question.

A change, by whichever process, is told before the question is answered (`Store.up_to_date`). That a host is not on the list
is asked of the database once more, so that what a command has just allowed is let in at once.

    a stranger                nothing is sent, nothing is taken: 403
    a peer                    everything
    a peer, exchange rests    nothing is sent, and what it sends is to come later: 503
"""

from collections.abc import Iterable, Mapping

from federation.errors import FetchFailed, NotAdmitted, TemporarilyUnavailable
from storage import peers
from storage.events import ChangedElsewhere, Event, PeerChanged
from storage.ids import Host
from storage.store import Store

PAUSED_SECONDS = 600
"""When whoever is told that exchange rests may ask again."""


class Allowlist:
    """The hosts that this node speaks with, now."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: Mapping[Host, bool] = {}
        self._changes = 0
        store.listen(self._hear)

    async def holds(self, host: Host) -> bool:
        """Whether this host is a peer, also one with which exchange rests. Raises StorageTrouble when it cannot be known."""
        return await self._is_paused(host) is not None

    async def is_open(self, host: Host) -> bool:
        """Whether something may be sent to this host now."""
        return await self._is_paused(host) is False

    async def may_ask(self, host: Host) -> bool:
        """Whether this host is a peer that may be asked now. Raises FetchFailed where that may be so at another time."""
        paused = await self._is_paused(host)
        if paused:
            raise FetchFailed(host, temporary=True, code="peer-paused", internal="exchange with it rests")
        return paused is not None

    async def demand(self, host: Host) -> None:
        """Raises NotAdmitted when this host is no peer."""
        if not await self.holds(host):
            raise refusal(host)

    async def demand_open(self, host: Host) -> None:
        """Raises NotAdmitted when this host is no peer, TemporarilyUnavailable when exchange with it rests."""
        paused = await self._is_paused(host)
        if paused is None:
            raise refusal(host)
        if paused:
            message = (
                f"Exchange with {host} rests: this node's administrator has paused it. What you send is taken later."
            )
            raise TemporarilyUnavailable(message, code="paused", retry_after=PAUSED_SECONDS)

    async def _is_paused(self, host: Host) -> bool | None:
        """Whether exchange with a peer rests; None for a stranger."""
        await self._store.up_to_date()
        found = self._known.get(host)
        return (await self._read()).get(host) if found is None else found

    async def _read(self) -> Mapping[Host, bool]:
        changes = self._changes
        found = {peer.host: peer.paused for peer in await self._store.read(peers.admitted)}
        if changes == self._changes:  # else it may be old already
            self._known = found
        return found

    def _hear(self, events: Iterable[Event]) -> None:
        if any(isinstance(event, PeerChanged | ChangedElsewhere) for event in events):
            self._known = {}
            self._changes += 1


def refusal(host: Host) -> NotAdmitted:
    """What a stranger is told."""
    message = f"{host} is not on this node's list of allowed peers. Ask its administrator to allow it."
    return NotAdmitted(message)
