"""Files on the pages: sent with a post, described, seen, kept while something else is put right; one's own picture."""

import io
import re

import pytest
from aiohttp import FormData
from PIL import Image

from node.media.darkroom import has_ffmpeg
from tests.node.conftest import House
from tests.node.web.test_pages import Visit, visit
from tests.pictures import moving, picture

__all__ = ["visit"]  # a fixture


def chosen(page_fields: dict[str, str], files: dict[str, bytes], fields: dict[str, str]) -> FormData:
    data = FormData()
    for name, value in (page_fields | fields).items():
        data.add_field(name, value)
    for name, raw in files.items():
        data.add_field(name, io.BytesIO(raw), filename=f"{name}.jpg" if raw else "")
    return data


async def got(house: House, address: str) -> bytes:
    """What an address gives without any cookie."""
    async with house.client.get(address.replace("&amp;", "&").removeprefix(house.url)) as answer:
        assert answer.status == 200
        return await answer.read()


async def test_a_picture_is_sent_described_seen_and_taken_off_again(house: House, visit: Visit) -> None:
    marie, ken = await visit("marie"), await visit("ken")
    form = await marie.open("/compose")
    assert form.html.count('type="file"') == 4
    files = {"file1": picture(size=(1280, 640)), "file2": b"", "file3": picture("PNG")}
    about = {"text": "", "reach": "all_nodes", "language": "fr", "description1": "Le Quai", "description3": "Un plan"}
    data = chosen(form.hidden("/posts"), files, about)
    async with marie.client.post("/posts", data=data) as answer:
        assert (answer.status, answer.real_url.path) == (200, "/")

    page = await ken.open("/all-nodes")
    found = re.findall(r'<img src="([^"]+)" alt="([^"]+)" width="(\d+)" height="(\d+)"', page.html)
    assert [each[1:] for each in found] == [("Le Quai", "640", "320"), ("Un plan", "80", "60")]
    large = re.findall(r'<a href="([^"]+/media/[^"]+)" target="_blank"><img', page.html)
    assert Image.open(io.BytesIO(await got(house, large[0]))).size == (1280, 640)

    edit = next(iter(re.findall(r'href="(/posts/\d+/edit)"', (await marie.open("/@marie")).html)))
    page = await marie.open(edit)
    first, second = re.findall(r'name="media" type="checkbox" value="(\d+)" checked', page.html)
    changes = {"text": "Un seul", "language": "fr", "media": second, f"about-{first}": "", f"about-{second}": "Le plan"}
    async with marie.client.post(edit, data=chosen(page.hidden(edit), {}, changes)) as answer:
        html = await answer.text()
    assert (answer.status, "Le Quai" in html, 'alt="Le plan"' in html) == (200, False, True)


@pytest.mark.skipif(not has_ffmpeg(), reason="ffmpeg is missing: apt-get install ffmpeg")
async def test_a_gif_moves_when_it_is_asked_to(house: House, visit: Visit) -> None:
    marie = await visit("marie")
    form = await marie.open("/compose")
    about = {"text": "La grue", "reach": "all_nodes", "language": "fr", "description1": "La grue tourne"}
    data = chosen(form.hidden("/posts"), {"file1": moving(3)}, about)
    async with marie.client.post("/posts", data=data) as answer:
        html = await answer.text()
    ((film, still),) = re.findall(
        r'<video controls muted loop playsinline preload="none" src="([^"]+)" poster="([^"]+)" width="32" height="32" '
        r'aria-label="La grue tourne"></video>',
        html,
    )
    assert b"ftyp" in (await got(house, film))[:16]
    assert (await got(house, still)).startswith(b"RIFF")


async def test_what_was_sent_stays_while_something_else_is_put_right(visit: Visit) -> None:
    marie = await visit("marie")
    form = await marie.open("/compose")
    fields = {"text": "Texte", "reach": "all_nodes", "language": "fr"}
    data = chosen(form.hidden("/posts"), {"file1": picture(), "file2": b"<svg/>"}, fields)
    async with marie.client.post("/posts", data=data) as answer:
        again = await answer.text()
    assert answer.status == 422
    assert "Ce type de fichier n’est pas accepté" in again
    assert ("Texte</textarea>" in again, again.count('type="file"')) == (True, 3)
    (kept,) = re.findall(r'name="media" type="checkbox" value="(\d+)" checked', again)
    key = next(iter(re.findall(r'name="key" value="([^"]+)"', again)))
    sent = chosen(form.hidden("/posts"), {}, fields | {"media": kept, "key": key, f"about-{kept}": "La photo"})
    async with marie.client.post("/posts", data=sent) as answer:
        assert 'alt="La photo"' in await answer.text()


async def test_a_form_with_files_needs_its_token(visit: Visit) -> None:
    marie = await visit("marie")
    fields = {"text": "Texte", "reach": "all_nodes", "language": "fr", "csrf": "wrong"}
    async with marie.client.post("/posts", data=chosen({}, {"file1": picture()}, fields)) as answer:
        assert answer.status == 403


async def test_ones_own_picture_is_shown_and_removed(house: House, visit: Visit) -> None:
    marie = await visit("marie")
    await marie.publish("Bonjour")
    page = await marie.open("/settings")
    action = "/settings/picture"
    for raw, sentence in ((b"", "Choisissez d’abord une image."), (b"%PDF-1.7", "Ce n’est pas une image.")):
        async with marie.client.post(action, data=chosen(page.hidden(action), {"file": raw}, {})) as answer:
            assert (answer.status, sentence in await answer.text()) == (422, True)
    async with marie.client.post(action, data=chosen(page.hidden(action), {"file": picture()}, {})) as answer:
        assert answer.status == 200
    shown = re.findall(r'<img src="([^"]+/media/[^"]+)" width="400"', (await marie.open("/@marie")).html)
    assert len(shown) >= 2  # beside the name, and beside the post
    assert Image.open(io.BytesIO(await got(house, shown[0]))).size == (400, 400)
    async with marie.client.post(action, data=chosen(page.hidden(action), {}, {"remove": "yes"})) as answer:
        assert answer.status == 200
    assert "/media/" not in (await marie.open("/@marie")).html
