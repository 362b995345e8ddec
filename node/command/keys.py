"""`legation keys`: with which keys this node's accounts sign, and new ones in their place."""

from pathlib import Path

import click

from federation import key_rotation
from federation.own_keys import KEPT_FOR, OwnKeys
from federation.signatures import keys as signing_keys
from node.command.common import (
    SOURCE,
    asynchronous,
    data_option,
    json_option,
    moment,
    opened,
    operator,
    print_json,
    print_table,
)
from node.errors import Invalid
from storage import accounts
from storage import keys as kept
from storage.accounts import Account
from storage.keys import NamedKey
from storage.sqlite import utc_now
from storage.store import Store
from storage.vault import Vault


@click.group()
def keys() -> None:
    """The keys with which this node and its people sign what they send."""


@keys.command("list")
@data_option
@json_option
@asynchronous
async def list_all(data: Path, *, as_json: bool) -> None:
    """Every key, with the fingerprint that two administrators compare by telephone."""
    async with opened(data) as (_, store):
        found = await store.read(kept.named)
    described = [_described(key) for key in found]
    if as_json:
        print_json(described)
        return
    rows = [(key.username, key.kind, moment(key.created_at), _state(key), _fingerprint(key)[:16]) for key in found]
    print_table(("NAME", "KIND", "SINCE", "STATE", "FINGERPRINT"), rows, empty="There are no keys yet.")


@keys.command()
@click.argument("name", required=False)
@click.option("--node", "of_node", is_flag=True, help="The keys of the node itself.")
@click.option(
    "--emergency", is_flag=True, help="Somebody else may have the old keys: nobody is to believe them any more."
)
@data_option
@json_option
@asynchronous
async def rotate(name: str | None, data: Path, *, of_node: bool, emergency: bool, as_json: bool) -> None:
    """New keys for a person, or for the node itself, and the news of it to other nodes.

    What was signed with the old keys stays good for 7 days, unless this is an emergency.
    """
    if (name is None) is not of_node:
        raise click.UsageError("Name a person, or --node.")
    async with opened(data) as (settings, store):
        account = await _account(store, name)
        own_keys = OwnKeys(store, Vault(settings.secret()), now=utc_now)
        made = await key_rotation.rotate(
            store,
            own_keys,
            account,
            emergency=emergency,
            domain=settings.account_domain,
            by=operator(),
            source=SOURCE,
        )
    if as_json:
        print_json({"name": account.username, "emergency": emergency, "keys": [row.key_id for row in made]})
        return
    click.echo(f"{account.username} has new keys: {', '.join(row.kind for row in made)}.")
    click.echo(_what_now(emergency=emergency))


def _what_now(*, emergency: bool) -> str:
    if emergency:
        return "The old ones are destroyed. Every allowed node is told."
    return f"What was signed with the old ones stays good for {KEPT_FOR.days} days. The nodes of followers are told."


async def _account(store: Store, name: str | None) -> Account:
    if name is None:
        return await store.read(accounts.node_actor)
    found = await store.read(accounts.by_handle, name.lstrip("@"))
    if found is None:
        raise Invalid(
            "name", "ERR_UNKNOWN", f"There is nobody called {name} here. `legation staff list` shows who there is."
        )
    return found


def _state(key: NamedKey) -> str:
    if key.retired_at is None:
        return "in use"
    return f"good until {moment(key.retired_at + KEPT_FOR)}" if key.kind == signing_keys.Kind.ED25519 else "replaced"


def _fingerprint(key: NamedKey) -> str:
    return signing_keys.fingerprint(signing_keys.public_from_pem(key.public_pem))


def _described(key: NamedKey) -> dict[str, object]:
    return {
        "name": key.username,
        "kind": key.kind,
        "id": key.key_id,
        "created_at": key.created_at,
        "replaced_at": key.retired_at,
        "fingerprint": _fingerprint(key),
    }
