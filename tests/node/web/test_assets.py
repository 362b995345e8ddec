"""Files of pages: kept for ever by browsers, compressed where that helps, and none but those of the table."""

import gzip
import re
import struct

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from pytest_aiohttp.plugin import AiohttpClient

from node.web import assets

Client = TestClient[web.Request, web.Application]

LARGEST_PICTURE = 5_000


@pytest.fixture
async def client(aiohttp_client: AiohttpClient) -> Client:
    app = web.Application()
    app.add_routes(assets.routes())
    return await aiohttp_client(app, auto_decompress=False)


@pytest.mark.parametrize("name", assets.ASSETS)
async def test_each_asset_may_be_kept_for_ever(client: Client, name: str) -> None:
    path = assets.path_of(name)
    assert re.fullmatch(r"/static/[a-z0-9-]+\.[0-9a-f]{12}\.[a-z]+", path)
    answer = await client.get(path, headers={"Accept-Encoding": "identity"})
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"] == assets.TYPES["." + name.rpartition(".")[2]]
    assert await answer.read() == assets.ASSETS[name].plain


async def test_the_style_sheet_travels_compressed(client: Client) -> None:
    answer = await client.get(assets.path_of("style.css"), headers={"Accept-Encoding": "br, gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    sent = await answer.read()
    assert gzip.decompress(sent) == assets.ASSETS["style.css"].plain
    assert len(sent) < 10_000


@pytest.mark.parametrize(
    "path",
    [
        "/static/style.css",
        "/static/style.000000000000.css",
        "/static/..%2fassets.py",
        "/static/%2e%2e/assets.py",
        "/static/",
    ],
)
async def test_nothing_else_is_served(client: Client, path: str) -> None:
    assert (await client.get(path)).status == 404


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("avatar.png", (240, 240)),
        ("header.png", (1500, 500)),
        ("icon-192.png", (192, 192)),
        ("icon-512.png", (512, 512)),
    ],
)
def test_pictures_are_small_and_sound(name: str, size: tuple[int, int]) -> None:
    picture = assets.ASSETS[name].plain
    assert len(picture) <= LARGEST_PICTURE
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", picture[16:24]) == size


def test_the_style_sheet_asks_for_nothing_else() -> None:
    sheet = assets.ASSETS["style.css"].plain.decode()
    assert "url(" not in sheet
    assert "@import" not in sheet


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


PAIRS = [
    *(
        (text, ground, 4.5)
        for text in ("ink", "soft", "link", "brass", "red")
        for ground in ("paper", "surface", "sunk")
    ),
    ("ink", "brass-wash", 4.5),
    ("ink", "red-wash", 4.5),
    ("brass", "brass-wash", 4.5),
    ("green", "green-wash", 4.5),
    ("red", "red-wash", 4.5),
    ("on-brand", "brand", 4.5),
    ("on-brand", "brand-strong", 4.5),
    ("surface", "red", 4.5),
    ("brand", "paper", 4.5),
    *((f"tint-{tint}-ink", f"tint-{tint}", 4.5) for tint in range(6)),
    ("line-strong", "surface", 3.0),
    ("focus", "paper", 3.0),
    ("focus", "surface", 3.0),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground", "least"), PAIRS)
def test_colours_can_be_told_apart(scheme: str, text: str, ground: str, least: float) -> None:
    light, dark = (
        dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", block))
        for block in re.findall(r":root \{(.*?)\}", assets.ASSETS["style.css"].plain.decode(), re.DOTALL)
    )
    tokens = {"light": light, "dark": {**light, **dark}}[scheme]
    assert contrast(tokens[text], tokens[ground]) >= least
