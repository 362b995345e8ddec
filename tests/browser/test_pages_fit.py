"""Every page in a real browser, from a narrow phone to a wide screen: nothing sticks out, everything can be hit."""

import shutil
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, async_playwright

from node.web import assets
from node.web.appearance import environment
from tests.node.web.samples import PAGES, context

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")]

WIDTHS = (320, 360, 768, 1280)

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

STICKS_OUT = """() => document.documentElement.scrollWidth - document.documentElement.clientWidth"""

# Links inside a sentence may be as high as its line (WCAG 2.2, 2.5.8); menus that are closed have no size.
TOO_SMALL = """() => [...document.querySelectorAll("a[href], button, summary, input:not([type=hidden]), select, textarea")]
  .filter(element => {
    const { width, height } = element.getBoundingClientRect();
    const inSentence = getComputedStyle(element).display === "inline" && element.closest("p, li, dd, h2, h3, .content");
    return width && !inSentence && !element.closest(".unseen, .skip") && (width < 24 || height < 24);
  })
  .map(element => element.outerHTML.slice(0, 120))"""


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        await browser.close()


def whole(name: str) -> str:
    template, own = PAGES[name]
    shown: dict[str, Any] = context("fr", **own)
    page = environment("fr").get_template(template).render(shown)
    return page.replace("</head>", f"<style>{assets.ASSETS['style.css'].plain.decode()}</style></head>")


async def test_every_page_fits(chromium: Browser) -> None:
    tab = await chromium.new_page()
    for width in WIDTHS:
        await tab.set_viewport_size({"width": width, "height": 800})
        for name in PAGES:
            await tab.set_content(whole(name))
            assert (width, name, await tab.evaluate(STICKS_OUT)) == (width, name, 0)
            assert (width, name, await tab.evaluate(TOO_SMALL)) == (width, name, [])
