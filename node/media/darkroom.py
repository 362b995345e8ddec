"""Files made safe, each in a process of its own: see `child`, which does it."""

import asyncio
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import orjson

from node.errors import Invalid
from node.media.types import HEAD_BYTES, Kind, Type, type_of
from storage.media import Made

PROGRAMS = "/usr/local/bin:/usr/bin:/bin"
"""Where the child looks for ffmpeg."""

AT_ONCE = 2
PATIENCE_SECONDS = 120.0

SENTENCES = {
    "type": "This type of file is not taken. Send JPEG, PNG, WebP, GIF, AVIF, MP4, WebM, MP3, OGG or PDF",
    "too-large": "The file is too large",
    "too-many-pixels": "The picture is too large: 40 megapixels at most",
    "too-many-frames": "The picture has too many frames: 300 at most",
    "no-ffmpeg": "This node takes no films and no sound: ffmpeg is missing there",
    "no-picture": "There is no picture in this film",
    "not-a-picture": "This is not a picture. Send JPEG, PNG, WebP, GIF or AVIF",
    "broken": "The file cannot be read: it is damaged, or not what it seems to be",
}
"""Why a file is not taken, by the codes of `child` and of this page."""


@dataclass(frozen=True, slots=True)
class Developed:
    """A file made safe. path, small: where it and its preview are; there is no preview of sound and PDF."""

    made: Made
    path: Path
    small: Path | None


def refused(code: str, *, field: str = "file") -> Invalid:
    """The refusal of a file. code: of `SENTENCES`."""
    return Invalid(field, f"ERR_{code.upper().replace('-', '_')}", SENTENCES[code])


def has_ffmpeg() -> bool:
    """Whether films and sound can be taken on this machine."""
    return shutil.which("ffmpeg") is not None and shutil.which("ffprobe") is not None


class Darkroom:
    """Makes files safe, a few at a time."""

    def __init__(self, *, picture_bytes: int, file_bytes: int) -> None:
        """picture_bytes, file_bytes: the largest picture, and the largest of all files."""
        self._picture_bytes, self._file_bytes = picture_bytes, file_bytes
        self._room = asyncio.Semaphore(AT_ONCE)

    def type_of(self, path: Path) -> Type:
        """What a file is, by its bytes. Raises Invalid: not taken, too large, or not on this machine."""
        with path.open("rb") as file:
            found = type_of(file.read(HEAD_BYTES))
        if found is None:
            raise refused("type")
        if path.stat().st_size > (self._picture_bytes if found.kind is Kind.IMAGE else self._file_bytes):
            raise refused("too-large")
        if found.kind in {Kind.VIDEO, Kind.AUDIO} and not has_ffmpeg():
            raise refused("no-ffmpeg")
        return found

    async def develop(self, path: Path, *, fit: tuple[int, int] | None = None, loops: bool = False) -> Developed:
        """Make a file safe; what comes of it lies beside it.

        path: in a folder of its own.  fit: width and height of the picture to be, which alone is taken then.
        loops: whether it is to be a film without sound that goes round, if it is a film or a GIF that moves.
        Raises Invalid, with one of `SENTENCES`.
        """
        type = self.type_of(path)
        if fit is not None and type.kind is not Kind.IMAGE:
            raise refused("not-a-picture")
        target, small = path.with_name("made"), path.with_name("small")
        job = {"source": path, "target": target, "small": small, "type": type.media_type, "fit": fit}
        job["loops"] = loops
        async with self._room:
            outcome = await _asked({name: str(value) if isinstance(value, Path) else value for name, value in job.items()}
                                   | {"most_bytes": self._file_bytes * 2})  # fmt: skip
        if "refused" in outcome:
            raise refused(outcome["refused"])
        return _developed(outcome, target, small)


async def _asked(job: dict[str, object]) -> dict[str, str]:
    """What the child says of a job; a child that dies, or takes too long, has found a broken file."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-I", "-m", "node.media.child"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PATH": PROGRAMS},
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            said, _ = await child.communicate(orjson.dumps(job))
        found: dict[str, str] = orjson.loads(said)
    except (TimeoutError, orjson.JSONDecodeError):
        return {"refused": "broken"}
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return found


def _developed(outcome: dict[str, str], target: Path, small: Path) -> Developed:
    numbers = ("width", "height", "small_width", "small_height", "duration")
    has_preview = "small_width" in outcome
    made = Made(
        kind=outcome["kind"],
        media_type=outcome["media_type"],
        blurhash=outcome.get("blurhash", ""),
        digest=outcome["digest"],
        size=target.stat().st_size,
        small_size=small.stat().st_size if has_preview else 0,
        **{name: int(outcome.get(name, 0)) for name in numbers},
    )
    return Developed(made, target, small if has_preview else None)
