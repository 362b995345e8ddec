"""The second step of signing in (security F2, F3, F4, F5, F6, K), on real sockets."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from node.web import confirming
from storage import audit, half_sign_ins, second_factors, staff
from storage.accounts import Account
from storage.second_factors import Factors
from tests import loopback
from tests.node.conftest import PASSWORD, House, OpenHouse
from tests.node.oauth.conftest import registering
from tests.node.web.browser import Browser, Shown
from tests.node.web.enrolling import SECURITY, Phone, enrol, unlock

Another = Callable[[], Awaitable[Browser]]
SECOND = "/sign-in/second"


@pytest.fixture
async def another(house: House) -> AsyncIterator[Another]:
    """One more browser, in which nobody is signed in."""
    async with AsyncExitStack() as stack:

        async def begin() -> Browser:
            return Browser(await stack.enter_async_context(loopback.session(base_url=house.url)))

        yield begin


@pytest.fixture
async def marie(house: House) -> Account:
    return await house.staff("marie")


@pytest.fixture
async def here(house: House, marie: Account) -> Browser:
    """Marie's browser, in which she is signed in."""
    browser = Browser(house.client)
    await browser.sign_in("marie", PASSWORD)
    return browser


@pytest.fixture
async def phone(house: House, here: Browser) -> Phone:
    return await enrol(house, here)


async def half(another: Another, name: str = "marie", then: str = "/notifications") -> tuple[Browser, Shown]:
    """A browser in which the password was right."""
    browser = await another()
    page = await browser.open(f"/sign-in?next={then}")
    return browser, await browser.send(page, "/sign-in", username=name, password=PASSWORD)


async def acts(house: House) -> list[str]:
    return [entry.act for entry in await house.node.store.read(audit.entries, limit=50)]


# ---- codes ----------------------------------------------------------------------------------------------------------


async def test_sec_f4_a_code_is_asked_for_and_good_once(house: House, phone: Phone, another: Another) -> None:
    browser, page = await half(another)
    assert page.url.path == SECOND
    assert (await browser.open("/")).url.path == "/sign-in"
    code = phone.code()
    signed_in = await browser.send(page, SECOND, code=f" {code[:3]} {code[3:]} ")
    assert (signed_in.status, signed_in.url.path) == (200, "/notifications")
    again, page = await half(another)
    refused = await again.send(page, SECOND, code=code)
    assert refused.status == 422
    assert (await again.open("/")).url.path == "/sign-in"
    assert "sign-in.second-step.failed" in await acts(house)


async def test_sec_f4_a_clock_may_be_a_little_off_and_no_code_of_before_is_taken(
    phone: Phone, another: Another, house: House
) -> None:
    house.clock.forward(seconds=30 - house.clock().timestamp() % 30)  # at the beginning of a step
    browser, page = await half(another)
    found = []
    for seconds in (-90, 90, -30, -30, 30, 0, 30):
        found.append((await browser.send(page, SECOND, code=phone.code(seconds=seconds))).status)
        if found[-1] == 200:
            browser, page = await half(another)
    assert found == [422, 422, 200, 422, 200, 422, 422]


async def test_sec_f2_why_a_code_does_not_fit_is_not_said(phone: Phone, another: Another) -> None:
    browser, page = await half(another)
    used = phone.code()
    await browser.send(page, SECOND, code=used)
    said = set()
    late, page = await half(another)
    for code in (used, "000000", phone.code(hours=-1), "x" * 30, "١٢٣٤٥٦"):
        refused = await late.send(page, SECOND, code=code)
        said.add((refused.status, refused.text))
    assert len(said) == 1
    assert (
        "ne convient pas, ou a déjà servi" in next(iter(said))[1] or "does not fit, or was used" in next(iter(said))[1]
    )


