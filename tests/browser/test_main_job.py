"""The main job in a real browser, with scripts and without, wide and on a phone, in both languages."""

import time

import pytest
from playwright.async_api import Browser, Page

from tests.browser.conftest import CHROMIUM, PATIENCE
from tests.federated.conftest import PASSWORD, FederationOf, Place

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")]

PATIENCE_SECONDS = 20
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 780}


async def sign_in(page: Page, place: Place, username: str) -> None:
    await page.goto(f"{place.base_url}/")
    await page.fill("input[name=username]", username)
    await page.fill("input[name=password]", PASSWORD)
    await page.click("main button[type=submit]")
    await page.wait_for_url(f"{place.base_url}/")


async def shows(page: Page, text: str) -> None:
    """Reload until a page shows a text."""
    began = time.monotonic()
    while text not in await page.inner_text("main"):
        assert time.monotonic() - began < PATIENCE_SECONDS, f"{page.url} does not show: {text}"
        await page.reload()


@pytest.mark.parametrize(
    ("size", "scripts"), [(WIDE, True), (PHONE, False)], ids=["wide, scripts", "phone, no scripts"]
)
async def test_a_post_crosses_and_its_answer_comes_back(
    chromium: Browser, federation_of: FederationOf, size: dict[str, int], scripts: bool
) -> None:
    paris, tokyo = await federation_of(2)
    marie_app, ken_app = await paris.staff("marie"), await tokyo.staff("ken")
    await ken_app.follow(marie_app)
    await tokyo.speak("ken", "en")
    french = await chromium.new_context(viewport=size, java_script_enabled=scripts, locale="fr-FR")  # type: ignore[arg-type]  # a viewport is a dict
    english = await chromium.new_context(viewport=size, java_script_enabled=scripts, locale="en-GB")  # type: ignore[arg-type]  # as above
    french.set_default_timeout(PATIENCE)
    english.set_default_timeout(PATIENCE)
    marie, ken = await french.new_page(), await english.new_page()
    await sign_in(marie, paris, "marie")
    await sign_in(ken, tokyo, "ken")

    await marie.fill("main textarea[name=text]", "Réunion à 15 h, salle des archives")
    await marie.click("main form:has(textarea[name=text]) button[type=submit]")
    await shows(ken, "Réunion à 15 h, salle des archives")

    await ken.click("article:has-text('Réunion à 15 h') >> a:has-text('Reply') >> nth=0")
    await ken.locator("main textarea[name=text]").press("End")
    await ken.locator("main textarea[name=text]").press_sequentially(" Well received")
    await ken.click("main form:has(textarea[name=text]) button[type=submit]")
    await marie.goto(f"{paris.base_url}/notifications")
    await shows(marie, "Well received")
    await marie.goto(f"{paris.base_url}/")
    await marie.click("article:has-text('Réunion à 15 h') >> a:has(time) >> nth=0")
    assert "Well received" in await marie.inner_text("main")
    # Signed in to both, side by side, in one browser.
    await marie.goto(f"{tokyo.base_url}/")
    await sign_in(marie, tokyo, "ken")
    await marie.goto(f"{paris.base_url}/")
    assert marie.url == f"{paris.base_url}/"
