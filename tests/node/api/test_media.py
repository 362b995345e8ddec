"""Files of posts, as apps send and read them."""

import io
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from unittest.mock import Mock

import pytest
from aiohttp import ClientConnectionResetError, ClientResponse, FormData, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.test_utils import make_mocked_request
from PIL import Image

from node.media import darkroom, serving
from node.media.darkroom import has_ffmpeg
from tests.federated.conftest import until
from tests.node.api.conftest import App, AppOf, Json
from tests.node.conftest import House, OpenHouse
from tests.pictures import bomb, film, moving, photograph, picture, sound

films = pytest.mark.skipif(not has_ffmpeg(), reason="ffmpeg is missing: apt-get install ffmpeg")

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def form(raw: bytes, *, name: str = "file", filename: str = "photo.jpg", **more: str) -> FormData:
    data = FormData()
    data.add_field(name, io.BytesIO(raw), filename=filename, content_type="image/jpeg")
    for key, value in more.items():
        data.add_field(key, value)
    return data


async def send(app: App, raw: bytes, *, expect: int = 200, path: str = "/api/v2/media", **more: str) -> Json:
    return await app.ask("POST", path, expect=expect, data=form(raw, **more))


async def finished(app: App, path: str) -> tuple[int, Json]:
    """What is said of a file once nobody works on it any more; until then, that it has no address yet."""
    found: list[tuple[int, Json]] = []

    async def is_finished() -> bool:
        async with app.house.client.get(path, headers=app._headers) as response:
            found.append((response.status, await response.json()))
        return found[-1][0] != 206

    await until(is_finished, seconds=60)
    assert {answer["url"] for status, answer in found if status == 206} <= {None}
    return found[-1]