async def test_sec_f3_codes_cannot_be_tried_out(phone: Phone, another: Another, house: House) -> None:
    browser, page = await half(another)
    found = [(await browser.send(page, SECOND, code="000000")).status for _ in range(6)]
    assert found == [422] * 5 + [429]
    # Neither the right code nor the password, given again, opens a way around the wait.
    browser, page = await half(another)
    assert (await browser.send(page, SECOND, code=phone.code())).status == 429
    page = await browser.open(SECOND)
    assert (await browser.send(page, f"{SECOND}/recovery", recovery=phone.recovery[0])).status == 429
    house.clock.forward(seconds=11)
    assert (await browser.send(page, SECOND, code=phone.code())).status == 200


# ---- half a sign-in -------------------------------------------------------------------------------------------------


async def test_sec_f4_half_a_sign_in_ends_soon(phone: Phone, another: Another, house: House) -> None:
    browser, page = await half(another)
    house.clock.forward(seconds=half_sign_ins.GOOD_FOR.total_seconds() + 1)
    late = await browser.send(page, SECOND, code=phone.code())
    assert (late.url.path, late.url.query["next"]) == ("/sign-in", "/notifications")


async def test_sec_f4_without_the_password_there_is_no_second_step(phone: Phone, another: Another) -> None:
    browser = await another()
    sent = {"code": phone.code(), "recovery": phone.recovery[0], "answer": "{}"}
    for path in (SECOND, f"{SECOND}/recovery", f"{SECOND}/passkey"):
        async with browser.client.post(path, data=sent) as answer:
            assert answer.url.path == "/sign-in"
    assert (await browser.open("/")).url.path == "/sign-in"
    async with browser.client.post(f"{SECOND}/passkey/options") as answer:
        assert answer.status == 403


async def test_sec_f6_another_password_ends_it(phone: Phone, another: Another, house: House, marie: Account) -> None:
    browser, page = await half(another)
    await house.node.store.write(staff.set_password, marie.id, "x")
    assert (await browser.send(page, SECOND, code=phone.code())).url.path == "/sign-in"


async def test_sec_f5_the_session_is_a_new_one_at_each_step(house: House, here: Browser, another: Another) -> None:
    def cookie(browser: Browser) -> str:
        return next(each.value for each in browser.client.cookie_jar if each.key == "legation")

    before = cookie(here)
    phone = await enrol(house, here)
    assert cookie(here) != before
    stolen = await another()
    stolen.client.cookie_jar.update_cookies({"legation": before})
    assert (await stolen.open("/")).url.path == "/sign-in"
    assert (await here.open("/")).url.path == "/"
    browser, page = await half(another)
    halves = {each.value for each in browser.client.cookie_jar}
    await browser.send(page, SECOND, code=phone.code())
    assert {each.key for each in browser.client.cookie_jar} == {"legation"}
    assert cookie(browser) not in halves


# ---- recovery codes -------------------------------------------------------------------------------------------------


async def test_sec_f4_recovery_codes_are_good_once_and_written_nowhere(
    house: House, phone: Phone, another: Another, here: Browser
) -> None:
    assert len(set(phone.recovery)) == 10
    first = phone.recovery[0]
    for code, status in [(first.upper().replace("-", " "), 200), (first, 422), ("", 422), (phone.recovery[1], 200)]:
        browser, page = await half(another)
        assert (await browser.send(page, f"{SECOND}/recovery", recovery=code)).status == status
    assert "Il reste 8 codes." in (await here.open(SECURITY)).text
    assert "second-factor.recovery-code.used" in await acts(house)
    await unlock(here)
    fresh = await here.press(SECURITY, "/recovery-codes")
    codes = fresh.hidden(f"{SECURITY}/recovery-codes.txt")["codes"].split()
    async with here.client.post(
        f"{SECURITY}/recovery-codes.txt", data=fresh.hidden(f"{SECURITY}/recovery-codes.txt")
    ) as file:
        assert file.content_type == "text/plain"
        assert file.headers["Content-Disposition"] == 'attachment; filename="legation-marie.txt"'
        assert [line for line in (await file.text()).split() if "-" in line] == codes
    browser, page = await half(another)
    assert (await browser.send(page, f"{SECOND}/recovery", recovery=phone.recovery[5])).status == 422
    later = await here.open(SECURITY)
    assert [code for code in codes if code in later.html] == []
    forged = {**fresh.hidden(f"{SECURITY}/recovery-codes.txt"), "codes": "<script>alert(1)</script>"}
    async with here.client.post(f"{SECURITY}/recovery-codes.txt", data=forged) as file:
        assert file.status == 400


