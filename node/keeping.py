"""Back up a node into one file, and make it again from that file.

A backup is a tar file: a consistent copy of the database taken while the node runs, the settings, the files of the node's own
people, and a manifest with a checksum of each. What was fetched from other nodes is fetched again by whoever restores; files in
a bucket stay there. The secret is not in it, nor the password of a database: whoever finds a backup cannot sign in the node's
name. The database is a SQLite file, whichever engine the node is on; so it can be restored on either. Restoring finds the secret
where it lay when the backup was made, or is told where it is; and tries it on the node's key before anything is kept.
"""

import asyncio
import contextlib
import errno
import hashlib
import io
import os
import re
import tarfile
import tempfile
import tomllib
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from node import settings as node_settings
from node import settings_file
from node.errors import BadSettings, NodeError
from node.settings import DATABASE, FILE, Settings
from storage import copying, destinations, facts, media, schema_version
from storage.copying import Tell
from storage.errors import StorageTrouble
from storage.files import NAME, Folder
from storage.migrations import apply
from storage.soundness import first_fault, one_sealed_key, schema_at
from storage.store import Store
from storage.vault import Vault

MANIFEST = "manifest.json"
MEDIA = "media"
OF_MEDIA = re.compile(rf"{MEDIA}/[A-Za-z0-9_-]{{2}}/{NAME.pattern}")
FORMAT = 1
CHUNK = 1024 * 1024


class BadBackup(NodeError):
    """This file is not a whole backup of a node."""

    code = "bad-backup"


class Manifest(BaseModel):
    """What a backup says of itself. sha256: of each file in it, by name."""

    model_config = ConfigDict(frozen=True)

    format: int
    base_url: str
    schema_version: str
    made_at: datetime
    secret_file: str
    sha256: dict[str, str]


async def back_up(store: Store, settings: Settings, target: Path, *, progress: Callable[[float], None]) -> int:
    """Copy the node into one file, beside a node that may be running. Returns the file's size in bytes.

    target: must not exist.  progress: is called with the share done, 0 to 1.
    Raises BadSettings (the file is there already), StorageFull, OSError; then no half file is left.
    """
    _demand_absent(target)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".legation-backup-") as folder:
        copy = Path(folder) / DATABASE
        await store.backup(copy, progress=progress)
        # After the database: a file that came meanwhile is one too many, and none is missing.
        names = [] if settings.media.bucket else await store.read(media.own_names)
        size = await asyncio.to_thread(_pack, Path(folder), target, settings, names)
    with contextlib.suppress(StorageTrouble):  # on a full disk the backup is whole all the same
        await store.write(facts.put, facts.BACKED_UP_AT, datetime.now(UTC).isoformat(timespec="seconds"))
    return size


def restore(
    source: Path, data: Path, *, secret_file: Path | None, postgresql: str = "", tell: Tell = lambda _: None
) -> Settings:
    """Make a node again from a backup, in a folder that has none.

    secret_file: where the secret is; by default where it was when the backup was made.
    postgresql: the address of an empty database; without it, a SQLite file in the folder.  tell: hears how far it is.
    Raises BadBackup, BadSettings, Occupied (the database is not empty), WrongSchema, StorageTrouble, OSError; then nothing is
    left in the folder, nor in the database.
    """
    if any((data / name).exists() for name in (FILE, DATABASE, MEDIA)):
        raise BadSettings(f"There is a node in {data} already. Choose another folder with --data; nothing was changed.")
    if postgresql:
        destinations.demand_empty(postgresql)
    with contextlib.ExitStack() as on_failure:
        if not data.exists():
            data.mkdir(mode=0o700, parents=True)
            on_failure.callback(data.rmdir)
        data.chmod(0o700)
        with tempfile.TemporaryDirectory(dir=data, prefix=".restoring-") as folder:
            unpacked = Path(folder)
            manifest = _unpack(source, unpacked)
            _demand_sound(unpacked / DATABASE)
            secret = _secret_in(secret_file or Path(manifest.secret_file))
            _demand_fitting(unpacked / DATABASE, secret)
            place = _keep_secret(secret, data, on_failure)
            if postgresql:
                apply.upgrade(unpacked / DATABASE)  # a backup may be of an older schema
                copying.duplicate(unpacked / DATABASE, postgresql, tell=tell)
                on_failure.callback(destinations.discard, postgresql)
            settings = _adapted(unpacked / FILE, data, place, postgresql)
            for name in (MEDIA, FILE) if postgresql else (DATABASE, MEDIA, FILE):
                if (unpacked / name).exists():
                    (unpacked / name).rename(data / name)
        on_failure.pop_all()
    return settings


# ---- packing --------------------------------------------------------------------------------------------------------


def _pack(folder: Path, target: Path, settings: Settings, names: Iterable[str]) -> int:
    whole, parts = folder / "whole", {DATABASE: folder / DATABASE, FILE: folder / FILE}
    written = (settings.data / FILE).read_text(encoding="utf-8")
    parts[FILE].write_text(settings_file.without_passwords(written), encoding="utf-8")
    parts[FILE].chmod(0o600)
    files = Folder(settings.media_folder)
    parts |= {_place_of(name): _held(path, folder) for name, path in files.paths(names)}
    manifest = Manifest(
        format=FORMAT,
        base_url=settings.base_url,
        schema_version=schema_version.CURRENT,
        made_at=datetime.now(UTC).replace(microsecond=0),
        secret_file=str(settings.secret_path.absolute()),
        sha256={name: _digest(path) for name, path in parts.items()},
    )
    raw = manifest.model_dump_json(indent=2).encode()
    with whole.open("xb") as file:
        whole.chmod(0o600)
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=3) as tar:
            head = tarfile.TarInfo(MANIFEST)
            head.size = len(raw)
            tar.addfile(head, io.BytesIO(raw))
            for name, path in parts.items():
                tar.add(path, arcname=name, filter=_of_nobody)
        file.flush()
        os.fsync(file.fileno())
    _appear(whole, target)
    return target.stat().st_size


