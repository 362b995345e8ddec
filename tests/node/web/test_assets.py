"""Files of pages: kept for ever by browsers, compressed where that helps, and none but those of the table."""

import gzip
import re
import runpy
import shutil
import struct
from pathlib import Path

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from pytest_aiohttp.plugin import AiohttpClient

from node.web import assets, bundle

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
    assert len(sent) < 14_000


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


HOUSE = Path(__file__).parents[3]


def test_what_is_built_is_small_and_counts_as_long_as_it_is_of_the_sources(tmp_path: Path) -> None:
    here = tmp_path / "node" / "web"
    shutil.copytree(bundle.HERE / "scripts", here / "scripts")
    shutil.copytree(bundle.HERE / "static", here / "static")
    shutil.copy(bundle.HERE / "bundle.py", here)
    hook = runpy.run_path(str(HOUSE / "hatch_build.py"))["Bundles"]
    hook(str(tmp_path), {}, None, None, str(tmp_path), "wheel").initialize("standard", {})

    there = runpy.run_path(str(here / "bundle.py"))
    built = there["built"]()
    assert len(built["legation.js"]) < 0.75 * len(bundle.script())
    assert len(built["style.css"]) < len(bundle.sheet())
    assert b"// " not in built["legation.js"]
    assert b"calc(50% + 0.25rem)" in built["style.css"]
    with (here / "scripts" / "page.js").open("a") as source:
        source.write("// changed\n")
    assert there["built"]() == {"legation.js": there["script"]().encode(), "style.css": there["sheet"]().encode()}


def test_each_script_and_style_sheet_is_there_once_and_the_common_one_first() -> None:
    sources = [path.read_text() for path in bundle.HERE.glob("scripts/*.js")]
    sources += [path.read_text() for path in bundle.HERE.glob("static/style/*.css")]
    joined = bundle.script() + bundle.sheet()
    assert [joined.count(source) for source in sources] == [1] * len(sources)
    assert joined.startswith('(() => {\n"use strict";\n' + (bundle.HERE / "scripts" / "page.js").read_text())
    places = [joined.index((bundle.HERE / "static" / "style" / f"{name}.css").read_text()) for name in bundle.COMMON]
    assert places == sorted(places)


@pytest.mark.parametrize(("language", "write"), [("fr", "Écrire"), ("en", "Write")])
def test_a_phone_is_told_of_the_node_in_its_readers_language(language: str, write: str) -> None:
    manifest = orjson.loads(assets.ASSETS[f"legation-{language}.webmanifest"].plain)
    assert (manifest["lang"], manifest["shortcuts"][0]["name"], manifest["start_url"]) == (language, write, "/")
    assert {(icon["purpose"], icon["sizes"]) for icon in manifest["icons"]} == {
        (purpose, size) for purpose in ("any", "maskable") for size in ("192x192", "512x512")
    }
    assert all(icon["src"] in assets.SERVED for icon in manifest["icons"])


def test_the_style_sheet_asks_for_nothing_else() -> None:
    sheet = bundle.sheet()
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
        for block in re.findall(
            r":root \{(.*?)\}", (bundle.HERE / "static" / "style" / "tokens.css").read_text(), re.DOTALL
        )
    )
    tokens = {"light": light, "dark": {**light, **dark}}[scheme]
    assert contrast(tokens[text], tokens[ground]) >= least
