"""Keys: the public ones of people elsewhere, and the private ones of accounts here, which are sealed.

What is sealed can be opened only with the node's secret, which is not in the database (see `storage.vault`).
"""

from dataclasses import dataclass
from datetime import datetime

from storage.events import PublicKeyChanged
from storage.ids import AccountId
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class PublicKeyRow:
    """A key with which somebody elsewhere signs, and whose it is."""

    key_id: str
    owner_uri: str
    pem: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class PrivateKeyRow:
    """A key with which an account of this node signs."""

    key_id: str
    account_id: AccountId
    kind: str
    public_pem: str
    sealed: bytes
    created_at: datetime


def public(unit: Unit, key_id: str) -> PublicKeyRow | None:
    """The public key with this id, as it was last fetched."""
    return unit.one(
        PublicKeyRow, "select key_id, owner_uri, pem, fetched_at from public_keys where key_id = :key_id", key_id=key_id
    )


def keep_public(unit: Unit, key_id: str, *, owner_uri: str, pem: str) -> None:
    """Keep the one public key of somebody elsewhere; a key of theirs under another id is forgotten."""
    others = "delete from public_keys where owner_uri = :owner and key_id <> :key_id"
    forgotten = unit.run(others, owner=owner_uri, key_id=key_id)
    known = public(unit, key_id)
    sql = """
    insert into public_keys (key_id, owner_uri, pem, fetched_at) values (:key_id, :owner, :pem, :now)
    on conflict (key_id) do update
        set owner_uri = excluded.owner_uri, pem = excluded.pem, fetched_at = excluded.fetched_at
    """
    unit.run(sql, key_id=key_id, owner=owner_uri, pem=pem, now=unit.now)
    if forgotten or (known is not None and (known.owner_uri, known.pem) != (owner_uri, pem)):
        unit.after_commit(PublicKeyChanged(owner_uri))


def private(unit: Unit, account: AccountId, kind: str) -> PrivateKeyRow | None:
    """The key of this kind (`rsa`, `ed25519`) with which an account signs, if it was made."""
    sql = """
    select key_id, account_id, kind, public_pem, sealed, created_at from private_keys
    where account_id = :account and kind = :kind
    """
    return unit.one(PrivateKeyRow, sql, account=account, kind=kind)


def keep_private(
    unit: Unit, key_id: str, *, account: AccountId, kind: str, public_pem: str, sealed: bytes
) -> PrivateKeyRow:
    """Keep a new key of an account. Of two made at once the first stays, and is returned to both."""
    sql = """
    insert into private_keys (key_id, account_id, kind, public_pem, sealed, created_at)
    values (:key_id, :account, :kind, :public_pem, :sealed, :now) on conflict (key_id) do nothing
    """
    unit.run(sql, key_id=key_id, account=account, kind=kind, public_pem=public_pem, sealed=sealed, now=unit.now)
    found = private(unit, account, kind)
    assert found is not None
    return found
