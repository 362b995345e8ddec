"""The process in which one file is looked at, and made anew. It reads a job from its input and prints what came of it.

It binds itself before it opens the file: so much memory, so much time, so much written, no new core. What is wrong with a
file ends this process and nothing else. Of a picture only its pixels go on: a new file is made from them, so position, camera,
remarks, profiles and whatever hung behind it stay. Films and sound are packed anew by ffmpeg, bit by bit as they are; of a GIF that moves it makes a film, which is a tenth as large.
"""

import contextlib
import hashlib
import io
import json
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import blurhash  # type: ignore[import-untyped]  # a small library without types
from PIL import Image, ImageCms, ImageOps, ImageSequence

from node.media.types import GIF, JPEG, MOST_PIXELS, MP4, PNG, PREVIEW_PIXELS, TYPES, WEBP, Kind, Type

MEMORY_BYTES = 2 * 1024**3
CPU_SECONDS = 60
MOST_FRAMES = 300
BLURHASH_PIXELS = 32
JPEG_QUALITY = 88
PREVIEW_QUALITY = 78
TURNED = 274
"""The EXIF tag that says how a camera was held."""

Image.MAX_IMAGE_PIXELS = None  # Pillow's own bound only warns at first; `_picture` refuses before any pixel is read

Json = dict[str, Any]  # Any: what a job and its outcome hold


class Refused(Exception):
    """A file that is not taken. The text is its code."""


def main() -> None:
    """Do one job."""
    job = json.load(sys.stdin)
    bind(int(job["most_bytes"]))
    try:
        outcome = done(job)
    except Refused as refusal:
        outcome = {"refused": str(refusal)}
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, OverflowError, KeyError, IndexError, TypeError):
        outcome = {"refused": "broken"}  # all of these come out of decoders when a file is not what it seems
    json.dump(outcome, sys.stdout)


def bind(most_bytes: int) -> None:
    """Take limits upon oneself that cannot be taken off again. most_bytes: of each file that is written."""
    limits = {
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_CPU: CPU_SECONDS,
        resource.RLIMIT_FSIZE: most_bytes,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 64,
    }
    for what, most in limits.items():
        resource.setrlimit(what, (most, most))


def done(job: Json) -> Json:
    """What came of a job: facts of the new file. Raises Refused, and whatever decoders raise."""
    source, target, small = (Path(job[name]) for name in ("source", "target", "small"))
    type = TYPES[job["type"]]
    loops = bool(job.get("loops"))
    if type.kind is Kind.IMAGE:
        outcome = _picture(source, target, small, type, fit=job.get("fit"), loops=loops)
    elif type.kind is Kind.UNKNOWN:
        shutil.copyfile(source, target)
        outcome = {"media_type": type.media_type}
    else:
        outcome = _film(source, target, small, type, loops=loops)
    with target.open("rb") as file:
        outcome["digest"] = hashlib.file_digest(file, "sha256").hexdigest()
    return {"kind": type.kind.value} | outcome


# ---- pictures -------------------------------------------------------------------------------------------------------


def _picture(source: Path, target: Path, small: Path, type: Type, *, fit: list[int] | None, loops: bool) -> Json:
    with Image.open(source, formats=[type.reader]) as opened:  # reads the head, and no pixel
        if opened.width * opened.height > MOST_PIXELS:
            raise Refused("too-many-pixels")
        frames = getattr(opened, "n_frames", 1)
        if frames > MOST_FRAMES:
            raise Refused("too-many-frames")
        if frames > 1 and fit is None:
            if frames * opened.width * opened.height > MOST_PIXELS * 2:
                raise Refused("too-many-pixels")
            if loops and (film := _looping(source, target)):
                return film | _preview(_clean(opened), small)
            first, made = _animated(opened, target)
        else:
            first = _clean(opened)
            if fit is not None:
                first = ImageOps.fit(first, (fit[0], fit[1]))
            made = _saved(first, target, type)
    return {"media_type": made.media_type, "width": first.width, "height": first.height} | _preview(first, small)


def _clean(picture: Image.Image) -> Image.Image:
    """A frame as it is to be seen: upright, in the colours of screens, and nothing but pixels."""
    upright = ImageOps.exif_transpose(picture)
    has_alpha = upright.has_transparency_data
    profile = upright.info.get("icc_profile")
    plain = upright.convert("RGBA" if has_alpha else "RGB")
    if profile and not has_alpha:
        with contextlib.suppress(ImageCms.PyCMSError, OSError):
            wide = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            model = upright if upright.mode in {"RGB", "CMYK", "L"} else plain
            plain = ImageCms.profileToProfile(model, wide, ImageCms.createProfile("sRGB"), outputMode="RGB") or plain
    plain.info.clear()
    return plain


def _saved(picture: Image.Image, target: Path, type: Type) -> Type:
    """Write a picture in a type that every browser knows. Returns which."""
    made = {JPEG: JPEG, PNG: PNG, GIF: PNG}.get(type, WEBP)
    match made:
        case _ if made == JPEG:
            picture.convert("RGB").save(target, "JPEG", quality=JPEG_QUALITY, progressive=True, optimize=True)
        case _ if made == PNG:
            picture.save(target, "PNG")
        case _:
            picture.save(target, "WEBP", quality=JPEG_QUALITY)
    return made


