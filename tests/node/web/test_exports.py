"""A copy of what is one's own: what is in it, who gets it, and for how long."""

import csv
import io
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import orjson
import pytest

from node.actions import communities
from node.actions.communities import Founding
from node.exports import archive
from storage import belongings, drafts, exports
from storage.accounts import Account
from storage.events import ExportsChanged
from storage.store import Unit
from tests import loopback
from tests.federated.conftest import until
from tests.node.api.conftest import App
from tests.node.api.test_media import send
from tests.node.conftest import PASSWORD, House
from tests.node.web.browser import Browser
from tests.node.web.enrolling import unlock
from tests.pictures import picture

DATA = "/settings/data"


async def somebody(house: House, name: str) -> App:
    """Who works here, with an app."""
    account = await house.staff(name)
    return App(house, account, await house.token(account))


@pytest.fixture
async def marie(house: House) -> App:
    return await somebody(house, "marie")


@pytest.fixture
async def browser(marie: App) -> AsyncIterator[Browser]:
    async with loopback.session(base_url=marie.house.url) as client:
        found = Browser(client)
        await found.sign_in("marie", PASSWORD)
        yield found


async def wake(house: House, account: Account) -> None:
    """Have whoever makes copies look at the clock, which the tests have moved."""

    def say(unit: Unit) -> None:
        unit.after_commit(ExportsChanged(account.id))

    await house.node.store.write(say)


async def asked_for(browser: Browser) -> None:
    page = await browser.open(DATA)
    assert (await browser.send(page, DATA, present=PASSWORD)).url.path == DATA


async def is_ready(browser: Browser) -> bool:
    return "Votre copie est prête" in (await browser.open(DATA)).text


async def copy_of(browser: Browser) -> zipfile.ZipFile:
    async with browser.client.get(f"{DATA}/copy.zip") as answer:
        assert (answer.status, answer.content_type) == (200, "application/zip")
        assert answer.headers["Cache-Control"] == "no-store"
        return zipfile.ZipFile(io.BytesIO(await answer.read()))


def table(copy: zipfile.ZipFile, name: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(copy.read(name).decode())))


def items(copy: zipfile.ZipFile, name: str) -> list[Any]:
    found: list[Any] = orjson.loads(copy.read(name))["orderedItems"]
    return found