def _place_of(name: str) -> str:
    """Where a file of this name lies in a backup: as in the data folder."""
    return f"{MEDIA}/{name[:2]}/{name}"


def _held(path: Path, folder: Path) -> Path:
    """The same file by a second name, where it can have one: a running node may remove it while it is packed."""
    held = folder / path.name
    try:
        os.link(path, held)
    except OSError:
        return path
    return held


def _of_nobody(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def _appear(whole: Path, target: Path) -> None:
    """The file is there whole or not at all, and never in place of another."""
    try:
        os.link(whole, target)
    except FileExistsError:
        _demand_absent(target)
        raise
    except OSError as error:
        if error.errno not in {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}:
            raise
        # Network and memory-stick file systems know no second names.
        _demand_absent(target)
        whole.rename(target)


def _demand_absent(target: Path) -> None:
    if target.exists():
        raise BadSettings(f"{target} is there already. Name another file; nothing was overwritten.")


# ---- unpacking ------------------------------------------------------------------------------------------------------


def _unpack(source: Path, folder: Path) -> Manifest:
    with _as_bad_backup(source), tarfile.open(source, "r:gz") as tar:
        for name in (MANIFEST, FILE, DATABASE):
            _extract(tar, name, folder / name)
        manifest = _manifest(source, folder / MANIFEST)
        files = [name for name in manifest.sha256 if OF_MEDIA.fullmatch(name)]
        for name in files:
            _extract(tar, name, folder / name)
    for name in (FILE, DATABASE, *files):
        if manifest.sha256.get(name) != _digest(folder / name):
            raise BadBackup(f"{source} is damaged: {name} in it is not what was backed up. Use another backup.")
    return manifest


def _extract(tar: tarfile.TarFile, name: str, target: Path) -> None:
    reader = tar.extractfile(name)
    if reader is None:
        raise KeyError(name)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with reader, target.open("xb") as writer:
        target.chmod(0o600)
        while chunk := reader.read(CHUNK):
            writer.write(chunk)
        writer.flush()
        os.fsync(writer.fileno())


def _manifest(source: Path, path: Path) -> Manifest:
    raw = path.read_bytes()
    try:
        written = orjson.loads(raw)
        if isinstance(written, dict) and written.get("format", FORMAT) != FORMAT:
            message = f"{source} was made by another version of Legation. Restore it with that one, then upgrade."
            raise BadBackup(message)
        return Manifest.model_validate(written)
    except (orjson.JSONDecodeError, ValidationError) as error:
        raise BadBackup(f"{source} is not a backup of a node: {MANIFEST} in it cannot be read.") from error


def _demand_sound(database: Path) -> None:
    fault = first_fault(database)
    if fault is not None:
        raise BadBackup(f"The database in the backup is damaged: {fault}. Use another backup.")
    found = schema_at(database)
    if found is None or found > schema_version.CURRENT:
        schema_version.check(found)


def _secret_in(path: Path) -> bytes:
    if node_settings.is_secret_in_environment():
        return node_settings.secret_in_environment()
    if not path.is_file():
        raise BadSettings(
            f"The secret of this node is not at {path}. It is not in the backup: name the copy you keep with --secret-file."
        )
    return node_settings.read_secret(path)


def _demand_fitting(database: Path, secret: bytes) -> None:
    sealed = one_sealed_key(database)
    if sealed is not None:
        Vault(secret).open(sealed.sealed, about=sealed.key_id)


def _keep_secret(secret: bytes, data: Path, on_failure: contextlib.ExitStack) -> Path | None:
    """Give the node its own copy of its secret. Returns where; None when it comes from the environment."""
    if node_settings.is_secret_in_environment():
        return None
    place = node_settings.default_secret_path(data)
    if not place.exists():
        node_settings.write_secret(place, secret)
        on_failure.callback(place.unlink)
    elif node_settings.read_secret(place) != secret:
        raise BadSettings(f"Another node's secret lies at {place}. Move it away first; nothing was changed.")
    return place


def _adapted(path: Path, data: Path, secret: Path | None, postgresql: str) -> Settings:
    """Have the settings name the places of secret and database; all else stays as it was written."""
    text = path.read_text(encoding="utf-8")
    if secret is not None:
        text = settings_file.replacing(text, "secret_file", str(secret.absolute()))
    if postgresql:
        text = settings_file.replacing(text, "postgresql", postgresql)
    else:
        text = settings_file.without(text, "postgresql")
    path.write_text(text, encoding="utf-8")
    return node_settings.checked(tomllib.loads(text), data=data, where=str(data / FILE))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def _as_bad_backup(source: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise BadBackup(f"There is no file {source}.") from error
    except KeyError as error:
        raise BadBackup(f"{source} is not a backup of a node: {error.args[0]}.") from error
    except OSError as error:
        if error.errno is not None:  # the disk, not the file
            raise
        raise BadBackup(f"{source} is not a whole backup of a node: {error}.") from error
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise BadBackup(f"{source} is not a whole backup of a node: {error}.") from error
