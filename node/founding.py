"""How a node begins: a data folder with settings, database, keys and the first administrator."""

import asyncio
import contextlib
from pathlib import Path

from federation.own_keys import OwnKeys
from federation.signatures.keys import Kind
from node import passwords
from node import settings as node_settings
from node.actions import staff as people
from node.errors import BadSettings
from node.passwords import Passwords
from node.settings import DATABASE, Settings
from storage import accounts, audit, destinations, facts, staff
from storage.accounts import Account
from storage.migrations import apply
from storage.opening import open_store
from storage.sqlite import utc_now
from storage.store import Unit
from storage.vault import Vault


async def found(
    data: Path,
    *,
    domain: str,
    development: bool,
    name: str,
    language: str,
    admin: str,
    admin_name: str,
    password: str,
    postgresql: str = "",
) -> Settings:
    """Make a new node in a folder.

    postgresql: the address of an empty database; without it, a SQLite file in the folder.
    Raises BadSettings (not a host, or there is a node already), Invalid (admin's name or password), Occupied (the database
    is not empty), StorageTrouble, OSError.  Nothing is left behind when it fails.
    """
    username = people.usable_username(admin, reserved=frozenset())
    passwords.demand_good(password, names=(username, *admin_name.split()))
    written = {"domain": domain, "development": development, "language": language}
    written |= {key: value for key, value in (("name", name), ("postgresql", postgresql)) if value}
    checked = node_settings.checked(written, data=data, where="init")
    if postgresql and checked.postgresql != postgresql:
        raise BadSettings("LEGATION_POSTGRESQL names another database. Take it away, or name that one.")
    secret = node_settings.default_secret_path(data)
    _demand_free(data, secret)
    if checked.postgresql:
        await asyncio.to_thread(destinations.demand_empty, checked.postgresql)
    with contextlib.ExitStack() as on_failure:
        await asyncio.to_thread(_lay_out, checked, secret, on_failure)
        await _furnish(checked, username=username, display_name=admin_name or username, password=password)
        on_failure.pop_all()
    return node_settings.load(data)


def _demand_free(data: Path, secret: Path) -> None:
    if (data / node_settings.FILE).exists() or (data / node_settings.DATABASE).exists():
        raise BadSettings(f"There is a node in {data} already. Choose another folder with --data; nothing was changed.")
    if secret.exists():
        message = f"The secret of another node lies at {secret}. Move it away first; nothing was changed."
        raise BadSettings(message)


def _lay_out(settings: Settings, secret: Path, on_failure: contextlib.ExitStack) -> None:
    """Folder, secret, settings and an empty database; `on_failure` takes away what was made."""
    data, database = settings.data, settings.database_file
    if not data.exists():
        data.mkdir(mode=0o700, parents=True)
        on_failure.callback(data.rmdir)
    data.chmod(0o700)
    if not node_settings.is_secret_in_environment():
        node_settings.write_secret(secret)
        on_failure.callback(secret.unlink)
    for path in (
        data / node_settings.FILE,
        database,
        *(database.with_name(f"{DATABASE}-{end}") for end in ("wal", "shm")),
    ):
        on_failure.callback(path.unlink, missing_ok=True)
    node_settings.write_initial(settings, secret_file=secret)
    if settings.postgresql:
        on_failure.callback(destinations.discard, settings.postgresql)
    apply.upgrade(settings.database)
    if not settings.postgresql:
        database.chmod(0o600)


async def _furnish(settings: Settings, *, username: str, display_name: str, password: str) -> None:
    hashing = Passwords()
    store = await open_store(settings.database)
    try:
        actor = await store.write(_add_node, settings)
        keys = OwnKeys(store, Vault(settings.secret()), now=utc_now)
        for kind in Kind:
            await keys.key(actor.id, kind)
        kept = await hashing.hash(password)
        await store.write(
            people.add, settings, username, display_name, kept, staff.ADMIN, by="command", source="command"
        )
    finally:
        await store.close()
        hashing.close()


def _add_node(unit: Unit, settings: Settings) -> Account:
    facts.put(unit, facts.BASE_URL, settings.base_url)
    audit.add(unit, who="command", source="command", act="node.found", subject=settings.domain)
    # Mastodon's habit: the node's own name is its host.
    return accounts.add_node_actor(
        unit, username=settings.domain, display_name=settings.name, base_url=settings.base_url
    )