def _animated(opened: Image.Image, target: Path) -> tuple[Image.Image, Type]:
    """Write moving pictures anew. Returns the first and the type."""
    frames, durations = [], []
    for frame in ImageSequence.Iterator(opened):
        durations.append(max(20, int(frame.info.get("duration", 100) or 100)))
        frames.append(_clean(frame))
    frames[0].save(
        target,
        "WEBP",
        save_all=True,
        append_images=frames[1:],
        duration=durations,
        loop=0,
        quality=PREVIEW_QUALITY,
        method=2,
    )
    return frames[0], WEBP


def _preview(picture: Image.Image, small: Path) -> Json:
    """Write the small picture that stands in lists. Returns facts of it."""
    shown = picture.copy()
    shown.thumbnail((PREVIEW_PIXELS, PREVIEW_PIXELS))
    shown.save(small, "WEBP", quality=PREVIEW_QUALITY)
    dots = picture.convert("RGB").resize((BLURHASH_PIXELS, BLURHASH_PIXELS))
    rows = [[dots.getpixel((x, y)) for x in range(BLURHASH_PIXELS)] for y in range(BLURHASH_PIXELS)]
    wide = picture.width >= picture.height
    text = blurhash.encode(rows, components_x=4 if wide else 3, components_y=3 if wide else 4)
    return {"small_width": shown.width, "small_height": shown.height, "blurhash": text}


# ---- films and sound ------------------------------------------------------------------------------------------------

FFMPEG = ("ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-threads", "1", "-protocol_whitelist", "file")


BARE = ("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags", "+bitexact")
AS_FILM = ("-an", "-threads", "1", "-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "yuv420p")
EVEN = "scale=ceil(iw/2)*2:ceil(ih/2)*2"
"""Films of this kind have an even number of pixels each way."""


def _looping(source: Path, target: Path) -> Json | None:
    """Make a film without sound of a GIF; None where ffmpeg is missing, or does not know how."""
    if shutil.which("ffmpeg") is None or shutil.which("ffprobe") is None:
        return None
    made = ["-vf", EVEN, *AS_FILM, *BARE, "-movflags", "+faststart", "-f", MP4.reader]
    try:
        _run([*FFMPEG, "-f", "gif", "-i", str(source), *made, str(target)])
    except Refused:
        target.unlink(missing_ok=True)
        return None
    return {"kind": Kind.GIFV.value, "media_type": MP4.media_type} | _facts(target, "mov")


def _film(source: Path, target: Path, small: Path, type: Type, *, loops: bool) -> Json:
    """Pack a film or a piece of music anew, without what it says of its making; with a picture of its beginning.

    loops: a film that goes round has no sound.
    """
    demuxer = {"mp4": "mov", "webm": "matroska"}.get(type.reader, type.reader)
    is_silent = loops and type.kind is Kind.VIDEO
    seen = ["-map", "0:v:0"] if is_silent else ["-map", "0:v:0?", "-map", "0:a:0?"]
    wanted = seen if type.kind is Kind.VIDEO else ["-map", "0:a:0"]
    quick = ["-movflags", "+faststart"] if type.reader == "mp4" else []
    _run(
        [
            *FFMPEG,
            "-f",
            demuxer,
            "-i",
            str(source),
            *wanted,
            "-c",
            "copy",
            *BARE,
            *quick,
            "-f",
            type.reader,
            str(target),
        ]
    )
    outcome: Json = {"media_type": type.media_type} | _facts(target, demuxer)
    if type.kind is not Kind.VIDEO:
        return outcome | {"width": 0, "height": 0}
    if not outcome["width"]:
        raise Refused("no-picture")
    if outcome["width"] * outcome["height"] > MOST_PIXELS:
        raise Refused("too-many-pixels")
    if is_silent:
        outcome["kind"] = Kind.GIFV.value
    poster = small.with_suffix(".png")
    _run([*FFMPEG, "-f", demuxer, "-i", str(target), "-frames:v", "1", "-f", "image2", "-c:v", "png", str(poster)])
    with Image.open(poster, formats=["PNG"]) as opened:
        return outcome | _preview(_clean(opened), small)


def _facts(made: Path, demuxer: str) -> Json:
    """How long a film is, in milliseconds, and how large; a piece of music has no size."""
    asked = ["-of", "json", "-show_entries", "format=duration:stream=codec_type,width,height"]
    said = _run(["ffprobe", "-v", "error", "-protocol_whitelist", "file", "-f", demuxer, *asked, str(made)])
    found = json.loads(said)
    shown: Json = next((each for each in found["streams"] if each.get("codec_type") == "video"), {})
    return {
        "duration": round(float(found["format"].get("duration", 0)) * 1000),
        "width": int(shown.get("width", 0)),
        "height": int(shown.get("height", 0)),
    }


def _run(command: list[str]) -> bytes:
    """What a program prints. It has the limits of this process. Raises Refused when it fails."""
    try:
        return subprocess.run(command, capture_output=True, check=True, timeout=CPU_SECONDS).stdout  # noqa: S603  a fixed program
    except FileNotFoundError as error:
        raise Refused("no-ffmpeg") from error
    except (subprocess.SubprocessError, OSError) as error:
        raise Refused("broken") from error


if __name__ == "__main__":
    main()
