"""The keys with which accounts of this node sign: made when they are first needed, sealed in the database.

    ed25519   requests to nodes that read it, and proofs. Costs nothing to make: every account that is shown has one.
    rsa       requests to all others. Costs 60 ms to make: an account has one once software that needs it has asked.

When newer keys have followed older ones (`key_rotation`), what was done before is still signed with the Ed25519 key of
then, which the actor shows for `KEPT_FOR` more: whoever hears of the change hears of it from the key that they know.
Of RSA keys an actor shows one, so the newest signs at once.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from federation.documents import OwnKey, OwnPublicKeys
from federation.signatures import keys as signing_keys
from federation.signatures.keys import Kind, PrivateKey
from storage import accounts, keys
from storage.accounts import Account
from storage.events import ChangedElsewhere, Event, PrivateKeyChanged
from storage.ids import AccountId
from storage.keys import PrivateKeyRow
from storage.store import Store, Unit
from storage.vault import Vault

KEPT_FOR = timedelta(days=7)
"""How long an Ed25519 key is shown after a newer one has followed it."""

FIRST_NAME = {Kind.RSA: "main-key", Kind.ED25519: "ed25519-key"}
MOST_OPEN = 4_000


class OwnKeys:
    """Opens and makes the private keys of this node's accounts."""

    def __init__(self, store: Store, vault: Vault, *, now: Callable[[], datetime]) -> None:
        """now: aware, UTC."""
        self._store = store
        self._vault = vault
        self._now = now
        self._rows: dict[AccountId, Sequence[PrivateKeyRow]] = {}
        self._changes = 0
        self._open: dict[str, PrivateKey] = {}
        self._making: dict[tuple[AccountId, Kind], asyncio.Lock] = {}
        store.listen(self._hear)

    async def key(self, account: AccountId, kind: Kind, *, at: datetime | None = None) -> PrivateKey:
        """The key with which an account signs; made now if it has none. Raises NotFound.

        at: when that was done which is signed; now if None.
        """
        row = self._fitting(await self._kept(account), kind, at=at)
        return self._opened(row or await self._made(await self._store.read(accounts.get, account), kind))

    async def key_of(self, actor: str, kind: Kind, *, at: datetime) -> PrivateKey | None:
        """The key with which an actor signs, by its id; None where it is not an account of this node. Arguments as for `key`."""
        account = await self._store.read(accounts.by_uri, actor)
        return await self.key(account.id, kind, at=at) if account is not None and account.is_local else None

    async def public(self, account: Account, *, make_rsa: bool = True) -> OwnPublicKeys:
        """The public halves, as the actor document shows them.

        make_rsa: whether somebody asks who needs an RSA key; if not, one is shown only where it is there already.
        """
        rsa = self._fitting(await self._kept(account.id), Kind.RSA)
        if rsa is None and make_rsa:
            rsa = await self._made(account, Kind.RSA)
        newest = self._fitting(await self._kept(account.id), Kind.ED25519) or await self._made(account, Kind.ED25519)
        older = [row for row in await self._kept(account.id) if self._is_still_shown(row)]
        return _public([row for row in (rsa, newest, *older) if row is not None])

    def prepare(self, account: Account, kind: Kind, *, name: str) -> PrivateKeyRow:
        """A new key of an account, sealed and not kept yet; for RSA, call it in a thread. name: of the key, in its id."""
        material = signing_keys.generate(kind)
        key_id = f"{account.uri}#{name}"
        return PrivateKeyRow(
            key_id=key_id,
            account_id=account.id,
            kind=kind.value,
            public_pem=signing_keys.public_to_pem(material.public_key()),
            sealed=self._vault.seal(signing_keys.private_to_pem(material).encode(), about=key_id),
            created_at=self._now(),
            retired_at=None,
        )

    def _hear(self, events: Iterable[Event]) -> None:
        for event in events:
            match event:
                case PrivateKeyChanged(account):
                    self._rows.pop(account, None)
                    self._changes += 1
                case ChangedElsewhere():
                    self._rows.clear()
                    self._changes += 1
                case _:
                    pass

    async def _kept(self, account: AccountId) -> Sequence[PrivateKeyRow]:
        known = self._rows.get(account)
        if known is not None:
            return known
        changes = self._changes
        rows = await self._store.read(keys.private, account)
        if rows and changes == self._changes:  # else they may be old ones already
            if len(self._rows) >= MOST_OPEN:
                del self._rows[next(iter(self._rows))]
            self._rows[account] = rows
        return rows

    def _fitting(
        self, rows: Sequence[PrivateKeyRow], kind: Kind, *, at: datetime | None = None
    ) -> PrivateKeyRow | None:
        if at is not None:
            for row in rows:
                if row.kind == kind and self._is_still_shown(row) and row.retired_at and at <= row.retired_at:
                    return row
        return next((row for row in rows if row.kind == kind and row.retired_at is None), None)

    def _is_still_shown(self, row: PrivateKeyRow) -> bool:
        """Whether this key was followed by another, and is shown beside it."""
        return is_still_shown(row, now=self._now())

    async def _made(self, account: Account, kind: Kind) -> PrivateKeyRow:
        async with self._making.setdefault((account.id, kind), asyncio.Lock()):
            made = self._fitting(await self._store.read(keys.private, account.id), kind)
            if made is None:
                made = await self._make(account, kind)
        self._making.pop((account.id, kind), None)
        return made

    async def _make(self, account: Account, kind: Kind) -> PrivateKeyRow:
        row = await asyncio.to_thread(self.prepare, account, kind, name=FIRST_NAME[kind])
        return await self._store.write(
            keys.keep_private, row.key_id, account=account.id, kind=kind, public_pem=row.public_pem, sealed=row.sealed
        )

    def _opened(self, row: PrivateKeyRow) -> PrivateKey:
        known = self._open.get(row.key_id)
        if known is not None:
            return known
        pem = self._vault.open(row.sealed, about=row.key_id).decode()
        key = PrivateKey(row.key_id, signing_keys.private_from_pem(pem))
        if len(self._open) >= MOST_OPEN:
            del self._open[next(iter(self._open))]
        self._open[row.key_id] = key
        return key


def is_still_shown(row: PrivateKeyRow, *, now: datetime) -> bool:
    """Whether a key was followed by another, and is shown beside it. now: aware."""
    return row.kind == Kind.ED25519 and row.retired_at is not None and now < row.retired_at + KEPT_FOR


def public_now(unit: Unit, account: AccountId) -> OwnPublicKeys:
    """What an account shows of the keys that it has, inside a unit that has just changed them."""
    rows = keys.private(unit, account)
    return _public([row for row in rows if row.retired_at is None or is_still_shown(row, now=unit.now)])


def _public(rows: Sequence[PrivateKeyRow]) -> OwnPublicKeys:
    """rows: those that are shown, in any order; at most one of them RSA."""
    rsa = next((OwnKey(row.key_id, row.public_pem) for row in rows if row.kind == Kind.RSA), None)
    newest_first = sorted((row for row in rows if row.kind == Kind.ED25519), key=_age)
    return OwnPublicKeys(rsa, [_shown(row) for row in newest_first])


def _age(row: PrivateKeyRow) -> tuple[bool, float]:
    return (row.retired_at is not None, -row.created_at.timestamp())


def _shown(row: PrivateKeyRow) -> OwnKey:
    material = signing_keys.public_from_pem(row.public_pem)
    assert isinstance(material, Ed25519PublicKey)
    expires = row.retired_at + KEPT_FOR if row.retired_at else None
    return OwnKey(row.key_id, signing_keys.multikey_of(material), expires)
