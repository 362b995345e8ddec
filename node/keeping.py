"""Back up a node into one file, and make it again from that file.

A backup is a tar file: a consistent copy of the database taken while the node runs, the settings, and a manifest with a
checksum of each. The secret is not in it: whoever finds a backup cannot sign in the node's name. Restoring finds the secret
where the settings say it was, or is told where it is.
"""

import contextlib
import hashlib
import io
import os
import sqlite3
import tarfile
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from node import settings as node_settings
from node.errors import BadSettings, NodeError
from node.settings import DATABASE, FILE, Settings
from storage import schema_version
from storage.store import Store

MANIFEST = "manifest.json"
FORMAT = 1
CHUNK = 1024 * 1024


class BadBackup(NodeError):
    """This file is not a whole backup of a node."""

    code = "bad-backup"


async def back_up(store: Store, settings: Settings, target: Path, *, progress: Callable[[float], None]) -> int:
    """Copy the node into one file, beside a node that may be running. Returns the file's size in bytes.

    target: must not exist.  progress: is called with the share done, 0 to 1.
    Raises BadSettings (the file is there already), StorageFull, OSError; then no half file is left.
    """
    if target.exists():
        raise BadSettings(f"{target} is there already. Name another file; nothing was overwritten.")
    with tempfile.TemporaryDirectory(dir=target.absolute().parent, prefix=".legation-backup-") as folder:
        copy = Path(folder) / DATABASE
        await store.backup(copy, progress=progress)
        parts = {DATABASE: copy, FILE: settings.data / FILE}
        whole = Path(folder) / "whole"
        _pack(whole, parts, settings)
        whole.chmod(0o600)
        os.link(whole, target)  # appears whole or not at all, and never in place of another file
    return target.stat().st_size


def restore(source: Path, data: Path, *, secret_file: Path | None) -> Settings:
    """Make a node again from a backup, in a folder that has none.

    secret_file: where the secret is; by default where the settings in the backup say it was.
    Raises BadBackup, BadSettings; then nothing is left in the folder.
    """
    if (data / FILE).exists() or (data / DATABASE).exists():
        raise BadSettings(f"There is a node in {data} already. Choose another folder with --data; nothing was changed.")
    with tempfile.TemporaryDirectory(prefix="legation-restore-") as folder:
        unpacked = Path(folder)
        _unpack(source, unpacked)
        _demand_sound(unpacked / DATABASE)
        written = tomllib.loads((unpacked / FILE).read_text(encoding="utf-8"))
        secret = _secret_for(written, data, secret_file)
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        data.chmod(0o700)
        _place(unpacked / DATABASE, data / DATABASE)
        text = _with_secret_at((unpacked / FILE).read_text(encoding="utf-8"), secret)
        (data / FILE).write_text(text, encoding="utf-8")
        (data / FILE).chmod(0o600)
    return node_settings.load(data)


def _pack(target: Path, parts: dict[str, Path], settings: Settings) -> None:
    manifest = {
        "format": FORMAT,
        "base_url": settings.base_url,
        "schema": schema_version.CURRENT,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "sha256": {name: _digest(path) for name, path in parts.items()},
    }
    raw = orjson.dumps(manifest, option=orjson.OPT_INDENT_2)
    with tarfile.open(target, "w:gz", compresslevel=3) as tar:
        head = tarfile.TarInfo(MANIFEST)
        head.size = len(raw)
        tar.addfile(head, io.BytesIO(raw))
        for name, path in parts.items():
            tar.add(path, arcname=name)


def _unpack(source: Path, folder: Path) -> None:
    with _as_bad_backup(source), tarfile.open(source, "r:gz") as tar:
        for name in (MANIFEST, FILE, DATABASE):
            member = tar.getmember(name)
            reader = tar.extractfile(member)
            if reader is None:
                raise BadBackup(f"{source} is not a backup of a node: {name} in it is no file.")
            with reader, (folder / name).open("wb") as writer:
                while chunk := reader.read(CHUNK):
                    writer.write(chunk)
    manifest = orjson.loads((folder / MANIFEST).read_bytes())
    for name in (FILE, DATABASE):
        if manifest.get("sha256", {}).get(name) != _digest(folder / name):
            raise BadBackup(f"{source} is damaged: {name} in it is not what was backed up. Use another backup.")


def _demand_sound(database: Path) -> None:
    with contextlib.closing(sqlite3.connect(database)) as opened:
        found = opened.execute("pragma integrity_check").fetchone()
        if found != ("ok",):
            raise BadBackup(f"The database in the backup is damaged: {found[0]}. Use another backup.")


def _secret_for(written: dict[str, Any], data: Path, given: Path | None) -> Path:  # Any: whatever the file holds
    """The new node's own copy of its secret."""
    source = given or Path(str(written.get("secret_file", "")))
    target = node_settings.default_secret_path(data)
    if os.environ.get(node_settings.SECRET_VARIABLE) and not source.is_file():
        return target
    if not source.is_file():
        raise BadSettings(
            f"The backup's secret is not at {source}. It is not in the backup: name the copy you keep with --secret-file."
        )
    node_settings.read_secret(source)
    if target.exists() and target.read_bytes() != source.read_bytes():
        raise BadSettings(f"Another node's secret lies at {target}. Move it away first; nothing was changed.")
    if not target.exists():
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(source.read_bytes())
    return target


def _with_secret_at(text: str, secret: Path) -> str:
    line = f'secret_file = "{secret.absolute()}"'
    lines = [line if found.startswith("secret_file") else found for found in text.splitlines()]
    return "\n".join(lines if line in lines else [line, *lines]) + "\n"


def _place(source: Path, target: Path) -> None:
    with source.open("rb") as reader, target.open("xb") as writer:
        while chunk := reader.read(CHUNK):
            writer.write(chunk)
        writer.flush()
        os.fsync(writer.fileno())
    target.chmod(0o600)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@contextlib.contextmanager
def _as_bad_backup(source: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise BadBackup(f"There is no file {source}.") from error
    except (tarfile.TarError, EOFError, KeyError, OSError) as error:
        raise BadBackup(f"{source} is not a whole backup of a node: {error}.") from error
