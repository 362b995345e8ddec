"""Passkeys in a real browser, with a device that the browser plays itself (WebAuthn's virtual authenticator)."""

import asyncio
import contextlib
from typing import Any

import pytest
from playwright.async_api import Browser, CDPSession, Page, TimeoutError

from node.exports import archive
from storage import audit, passkeys
from tests.browser.conftest import CHROMIUM, PATIENCE
from tests.node.conftest import PASSWORD, House, OpenHouse, node_template, open_house  # noqa: F401  the fixtures

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")]

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


async def device(page: Page) -> tuple[CDPSession, str]:
    """Give a page a device. Returns the line to it, and its name there."""
    line = await page.context.new_cdp_session(page)
    await line.send("WebAuthn.enable")
    made = await line.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return line, made["authenticatorId"]


async def give_password(page: Page, house: House) -> None:
    """Chromium, with a device that it plays itself, now and then forgets the first press on a busy machine."""
    for _ in range(3):
        await page.goto(f"{house.url}/sign-in")
        await page.fill("#field-username", "marie")
        await page.fill("#field-password", PASSWORD)
        with contextlib.suppress(TimeoutError):
            return await page.click("form[action='/sign-in'] button[type=submit]", timeout=PATIENCE / 2)
    raise AssertionError(page.url)


async def sign_out(page: Page, house: House) -> None:
    await page.context.clear_cookies()
    await page.goto(f"{house.url}/sign-in")


async def test_sec_f4_a_passkey_is_made_asked_for_and_enough_alone(
    chromium: Browser,
    open_house: OpenHouse,  # noqa: F811  the fixture
) -> None:
    house = await open_house()
    marie = await house.staff("marie")
    context = await chromium.new_context(locale="en-GB", service_workers="block")
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    line, name = await device(page)
    await give_password(page, house)

    # It is made, and named; recovery codes come with the first one.
    await page.goto(f"{house.url}/settings/security")
    await page.fill("#field-present", PASSWORD)
    await page.click("form[action$='/unlock'] button")
    await page.fill("#field-passkey_name", "Work phone")
    await page.click("form[data-passkey=create] button")
    await page.wait_for_selector(".codes li")
    assert await page.locator(".codes li").count() == 10
    (kept,) = await house.node.store.read(passkeys.of, marie.id)
    assert (kept.name, kept.transports) == ("Work phone", "internal")

    # The same device again is refused in words.
    await page.goto(f"{house.url}/settings/security")
    await page.fill("#field-passkey_name", "Once more")
    await page.click("form[data-passkey=create] button")
    await page.wait_for_selector("[data-known]:not(:empty)")
    assert len(await house.node.store.read(passkeys.of, marie.id)) == 1

    # After the password it is the second step.
    await sign_out(page, house)
    await give_password(page, house)
    await page.wait_for_url(f"{house.url}/sign-in/second**")
    await page.click("form[data-passkey=get] button")
    await page.wait_for_url(f"{house.url}/")

    # Alone it is enough: the device says who it is, after its owner has unlocked it.
    await sign_out(page, house)
    await page.click("form[data-passkey=get] button")
    await page.wait_for_url(f"{house.url}/")
    (used,) = await house.node.store.read(passkeys.of, marie.id)
    assert used.sign_count > kept.sign_count
    assert used.used_at is not None

    # Whoever has the device and cannot unlock it stays outside.
    await line.send("WebAuthn.setUserVerified", {"authenticatorId": name, "isUserVerified": False})
    await sign_out(page, house)
    await page.click("form[data-passkey=get] button")
    await page.wait_for_selector("[data-stopped]:not(:empty)")
    await line.send("WebAuthn.setUserVerified", {"authenticatorId": name, "isUserVerified": True})

    # A copy of the device has counted less than the device itself.
    (twin,) = (await line.send("WebAuthn.getCredentials", {"authenticatorId": name}))["credentials"]
    await line.send("WebAuthn.removeCredential", {"authenticatorId": name, "credentialId": twin["credentialId"]})
    await line.send("WebAuthn.addCredential", {"authenticatorId": name, "credential": {**twin, "signCount": 0}})
    await page.click("form[data-passkey=get] button")
    await page.wait_for_selector("#wrong-passkey")
    assert (await house.node.store.read(audit.entries, limit=1))[0].act == "sign-in.second-step.failed"
    await page.goto(f"{house.url}/")
    assert page.url.startswith(f"{house.url}/sign-in")
    assert faults == []


async def test_a_copy_of_ones_data_shows_by_itself_when_it_is_there(
    chromium: Browser,
    open_house: OpenHouse,  # noqa: F811  the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = await open_house()
    await house.staff("marie")
    context = await chromium.new_context(locale="en-GB", service_workers="block")
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    await give_password(page, house)
    await page.goto(f"{house.url}/settings/data")
    await page.fill("#field-present", PASSWORD)
    may_end, whole = asyncio.Event(), archive.write

    async def write_when_it_may(*given: Any, **named: Any) -> None:
        await may_end.wait()
        await whole(*given, **named)

    monkeypatch.setattr(archive, "write", write_when_it_may)
    await page.click("form[action='/settings/data'] button")
    await page.wait_for_selector("[data-watch] progress")
    may_end.set()
    await page.wait_for_selector("a[download]")


async def test_without_scripts_a_passkey_is_not_offered_and_a_recovery_code_is(
    chromium: Browser,
    open_house: OpenHouse,  # noqa: F811  the fixture
) -> None:
    house = await open_house()
    await house.staff("marie")
    context = await chromium.new_context(locale="en-GB", java_script_enabled=False)
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    await page.goto(f"{house.url}/sign-in")
    assert await page.locator("button:visible", has_text="passkey").count() == 0
    await give_password(page, house)
    await page.goto(f"{house.url}/settings/security")
    await page.fill("#field-present", PASSWORD)
    await page.click("form[action$='/unlock'] button")
    assert await page.locator("[data-without-passkeys]:visible").count() == 1
    assert await page.locator("form[data-passkey] button:visible").count() == 0
    assert await page.locator("form[action$='/app/begin'] button:visible").count() == 1
