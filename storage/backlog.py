"""How much waits, and since when: for those who watch a node.

Ages are told by ids, which hold the moment they were given out: so every figure here is read from an index alone,
but for the clocks, of which there is one for each peer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from storage import node_keys, peers
from storage.ids import Host
from storage.peers import Clock
from storage.store import Unit

MOST_PEERS = 1_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """Things that wait for a peer, or in the journal. oldest: the id of the one that waits longest, None for none."""

    count: int
    oldest: int | None


@dataclass(frozen=True, slots=True)
class ToPeer:
    """What waits for one peer."""

    host: Host
    count: int
    oldest: int


@dataclass(frozen=True, slots=True)
class DeadFor:
    """How many deliveries to one peer were given up and wait for an administrator."""

    host: Host
    count: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits. peers: each that something waits for, the longest wait first.  dead: each that letters died for.

    clocks: of the peers on the allowlist, as far as they are known.  held: peers whose node shows a key that nobody vouches for.
    """

    journal: Waiting
    peers: Sequence[ToPeer]
    dead: Sequence[DeadFor]
    clocks: Sequence[Clock] = ()
    held: Sequence[Host] = ()


def read(unit: Unit) -> Backlog:
    """What waits now, of at most MOST_PEERS peers."""
    journal = unit.one(Waiting, "select count(*), min(id) from journal where outcome is null")
    to_peers = """
    select host, count(*), min(id) from deliveries where dead_at is null group by host order by min(id) limit :most
    """
    dead = """
    select host, count(*) from deliveries where dead_at is not null group by host order by count(*) desc, host limit :most
    """
    return Backlog(
        journal or Waiting(0, None),
        unit.all(ToPeer, to_peers, most=MOST_PEERS),
        unit.all(DeadFor, dead, most=MOST_PEERS),
        peers.clocks_of_allowed(unit, most=MOST_PEERS),
        node_keys.holding(unit),
    )
