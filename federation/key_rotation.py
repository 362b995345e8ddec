"""New keys in place of old ones, and who is told.

    planned     the old Ed25519 key is shown beside the new one for `KEPT_FOR`, and what was done before, the news of the
                change among it, is signed with it. Told are the nodes of followers; all others fetch a key that they
                do not know when they first meet it. Of the node's own keys every peer is told.
    emergency   somebody else may have the keys: they are destroyed and no longer shown. Told is every peer, so that none
                goes on believing the old ones; the news is signed with the new key, which they fetch from here.

Of RSA keys an actor shows one, so the new one takes its place at once in both cases. An account without RSA key gets none.
"""

import asyncio
from collections.abc import Sequence
from secrets import token_hex

from federation import documents, outbox, strict_json
from federation.activities.update import Update
from federation.audience import every_inbox
from federation.own_keys import FIRST_NAME, OwnKeys, public_now
from federation.signatures.keys import Kind
from storage import accounts, audit, deliveries, keys, media
from storage.accounts import NODE_ACTOR_KIND, Account
from storage.keys import PrivateKeyRow
from storage.store import Store, Unit


async def rotate(
    store: Store, own_keys: OwnKeys, account: Account, *, emergency: bool, domain: str, by: str, source: str
) -> list[PrivateKeyRow]:
    """Give an account of this node new keys, and tell of it. Returns the new keys.

    emergency: the old ones are no longer to be trusted.  domain: of people's handles.  by, source: for the audit.
    """
    kinds = {Kind(row.kind) for row in await store.read(keys.private, account.id)} | {Kind.ED25519}
    prepared = [await asyncio.to_thread(_prepared, own_keys, account, kind) for kind in sorted(kinds)]
    await store.write(_follow, account, prepared, emergency=emergency, domain=domain, by=by, source=source)
    return prepared


def _prepared(own_keys: OwnKeys, account: Account, kind: Kind) -> PrivateKeyRow:
    # Names of keys are never used again: who knows a key by its name would not look for another one.
    return own_keys.prepare(account, kind, name=f"{FIRST_NAME[kind]}-{token_hex(4)}")


def _follow(
    unit: Unit,
    account: Account,
    prepared: Sequence[PrivateKeyRow],
    *,
    emergency: bool,
    domain: str,
    by: str,
    source: str,
) -> None:
    unit.lock(f"keys of {account.id}")
    if emergency:
        keys.destroy(unit, account.id)
    else:
        keys.retire(unit, account.id)
    for row in prepared:
        keys.keep_private(
            unit, row.key_id, account=account.id, kind=row.kind, public_pem=row.public_pem, sealed=row.sealed
        )
    # Nobody follows a node, and each peer knows it by its keys: an old one must vouch for the new.
    _tell(unit, account, domain=domain, everybody=emergency or account.kind == NODE_ACTOR_KIND)
    detail = {"emergency": "yes" if emergency else "no", "keys": " ".join(row.key_id for row in prepared)}
    audit.add(unit, who=by, source=source, act="keys.rotate", subject=account.username, detail=detail)


def _tell(unit: Unit, account: Account, *, domain: str, everybody: bool) -> None:
    account = accounts.note_change(unit, account.id)
    pictures = media.portraits(unit, account.id)
    actor = documents.actor(account, keys=public_now(unit, account.id), pictures=pictures, domain=domain)
    inner = {name: value for name, value in actor.items() if name != "@context"}
    uri = f"{account.uri}#updates/{unit.new_id()}"
    document = documents.act("Update", account, inner, uri=uri, to=[account.followers_uri])
    if everybody:
        deliveries.add(unit, uri=uri, actor=account.id, body=strict_json.dumps(document), inboxes=every_inbox(unit))
    else:
        outbox.perform(unit, Update.read(document))
