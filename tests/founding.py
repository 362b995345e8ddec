"""Nodes for tests, as `legation init` makes them: their tables and compiled templates are made once, and copied."""

import tempfile
from functools import cache
from pathlib import Path

from node import founding
from node import settings as node_settings
from node.settings import Settings
from node.web import appearance
from storage.migrations.apply import upgrade
from tests import loopback


async def founded(data: Path, *, admin: str, password: str, postgresql: str = "") -> Settings:
    """A node that is called as its folder, with an administrator.

    postgresql: the address of a database with tables and no rows; without it, the node has a SQLite file.
    """
    settings = _laid_out(data, postgresql)
    await founding._furnish(settings, username=admin, display_name=admin, password=password)
    return settings


def _laid_out(data: Path, postgresql: str) -> Settings:
    name, secret = data.name, node_settings.default_secret_path(data)
    written = {"domain": f"{name}.localhost:{loopback.free_port()}", "name": name.title()}
    written |= {"postgresql": postgresql} if postgresql else {}
    settings = node_settings.checked(written | {"development": True, "language": "fr"}, data=data, where="this test")
    data.mkdir(mode=0o700, parents=True)
    node_settings.write_secret(secret)
    node_settings.write_initial(settings, secret_file=secret)
    if not postgresql:
        settings.database_file.write_bytes(_tables())
    return node_settings.load(data)


def with_templates(settings: Settings) -> Settings:
    """The same node, whose processes find their templates compiled, as after the first start."""
    for name, compiled in _templates().items():
        path = settings.templates_folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(compiled)
    return settings


@cache
def _tables() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "node.db")
        upgrade(path)
        return path.read_bytes()


@cache
def _templates() -> dict[Path, bytes]:
    elsewhere, appearance.KEPT.directory = appearance.KEPT.directory, ""  # where a node of this process has them
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        appearance.prepare(folder)
        appearance.KEPT.directory = elsewhere
        return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
