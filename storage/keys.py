"""Keys: the public ones of people elsewhere, and the private ones of accounts here, which are sealed.

What is sealed can be opened only with the node's secret, which is not in the database (see `storage.vault`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.events import PrivateKeyChanged, PublicKeyChanged
from storage.ids import AccountId
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class PublicKeyRow:
    """A key with which somebody elsewhere signs, and whose it is. proves: whether it vouches for documents too.

    held: nothing that is signed with it counts before an administrator has confirmed it (`storage.node_keys`).
    """

    key_id: str
    owner_uri: str
    pem: str
    fetched_at: datetime
    proves: bool
    expires_at: datetime | None
    held: bool


@dataclass(frozen=True, slots=True)
class ShownKey:
    """A key as an actor elsewhere shows it now. held: whether it waits for an administrator."""

    key_id: str
    pem: str
    proves: bool = False
    expires_at: datetime | None = None
    held: bool = False


@dataclass(frozen=True, slots=True)
class PrivateKeyRow:
    """A key with which an account of this node signs, or signed until `retired_at`."""

    key_id: str
    account_id: AccountId
    kind: str
    public_pem: str
    sealed: bytes
    created_at: datetime
    retired_at: datetime | None


PUBLIC = "select key_id, owner_uri, pem, fetched_at, proves, expires_at, held from public_keys"
PRIVATE = "select key_id, account_id, kind, public_pem, sealed, created_at, retired_at from private_keys"


def public(unit: Unit, key_id: str) -> PublicKeyRow | None:
    """The public key with this id, as it was last fetched."""
    return unit.one(PublicKeyRow, f"{PUBLIC} where key_id = :key_id", key_id=key_id)


def public_of(unit: Unit, owner_uri: str) -> list[PublicKeyRow]:
    """Every key that somebody elsewhere showed last, by id."""
    return unit.all(PublicKeyRow, f"{PUBLIC} where owner_uri = :owner order by key_id", owner=owner_uri)


def keep_public(unit: Unit, owner_uri: str, shown: Sequence[ShownKey]) -> None:
    """Keep the keys that somebody elsewhere shows now, and no others of theirs. shown: at least one, different ids."""
    before = {row.key_id: _as_shown(row) for row in public_of(unit, owner_uri)}
    now = {key.key_id: key for key in shown}
    gone = sorted(before.keys() - now.keys())
    if gone:
        unit.run("delete from public_keys where key_id in :gone", gone=gone)
    sql = """
    insert into public_keys (key_id, owner_uri, pem, fetched_at, proves, expires_at, held)
    values (:key_id, :owner, :pem, :now, :proves, :expires_at, :held)
    on conflict (key_id) do update set owner_uri = excluded.owner_uri, pem = excluded.pem,
        fetched_at = excluded.fetched_at, proves = excluded.proves, expires_at = excluded.expires_at, held = excluded.held
    """
    for key in sorted(now.values(), key=lambda key: key.key_id):
        unit.run(
            sql,
            key_id=key.key_id,
            owner=owner_uri,
            pem=key.pem,
            now=unit.now,
            proves=int(key.proves),
            expires_at=key.expires_at,
            held=int(key.held),
        )
    if now != before:
        unit.after_commit(PublicKeyChanged(owner_uri))


def _as_shown(row: PublicKeyRow) -> ShownKey:
    return ShownKey(row.key_id, row.pem, row.proves, row.expires_at, row.held)


def let_go(unit: Unit, owner_uri: str) -> None:
    """Believe every key that an actor shows now: an administrator has confirmed them."""
    if unit.run("update public_keys set held = 0 where owner_uri = :owner and held = 1", owner=owner_uri):
        unit.after_commit(PublicKeyChanged(owner_uri))


def private(unit: Unit, account: AccountId) -> list[PrivateKeyRow]:
    """Every key with which an account signs or has signed, the oldest first."""
    return unit.all(
        PrivateKeyRow, f"{PRIVATE} where account_id = :account order by created_at, key_id", account=account
    )


@dataclass(frozen=True, slots=True)
class NamedKey:
    """A key of an account of this node, without what is sealed."""

    username: str
    kind: str
    key_id: str
    public_pem: str
    created_at: datetime
    retired_at: datetime | None


def named(unit: Unit) -> list[NamedKey]:
    """Every key of this node's accounts, by name."""
    sql = """
    select a.username, k.kind, k.key_id, k.public_pem, k.created_at, k.retired_at
    from private_keys k join accounts a on a.id = k.account_id order by a.username, k.kind, k.created_at
    """
    return unit.all(NamedKey, sql)


def keep_private(
    unit: Unit, key_id: str, *, account: AccountId, kind: str, public_pem: str, sealed: bytes
) -> PrivateKeyRow:
    """Keep a new key of an account. Of two made at once under one id the first stays, and is returned to both."""
    sql = """
    insert into private_keys (key_id, account_id, kind, public_pem, sealed, created_at)
    values (:key_id, :account, :kind, :public_pem, :sealed, :now) on conflict (key_id) do nothing
    """
    unit.run(sql, key_id=key_id, account=account, kind=kind, public_pem=public_pem, sealed=sealed, now=unit.now)
    unit.after_commit(PrivateKeyChanged(account))
    found = unit.one(PrivateKeyRow, f"{PRIVATE} where key_id = :key_id", key_id=key_id)
    assert found is not None
    return found


def retire(unit: Unit, account: AccountId) -> None:
    """Sign with these keys no longer: newer ones are kept in the same unit."""
    sql = "update private_keys set retired_at = :now where account_id = :account and retired_at is null"
    unit.run(sql, account=account, now=unit.now)
    unit.after_commit(PrivateKeyChanged(account))


def destroy(unit: Unit, account: AccountId) -> None:
    """Every key of an account is gone, as if it had never been: somebody else may have it."""
    unit.run("delete from private_keys where account_id = :account", account=account)
    unit.after_commit(PrivateKeyChanged(account))


def destroy_retired(unit: Unit, *, before: datetime) -> None:
    """Keys that were followed by newer ones so long ago are gone."""
    unit.run("delete from private_keys where retired_at < :before", before=before)
