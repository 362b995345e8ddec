"""Which files are taken, known by their first bytes and by nothing else."""

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a file is for those who look at it, in the words of apps."""

    IMAGE = "image"
    GIFV = "gifv"
    """A film without sound that goes round: what comes of a GIF."""
    VIDEO = "video"
    AUDIO = "audio"
    UNKNOWN = "unknown"
    """To be downloaded."""


@dataclass(frozen=True, slots=True)
class Type:
    """A type of files. ending: of names, with its dot.  reader: what its makers call it: a format of Pillow or of ffmpeg."""

    media_type: str
    kind: Kind
    ending: str
    reader: str


JPEG = Type("image/jpeg", Kind.IMAGE, ".jpg", "JPEG")
PNG = Type("image/png", Kind.IMAGE, ".png", "PNG")
WEBP = Type("image/webp", Kind.IMAGE, ".webp", "WEBP")
GIF = Type("image/gif", Kind.IMAGE, ".gif", "GIF")
AVIF = Type("image/avif", Kind.IMAGE, ".avif", "AVIF")
MP4 = Type("video/mp4", Kind.VIDEO, ".mp4", "mp4")
WEBM = Type("video/webm", Kind.VIDEO, ".webm", "webm")
MP3 = Type("audio/mpeg", Kind.AUDIO, ".mp3", "mp3")
OGG = Type("audio/ogg", Kind.AUDIO, ".ogg", "ogg")
PDF = Type("application/pdf", Kind.UNKNOWN, ".pdf", "")

TYPES = {each.media_type: each for each in (JPEG, PNG, WEBP, GIF, AVIF, MP4, WEBM, MP3, OGG, PDF)}
ENDING_OF_ANY = ".bin"

HEAD_BYTES = 64
MOST_PIXELS = 40_000_000
PREVIEW_PIXELS = 640
"""The longer side of the small picture that stands in lists."""
BRANDS = frozenset(
    {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"M4A ", b"dash", b"MSNV"}
)


BEGINNINGS = {
    b"\xff\xd8\xff": JPEG,
    b"\x89PNG\r\n\x1a\n": PNG,
    b"GIF87a": GIF,
    b"GIF89a": GIF,
    b"%PDF-": PDF,
    b"OggS": OGG,
    b"ID3": MP3,
}


def type_of(head: bytes) -> Type | None:
    """The type of a file by its first bytes; None for what is not taken. head: at least 64 bytes, if there are so many."""
    found = next((type for beginning, type in BEGINNINGS.items() if head.startswith(beginning)), None)
    if found is None and head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        found = WEBP
    elif found is None and head.startswith(b"\x1aE\xdf\xa3") and b"webm" in head:
        found = WEBM
    elif found is None and head[4:8] == b"ftyp":
        found = AVIF if head[8:12] in {b"avif", b"avis"} else MP4 if head[8:12] in BRANDS else None
    elif found is None and _is_mpeg_audio(head):
        found = MP3
    return found


def _is_mpeg_audio(head: bytes) -> bool:
    """Whether this begins a frame of MPEG audio, layer III."""
    return len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2 and head[2] >> 4 not in {0, 15}  # noqa: PLR2004  bits of the frame's head


def ending_of(media_type: str) -> str:
    """The ending of names for this media type."""
    known = TYPES.get(media_type)
    return known.ending if known else ENDING_OF_ANY
