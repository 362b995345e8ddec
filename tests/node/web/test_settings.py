"""One's own settings: sessions, apps that are told, of whom one is told, the language."""

from collections.abc import AsyncIterator

import pytest

from node.web.pages.settings_sessions import browser_of, system_of
from storage import audit, pushes, staff
from storage.accounts import Account
from storage.oauth import of_account
from storage.pushes import Subscription
from storage.store import Unit
from tests import loopback
from tests.node.conftest import PASSWORD, House
from tests.node.web.browser import Browser

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SESSIONS = "/settings/sessions"


@pytest.fixture
async def marie(house: House) -> Account:
    return await house.staff("marie")


@pytest.fixture
async def here(house: House, marie: Account) -> Browser:
    browser = Browser(house.client)
    await browser.sign_in("marie", PASSWORD)
    return browser


@pytest.fixture
async def elsewhere(house: House, marie: Account) -> AsyncIterator[Browser]:
    """Marie on another machine."""
    async with loopback.session(base_url=house.url, headers={"User-Agent": FIREFOX}) as client:
        browser = Browser(client)
        await browser.sign_in("marie", PASSWORD)
        yield browser


@pytest.mark.parametrize(
    ("agent", "browser", "system"),
    [
        (FIREFOX, "Firefox", "Windows"),
        ("Mozilla/5.0 (Linux; Android 10; K) Chrome/140.0.0.0 Mobile Safari/537.36", "Chrome", "Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0.0.0 Safari/537.36 Edg/140.0", "Edge", "Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari", "iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1", "Safari", "macOS"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36", "Chrome", "Linux"),
        ("curl/8.5", "curl", ""),
        ("", "?", ""),
    ],
)
def test_a_device_in_words(agent: str, browser: str, system: str) -> None:
    assert (browser_of(agent), system_of(agent)) == (browser, system)


async def test_sec_f5_each_session_is_listed_and_can_be_ended(here: Browser, elsewhere: Browser) -> None:
    page = await here.open(SESSIONS)
    assert page.html.count("Ici, maintenant") == 1
    assert "Firefox sous Windows" in page.text
    assert "depuis 127.0.0.1" in page.text
    ended = await here.press(SESSIONS, "/end")
    assert "Cette session est fermée." in ended.text
    assert "Firefox" not in ended.text
    assert (await elsewhere.open("/")).url.path == "/sign-in"
    assert (await here.open("/")).url.path == "/"


async def test_sec_f5_all_others_end_at_once_with_the_password(
    house: House, here: Browser, elsewhere: Browser, marie: Account
) -> None:
    page = await here.open(SESSIONS)
    refused = await here.send(page, f"{SESSIONS}/end-others", present="not mine at all")
    assert refused.status == 422
    assert (await elsewhere.open("/")).url.path == "/"
    done = await here.send(page, f"{SESSIONS}/end-others", present=PASSWORD)
    assert "Toutes les autres sessions sont fermées." in done.text
    assert (await elsewhere.open("/")).url.path == "/sign-in"
    assert len(await house.node.store.read(staff.sessions_of, marie.id)) == 1
    assert (await house.node.store.read(audit.entries, limit=1))[0].act == "sessions.end-others"


async def test_nobody_ends_the_session_of_somebody_else(house: House, here: Browser) -> None:
    ken = await house.staff("ken")
    async with loopback.session(base_url=house.url) as client:
        browser = Browser(client)
        await browser.sign_in("ken", PASSWORD)
        (theirs,) = await house.node.store.read(staff.sessions_of, ken.id)
        csrf = (await here.open("/settings/language")).hidden("/language")["csrf"]
        async with here.client.post(f"{SESSIONS}/{theirs.digest[:16]}/end", data={"csrf": csrf}) as answer:
            assert answer.status == 404
        assert (await browser.open("/")).url.path == "/"


async def test_a_session_that_was_left_is_not_listed(house: House, here: Browser, elsewhere: Browser) -> None:
    for shown in (True, True, False):
        house.clock.forward(hours=5)
        assert ("Firefox" in (await here.open(SESSIONS)).text) is shown


async def test_an_app_is_told_no_more(house: House, here: Browser, marie: Account) -> None:
    await house.token(marie)

    def subscribe(unit: Unit) -> None:
        (grant,) = of_account(unit, marie.id)
        alerts = pushes.alerts_of(["mention", "quote"])
        pushes.subscribe(
            unit, Subscription(0, grant.id, marie.id, "https://push.example/1", b"k", b"a", True, alerts, "all", b"t")
        )

    await house.node.store.write(subscribe)
    assert "mentions, citations" in (await here.open("/settings/reaching")).text
    gone = await here.press("/settings/reaching", "/end")
    assert "mentions, citations" not in gone.text
    assert await house.node.store.read(pushes.of_account, marie.id) == []
    csrf = gone.hidden("/language")["csrf"]
    async with here.client.post("/settings/reaching/apps/1/end", data={"csrf": csrf}) as answer:
        assert answer.status == 404


async def test_the_language_is_chosen_there_too(here: Browser) -> None:
    page = await here.open("/settings/language")
    assert '<input type="hidden" name="done" value="saved">' in page.html
    changed = await here.send(page, "/language", language="en", done="saved")
    assert (changed.url.path, "Your changes are saved." in changed.text) == ("/settings/language", True)


async def test_forms_begin_as_one_chose(here: Browser, house: House, marie: Account) -> None:
    page = await here.open("/settings/writing")
    chosen = {"reach": "followers", "quotable": "nobody", "language": "pt", "sensitive": "yes"}
    done = await here.send(page, "/settings/writing", **chosen)
    assert '<option value="followers" selected>' in done.html
    short, whole = (await here.open("/")).html, (await here.open("/compose")).html
    for form in (short, whole):
        assert '<option value="followers" selected>' in form
        assert '<option value="pt" selected>' in form
    assert '<option value="nobody" selected>' in whole
    await here.send(await here.open("/compose"), "/posts", text="Olá", reach="followers", language="pt")
    sql = "select sensitive from posts where author_id = :me"
    assert await house.node.store.read(lambda unit: unit.all(int, sql, me=marie.id)) == [1]
    for wrong in ({"reach": "node"}, {"language": "not a code"}, {"quotable": "friends"}):
        refused = await here.send(await here.open("/settings/writing"), "/settings/writing", **(chosen | wrong))
        assert (refused.status, "Choisissez" in refused.text) == (422, True)
