"""Media in S3-compatible storage: for nodes of several machines, or whose disks are small. See `storage.files`."""

from collections.abc import AsyncIterator, Iterable
from pathlib import Path

from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from storage.files import CHUNK, NAME, Access, FileMissing

ATTEMPTS = 3


class Bucket:
    """Files in a bucket."""

    def __init__(self, access: Access) -> None:
        """Nothing is asked before the first file."""
        self._store = S3Store(
            access.bucket,
            endpoint=access.endpoint,
            region=access.region,
            access_key_id=access.key,
            secret_access_key=access.secret,
            virtual_hosted_style_request=False,
            client_options={"allow_http": access.endpoint.startswith("http://")},
            retry_config={"max_retries": ATTEMPTS},
        )

    async def put(self, name: str, source: Path, /) -> None:
        """See `Files`."""
        try:
            await self._store.put_async(_checked(name), source)
        except BaseError as error:
            raise OSError(f"The bucket took no file: {error}") from error

    async def read(self, name: str, /, *, start: int, length: int) -> AsyncIterator[bytes]:
        """See `Files`."""
        try:
            found = await self._store.get_async(_checked(name), options={"range": (start, start + length)})
            async for piece in found.stream(min_chunk_size=CHUNK):
                yield bytes(piece)
        except (FileNotFoundError, NotFoundError) as error:
            raise FileMissing(name) from error
        except BaseError as error:
            raise OSError(f"The bucket gave no file: {error}") from error

    async def remove(self, names: Iterable[str], /) -> None:
        """See `Files`."""
        for name in names:
            try:
                await self._store.delete_async(_checked(name))
            except (FileNotFoundError, NotFoundError):
                continue
            except BaseError as error:
                raise OSError(f"The bucket removed no file: {error}") from error


def _checked(name: str) -> str:
    if not NAME.fullmatch(name):
        message = f"{name!r} is not the name of a file."
        raise ValueError(message)
    return name
