"""Files for tests: pictures, films and what only pretends to be one."""

import io
import struct
import subprocess
import zlib
from pathlib import Path
from typing import Any

from PIL import Image

GPS = 0x8825
TURNED = 0x0112
CAMERA = 0x010F


def picture(format: str = "JPEG", *, size: tuple[int, int] = (80, 60), **saved: Any) -> bytes:
    """A picture, red at the left and blue at the right."""
    made = Image.new("RGB", size, (200, 20, 20))
    made.paste((20, 20, 200), (size[0] // 2, 0, size[0], size[1]))
    raw = io.BytesIO()
    made.save(raw, format, **saved)
    return raw.getvalue()


def photograph() -> bytes:
    """As a telephone makes it: held sideways, and saying where and with what."""
    exif = Image.Exif()
    exif[TURNED] = 6
    exif[CAMERA] = "Telephone of Marie"
    exif[GPS] = {1: "N", 2: (48.0, 51.0, 30.0), 3: "E", 4: (2.0, 17.0, 40.0)}
    return picture(exif=exif, comment=b"secret remark")


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG of a few bytes whose head promises more pixels than any memory holds."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


def moving(frames: int, *, format: str = "GIF", size: tuple[int, int] = (32, 32)) -> bytes:
    """A picture with so many frames."""
    made = [Image.new("RGB", size, "black") for _ in range(frames)]
    for number, frame in enumerate(made):
        frame.paste((255, 255, 255), (number % 32, number // 32, number % 32 + 1, number // 32 + 1))
    raw = io.BytesIO()
    made[0].save(raw, format, save_all=True, append_images=made[1:], duration=40)
    return raw.getvalue()


def film(folder: Path, *, seconds: float = 1.0, name: str = "film.mp4") -> bytes:
    """A short film that says where it was taken."""
    path = folder / name
    command = [
        "ffmpeg",
        "-nostdin",
        "-loglevel",
        "error",
        "-f",
        "lavfi",
        "-i",
        f"testsrc=size=64x48:rate=10:duration={seconds}",
    ]
    command += [
        "-c:v",
        "mpeg4" if name.endswith("mp4") else "libvpx",
        "-metadata",
        "location=+48.85+002.29/",
        str(path),
    ]
    subprocess.run(command, check=True, timeout=30)
    return path.read_bytes()


def sound(folder: Path) -> bytes:
    """A second of a tone."""
    path = folder / "sound.ogg"
    command = [
        "ffmpeg",
        "-nostdin",
        "-loglevel",
        "error",
        "-f",
        "lavfi",
        "-i",
        "sine=duration=1",
        "-c:a",
        "libvorbis",
        str(path),
    ]
    subprocess.run(command, check=True, timeout=30)
    return path.read_bytes()
