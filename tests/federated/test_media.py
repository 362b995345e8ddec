"""Pictures cross between nodes: by reference at first, fetched by the reader's own node when somebody looks."""

import asyncio
import io

import pytest
from aiohttp import FormData
from PIL import Image

from node.media.darkroom import has_ffmpeg
from storage import media
from storage.media import State
from tests.federated.clients import names_lead_here, signed_in
from tests.federated.conftest import FederationOf, Json, Place, Staff, settled
from tests.pictures import moving, photograph, picture

__all__ = ["names_lead_here"]  # a fixture, for the client that asks the machine's own resolver


async def send(person: Staff, raw: bytes, *, description: str = "") -> str:
    data = FormData()
    data.add_field("file", io.BytesIO(raw), filename="photo.jpg")
    data.add_field("description", description)
    return str((await person.ask("POST", "/api/v2/media", data=data))["id"])


async def fetched(place: Place, address: str, *, expect: int = 200) -> bytes:
    """What is given to whoever has an address of this node."""
    assert address.startswith(f"{place.base_url}/media/")
    async with place.session.get(address) as response:
        raw = await response.read()
        assert response.status == expect, (address, response.status)
        return raw


async def states(place: Place) -> list[State]:
    sql = "select state from media order by id"
    return await place.running.node.store.read(lambda unit: unit.all(State, sql))


async def only_file(person: Staff, post: Json) -> Json:
    (found,) = (await person.ask("GET", f"/api/v1/statuses/{post['id']}"))["media_attachments"]
    return found


