"""In which way each peer takes our requests: tried once, then known, in the database and in memory.

A peer of whom nothing is known is tried in each way of `signatures.ways`, until it does not answer that it cannot
authenticate us (400, 401). What worked is kept, and tried first from then on; should it no longer work, one other way is
tried. A peer that itself signs as our nodes do is known from its first request.

An answer to a mere question proves nothing, since many answer whoever asks: it counts only after a refusal.
"""

import contextlib
from collections.abc import Iterable, Sequence

from federation.signatures import ways
from federation.signatures.ways import Way
from storage import peers
from storage.errors import StorageTrouble
from storage.events import ChangedElsewhere, Event, PeerChanged
from storage.ids import Host
from storage.store import Store


class Knocks:
    """Knows how to sign for whom."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[Host, Way | None] = {}
        store.listen(self._hear)

    async def ways_to(self, host: Host) -> Sequence[Way]:
        """The ways to try with a peer, one after the other."""
        return ways.to_try(await self._known_of(host))

    async def took(self, host: Host, way: Way) -> None:
        """A peer takes what is signed in this way. Never raises: what could not be kept is found out again."""
        if self._known.get(host) is way:
            return
        with contextlib.suppress(StorageTrouble):
            if await self._known_of(host) is not way:
                await self._store.write(peers.took, host, way=way.value)
        self._known[host] = way

    async def _known_of(self, host: Host) -> Way | None:
        if host not in self._known:
            kept = await self._store.read(peers.way_of, host)
            self._known[host] = Way(kept) if kept in set(Way) else None
        return self._known[host]

    def _hear(self, events: Iterable[Event]) -> None:
        for event in events:
            match event:
                case PeerChanged(host):
                    self._known.pop(host, None)
                case ChangedElsewhere():
                    self._known.clear()
                case _:
                    pass
