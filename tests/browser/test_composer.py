"""The form in a real browser: what is typed outlives every reload, and what was sent is taken back with one button."""

import pytest
from playwright.async_api import Browser, Page

from storage import drafts, staff
from tests.browser.conftest import CHROMIUM, PATIENCE
from tests.browser.test_main_job import sign_in
from tests.federated.conftest import FederationOf, Place, until

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")]

RELOADS = 100
TEXT = "main textarea[name=text]"
AT_THE_END = """addEventListener("DOMContentLoaded", () => {
  const text = document.querySelector("main textarea[name=text]");
  text?.focus();
  text?.setSelectionRange(text.value.length, text.value.length);
});"""
"""As somebody who goes on typing after each reload."""


async def kept(place: Place) -> list[str]:
    """What the node keeps of Marie's."""
    store = place.running.node.store
    member = await store.read(staff.get, "marie")
    return [each.typed for each in await store.read(drafts.of, member.account_id)]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)  # a browser does not see which
async def test_a_hundred_reloads_lose_no_letter_and_what_was_sent_comes_back(
    chromium: Browser, federation_of: FederationOf
) -> None:
    (paris,) = await federation_of(1)
    await paris.staff("marie")
    context = await chromium.new_context(locale="fr-FR", service_workers="block")
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    await sign_in(page, paris, "marie")

    typed = "".join(chr(ord("a") + number % 26) for number in range(RELOADS))
    await page.add_init_script(AT_THE_END)
    await page.reload()
    for letter in typed:  # one that is lost at any reload is missing at the end
        await page.keyboard.press(letter)
        await page.reload(wait_until="domcontentloaded")
    assert await page.input_value(TEXT) == typed

    async def is_on_the_node() -> bool:
        found = await kept(paris)
        return len(found) == 1 and typed in found[0]

    await until(is_on_the_node)
    # The text goes along to the whole form; an answer has a text of its own.
    await page.goto(f"{paris.base_url}/compose")
    assert await page.input_value(TEXT) == typed

    await page.click("main form.composer button[type=submit] >> nth=0")
    await page.wait_for_url(f"{paris.base_url}/*sent=*")
    assert (await page.input_value(TEXT), await kept(paris)) == ("", [])
    await _take_back(page, typed)

    # Whoever signs out leaves nothing in the browser.
    await page.locator(TEXT).press("x")
    await page.evaluate("document.querySelector('form[action=\"/sign-out\"]').requestSubmit()")
    await page.wait_for_url(f"{paris.base_url}/sign-in")
    assert await page.evaluate("Object.keys(localStorage).filter(name => name.startsWith('legation-draft'))") == []
    await context.close()


async def _take_back(page: Page, typed: str) -> None:
    await page.click("form.undo button")
    await page.wait_for_url("**/compose?draft=*")
    assert await page.input_value(TEXT) == typed
