"""Files on the wire: how ours are told of, and how those of peers are noted. By reference, both ways.

Nothing is fetched here. A file counts only on its author's own node: what lies elsewhere is passed over, so that no document
can have this node ask a third one. The digest and the size are inside what the author signs; whoever fetches compares.
Source: ActivityStreams 2.0 Vocabulary, Document; FEP-ef61 for `digestMultibase`; Mastodon for `blurhash` and `focalPoint`.
"""

import secrets
from collections.abc import Sequence

from federation.hosts import same_origin
from federation.html import plain
from federation.signatures import multibase
from federation.strict_json import JsonObject
from federation.vocabulary import LONGEST_DESCRIPTION, Actor, File, Note
from storage import media
from storage.accounts import Account
from storage.media import Media, Place, Reference
from storage.posts import Holds, Post
from storage.store import Unit

SHA256 = b"\x12\x20"
"""How a multihash says that it is one of SHA-256, 32 bytes long."""

LONGEST_URL = 2_048
LONGEST_BLURHASH = 120
LONGEST_MEDIA_TYPE = 100
TYPES = {"image": "Image", "gifv": "Image", "video": "Video", "audio": "Audio"}
KINDS = {"Image": "image", "Video": "video", "Audio": "audio"}
LOOPS = "gifv"
"""A picture that moves travels as an Image whose media type is that of a film: others read the media type alone."""
THOUSAND = 1_000
NAME_BYTES = 16


def address_of(file: Media, *, base_url: str) -> str:
    """Where a file of this node is."""
    return f"{base_url}/media/{file.name}"


def file(found: Media, *, base_url: str) -> JsonObject:
    """A file that hangs on a post of ours."""
    document: JsonObject = {
        "type": "Document" if found.kind == "unknown" else TYPES[found.kind],
        "mediaType": found.media_type,
        "url": address_of(found, base_url=base_url),
        "name": found.description or None,
        "size": found.size,
        "digestMultibase": multibase.encode(SHA256 + bytes.fromhex(found.digest)),
    }
    if found.width:
        document |= {"width": found.width, "height": found.height}
    if found.blurhash:
        document |= {
            "blurhash": found.blurhash,
            "focalPoint": [found.focus_x / THOUSAND, found.focus_y / THOUSAND],
        }
    return document


def picture(found: Media, *, base_url: str) -> JsonObject:
    """A picture of one of our actors."""
    return {"type": "Image", "mediaType": found.media_type, "url": address_of(found, base_url=base_url)}


def keep(unit: Unit, post: Post, note: Note, author: Account) -> None:
    """Have the files of a note hang on its post, and no others: uploads of somebody here, references of a peer."""
    if not note.attachment and not post.holds & Holds.MEDIA:
        return
    own = [each for each in note.attachment if len(each.url) <= LONGEST_URL and same_origin(each.url, author.uri)]
    if author.is_local:
        media.attach(unit, post.id, author.id, [each.url.rpartition("/")[2] for each in own])
        return
    references = list({each.url: reference(each) for each in own}.values())
    media.refer(unit, post.id, author.id, references, names=_names(references))


def keep_pictures(unit: Unit, account: Account, actor: Actor) -> None:
    """Have a peer's actor be shown by the pictures that it points to now."""
    for place, files in ((Place.AVATAR, actor.icon), (Place.HEADER, actor.image)):
        own = (each for each in files if len(each.url) <= LONGEST_URL and same_origin(each.url, account.uri))
        found = next((reference(each) for each in own), None)
        if found is not None or (account.avatar if place is Place.AVATAR else account.header):
            media.refer_portrait(unit, account.id, place, found, name=secrets.token_urlsafe(NAME_BYTES))


def reference(said: File) -> Reference:
    """What a peer says of a file, cleaned; none of it is believed once the bytes are here."""
    return Reference(
        url=said.url,
        kind=_kind_of(said),
        media_type=plain(said.media_type, longest=LONGEST_MEDIA_TYPE),
        description=plain(said.name or said.summary, longest=LONGEST_DESCRIPTION),
        width=said.width,
        height=said.height,
        size=said.size,
        blurhash=plain(said.blurhash, longest=LONGEST_BLURHASH),
        digest=digest_in(said.digest_multibase),
        focus_x=round(said.focal_point[0] * THOUSAND),
        focus_y=round(said.focal_point[1] * THOUSAND),
    )


def _kind_of(said: File) -> str:
    family = said.media_type.partition("/")[0]
    if said.type == "Image" and family == "video":
        return LOOPS
    return KINDS.get(said.type) or (family if family in TYPES else "unknown")


def digest_in(text: str) -> str:
    """The SHA-256 that a multibase names, in hexadecimal; '' for what names none."""
    try:
        raw = multibase.decode(text, length=len(SHA256) + 32)
    except ValueError:
        return ""
    return raw[len(SHA256) :].hex() if raw.startswith(SHA256) else ""


def _names(references: Sequence[Reference]) -> list[str]:
    return [secrets.token_urlsafe(NAME_BYTES) for _ in references]
