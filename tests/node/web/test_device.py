"""What is chosen for a device: pages without pictures, no shortcuts; what a browser keeps for when there is no link."""

import gzip
import re

import pytest
from aiohttp.test_utils import make_mocked_request

from node.web import assets, bundle, compression, device
from node.web.shortcuts import SHORTCUTS
from tests.node.conftest import House
from tests.node.web.test_files import chosen
from tests.node.web.test_pages import Visit, visit
from tests.pictures import picture

__all__ = ["visit"]  # a fixture


async def test_pages_come_without_pictures_where_somebody_wants_it(visit: Visit) -> None:
    marie = await visit("marie")
    form = await marie.open("/compose")
    about = {"text": "Vue", "reach": "all_nodes", "language": "fr", "description1": "Le Quai"}
    data = chosen(form.hidden("/posts"), {"file1": picture(size=(1280, 640))}, about)
    async with marie.client.post("/posts", data=data) as answer:
        assert '<img src="' in await answer.text()

    light = await marie.send(await marie.open("/"), "/light", light="yes")
    assert "Les pages s’affichent sans images sur cet appareil." in light.text
    eager = re.sub(r"<template>.*?</template>", "", light.html, flags=re.DOTALL)
    assert "<img" not in eager
    address, size = re.findall(
        r'class="file-waits" href="([^"]+/small[^"]*)".*?Afficher l’image \((\d+)\s?ko\)', eager
    )[0]
    async with marie.client.get(address.replace("&amp;", "&")) as answer:
        assert round(len(await answer.read()) / 1000) == int(size)
    # Without scripts the address is where the picture is; with them, it is put in its place.
    assert '<template><a href="' in light.html
    assert "<img" in (await marie.send(light, "/light", light="no")).html


@pytest.mark.parametrize(
    ("cookie", "header", "is_light"),
    [
        ("", "on", True),
        ("", "ON;x=1", True),
        ("", "off", False),
        ("no", "on", False),
        ("yes", "", True),
        ("x", "", False),
    ],
)
def test_a_browser_that_saves_data_is_believed_unless_somebody_has_chosen(
    cookie: str, header: str, is_light: bool
) -> None:
    sent = {"Save-Data": header} | ({"Cookie": f"light={cookie}"} if cookie else {})
    assert device.is_light(make_mocked_request("GET", "/", headers=sent)) is is_light


async def test_shortcuts_are_listed_and_switched_off(visit: Visit) -> None:
    marie = await visit("marie")
    page = await marie.open("/shortcuts")
    assert "Raccourcis clavier" in page.text
    assert "data-shortcuts" not in page.html
    off = await marie.send(page, "/shortcuts", shortcuts="no")
    assert '<html lang="fr" data-shortcuts="off">' in off.html
    assert "data-shortcuts" not in (await marie.send(off, "/shortcuts", shortcuts="yes")).html
    for path, field in (("/light", "light"), ("/shortcuts", "shortcuts")):
        assert (await marie.send(page, path, **{field: "maybe"})).status == 400


def test_each_shortcut_that_is_listed_is_there() -> None:
    script = (bundle.HERE / "scripts" / "keys.js").read_text()
    listed = [keys for _, family in SHORTCUTS for keys, _ in family]
    places = re.findall(r"(\w): \"/", script.partition("PLACES = {")[2].partition("}")[0])
    deeds = re.findall(r'^ {2}"?([^":\s]+)"?: ', script.partition("DEEDS = {")[2].partition("\n};")[0], re.MULTILINE)
    assert sorted(keys[0] for keys in listed if len(keys) == 1) == sorted(deeds)
    assert sorted(keys[1] for keys in listed if len(keys) == 2) == sorted(places)


async def test_what_is_kept_for_later_is_of_nobody(house: House, visit: Visit) -> None:
    marie = await visit("marie")
    async with house.client.get("/service-worker.js") as answer:
        program = await answer.text()
    assert (answer.content_type, answer.headers["Cache-Control"]) == ("text/javascript", "no-cache")
    assert [name for name in ("legation.js", "style.css") if f'"{assets.path_of(name)}"' not in program] == []
    for language, title in (("fr", "Le nœud n’est pas joignable"), ("en", "There is no link to the node")):
        page = await marie.open(f"/offline/{language}?done=saved")
        async with house.client.get(f"/offline/{language}") as answer:
            assert await answer.text() == page.html.replace("?done=saved", "")
        assert title in page.text
        assert "marie" not in page.html.lower()
        assert 'name="csrf"' not in page.html
    assert (await marie.open("/offline/de")).status == 404


async def test_pages_travel_compressed_and_their_length_tells_little(house: House) -> None:
    address = f"{house.url}/sign-in"
    lengths, texts = set(), set()
    for _ in range(8):
        headers = {"Accept-Encoding": "gzip", "Accept": "text/html"}
        async with house.client.get(address, headers=headers) as answer:
            assert (answer.headers["Content-Encoding"], answer.headers["Vary"]) == ("gzip", "Accept-Encoding")
            lengths.add(answer.headers["Content-Length"])
            texts.add(await answer.text())
    assert len(lengths) > 1
    assert len(texts) == 1
    async with house.client.get(address, headers={"Accept-Encoding": "identity"}) as answer:
        assert "Content-Encoding" not in answer.headers
        assert await answer.text() in texts


@pytest.mark.parametrize("body", [b"", b"x", b"abc" * 40_000])
def test_what_is_compressed_is_there_again(body: bytes) -> None:
    assert gzip.decompress(compression.gzipped(body)) == body


async def test_the_token_of_forms_looks_another_each_time(visit: Visit) -> None:
    marie = await visit("marie")
    pages = [await marie.open("/shortcuts") for _ in range(2)]
    tokens = [page.hidden("/shortcuts")["csrf"] for page in pages]
    assert tokens[0] != tokens[1]
    assert [(await marie.send(page, "/shortcuts", shortcuts="yes")).status for page in pages] == [200, 200]
    for wrong in ("", "zz", tokens[0][:64], tokens[0][:64] + tokens[1][64:], tokens[0] + "00"):
        assert (await marie.send(pages[0], "/shortcuts", shortcuts="yes", csrf=wrong)).status == 403
