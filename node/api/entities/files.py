"""Files of posts: MediaAttachment. No address leads to another node: this one fetches and keeps what is there."""

from collections.abc import Sequence
from datetime import datetime

from node.api.entities.parts import Entity
from node.media import passes
from node.media.types import PREVIEW_PIXELS
from storage.ids import AccountId
from storage.media import Media, State
from storage.vault import Vault

SHOWN = frozenset({"image", "gifv", "video"})
THOUSAND = 1_000


def attachment(found: Media, *, base_url: str) -> Entity:
    """A file, as it is for all readers."""
    is_there = found.state is not State.WAITING
    address = f"{base_url}/media/{found.name}" if is_there else None
    return {
        "id": str(found.id),
        "type": found.kind,
        "url": address,
        "preview_url": f"{address}/small" if is_there and found.kind in SHOWN else None,
        "remote_url": None,
        "preview_remote_url": None,
        "text_url": None,
        "meta": _meta(found),
        "description": found.description or None,
        "blurhash": found.blurhash or None,
        "legation": {"preview_bytes": found.small_size or None},
    }


def for_reader(vault: Vault, reader: AccountId, files: Sequence[Entity], *, now: datetime) -> list[Entity]:
    """The same files with addresses that this reader's apps can open."""
    shown = []
    for each in files:
        if each["url"] is None:
            shown.append(each)
            continue
        proof = "?pass=" + passes.issue(vault, reader, each["url"].rpartition("/")[2], now=now)
        small = each["preview_url"]
        shown.append({**each, "url": each["url"] + proof, "preview_url": small + proof if small else None})
    return shown


def _meta(found: Media) -> Entity:
    meta: Entity = {"focus": {"x": found.focus_x / THOUSAND, "y": found.focus_y / THOUSAND}}
    if found.width and found.height:
        meta["original"] = _size(found.width, found.height)
        if found.kind in SHOWN:
            meta["small"] = _size(*_small(found))
    if found.duration:
        meta.setdefault("original", {})["duration"] = found.duration / THOUSAND
        meta["duration"] = found.duration / THOUSAND
    return meta


def _small(found: Media) -> tuple[int, int]:
    """How large the preview is, or will be once the file is here."""
    if found.small_width:
        return found.small_width, found.small_height
    shrunk = min(1.0, PREVIEW_PIXELS / max(found.width, found.height))
    return max(1, round(found.width * shrunk)), max(1, round(found.height * shrunk))


def _size(width: int, height: int) -> Entity:
    return {"width": width, "height": height, "size": f"{width}x{height}", "aspect": width / height}
