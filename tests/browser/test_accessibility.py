"""Every page against WCAG 2.0, 2.1 and 2.2 at A and AA and the best practices that axe-core knows: in light and in
dark, with all that unfolds unfolded."""

from collections.abc import Mapping

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

FINDINGS = """async options => (await axe.run(document, options)).violations.flatMap(
  rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 160)} ${node.failureSummary}`)
)"""

# Menus lie over what is behind them, so they stay closed.
UNFOLD = """() => document.querySelectorAll("details:not(.menu)").forEach(each => { each.open = true })"""

WIDE, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=360, height=780)


async def findings(tab: Page, rules: Rules) -> list[str]:
    """What axe-core finds on the page that is shown."""
    if not await tab.evaluate("() => 'axe' in window"):
        await tab.evaluate(AXE_SCRIPT)
    found: list[str] = await tab.evaluate(FINDINGS, {"runOnly": rules, "resultTypes": ["violations"]})
    return found


def fullest(pages: Mapping[str, str]) -> set[str]:
    """Of each template the sample that shows most: colours differ by what is shown, not by what it says."""
    longest: dict[str, str] = {}
    for name in pages:
        template, _ = PAGES[name]
        longest[template] = max(longest.get(template, name), name, key=lambda each: len(pages[each]))
    return set(longest.values())


async def test_axe_finds_nothing_on_any_page(chromium: Browser) -> None:
    light = await chromium.new_page(color_scheme="light", viewport=WIDE)
    dark = await chromium.new_page(color_scheme="dark", viewport=PHONE)
    pages = {name: whole(name) for name in PAGES}
    ways = [(light, RULES, set(pages)), (dark, COLOURS, fullest(pages))]
    found: dict[str, list[str]] = {}
    for tab, rules, names in ways:
        for name in sorted(names):
            await tab.set_content(pages[name])
            await tab.evaluate(UNFOLD)
            if wrong := await findings(tab, rules):
                found[name] = found.get(name, []) + wrong
    assert found == {}


async def test_axe_finds_what_is_wrong(chromium: Browser) -> None:
    tab = await chromium.new_page(color_scheme="dark")
    broken = whole("journal").replace("</main>", '<img src="data:,"><p style="color: #445">Lower</p></main>')
    await tab.set_content(broken)
    assert {finding.partition(":")[0] for finding in await findings(tab, RULES)} == {"image-alt", "color-contrast"}