async def got(house: House, address: str, *, expect: int = 200, **headers: str) -> tuple[bytes, ClientResponse]:
    """What anybody is given who has this address."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    async with house.client.get(address.removeprefix(house.url), headers=sent) as response:
        raw = await response.read()
        assert response.status == expect, (address, response.status, raw[:200])
        return raw, response


async def test_a_photograph_is_posted_upright_and_without_what_it_said_of_its_making(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    sent = await send(marie, photograph(), description="Le Quai d’Orsay", focus="-0.5,0.25")
    assert (sent["type"], sent["description"]) == ("image", "Le Quai d’Orsay")
    assert sent["meta"]["focus"] == {"x": -0.5, "y": 0.25}
    assert (sent["meta"]["original"]["width"], sent["meta"]["original"]["height"]) == (60, 80)
    assert sent["meta"]["small"]["size"] == "60x80"
    assert len(sent["blurhash"]) > 10
    post = await marie.post("", media_ids=[sent["id"]])
    assert [each["id"] for each in post["media_attachments"]] == [sent["id"]]

    (shown,) = (await paul.get(f"/api/v1/statuses/{post['id']}"))["media_attachments"]
    raw, response = await got(paul.house, shown["url"])
    assert response.content_type == "image/jpeg"
    assert b"Telephone" not in raw
    assert b"secret remark" not in raw
    opened = Image.open(io.BytesIO(raw))
    assert (opened.size, dict(opened.getexif())) == ((60, 80), {})
    top, bottom = opened.convert("RGB").getpixel((30, 5)), opened.convert("RGB").getpixel((30, 75))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert (top[0] > 150, bottom[2] > 150) == (True, True)  # red above, blue below: turned as the camera was
    small, response = await got(paul.house, shown["preview_url"])
    assert response.content_type == "image/webp"
    assert Image.open(io.BytesIO(small)).size == (60, 80)


async def test_every_kind_of_picture_is_made_anew(app_of: AppOf) -> None:
    marie = await app_of("marie")
    behind = b"PK\x03\x04 an archive, or <script>"
    becomes = {"PNG": "image/png", "GIF": "image/png", "WEBP": "image/webp", "AVIF": "image/webp"}
    for format, media_type in becomes.items():
        sent = await send(marie, picture(format, size=(1000, 500)) + behind)
        raw, response = await got(marie.house, sent["url"])
        assert response.content_type == media_type
        assert behind not in raw
        assert sent["meta"]["small"]["size"] == "640x320"


@films
async def test_a_gif_that_moves_becomes_a_film_that_goes_round(app_of: AppOf) -> None:
    marie = await app_of("marie")
    sent = await send(marie, moving(3, size=(33, 31)))
    assert (sent["type"], sent["meta"]["original"]["size"], sent["meta"]["small"]["size"]) == ("gifv", "34x32", "33x31")
    assert sent["meta"]["original"]["duration"] == pytest.approx(0.12, abs=0.05)
    assert len(sent["blurhash"]) > 10
    raw, response = await got(marie.house, sent["url"])
    assert (response.content_type, response.headers["Content-Disposition"]) == ("video/mp4", "inline")
    assert streams_of(raw) == ["video"]
    still, response = await got(marie.house, sent["preview_url"])
    assert (response.content_type, getattr(Image.open(io.BytesIO(still)), "n_frames", 1)) == ("image/webp", 1)
    post = await marie.post("Regardez", media_ids=[sent["id"]])
    assert post["media_attachments"][0]["type"] == "gifv"
    (shown,) = await marie.get("/api/v1/timelines/home", limit=1)
    assert shown["media_attachments"][0]["type"] == "gifv"


def streams_of(film: bytes) -> list[str]:
    command = ["ffprobe", "-v", "error", "-show_entries", "stream=codec_type", "-of", "csv=p=0", "-"]
    said = subprocess.run(command, input=film, capture_output=True, check=True, timeout=30).stdout
    return said.decode().split()


async def test_other_moving_pictures_go_on_moving_and_gifs_too_without_ffmpeg(
    app_of: AppOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    marie = await app_of("marie")
    sent = [await send(marie, moving(3, format="WEBP"))]
    monkeypatch.setattr(darkroom, "PROGRAMS", "/nonexistent")
    sent.append(await send(marie, moving(3)))
    for each in sent:
        raw, response = await got(marie.house, each["url"])
        assert (each["type"], response.content_type) == ("image", "image/webp")
        assert getattr(Image.open(io.BytesIO(raw)), "n_frames", 1) == 3


REFUSED = {
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "type of file is not taken"),
    "html": (b"<!doctype html><script>alert(1)</script>", "type of file is not taken"),
    "xml": (b"<?xml version='1.0'?><a/>", "type of file is not taken"),
    "empty": (b"", "type of file is not taken"),
    "html as gif": (b"GIF89a/*" + b"<script>alert(1)</script>" * 20, "cannot be read"),
    "cut off": (picture("JPEG")[:300], "cannot be read"),
    "bomb": (bomb(), "40 megapixels"),
    "just too large": (bomb(6_000, 6_700), "40 megapixels"),
    "too many frames": (moving(301), "300 at most"),
    "too many bytes": (picture("PNG") + b"\0" * 1_100_000, "too large"),
}


async def test_what_is_no_picture_that_may_be_taken_is_refused(open_house: OpenHouse) -> None:
    house = await open_house(media={"picture_mib": 1})
    marie = App(house, account := await house.staff("marie"), await house.token(account))
    said = {name: (await send(marie, raw, expect=422))["error"] for name, (raw, _) in REFUSED.items()}
    assert [name for name, (_, sentence) in REFUSED.items() if sentence not in said[name]] == []
    assert not list((house.node.settings.data / "incoming").iterdir())


async def test_a_pdf_is_for_download_only(app_of: AppOf) -> None:
    marie = await app_of("marie")
    sent = await send(marie, PDF)
    assert (sent["type"], sent["preview_url"]) == ("unknown", None)
    raw, response = await got(marie.house, sent["url"])
    assert raw == PDF
    assert response.headers["Content-Disposition"] == 'attachment; filename="file.pdf"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


@films
async def test_a_film_is_worked_on_while_the_app_asks_again(app_of: AppOf, tmp_path: Path) -> None:
    marie = await app_of("marie")
    sent = await send(marie, film(tmp_path), expect=202)
    assert sent["url"] is None
    path = f"/api/v1/media/{sent['id']}"
    status, ready = await finished(marie, path)
    assert status == 200
    assert (ready["type"], ready["meta"]["original"]["width"]) == ("video", 64)
    assert ready["meta"]["original"]["duration"] == pytest.approx(1.0, abs=0.1)
    raw, response = await got(marie.house, ready["url"])
    assert response.content_type == "video/mp4"
    assert b"48.85" not in raw
    assert Image.open(io.BytesIO((await got(marie.house, ready["preview_url"]))[0])).size == (64, 48)


@films
async def test_sound_and_a_broken_film(app_of: AppOf, tmp_path: Path) -> None:
    marie = await app_of("marie")
    heard = await send(marie, sound(tmp_path), path="/api/v1/media")
    assert (heard["type"], heard["preview_url"]) == ("audio", None)
    assert "cannot be read" in (await send(marie, film(tmp_path)[:900], path="/api/v1/media", expect=422))["error"]
    # Asked for in the other way, the answer came first: what became of it is told to whoever asks again.
    sent = await send(marie, b"\0\0\0\x18ftypisom" + b"\0" * 500, expect=202)
    status, answer = await finished(marie, f"/api/v1/media/{sent['id']}")
    assert (status, answer["error"]) == (422, "Error processing media")


async def test_without_ffmpeg_films_are_refused_with_a_reason(app_of: AppOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    marie = await app_of("marie")
    answer = await send(marie, b"\0\0\0\x18ftypisom" + b"\0" * 500, expect=422)
    assert "ffmpeg is missing" in answer["error"]
    instance = await marie.get("/api/v2/instance")
    assert "video/mp4" not in instance["configuration"]["media_attachments"]["supported_mime_types"]


async def test_a_file_is_described_shown_by_another_picture_and_taken_back(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    sent = await send(marie, picture())
    path = f"/api/v1/media/{sent['id']}"
    data = form(picture("PNG", size=(20, 10)), name="thumbnail", description="Une carte", focus="0.1,0.2")
    changed = await marie.ask("PUT", path, data=data)
    assert (changed["description"], changed["meta"]["focus"]) == ("Une carte", {"x": 0.1, "y": 0.2})
    assert changed["meta"]["small"]["size"] == "20x10"
    assert (await marie.ask("PUT", path, json={"description": ""}))["description"] is None
    for refused in ({"focus": "2,0"}, {"focus": "x"}, {"description": "x" * 1501}):
        await marie.ask("PUT", path, expect=422, json=refused)
    await paul.get(path, expect=404)
    await paul.ask("DELETE", path, expect=404)
    await marie.ask("DELETE", path)
    await marie.get(path, expect=404)
    await got(marie.house, sent["url"], expect=404)
    assert not [each for each in marie.house.node.settings.media_folder.rglob("*") if each.is_file()]


async def test_nobody_names_a_file_of_the_node_itself(app_of: AppOf) -> None:
    marie = await app_of("marie")
    named = {"filename": "x", "path": str(marie.house.node.settings.database_file), "size": 1}
    for path in ("/api/v1/media", "/api/v2/media"):
        await marie.ask("POST", path, json={"file": named}, expect=422)
        await marie.ask("POST", path, json={"file": "x"}, expect=422)
    await marie.ask("PATCH", "/api/v1/accounts/update_credentials", json={"avatar": named}, expect=422)


async def test_only_ones_own_unused_files_hang_on_a_post(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    his = await send(paul, picture())
    assert (
        "no longer there"
        in (await marie.ask("POST", "/api/v1/statuses", expect=422, json={"status": "x", "media_ids": [his["id"]]}))[
            "error"
        ]
    )
    hers = await send(marie, picture())
    await marie.post("Une fois", media_ids=[hers["id"]])
    await marie.ask("POST", "/api/v1/statuses", expect=422, json={"status": "x", "media_ids": [hers["id"]]})
    await marie.get(f"/api/v1/media/{hers['id']}", expect=404)
    await marie.ask("POST", "/api/v1/statuses", expect=422, json={"status": "x", "media_ids": list(range(1, 6))})


async def test_an_edit_keeps_reorders_describes_and_removes_files(app_of: AppOf) -> None:
    marie = await app_of("marie")
    first, second = await send(marie, picture()), await send(marie, picture("PNG"))
    post = await marie.post("Deux", media_ids=[first["id"], second["id"]])
    path = f"/api/v1/statuses/{post['id']}"

    async def edited(**changes: object) -> list[tuple[str, str | None]]:
        found = await marie.ask("PUT", path, json=changes)
        return [(each["id"], each["description"]) for each in found["media_attachments"]]

    described = [{"id": second["id"], "description": "Le plan", "focus": "0,1"}]
    assert await edited(status="Deux!", media_attributes=described) == [(first["id"], None), (second["id"], "Le plan")]
    assert await edited(media_ids=[second["id"], first["id"]]) == [(second["id"], "Le plan"), (first["id"], None)]
    assert await edited(media_ids=[first["id"]]) == [(first["id"], None)]
    assert await edited(media_ids=[], status="Sans") == []
    history = await marie.get(f"{path}/history")
    assert history[-1]["media_attachments"] == []


async def test_files_of_a_removed_post_wait_a_day_for_being_posted_anew(app_of: AppOf) -> None:
    marie = await app_of("marie")
    node = marie.house.node
    sent, other = await send(marie, picture()), await send(marie, picture())
    post = await marie.post("", media_ids=[sent["id"]])
    deleted = await marie.ask("DELETE", f"/api/v1/statuses/{post['id']}")
    assert deleted["media_attachments"][0]["id"] == sent["id"]
    marie.house.clock.forward(hours=23)
    await node.library.sweep()
    again = await marie.post("", media_ids=[sent["id"]])
    marie.house.clock.forward(hours=2)
    await node.library.sweep()
    await marie.get(f"/api/v1/media/{other['id']}", expect=404)
    await got(marie.house, again["media_attachments"][0]["url"])
    await marie.ask("DELETE", f"/api/v1/statuses/{again['id']}?delete_media=true")
    assert not [each for each in node.settings.media_folder.rglob("*") if each.is_file()]


async def test_only_media_finds_posts_with_files(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    await marie.post("Sans #carte")
    sent = await send(marie, picture())
    post = await marie.post("Avec #carte", media_ids=[sent["id"]])
    await marie.post("Encore sans #carte")
    for path in (
        f"/api/v1/accounts/{marie.id}/statuses",
        "/api/v1/timelines/public",
        "/api/v1/timelines/public?local=true",
        "/api/v1/timelines/tag/carte",
    ):
        assert [each["id"] for each in await paul.get(path, only_media="true")] == [post["id"]], path
    assert await paul.get("/api/v1/timelines/public", only_media="true", remote="true") == []
    await marie.ask("PUT", f"/api/v1/statuses/{post['id']}", json={"media_ids": []})
    assert await paul.get("/api/v1/timelines/public", only_media="true") == []


# ---- who may see them -----------------------------------------------------------------------------------------------


async def test_a_file_is_seen_by_those_who_may_read_its_post(app_of: AppOf) -> None:
    marie, paul, anne = await app_of("marie"), await app_of("paul"), await app_of("anne")
    sent = await send(marie, picture())
    post = await marie.post("@paul Pour vous", visibility="direct", media_ids=[sent["id"]])
    (his,) = (await paul.get(f"/api/v1/statuses/{post['id']}"))["media_attachments"]
    bare = his["url"].partition("?")[0]
    for address in (his["url"], his["preview_url"]):
        await got(marie.house, address)
    for address in (
        bare,
        f"{bare}/small",
        f"{bare}?pass=1.2.3",
        his["url"][:-1] + "!",
        f"{marie.house.url}/media/{'a' * 22}",
    ):
        absent, response = await got(marie.house, address, expect=404)
        assert b"Not Found" in absent
        assert "Content-Disposition" not in response.headers
    await got(marie.house, bare, Authorization=paul._headers["Authorization"])
    await got(marie.house, bare, expect=404, Authorization=anne._headers["Authorization"])
    her_pass = (await send(anne, picture()))["url"].partition("?")[2]
    await got(marie.house, f"{bare}?{her_pass}", expect=404)  # good for another file
    writing_only = await marie.house.token(paul.account, "write")
    await got(marie.house, bare, expect=404, Authorization=writing_only["Authorization"])

    await marie.towards(paul, "block")
    await got(marie.house, his["url"], expect=404)


async def test_a_pass_ends(app_of: AppOf) -> None:
    marie = await app_of("marie")
    sent = await send(marie, picture())
    await marie.post("Photo", media_ids=[sent["id"]])
    marie.house.clock.forward(days=14)
    await got(marie.house, sent["url"])
    marie.house.clock.forward(days=17)
    await got(marie.house, sent["url"], expect=404)


async def test_the_node_may_give_open_posts_files_to_whoever_knows_where(open_house: OpenHouse) -> None:
    house = await open_house(media={"open_to_peers": True})
    marie = App(house, account := await house.staff("marie"), await house.token(account))
    shown, kept = await send(marie, picture()), await send(marie, picture())
    await marie.post("Pour tous", media_ids=[shown["id"]])
    await marie.post("Pour ici", legation_reach="node", media_ids=[kept["id"]])
    await got(house, shown["url"].partition("?")[0])
    await got(house, kept["url"].partition("?")[0], expect=404)


async def test_parts_of_a_file_are_given(app_of: AppOf) -> None:
    marie = await app_of("marie")
    sent = await send(marie, picture("PNG"))
    whole, response = await got(marie.house, sent["url"])
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "immutable" in response.headers["Cache-Control"]
    etag, size = response.headers["ETag"], len(whole)
    for wanted, part, said in (
        ("bytes=0-9", whole[:10], f"bytes 0-9/{size}"),
        ("bytes=10-", whole[10:], f"bytes 10-{size - 1}/{size}"),
        ("bytes=-5", whole[-5:], f"bytes {size - 5}-{size - 1}/{size}"),
        (f"bytes=5-{size * 9}", whole[5:], f"bytes 5-{size - 1}/{size}"),
    ):
        raw, response = await got(marie.house, sent["url"], expect=206, Range=wanted)
        assert (raw, response.headers["Content-Range"]) == (part, said)
    _, response = await got(marie.house, sent["url"], expect=416, Range=f"bytes={size}-")
    assert response.headers["Content-Range"] == f"bytes */{size}"
    for odd in ("lines=1-2", "bytes=0-1,4-5", "bytes=x"):
        assert (await got(marie.house, sent["url"], Range=odd))[0] == whole
    assert (await got(marie.house, sent["url"], Range="bytes=0-1", If_Range='"other"'))[0] == whole
    assert (await got(marie.house, sent["url"], expect=304, If_None_Match=etag))[0] == b""
    async with marie.house.client.head(sent["url"].removeprefix(marie.house.url)) as response:
        assert (response.status, response.headers["Content-Length"]) == (200, str(size))


# ---- pictures of people ---------------------------------------------------------------------------------------------


async def test_somebody_is_shown_by_pictures_of_their_own(app_of: AppOf) -> None:
    marie, paul = await app_of("marie"), await app_of("paul")
    post = await marie.post("Bonjour")
    before = (await paul.get(f"/api/v1/statuses/{post['id']}"))["account"]["avatar"]
    data = form(photograph(), name="avatar", note="Physique")
    data.add_field("header", picture(size=(3000, 1000)), filename="h.jpg")
    changed = await marie.ask("PATCH", "/api/v1/accounts/update_credentials", data=data)
    assert changed["source"]["note"] == "Physique"
    account = (await paul.get(f"/api/v1/statuses/{post['id']}"))["account"]
    assert account["avatar"] == account["avatar_static"] == changed["avatar"] != before
    raw, _ = await got(marie.house, account["avatar"])
    assert Image.open(io.BytesIO(raw)).size == (400, 400)
    assert Image.open(io.BytesIO((await got(marie.house, account["header"]))[0])).size == (1500, 500)
    await marie.ask("DELETE", "/api/v1/profile/header")
    assert (await marie.ask("DELETE", "/api/v1/profile/avatar"))["avatar"] == before
    await marie.house.node.library.sweep()
    await got(marie.house, account["avatar"], expect=404)
    await marie.ask("PATCH", "/api/v1/accounts/update_credentials", expect=422, data=form(PDF, name="avatar"))


# ---- how much, how often --------------------------------------------------------------------------------------------


async def test_limits_stand_in_the_configuration_and_are_kept(open_house: OpenHouse) -> None:
    house = await open_house(media={"picture_mib": 1, "file_mib": 2, "per_post": 2}, media_per_30_minutes=2)
    marie = App(house, account := await house.staff("marie"), await house.token(account))
    told = (await marie.get("/api/v2/instance"))["configuration"]
    assert told["statuses"]["max_media_attachments"] == 2
    assert told["media_attachments"]["image_size_limit"] == 1024 * 1024
    assert "image/avif" in told["media_attachments"]["supported_mime_types"]
    await marie.ask("POST", "/api/v2/media", expect=413, data=form(b"\0" * 5 * 1024 * 1024))
    await send(marie, picture())
    answer = await send(marie, picture(), expect=429)
    assert answer == {"error": "Too many requests"}


async def test_a_form_that_is_none_is_refused(app_of: AppOf) -> None:
    marie = await app_of("marie")
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    for raw in (b"--x\r\n", b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc'):
        await marie.ask("POST", "/api/v2/media", expect=400, headers=headers, data=raw)
    await marie.ask("POST", "/api/v2/media", expect=422, data={"description": "rien"})
    no_boundary = {"Content-Type": "multipart/form-data"}
    await marie.ask("POST", "/api/v2/media", expect=400, headers=no_boundary, data=b"abc")


async def pieces(trouble: Exception | None = None) -> AsyncIterator[bytes]:
    yield b"one"
    if trouble is not None:
        raise trouble


async def test_who_leaves_before_a_file_has_begun_is_no_trouble() -> None:
    """aiohttp notices when it sends the head of the answer; a line to the bucket that breaks is another matter."""
    line = Mock(AbstractStreamWriter)
    line.send_headers.side_effect = ClientConnectionResetError("Cannot write to closing transport")
    gone = make_mocked_request("GET", "/media/x", writer=line)
    answer = web.StreamResponse()
    assert await serving.give(gone, answer, b"zero", pieces()) is answer
    assert line.send_headers.called
    assert not line.write.called
    there = make_mocked_request("GET", "/media/x")
    there.transport.is_closing.return_value = False  # type: ignore[union-attr]  # a mock
    with pytest.raises(ConnectionAbortedError):
        await serving.give(there, web.StreamResponse(), b"zero", pieces(ConnectionAbortedError()))
