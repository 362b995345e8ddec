"""By which keys the nodes of peers are known, and which keys of theirs wait for an administrator.

A node signs every question that it asks, so whoever holds its key reads what it may read. Its keys are therefore noted at
first contact; a new one counts only if one of them has vouched for it (an Update of the actor, signed by it), or when the
administrators of both nodes have compared fingerprints. Keys of people follow their nodes.
Source: `docs/decisions/0048-what-is-known-of-a-peer.md`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from federation.signatures import keys as signing_keys
from storage import keys, node_keys
from storage.accounts import NODE_ACTOR_KIND, Account
from storage.ids import Host
from storage.keys import PublicKeyRow, ShownKey
from storage.node_keys import NodeKey
from storage.store import Unit


def weighed(unit: Unit, account: Account, shown: Sequence[ShownKey], *, vouched: bool) -> Sequence[ShownKey]:
    """The keys that an actor of a peer shows now, those among them held that nobody vouches for.

    vouched: whether one of the keys by which the actor was known has signed that these are its keys.
    """
    known = node_keys.of_owner(unit, account.uri)
    if not known and account.kind != NODE_ACTOR_KIND:
        return shown
    prints = {key.key_id: fingerprint_of(key.pem) for key in shown}
    if vouched or not known:
        confirmed_by = next((key.confirmed_by for key in known if key.confirmed_by), None)
        node_keys.pin(unit, account.uri, Host(account.host), prints.values(), confirmed_by=confirmed_by)
        return shown
    pinned = {key.fingerprint for key in known}
    return [replace(key, held=prints[key.key_id] not in pinned) for key in shown]


def fingerprint_of(pem: str) -> str:
    """What two administrators compare by telephone, of a key that was read before."""
    return signing_keys.fingerprint(signing_keys.public_from_pem(pem))


@dataclass(frozen=True, slots=True)
class Identity:
    """The keys of a peer's node. known: by which it is known.  shown, held: fingerprints of what it shows, and of those that wait."""

    known: Sequence[NodeKey]
    shown: Sequence[str]
    held: Sequence[str]

    @property
    def to_confirm(self) -> Sequence[str]:
        """What the node shows, where an administrator has something to confirm."""
        confirmed = {key.fingerprint for key in self.known if key.confirmed_at is not None}
        return self.shown if set(self.shown) - confirmed else ()


def of(unit: Unit, host: Host) -> Identity:
    """What is known of the keys of a peer's node."""
    prints = {row: fingerprint_of(row.pem) for row in node_keys.shown_by(unit, host)}
    held = {fingerprint for row, fingerprint in prints.items() if row.held}
    return Identity(node_keys.of_host(unit, host), sorted({*prints.values()}), sorted(held))


def confirm(unit: Unit, host: Host, fingerprints: Sequence[str], *, by: str) -> bool:
    """Know a peer's node by the keys that it shows now: its administrator has read these fingerprints aloud.

    Returns False, and changes nothing, where the node shows others, or none.
    """
    rows = node_keys.shown_by(unit, host)
    if not rows or {fingerprint_of(row.pem) for row in rows} != set(fingerprints):
        return False
    for owner in sorted({row.owner_uri for row in rows}):
        _confirm(unit, host, owner, [row for row in rows if row.owner_uri == owner], by=by)
    return True


def _confirm(unit: Unit, host: Host, owner: str, rows: Sequence[PublicKeyRow], *, by: str) -> None:
    node_keys.pin(unit, owner, host, [fingerprint_of(row.pem) for row in rows], confirmed_by=by)
    keys.let_go(unit, owner)