async def test_sec_k_seeds_and_codes_are_not_in_the_database(house: House, phone: Phone, marie: Account) -> None:
    kept = await house.node.store.read(second_factors.secret_of, marie.id)
    assert kept is not None
    assert phone.secret.encode() not in kept.sealed
    written = b"".join(path.read_bytes() for path in house.node.settings.data.glob("legation.db*"))
    assert phone.secret.encode() not in written
    assert all(code.encode() not in written for code in phone.recovery)
    assert all(code.replace("-", "").encode() not in written for code in phone.recovery)


# ---- changing it ----------------------------------------------------------------------------------------------------


MATTERING = (
    f"{SECURITY}/app/begin",
    f"{SECURITY}/app",
    f"{SECURITY}/app/remove",
    f"{SECURITY}/recovery-codes",
    f"{SECURITY}/passkeys",
    f"{SECURITY}/passkeys/options",
    f"{SECURITY}/passkeys/1/remove",
    f"{SECURITY}/passkeys/1/rename",
    "/settings/sessions/end-others",
    "/settings/data",
)


async def test_sec_f5_what_matters_needs_the_password_again(
    house: House, phone: Phone, here: Browser, another: Another, marie: Account
) -> None:
    elsewhere, page = await half(another)
    await elsewhere.send(page, SECOND, code=phone.code())
    house.clock.forward(seconds=confirming.GOOD_FOR.total_seconds() + 1)
    csrf = (await here.open("/settings/language")).hidden("/language")["csrf"]

    async def state() -> tuple[Factors, int]:
        read = house.node.store.read
        return await read(second_factors.of, marie.id), len(await read(staff.sessions_of, marie.id))

    before = await state()
    for path in MATTERING:
        sent = {"csrf": csrf, "present": "not mine at all", "code": phone.code()}
        async with here.client.post(path, data=sent) as answer:
            assert answer.status in {200, 403, 422}
            assert "recovery-codes.txt" not in await answer.text()
        assert (path, await state()) == (path, before)
    assert not {"export", "sessions.end-others"} & set(await acts(house))


async def test_sec_f3_the_password_cannot_be_tried_out_there(here: Browser, house: House) -> None:
    page = await here.open(SECURITY)
    found = [(await here.send(page, f"{SECURITY}/unlock", present="wrong")).status for _ in range(6)]
    assert found == [422] * 5 + [429]
    house.clock.forward(seconds=11)
    assert (await here.send(page, f"{SECURITY}/unlock", present=PASSWORD)).status == 200


async def test_the_app_goes_and_its_recovery_codes_with_it(
    house: House, phone: Phone, here: Browser, another: Another, marie: Account
) -> None:
    await unlock(here)
    assert "Désactivée" in (await here.press(SECURITY, "/app/remove")).text
    assert await house.node.store.read(second_factors.of, marie.id) == Factors(app=False, passkeys=0, recovery=0)
    _, page = await half(another)
    assert page.url.path == "/notifications"
    assert "second-factor.app.removed" in await acts(house)


async def test_a_secret_that_no_app_has_shown_is_asked_for_nowhere(here: Browser, another: Another) -> None:
    shown = await here.send(await unlock(here), f"{SECURITY}/app/begin")
    wrong = await here.send(shown, f"{SECURITY}/app", code="000000")
    assert wrong.status == 422
    assert "Ce code ne convient pas." in wrong.text
    _, page = await half(another)
    assert page.url.path == "/notifications"