async def test_a_picture_from_paris_is_seen_in_tokyo_through_tokyos_node(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    marie, ken, yuki = await paris.staff("marie"), await tokyo.staff("ken"), await tokyo.staff("yuki")
    await ken.follow(marie)
    sent = await send(marie, photograph(), description="Le Quai")
    await marie.post("Photo", visibility="private", media_ids=[sent])
    await settled(paris, tokyo)

    (read,) = await ken.home()
    (shown,) = read["media_attachments"]
    assert (shown["type"], shown["description"], shown["remote_url"]) == ("image", "Le Quai", None)
    assert (shown["meta"]["original"]["size"], shown["meta"]["small"]["size"]) == ("60x80", "60x80")
    assert len(shown["blurhash"]) > 10
    assert await states(tokyo) == [State.ELSEWHERE]  # nothing was fetched when it came

    await yuki.ask("GET", f"/api/v1/statuses/{read['id']}", expect=404)
    await fetched(tokyo, shown["url"].partition("?")[0], expect=404)
    assert await states(tokyo) == [State.ELSEWHERE]
    both = await asyncio.gather(fetched(tokyo, shown["url"]), fetched(tokyo, shown["preview_url"]))
    assert [Image.open(io.BytesIO(raw)).size for raw in both] == [(60, 80), (60, 80)]
    assert await states(tokyo) == [State.READY]

    # Kept: Paris may be away now. When room is needed it goes, and is fetched anew for the next reader.
    await paris.stop()
    await fetched(tokyo, shown["url"])
    library = tokyo.running.node.library
    library.settings = library.settings.model_copy(update={"cache_mib": 0})
    await library.sweep()
    assert await states(tokyo) == [State.ELSEWHERE]
    assert not [path for path in tokyo.settings.media_folder.rglob("*") if path.is_file()]
    await fetched(tokyo, shown["url"], expect=404)
    assert await states(tokyo) == [State.FAILED]


@pytest.mark.skipif(not has_ffmpeg(), reason="ffmpeg is missing: apt-get install ffmpeg")
async def test_a_gif_from_paris_moves_in_tokyo_too(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    marie, ken = await paris.staff("marie"), await tokyo.staff("ken")
    await ken.follow(marie)
    await marie.post("Regardez", media_ids=[await send(marie, moving(3))])
    await settled(paris, tokyo)
    (read,) = await ken.home()
    assert read["media_attachments"][0]["type"] == "gifv"  # before anybody has looked
    assert b"ftyp" in (await fetched(tokyo, read["media_attachments"][0]["url"]))[:16]
    shown = await only_file(ken, read)
    assert (shown["type"], shown["meta"]["original"]["size"]) == ("gifv", "32x32")
    assert (await fetched(tokyo, shown["preview_url"])).startswith(b"RIFF")


async def test_a_peer_is_given_files_of_posts_that_it_may_read(federation_of: FederationOf) -> None:
    paris, tokyo, dakar = await federation_of(3)
    marie, ken = await paris.staff("marie"), await tokyo.staff("ken")
    await dakar.staff("awa")
    await ken.follow(marie)
    sent = await send(marie, picture())
    post = await marie.post("Photo", visibility="private", media_ids=[sent])
    await settled(paris, tokyo, dakar)
    address = (await only_file(marie, post))["url"].partition("?")[0]

    async def asked_by(place: Place) -> bool:
        """Whether a node is given the file, as it would ask for it."""
        node = place.running.node
        name = "x" * 22
        reference = media.Reference(address, "image")
        owner = await node.federation.person("marie", paris.host)
        await node.store.write(media.refer_portrait, owner.id, media.Place.HEADER, reference, name=name)
        async with place.session.get(f"{place.base_url}/media/{name}") as response:
            return response.status == 200

    assert (await asked_by(tokyo), await asked_by(dakar)) == (True, False)
    await fetched(paris, address, expect=404)


async def test_a_file_that_is_not_the_one_that_was_signed_is_not_shown(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    marie, ken = await paris.staff("marie"), await tokyo.staff("ken")
    await ken.follow(marie)
    post = await marie.post("Photo", media_ids=[await send(marie, picture())])
    await settled(paris, tokyo)
    name = (await only_file(marie, post))["url"].partition("?")[0].rpartition("/")[2]
    path = paris.settings.media_folder / name[:2] / name
    path.write_bytes(path.read_bytes().replace(b"JFIF", b"JFXX"))
    (read,) = await ken.home()
    await fetched(tokyo, read["media_attachments"][0]["url"], expect=404)
    assert await states(tokyo) == [State.FAILED]


async def test_edits_and_removals_reach_the_files_of_other_nodes(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    marie, ken = await paris.staff("marie"), await tokyo.staff("ken")
    await ken.follow(marie)
    first, second = await send(marie, picture()), await send(marie, picture("PNG"))
    post = await marie.post("Deux", media_ids=[first, second])
    await settled(paris, tokyo)
    (read,) = await ken.home()
    before = [each["id"] for each in read["media_attachments"]]
    assert [each["id"] for each in await ken.home(only_media="true")] == [read["id"]]

    attributes = [{"id": second, "description": "Le plan"}]
    await marie.ask(
        "PUT", f"/api/v1/statuses/{post['id']}", json={"media_ids": [second], "media_attributes": attributes}
    )
    await settled(paris, tokyo)
    (kept,) = (await ken.ask("GET", f"/api/v1/statuses/{read['id']}"))["media_attachments"]
    assert (kept["id"], kept["description"]) == (before[1], "Le plan")

    await marie.ask("DELETE", f"/api/v1/statuses/{post['id']}")
    await settled(paris, tokyo)
    await fetched(tokyo, kept["url"], expect=404)


async def test_a_person_is_shown_in_tokyo_as_in_paris(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    marie, ken = await paris.staff("marie"), await tokyo.staff("ken")
    await ken.follow(marie)
    data = FormData()
    data.add_field("avatar", io.BytesIO(picture()), filename="me.jpg")
    await marie.ask("PATCH", "/api/v1/accounts/update_credentials", data=data)
    await settled(paris, tokyo)
    account = await ken.find(marie)
    assert account["avatar"] == account["avatar_static"]
    assert Image.open(io.BytesIO(await fetched(tokyo, account["avatar"]))).size == (400, 400)
    await marie.ask("PATCH", "/api/v1/accounts/update_credentials", json={"note": "Autre chose"})
    await settled(paris, tokyo)
    assert (await ken.find(marie))["avatar"] == account["avatar"]
    await marie.ask("DELETE", "/api/v1/profile/avatar")
    await settled(paris, tokyo)
    assert "/media/" not in (await ken.find(marie))["avatar"]


async def test_mastodon_py_posts_a_picture(federation_of: FederationOf) -> None:
    (paris,) = await federation_of(1)
    await paris.staff("marie")
    app = await asyncio.to_thread(signed_in, paris, "marie")

    def post() -> tuple[str, str]:
        sent = app.media_post(
            io.BytesIO(photograph()), mime_type="image/jpeg", description="Le Quai", focus=(0.5, -0.5)
        )
        app.media_update(sent, description="Le Quai d’Orsay")
        status = app.status_post("Photo", media_ids=[sent])
        (found,) = status.media_attachments
        return str(found.url), str(found.description)

    address, description = await asyncio.to_thread(post)
    assert description == "Le Quai d’Orsay"
    assert Image.open(io.BytesIO(await fetched(paris, address))).size == (60, 80)
