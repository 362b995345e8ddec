"""The bytes of media: each file under a name of its own, written once and never changed.

`Folder` keeps them on this machine; `storage.bucket.Bucket` in S3-compatible storage. A file is there whole or not at all, and
what was put stays after a crash.
"""

import asyncio
import contextlib
import os
import re
import shutil
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from storage.errors import StorageError

CHUNK = 256 * 1024
NAME = re.compile(r"[A-Za-z0-9_-]{8,64}(?:\.small|\.given)?")


class FileMissing(StorageError):
    """There are no bytes under this name."""

    code = "file-missing"


class Files(Protocol):
    """Where bytes lie."""

    async def put(self, name: str, source: Path, /) -> None:
        """Keep a file under a new name. source: a file of this machine, which stays as it is.  Raises OSError."""

    def read(self, name: str, /, *, start: int, length: int) -> AsyncIterator[bytes]:
        """A stretch of a file.  Raises FileMissing, before the first piece; OSError."""

    async def remove(self, names: Iterable[str], /) -> None:
        """Remove files; those that are not there count as removed.  Raises OSError."""


@dataclass(frozen=True, slots=True)
class Access:
    """How a bucket is reached. endpoint: as `https://s3.ministry.example`."""

    bucket: str
    endpoint: str
    region: str
    key: str
    secret: str


class Folder:
    """Files in a folder of this machine, spread over folders by the beginning of their names."""

    def __init__(self, path: Path) -> None:
        """path: made when the first file comes."""
        self.path = path

    async def put(self, name: str, source: Path, /) -> None:
        """See `Files`."""
        await asyncio.to_thread(self._put, name, source)

    async def read(self, name: str, /, *, start: int, length: int) -> AsyncIterator[bytes]:
        """See `Files`."""
        try:
            file = await asyncio.to_thread(self.path_of(name).open, "rb")
        except FileNotFoundError as error:
            raise FileMissing(name) from error
        with file:
            await asyncio.to_thread(file.seek, start)
            while length > 0 and (piece := await asyncio.to_thread(file.read, min(CHUNK, length))):
                length -= len(piece)
                yield piece

    async def remove(self, names: Iterable[str], /) -> None:
        """See `Files`."""
        await asyncio.to_thread(self._remove, list(names))

    def path_of(self, name: str) -> Path:
        """Where the bytes of this name lie. Raises ValueError for what is no name."""
        if not NAME.fullmatch(name):
            message = f"{name!r} is not the name of a file."
            raise ValueError(message)
        return self.path / name[:2] / name

    def paths(self, names: Iterable[str]) -> Iterator[tuple[str, Path]]:
        """The files of these names and their previews, as far as they are there: name and path."""
        for name in names:
            for each in (name, f"{name}.small"):
                path = self.path_of(each)
                if path.is_file():
                    yield each, path

    def _put(self, name: str, source: Path) -> None:
        target = self.path_of(name)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = target.with_name(f".{name}.part")
        try:
            with source.open("rb") as reader, unfinished.open("wb") as writer:
                unfinished.chmod(0o600)
                shutil.copyfileobj(reader, writer, CHUNK)
                writer.flush()
                os.fsync(writer.fileno())
            unfinished.rename(target)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise
        _flush_folder(target.parent)

    def _remove(self, names: list[str]) -> None:
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                self.path_of(name).unlink()


def _flush_folder(path: Path) -> None:
    """Have the names in a folder survive a loss of power as well."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
