"""The keys with which accounts of this node sign: made when they are first needed, sealed in the database."""

import asyncio

from federation import documents
from federation.signatures import keys as signing_keys
from federation.signatures.keys import PrivateKey
from storage import accounts, keys
from storage.accounts import Account
from storage.ids import AccountId
from storage.store import Store
from storage.vault import Vault

RSA = "rsa"
MOST_OPEN = 2_000


class OwnKeys:
    """Opens and makes the private keys of this node's accounts."""

    def __init__(self, store: Store, vault: Vault) -> None:
        self._store = store
        self._vault = vault
        self._open: dict[AccountId, PrivateKey] = {}
        self._making: dict[AccountId, asyncio.Lock] = {}

    async def of(self, account: AccountId) -> PrivateKey:
        """The key with which the account with this id signs. Raises NotFound."""
        known = self._open.get(account)
        return known if known is not None else await self.private(await self._store.read(accounts.get, account))

    async def private(self, account: Account) -> PrivateKey:
        """The key with which this account signs; made now if it has none (60 ms, in a thread)."""
        known = self._open.get(account.id)
        if known is not None:
            return known
        async with self._making.setdefault(account.id, asyncio.Lock()):
            row = await self._row(account)
        self._making.pop(account.id, None)
        pem = self._vault.open(row.sealed, about=row.key_id).decode()
        key = PrivateKey(row.key_id, signing_keys.private_from_pem(pem))
        if len(self._open) >= MOST_OPEN:
            del self._open[next(iter(self._open))]
        self._open[account.id] = key
        return key

    async def public_pem(self, account: Account) -> str:
        """The public half, as actor documents show it."""
        async with self._making.setdefault(account.id, asyncio.Lock()):
            row = await self._row(account)
        self._making.pop(account.id, None)
        return row.public_pem

    async def _row(self, account: Account) -> keys.PrivateKeyRow:
        row = await self._store.read(keys.private, account.id, RSA)
        return row if row is not None else await self._make(account)

    async def _make(self, account: Account) -> keys.PrivateKeyRow:
        material = await asyncio.to_thread(signing_keys.generate_rsa)
        key_id = documents.key_id(account)
        sealed = self._vault.seal(signing_keys.private_to_pem(material).encode(), about=key_id)
        public_pem = signing_keys.public_to_pem(material.public_key())
        return await self._store.write(
            keys.keep_private, key_id, account=account.id, kind=RSA, public_pem=public_pem, sealed=sealed
        )
