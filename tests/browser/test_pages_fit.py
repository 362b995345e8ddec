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

# A frame is to a page what a window is, and takes another width at once. Nothing sticks out of it, no tab is out of sight,
# nothing is too small to be hit. Links inside a sentence may be as high as its line (WCAG 2.2, 2.5.8); menus that are closed
# have no size.
WRONG = """async ([html, widths]) => {
  const frame = document.querySelector("iframe"), found = [];
  frame.srcdoc = html;
  await new Promise(done => { frame.onload = done });
  const page = frame.contentDocument.documentElement;
  const hit = "a[href], button, summary, input:not([type=hidden]), select, textarea";
  for (const width of widths) {
    const says = what => found.push(`at ${width}: ${what}`);
    frame.width = width;
    if (page.clientWidth !== width) says(`is ${page.clientWidth} wide`);
    if (page.scrollWidth !== width) says(`sticks out by ${page.scrollWidth - width}`);
    for (const each of page.querySelectorAll(".tabs")) {
      if (each.scrollWidth > each.clientWidth) says(`cut off: ${each.textContent}`);
    }
    for (const each of page.querySelectorAll(hit)) {
      const { width, height } = each.getBoundingClientRect();
      if (!width || (width >= 24 && height >= 24) || each.closest(".unseen, .skip")) continue;
      const inSentence = getComputedStyle(each).display === "inline" && each.closest("p, li, dd, h2, h3, .content");
      if (!inSentence) says(`too small: ${each.outerHTML.slice(0, 120)}`);
    }
  }
  return found;
}"""


def whole(name: str) -> str:
    template, own = PAGES[name]
    shown: dict[str, Any] = context("fr", **own)
    page = environment("fr").get_template(template).render(shown)
    bare = page.replace(f'<script src="{assets.path_of("legation.js")}" defer></script>', "")
    return bare.replace("</head>", f"<style>{assets.ASSETS['style.css'].plain.decode()}</style></head>")


async def test_every_page_fits(chromium: Browser) -> None:
    tab = await chromium.new_page(viewport={"width": max(WIDTHS), "height": 800})
    await tab.set_content('<iframe height="800" style="border: 0"></iframe>')
    found = {name: await tab.evaluate(WRONG, [whole(name), WIDTHS]) for name in PAGES}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}

    broken = whole("journal").replace("</main>", '<a href="/" style="display: block; width: 20px">x</a></main>')
    wide = broken.replace("</main>", '<p style="width: 700px">Wide</p></main>')
    told = [" ".join(each.split()[:4]) for each in await tab.evaluate(WRONG, [wide, (320, 1280)])]
    assert told == ["at 320: sticks out", "at 320: too small:", "at 1280: too small:"]
