"""Bytes of media, in a folder and in S3-compatible storage: the same promises."""

import asyncio
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from storage.bucket import Bucket
from storage.files import Access, FileMissing, Files, Folder
from tests.loopback import free_port

MOTO = Path(__file__).parent.parent.parent / ".interop" / "python" / "bin" / "moto_server"
PATIENCE_SECONDS = 30
NAME = "abcdefghijklmnopqrstuv"


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of a storage that speaks S3, with a bucket in it."""
    if not MOTO.exists():
        pytest.skip("moto is missing: make interop")
    address = f"http://127.0.0.1:{free_port()}"
    command = [str(MOTO), "-H", "127.0.0.1", "-p", address.rpartition(":")[2]]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _until_it_answers(f"{address}/files")
            yield address
        finally:
            process.terminate()


def _until_it_answers(bucket: str) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            # moto believes whoever says a name; only the bucket has to be there.
            headers = {"Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request"}
            if requests.put(bucket, headers=headers, timeout=5).ok:
                return
        except requests.ConnectionError:
            if time.monotonic() > until:
                raise


@pytest.fixture(params=["folder", "bucket"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    if request.param == "folder":
        return Folder(tmp_path / "media")
    return Bucket(Access("files", request.getfixturevalue("s3"), "us-east-1", "test", "secret"))


async def read(files: Files, name: str, *, start: int = 0, length: int = 10**9) -> bytes:
    return b"".join([piece async for piece in files.read(name, start=start, length=length)])


async def test_what_was_put_is_read_whole_and_in_part_until_it_is_removed(files: Files, tmp_path: Path) -> None:
    source = tmp_path / "source"
    raw = bytes(range(256)) * 4_000
    source.write_bytes(raw)
    await files.put(NAME, source)
    await files.put(f"{NAME}.small", source)
    assert source.read_bytes() == raw
    assert await read(files, NAME, length=len(raw)) == raw
    assert await read(files, NAME, start=300_000, length=500_000) == raw[300_000:800_000]
    await files.remove([NAME, "never-was-there"])
    with pytest.raises(FileMissing):
        await read(files, NAME, length=1)
    assert await read(files, f"{NAME}.small", length=10) == raw[:10]


@pytest.mark.parametrize("name", ["../../etc/passwd", "a", "", "abcdefgh/ijk", "abcdefghi.big"])
async def test_only_names_are_names(files: Files, tmp_path: Path, name: str) -> None:
    (tmp_path / "source").write_bytes(b"x")
    with pytest.raises(ValueError, match="not the name"):
        await files.put(name, tmp_path / "source")
    with pytest.raises(ValueError, match="not the name"):
        await read(files, name)


async def test_a_bucket_that_is_away_is_an_ordinary_failure(tmp_path: Path) -> None:
    away = Bucket(Access("files", f"http://127.0.0.1:{free_port()}", "us-east-1", "test", "secret"))
    (tmp_path / "source").write_bytes(b"x")
    with pytest.raises(OSError, match="took no file"):
        async with asyncio.timeout(30):
            await away.put(NAME, tmp_path / "source")
