"""The first day in a real browser, on a phone and without scripts: the charter, the five steps, the journal, what is new."""

import pytest
from playwright.async_api import Browser

from node.actions import communities, compose
from node.actions.communities import Founding
from node.actions.compose import Draft
from storage import house as house_rows
from tests.browser.conftest import CHROMIUM, PATIENCE
from tests.node.conftest import PASSWORD, House, house, node_template, open_house

__all__ = ["house", "node_template", "open_house"]

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")]


async def test_somebody_arrives(chromium: Browser, house: House) -> None:
    marie = await house.staff("marie")
    await compose.post(house.node, marie, Draft("Bienvenue à toutes et à tous #accueil"))
    await communities.found(house.node, marie, Founding("visas", "Visas", purpose="Le séjour"), source="test")
    await house.node.store.write(house_rows.add_rule, text="On signe de son nom.", hint="")
    await house.staff("lea", is_new=True)
    phone = await chromium.new_context(viewport={"width": 360, "height": 780}, java_script_enabled=False)
    phone.set_default_timeout(PATIENCE)
    page = await phone.new_page()
    await page.goto(f"{house.url}/")
    await page.fill("input[name=username]", "lea")
    await page.fill("input[name=password]", PASSWORD)
    await page.click("main button[type=submit]")
    await page.click("text=Je l’ai lue et je l’accepte")
    await page.wait_for_url("**/welcome/1")
    # By the keyboard alone: the fields in their order, then the button.
    await page.focus("#field-note")
    await page.keyboard.type("Visas")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    assert await page.is_checked("input[name=language] >> nth=0")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/welcome/2")
    await page.click("main .people button:has-text('Suivre')")
    await page.click("text=Continuer")
    await page.check("#content input[value=accueil]")
    await page.click("text=Suivre et continuer")
    await page.click("text=Passer cette étape")
    await page.wait_for_url("**/welcome/5")
    await page.click("text=Publier et terminer")
    await page.wait_for_url("**/?done=welcomed")
    assert "#presentation" in await page.inner_text("main")
    await page.click("nav.tabs a:last-child")
    assert "Marie a écrit" in await page.inner_text("main")
    await page.click("text=J’ai lu tout cela")
    assert "Vous êtes à jour" in await page.inner_text("main")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # A community is found and joined by the keyboard alone, and a first question is asked in it.
    await page.click(".main-nav a[href='/communities']")
    await page.focus("#field-q")
    await page.keyboard.type("sejour")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/communities?q=sejour")
    await page.focus(".communities .name")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.click(".communities .name")
    await page.fill("main textarea[name=text]", "Quel formulaire ?")
    assert "Il figure dans Visas et arrive dans le journal de ses membres." in await page.inner_text("#audience")
    await page.click("main form.composer button[type=submit] >> nth=0")
    await page.wait_for_url("**/@visas?*")
    assert "Quel formulaire ?" in await page.inner_text("main .posts")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
