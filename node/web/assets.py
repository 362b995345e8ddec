"""The few files that pages are dressed with: script, style sheet, icons, default pictures, manifests.

All of them are read and compressed once, when this module is imported, into a fixed table. Each is served under a name
that carries a digest of its content, so that browsers may keep it for ever; a name that is not in the table is not found.
No path from a request ever reaches the disk.
"""

import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import orjson
from aiohttp import web

from node.web import bundle

FOLDER = Path(__file__).parent / "static"
PREFIX = "/static/"
FOR_EVER = "public, max-age=31536000, immutable"
DIGEST_LETTERS = 12

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}
COMPRESSED = {".css", ".js", ".svg", ".webmanifest"}

# What a phone says of the node on its home screen, in each language of the pages.
WORDS = {
    "en": ("The social network of the ministry", "Write", "Notifications"),
    "fr": ("Le réseau social du ministère", "Écrire", "Notifications"),
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served."""

    path: str
    content_type: str
    plain: bytes
    compressed: bytes | None


def asset_of(name: str, content: bytes) -> Asset:
    """An asset under a path that changes when its content does.

    name: a file name with an ending listed in TYPES.
    """
    stem, _, ending = name.rpartition(".")
    digest = sha256(content).hexdigest()[:DIGEST_LETTERS]
    compressed = gzip.compress(content, 9, mtime=0) if f".{ending}" in COMPRESSED else None
    return Asset(f"{PREFIX}{stem}.{digest}.{ending}", TYPES[f".{ending}"], content, compressed)


def _read(names: Iterable[str]) -> dict[str, Asset]:
    return {name: asset_of(name, (FOLDER / name).read_bytes()) for name in names}


def _manifest(language: str, icons: dict[str, Asset]) -> Asset:
    """What a phone needs to put the node on its home screen.  Source: W3C, Web Application Manifest."""
    description, write, notifications = WORDS[language]
    shapes = [("icon-192.png", "192x192"), ("icon-512.png", "512x512")]
    content = {
        "id": "/",
        "name": "Legation",
        "short_name": "Legation",
        "description": description,
        "lang": language,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f5f3ee",
        "theme_color": "#1d3357",
        # The drawing keeps clear of the rim, so phones may cut it to their own shape.
        "icons": [
            {"src": icons[name].path, "sizes": size, "type": "image/png", "purpose": purpose}
            for name, size in shapes
            for purpose in ("any", "maskable")
        ],
        "shortcuts": [{"name": write, "url": "/compose"}, {"name": notifications, "url": "/notifications"}],
    }
    return asset_of(f"legation-{language}.webmanifest", orjson.dumps(content))


def _everything() -> dict[str, Asset]:
    read = _read(["favicon.svg", "avatar.png", "header.png", "icon-192.png", "icon-512.png"])
    made = {name: asset_of(name, content) for name, content in bundle.built().items()}
    return {**made, **read, **{f"legation-{language}.webmanifest": _manifest(language, read) for language in WORDS}}


ASSETS = _everything()
SERVED = {asset.path: asset for asset in ASSETS.values()}


def path_of(name: str) -> str:
    """Where an asset is served, for instance `/static/style.0123456789ab.css`.

    name: its plain name, for instance `style.css`.  Raises KeyError for a name that is not in the table.
    """
    return ASSETS[name].path


DEFAULT_AVATAR = path_of("avatar.png")
"""The path of the picture of everybody who has none: apps want a URL for each account."""

DEFAULT_HEADER = path_of("header.png")
"""The path of the banner of everybody who has none."""


async def serve(request: web.Request) -> web.Response:
    """One asset, compressed when the browser takes that. Raises HTTPNotFound."""
    asset = SERVED.get(request.path)
    if asset is None:
        raise web.HTTPNotFound
    headers = {
        "Content-Type": asset.content_type,
        "Cache-Control": FOR_EVER,
        "X-Content-Type-Options": "nosniff",
        # Apps that run in a browser show the default pictures too.
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if asset.compressed is None:
        return web.Response(body=asset.plain, headers=headers)
    headers["Vary"] = "Accept-Encoding"
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return web.Response(body=asset.plain, headers=headers)
    return web.Response(body=asset.compressed, headers={**headers, "Content-Encoding": "gzip"})


def routes() -> list[web.RouteDef]:
    """The one route of all assets."""
    return [web.get(PREFIX + "{name}", serve)]