# ---- who must -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("demanded", "must", "need_not"),
    [("everybody", ["staff", "admin"], []), ("moderators", ["moderator", "admin"], ["staff"]), ("", [], ["admin"])],
)
async def test_sec_f4_who_must_have_a_second_step_is_asked_to_set_it_up(
    open_house: OpenHouse, demanded: str, must: list[str], need_not: list[str]
) -> None:
    house = await open_house(second_factor=demanded)
    for role in [*need_not, *must]:
        await house.staff(role, role=role)
        page = await (await newly_here(house, role)).open("/notifications")
        assert (role, page.url.path) == (role, SECURITY if role in must else "/notifications")
    if must:
        await is_kept_there_until_it_is_set_up(house, await newly_here(house, must[0]))


async def newly_here(house: House, name: str) -> Browser:
    """Somebody who has just signed in."""
    house.client.cookie_jar.clear()
    browser = Browser(house.client)
    await browser.sign_in(name, PASSWORD)
    return browser


async def is_kept_there_until_it_is_set_up(house: House, browser: Browser) -> None:
    for path in ("/", "/settings", "/administration/staff", "/oauth/authorize?client_id=x"):
        assert (await browser.open(path)).url.path == SECURITY
    shown = await browser.open("/notifications?max_id=1")
    assert (shown.url.path, shown.url.query["next"]) == (SECURITY, "/notifications?max_id=1")
    async with browser.client.post("/posts", data={"csrf": shown.hidden("/language")["csrf"], "text": "x"}) as answer:
        assert answer.url.path == SECURITY
    phone = await enrol(house, browser, shown)
    assert len(phone.recovery) == 10
    assert (await browser.open("/notifications")).url.path == "/notifications"
    kept = await browser.press(SECURITY, "/app/remove")
    assert kept.status == 422
    assert "Préparez-en d’abord une autre." in kept.text


# ---- apps and administrators ----------------------------------------------------------------------------------------


async def test_sec_f4_apps_sign_in_by_the_same_steps(house: House, phone: Phone, another: Another) -> None:
    app = await registering(house)()
    browser = await another()
    async with browser.client.get("/oauth/authorize", params=app.question(state="s")) as answer:
        page = Shown(answer.status, answer.url, await answer.text())
    page = await browser.send(page, "/sign-in", username="marie", password=PASSWORD)
    assert page.url.path == SECOND
    async with browser.client.get("/oauth/authorize", params=app.question(state="s")) as answer:
        assert answer.url.path == "/sign-in"
    consent = await browser.send(page, SECOND, code=phone.code())
    assert consent.url.path == "/oauth/authorize"
    assert consent.hidden("/oauth/authorize")["state"] == "s"


async def test_sec_f6_an_administrator_removes_it_and_everything_ends(
    house: House, phone: Phone, here: Browser, another: Another, marie: Account
) -> None:
    assert (await here.open("/administration/staff/marie/second-step")).status == 403
    token = await house.token(marie)
    await house.staff("ines", role="admin")
    ines, _ = await half(another, "ines")
    path = "/administration/staff/marie/second-step"
    page = await ines.open(path)
    assert (await ines.send(page, path, present="not mine at all")).status == 422
    assert (await here.open("/")).url.path == "/"
    people = await ines.open("/administration/staff")
    shown = await ines.send(people, "/administration/unlock", present=PASSWORD)
    assert f'href="{path}"' in shown.html
    done = await ines.send(await ines.open(path), path)
    assert (done.status, done.url.path) == (200, "/administration/staff")
    assert (await here.open("/")).url.path == "/sign-in"
    async with house.client.get("/api/v1/preferences", headers=token) as answer:
        assert answer.status == 401
    _, page = await half(another)
    assert page.url.path == "/notifications"
    (entry,) = [
        each for each in await house.node.store.read(audit.entries, limit=9) if each.act == "second-factor.reset"
    ]
    assert (entry.who, entry.subject) == ("ines", "marie")
    assert (await ines.open(path)).status == 404
    assert (await ines.open("/administration/staff/nobody/second-step")).status == 404