async def test_everything_of_ones_own_is_in_it_and_nothing_of_others(
    marie: App, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(belongings, "PART", 2)  # so that each list takes several parts
    ken, zoe, paul = [await somebody(marie.house, name) for name in ("ken", "zoe", "paul")]
    file = await send(marie, picture())
    mine = [await marie.post(f"Note {number}") for number in range(4)]
    mine.append(await marie.post("Avec image", visibility="private", media_ids=[file["id"]]))
    mine.append(await marie.post("@ken Pour toi seul", visibility="direct"))
    theirs = await ken.post("De Ken")
    hidden = await ken.post("Pour les abonnés de Ken", visibility="private")
    for verb in ("reblog", "bookmark", "favourite"):
        await marie.act(theirs, verb)
    for other in (ken, zoe, paul):
        await marie.towards(other, "follow", json={"reblogs": other is not zoe})
    await paul.towards(marie, "follow")
    await communities.found(marie.house.node, marie.account, Founding("presse", "Presse"), source="x")
    await marie.towards(zoe, "mute")
    await marie.towards(ken, "note", json={"comment": "=SUM(A1)"})
    made = await marie.ask("POST", "/api/v1/lists", json={"title": "Asie"})
    await marie.ask("POST", f"/api/v1/lists/{made['id']}/accounts", json={"account_ids": [ken.id]})
    await marie.towards(paul, "block")
    later = (marie.house.clock() + timedelta(hours=1)).isoformat()
    await marie.post("Pour plus tard", scheduled_at=later)
    await marie.ask(
        "PATCH", "/api/v1/accounts/update_credentials", json={"source": {"privacy": "private", "language": "de"}}
    )
    for number in range(3):
        await marie.house.node.store.write(
            drafts.keep, marie.account.id, f"key{number}", f'{{"text": "{number}"}}', files=[]
        )
    await asked_for(browser)
    await until(lambda: is_ready(browser))
    copy = await copy_of(browser)
    assert copy.testzip() is None
    domain = marie.house.node.settings.account_domain
    actor = orjson.loads(copy.read("actor.json"))
    assert (actor["id"], actor["preferredUsername"]) == (marie.account.uri, "marie")
    outbox = orjson.loads(copy.read("outbox.json"))
    assert outbox["totalItems"] == len(outbox["orderedItems"]) == 7
    creates, announce = outbox["orderedItems"][:6], outbox["orderedItems"][6]
    assert [each["object"]["id"] for each in creates] == [each["uri"] for each in mine]
    assert (announce["type"], announce["object"]) == ("Announce", theirs["uri"])
    (attachment,) = creates[4]["object"]["attachment"]
    name = attachment["url"].rpartition("/")[2]
    (inside,) = [each for each in copy.namelist() if each.startswith("media/")]
    assert inside.startswith(f"media/{name}.")
    assert copy.read(inside)[:4] in {b"RIFF", b"\xff\xd8\xff\xe0", b"\x89PNG"}
    assert items(copy, "bookmarks.json") == items(copy, "likes.json") == [theirs["uri"]]
    assert table(copy, "following_accounts.csv")[1:] == [
        [f"ken@{domain}", "true", "false", ""],
        [f"zoe@{domain}", "false", "false", ""],
        [f"presse@{domain}", "true", "false", ""],
    ]
    assert {name: table(copy, f"{name}.csv") for name in ("followers", "lists", "bookmarks")} == {
        "followers": [["Account address"]],  # Paul's follow ended with the block
        "lists": [["Asie", f"ken@{domain}"]],
        "bookmarks": [[theirs["uri"]]],
    }
    assert {
        name: table(copy, f"{name}.csv")[1:] for name in ("communities", "blocked_accounts", "muted_accounts", "notes")
    } == {
        "communities": [[f"presse@{domain}", "true", "true"]],
        "blocked_accounts": [[f"paul@{domain}"]],
        "muted_accounts": [[f"zoe@{domain}", "true"]],
        "notes": [[f"ken@{domain}", "'=SUM(A1)"]],
    }
    assert [each["typed"]["text"] for each in orjson.loads(copy.read("drafts.json"))] == ["0", "1", "2"]
    (waiting,) = orjson.loads(copy.read("scheduled.json"))
    assert "Pour plus tard" in str(waiting["typed"])
    begin = orjson.loads(copy.read("preferences.json"))
    assert begin == {"reach": "followers", "sensitive": False, "language": "de", "quotable": "public"}
    everything = b"".join(copy.read(each) for each in copy.namelist())
    assert hidden["uri"].encode() not in everything
    assert b"De Ken" not in everything


async def test_sec_g4_what_one_may_not_read_any_more_is_not_named(marie: App, browser: Browser) -> None:
    ken = await somebody(marie.house, "ken")
    theirs = await ken.post("De Ken")
    for verb in ("reblog", "bookmark", "favourite"):
        await marie.act(theirs, verb)
    await ken.towards(marie, "block")
    await asked_for(browser)
    await until(lambda: is_ready(browser))
    copy = await copy_of(browser)
    assert all(theirs["uri"].encode() not in copy.read(name) for name in copy.namelist())


async def test_a_copy_is_for_its_owner_alone_and_for_a_day(marie: App, browser: Browser) -> None:
    house = marie.house
    await asked_for(browser)
    await until(lambda: is_ready(browser))
    found = await house.node.store.read(exports.of, marie.account.id)
    assert found is not None
    await somebody(marie.house, "ken")
    async with loopback.session(base_url=house.url) as client:
        ken = Browser(client)
        async with client.get(f"{DATA}/copy.zip") as answer:
            assert answer.url.path == "/sign-in"
        await ken.sign_in("ken", PASSWORD)
        assert "Votre copie est prête" not in (await ken.open(DATA)).text
        await unlock(ken)
        async with client.get(f"{DATA}/copy.zip") as answer:
            assert answer.status == 404
        async with client.get(f"/media/{found.name}") as answer:
            assert answer.status == 404
    house.clock.forward(minutes=11)
    async with browser.client.get(f"{DATA}/copy.zip") as answer:
        assert answer.url.path == DATA  # the password was given too long ago
    page = await browser.open(DATA)
    unlocked = await browser.send(page, f"{DATA}/unlock", present=PASSWORD)
    assert f"{DATA}/copy.zip" in unlocked.html
    assert (await copy_of(browser)).testzip() is None
    async with browser.client.get(f"{DATA}/copy.zip", headers={"Range": "bytes=0-3"}) as answer:
        assert (answer.status, await answer.read()) == (206, b"PK\x03\x04")
    house.clock.forward(hours=24)
    assert await house.node.store.read(exports.of, marie.account.id) is None
    await wake(house, marie.account)

    async def is_gone() -> bool:
        return not list(house.node.settings.media_folder.rglob(found.name))

    await until(is_gone)


async def test_one_that_was_cut_off_is_made_anew(marie: App, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    house = marie.house
    tries: list[int] = []
    whole = archive.write

    async def once_in_vain(*given: Any, **named: Any) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise OSError("the disk is away")
        await whole(*given, **named)

    monkeypatch.setattr(archive, "write", once_in_vain)
    await asked_for(browser)

    async def was_tried() -> bool:
        return bool(tries)

    await until(was_tried)
    assert "Votre copie est en préparation." in (await browser.open(DATA)).text
    house.clock.forward(seconds=exports.PAUSE.total_seconds() + 1)
    await wake(house, marie.account)
    await until(lambda: is_ready(browser))
    assert len(tries) == 2


async def test_one_that_cannot_be_made_says_so(marie: App, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    async def in_vain(*_: Any, **__: Any) -> None:
        raise OSError("the disk is away")

    monkeypatch.setattr(archive, "write", in_vain)
    await asked_for(browser)

    async def has_failed() -> bool:
        marie.house.clock.forward(seconds=exports.PAUSE.total_seconds() + 1)
        await wake(marie.house, marie.account)
        return "n’a pas pu être faite" in (await browser.open(DATA)).text

    await until(has_failed)
    monkeypatch.undo()
    await asked_for(browser)
    await until(lambda: is_ready(browser))
