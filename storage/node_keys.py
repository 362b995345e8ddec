"""By which keys a peer's node is known: the fingerprints that were there at first contact, or were confirmed since.

    first contact     whatever the node shows is taken for its own, unconfirmed
    a new key         vouched for by one of those: it takes their place, confirmed as they were
                      by none: it is held (`storage.keys`), and what is signed with it is refused
    an administrator  has compared fingerprints with the other one: what the node shows now is its own, confirmed

Only nodes' own actors are known so; keys of people are changed by their nodes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from storage.ids import Host
from storage.keys import PublicKeyRow
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class NodeKey:
    """A key by which a peer's node is known. confirmed_at, confirmed_by: None until an administrator has confirmed it."""

    owner_uri: str
    fingerprint: str
    host: Host
    pinned_at: datetime
    confirmed_at: datetime | None
    confirmed_by: str | None


SELECT = "select owner_uri, fingerprint, host, pinned_at, confirmed_at, confirmed_by from node_keys"


def of_owner(unit: Unit, owner_uri: str) -> list[NodeKey]:
    """By which keys this actor is known; none for people, and for nodes that were never met."""
    return unit.all(NodeKey, f"{SELECT} where owner_uri = :owner order by fingerprint", owner=owner_uri)


def of_host(unit: Unit, host: Host) -> list[NodeKey]:
    """By which keys this peer's node is known."""
    return unit.all(NodeKey, f"{SELECT} where host = :host order by owner_uri, fingerprint", host=host)


def pin(
    unit: Unit, owner_uri: str, host: Host, fingerprints: Iterable[str], *, confirmed_by: str | None = None
) -> None:
    """Know an actor by these keys from now on, and by no others. confirmed_by: who has compared them; None for nobody.

    A key that is known already, and confirmed, stays as it is.
    """
    wanted = set(fingerprints)
    known = {key.fingerprint: key for key in of_owner(unit, owner_uri)}
    gone = sorted(known.keys() - wanted)
    if gone:
        unit.run("delete from node_keys where owner_uri = :owner and fingerprint in :gone", owner=owner_uri, gone=gone)
    sql = """
    insert into node_keys (owner_uri, fingerprint, host, pinned_at, confirmed_at, confirmed_by)
    values (:owner, :fingerprint, :host, :now, :confirmed_at, :by)
    on conflict (owner_uri, fingerprint) do update
        set confirmed_at = coalesce(node_keys.confirmed_at, excluded.confirmed_at),
            confirmed_by = coalesce(node_keys.confirmed_by, excluded.confirmed_by)
    """
    for fingerprint in sorted(wanted):
        unit.run(
            sql,
            owner=owner_uri,
            fingerprint=fingerprint,
            host=host,
            now=unit.now,
            confirmed_at=unit.now if confirmed_by is not None else None,
            by=confirmed_by,
        )


SHOWN = """
select k.key_id, k.owner_uri, k.pem, k.fetched_at, k.proves, k.expires_at, k.held from public_keys k
join accounts a on a.uri = k.owner_uri where a.host = :host and (k.held = 1 or k.owner_uri in (
    select n.owner_uri from node_keys n where n.host = :host))
order by k.owner_uri, k.key_id
"""


def shown_by(unit: Unit, host: Host) -> list[PublicKeyRow]:
    """The keys that a peer's node shows now, held or not."""
    return unit.all(PublicKeyRow, SHOWN, host=host)


HOLDING = (
    "select distinct a.host from public_keys k join accounts a on a.uri = k.owner_uri where k.held = 1 order by a.host"
)


def holding(unit: Unit) -> list[Host]:
    """The peers whose nodes show a key that nobody has vouched for."""
    return unit.all(Host, HOLDING)
