"""Every page against WCAG 2.0, 2.1 and 2.2 at A and AA and the best practices that axe-core knows: in light and in
dark, with all that unfolds unfolded."""

from collections.abc import Mapping
from typing import Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]  # it brings no types
from playwright.async_api import Browser, Page, ViewportSize

from tests.browser.conftest import CHROMIUM
from tests.browser.test_pages_fit import whole
from tests.node.web.every_page import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")]

Rules = Mapping[str, object]

RULES: Rules = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

# The rest is the same in every light.
COLOURS: Rules = {"type": "rule", "values": ["color-contrast"]}

# Menus lie over what is behind them, so they stay closed.
FINDINGS = """async rules => {
  document.querySelectorAll("details:not(.menu)").forEach(each => { each.open = true });
  const options = { runOnly: rules, resultTypes: ["violations"], preload: false, selectors: false };
  return (await axe.run(document, options)).violations.flatMap(
    rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 160)} ${node.failureSummary}`)
  );
}"""

WIDE, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=360, height=780)


async def tab_with_axe(chromium: Browser, light: Literal["light", "dark"], size: ViewportSize) -> Page:
    tab = await chromium.new_page(color_scheme=light, viewport=size)
    await tab.evaluate(AXE_SCRIPT)  # outlives each content that is set
    return tab


async def findings(tab: Page, page: str, rules: Rules) -> list[str]:
    """What axe-core finds on a page."""
    await tab.set_content(page)
    found: list[str] = await tab.evaluate(FINDINGS, rules)
    return found


def fullest(pages: Mapping[str, str]) -> set[str]:
    """Of each template the sample that shows most: colours differ by what is shown, not by what it says."""
    longest: dict[str, str] = {}
    for name in pages:
        template, _ = PAGES[name]
        longest[template] = max(longest.get(template, name), name, key=lambda each: len(pages[each]))
    return set(longest.values())


async def test_axe_finds_nothing_on_any_page(chromium: Browser) -> None:
    light = await tab_with_axe(chromium, "light", WIDE)
    dark = await tab_with_axe(chromium, "dark", PHONE)
    pages = {name: whole(name) for name in PAGES}
    ways = [(light, RULES, set(pages)), (dark, COLOURS, fullest(pages))]
    found: dict[str, list[str]] = {}
    for tab, rules, names in ways:
        for name in sorted(names):
            if wrong := await findings(tab, pages[name], rules):
                found[name] = found.get(name, []) + wrong
    assert found == {}


async def test_axe_finds_what_is_wrong(chromium: Browser) -> None:
    tab = await tab_with_axe(chromium, "dark", WIDE)
    broken = whole("journal").replace("</main>", '<img src="data:,"><p style="color: #445">Lower</p></main>')
    assert {finding.partition(":")[0] for finding in await findings(tab, broken, RULES)} == {
        "image-alt",
        "color-contrast",
    }
