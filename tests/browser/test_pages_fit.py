"""Every page in a real browser, from a narrow phone to a wide screen: nothing sticks out, everything can be hit."""

from typing import Any

import pytest
from playwright.async_api import Browser

from node.web import assets
from node.web.appearance import environment
from tests.browser.conftest import CHROMIUM
from tests.node.web.every_page import PAGES
from tests.node.web.samples import context

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")]

# 640 is what a window of 1280 leaves to a page that is shown twice as large.
WIDTHS = (320, 360, 640, 768, 1280)

STICKS_OUT = """() => document.documentElement.scrollWidth - document.documentElement.clientWidth"""

CUT_OFF = """() => [...document.querySelectorAll(".tabs")].filter(each => each.scrollWidth > each.clientWidth).length"""

# Links inside a sentence may be as high as its line (WCAG 2.2, 2.5.8); menus that are closed have no size.
TOO_SMALL = """() => [...document.querySelectorAll("a[href], button, summary, input:not([type=hidden]), select, textarea")]
  .filter(element => {
    const { width, height } = element.getBoundingClientRect();
    const inSentence = getComputedStyle(element).display === "inline" && element.closest("p, li, dd, h2, h3, .content");
    return width && !inSentence && !element.closest(".unseen, .skip") && (width < 24 || height < 24);
  })
  .map(element => element.outerHTML.slice(0, 120))"""


def whole(name: str) -> str:
    template, own = PAGES[name]
    shown: dict[str, Any] = context("fr", **own)
    page = environment("fr").get_template(template).render(shown)
    bare = page.replace(f'<script src="{assets.path_of("legation.js")}" defer></script>', "")
    return bare.replace("</head>", f"<style>{assets.ASSETS['style.css'].plain.decode()}</style></head>")


async def test_every_page_fits(chromium: Browser) -> None:
    tab = await chromium.new_page()
    for width in WIDTHS:
        await tab.set_viewport_size({"width": width, "height": 800})
        for name in PAGES:
            await tab.set_content(whole(name))
            assert (width, name, await tab.evaluate(STICKS_OUT)) == (width, name, 0)
            assert (width, name, await tab.evaluate(CUT_OFF)) == (width, name, 0)
            assert (width, name, await tab.evaluate(TOO_SMALL)) == (width, name, [])
