"""What scripts add to pages, in a real browser: acting in place, news, keys, no link, no pictures; and what a page weighs."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import FormData
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import CHROMIUM
from tests.browser.test_main_job import WIDE, sign_in
from tests.federated.conftest import FederationOf, Place, Staff, until
from tests.pictures import picture

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here"),
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True),
]

KILO = 1_000
PATIENCE = 15_000
"""How long something may take on a machine that does much else, in milliseconds."""
TEXT = (
    "La délégation économique arrive jeudi à Haneda à 9 h 40. Le programme tient en deux pages : entretiens au ministère "
    "le matin, table ronde avec les entreprises l’après-midi. Qui a rencontré la nouvelle direction cet automne ?"
)

# Whatever moved by itself, without anybody having done something.
SHIFTS = """() => new Promise(done => new PerformanceObserver(list => done(
    list.getEntries().filter(each => !each.hadRecentInput).reduce((sum, each) => sum + each.value, 0)
  )).observe({ type: "layout-shift", buffered: true }) || setTimeout(() => done(0), 200))"""


class Scene:
    """A node with somebody who reads in a browser, and somebody who writes. Whatever the console says is kept."""

    def __init__(self, place: Place, context: BrowserContext, page: Page, marie: Staff, paul: Staff) -> None:
        self.place, self.context, self.page, self.marie, self.paul = place, context, page, marie, paul
        self.trouble: list[str] = []
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("console", lambda line: self.trouble.append(line.text) if line.type == "error" else None)

    async def open(self, path: str) -> None:
        await self.page.goto(self.place.base_url + path)

    async def mark(self) -> None:
        """From now on, a page that was loaded anew is noticed."""
        await self.page.evaluate("() => { window.stayed = true }")

    async def stayed(self) -> bool:
        return bool(await self.page.evaluate("() => window.stayed === true"))


@pytest.fixture
async def scene(chromium: Browser, federation_of: FederationOf) -> AsyncIterator[Scene]:
    (place,) = await federation_of(1)
    marie, paul = await place.staff("marie"), await place.staff("paul")
    await paul.follow(marie)
    for number in range(23):
        await marie.post(f"{number}. {TEXT}")
    context = await chromium.new_context(viewport=WIDE, locale="fr-FR")  # type: ignore[arg-type]  # a viewport is a dict
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    page = await context.new_page()
    await sign_in(page, place, "paul")
    yield Scene(place, context, page, marie, paul)
    await context.close()


async def buttons_act_where_they_stand(scene: Scene) -> None:
    page = scene.page
    await scene.marie.post("Quelle salle ?", poll={"options": ["Salle 12", "Salle 14"], "expires_in": 3600})
    await page.reload()
    await scene.mark()
    asked = page.locator("article.post").first
    await asked.get_by_label("Salle 14").check()
    await asked.get_by_role("button", name="Voter").click()
    await expect(asked.locator("meter")).to_have_count(2)
    await expect(asked.locator(".poll-facts")).to_contain_text("1 personne a voté")
    await expect(page.locator("#said")).to_have_text("Votre vote est compté.")
    third = page.locator("article.post").nth(2)
    # In the middle, so that the browser's driver need not scroll to reach what unfolds.
    await third.evaluate("post => post.scrollIntoView({ block: 'center' })")
    at = await page.evaluate("() => scrollY")
    await third.locator(".act-favourite").click()
    await expect(third.locator(".act-favourite")).to_have_attribute("aria-pressed", "true")
    await expect(third.locator(".act-favourite")).to_be_focused()
    await third.get_by_text("Réagir").click()
    await third.locator(".reaction-choices button").first.click()
    await expect(third.locator(".reaction")).to_have_attribute("aria-pressed", "true")
    assert (await page.evaluate("() => scrollY"), page.url) == (at, f"{scene.place.base_url}/")

    gone = (await scene.marie.home())[1]
    await scene.marie.ask("DELETE", f"/api/v1/statuses/{gone['id']}")
    lost = page.locator(f"#post-{gone['id']}")
    await lost.locator(".act-favourite").click()
    await expect(lost.get_by_role("alert")).to_contain_text(
        "Il a été supprimé entre-temps, ou n’est plus partagé avec vous."
    )
    assert await scene.stayed()
    await scene.open("/people?q=marie")
    await scene.mark()
    await page.get_by_role("button", name="Ne plus suivre Marie").click()
    await expect(page.get_by_role("button", name="Suivre Marie", exact=True)).to_be_focused()
    await expect(page.locator("#said")).to_contain_text("Vous ne suivez plus")
    assert await scene.stayed()
    # The browser itself notes the refusal; nothing else may be there.
    assert [line for line in scene.trouble if "404" not in line] == []


async def older_posts_and_news_come_without_moving_what_is_read(scene: Scene) -> None:
    page, posts = scene.page, scene.page.locator("main article.post")
    assert await page.evaluate(SHIFTS) == 0
    await scene.mark()
    await page.get_by_role("link", name="Messages plus anciens").click()
    await expect(posts).to_have_count(23)
    await expect(posts.nth(20)).to_be_focused()

    read = posts.nth(10)
    await read.scroll_into_view_if_needed()
    await scene.marie.post("@paul Toute dernière nouvelle")
    news = page.locator(".news button")
    await expect(news).to_have_text("1 nouveau message")
    await expect(page.locator(".main-nav .badge")).to_contain_text("1 nouvelle notification")
    before = await posts.nth(10).bounding_box()
    await news.click()
    await expect(posts).to_have_count(24)
    after = await posts.nth(11).bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) < 2
    await page.locator(".news a").click()
    await expect(posts.first).to_be_in_viewport()
    await expect(posts.first).to_contain_text("Toute dernière nouvelle")
    assert (await scene.stayed(), scene.trouble) == (True, [])

    # Whoever comes back finds the post where it was left, also one that came later.
    await posts.nth(22).scroll_into_view_if_needed()
    name = await posts.nth(22).get_attribute("id")
    await posts.nth(22).locator(".post-facts a:has(time)").click()
    await page.wait_for_url("**/@marie/*")
    await page.go_back()
    await expect(page.locator(f"#{name}")).to_be_in_viewport()


async def keys_act_and_are_listed_and_can_be_switched_off(scene: Scene) -> None:
    page, posts = scene.page, scene.page.locator("main article.post")
    for _ in range(2):
        await page.keyboard.press("j")
    await expect(posts.nth(1)).to_be_focused()
    await page.keyboard.press("k")
    await expect(posts.first).to_be_focused()
    await page.keyboard.press("f")
    await expect(posts.first.locator(".act-favourite")).to_have_attribute("aria-pressed", "true")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Raccourcis clavier")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.press("n")
    await expect(page.locator("main textarea[name=text]")).to_be_focused()
    await page.keyboard.type("j?gn")
    assert await page.input_value("main textarea[name=text]") == "j?gn"
    await page.evaluate("() => document.activeElement.blur()")
    await page.keyboard.press("g")
    await page.keyboard.press("n")
    await page.wait_for_url("**/notifications")

    await scene.open("/shortcuts")
    await page.click("text=Désactiver les raccourcis")
    await page.keyboard.press("n")
    await page.keyboard.press("?")
    assert page.url.endswith("/shortcuts?done=saved") or page.url.endswith("/shortcuts")
    assert await page.get_by_role("dialog").count() == 0
    assert scene.trouble == []


async def pictures_come_when_they_are_asked_for(scene: Scene) -> None:
    page = scene.page
    form = FormData()
    form.add_field("file", picture(size=(640, 480)), filename="quai.jpg")
    sent = await scene.marie.ask("POST", "/api/v2/media", data=form)
    await scene.marie.post("Vue du Quai", media_ids=[sent["id"]])
    await page.click(".bar-menu summary")
    await page.click("text=Afficher les pages sans images")
    await scene.open("/")
    shown = page.locator("article.post").first
    assert await shown.locator("img").count() == 0
    await scene.mark()
    await shown.get_by_text("Afficher l’image").click()
    await expect(shown.locator("img")).to_be_visible()
    assert (await scene.stayed(), scene.trouble) == (True, [])


async def without_a_link_a_page_says_so(scene: Scene) -> None:
    page = scene.page
    await page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    kept: Any = await page.evaluate(
        "async () => (await (await caches.open((await caches.keys())[0])).keys()).map(each => new URL(each.url).pathname)"
    )
    assert {path.split("/")[1] for path in kept} == {"offline", "static"}
    await scene.place.stop()
    await scene.open("/notifications")
    assert "Le nœud n’est pas joignable" in await page.inner_text("h1")
    assert await page.evaluate("() => document.styleSheets.length") == 1
    await scene.place.start()
    await page.click("text=Réessayer")
    await expect(page.locator("h1")).to_have_text("Notifications")


async def whoever_was_signed_out_meanwhile_signs_in_and_comes_back(scene: Scene) -> None:
    await scene.context.clear_cookies(name="legation")
    await scene.page.locator(".act-favourite").first.click()
    await scene.page.wait_for_url("**/sign-in?next=%2F")


async def what_a_page_weighs(scene: Scene) -> None:
    assert scene.context.browser
    state = await scene.context.storage_state()
    context = await scene.context.browser.new_context(storage_state=state, service_workers="block")
    page = await context.new_page()
    wire = await context.new_cdp_session(page)
    await wire.send("Network.enable")
    await wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    kinds: dict[str, str] = {}
    weights: dict[str, float] = {}
    wire.on("Network.responseReceived", lambda told: kinds.update({told["requestId"]: told["type"]}))
    wire.on("Network.loadingFinished", lambda told: weights.update({told["requestId"]: told["encodedDataLength"]}))

    async def is_weighed() -> bool:
        return any(kinds.get(request) == "Document" for request in weights)

    async def load(path: str) -> dict[str, float]:
        weights.clear()
        await page.goto(scene.place.base_url + path, wait_until="load")
        # What the browser tells of the wire comes beside what it tells of the page.
        await until(is_weighed)
        return {
            kind: sum(weight for request, weight in weights.items() if kinds.get(request) == kind)
            for kind in ("Document", "Script", "Stylesheet", "Image", "Manifest", "Other")
        }

    first = await load("/")
    assert 0 < first["Script"] <= 60 * KILO
    assert 0 < sum(first.values()) <= 150 * KILO
    await wire.send("Network.setCacheDisabled", {"cacheDisabled": False})
    for path in ("/all-nodes", "/notifications", "/@marie"):
        assert 0 < (await load(path))["Document"] <= 40 * KILO


async def test_what_scripts_add(scene: Scene) -> None:
    """In one browser, one after the other: starting one, and a node, takes longer than all of it."""
    for step in (
        what_a_page_weighs,
        older_posts_and_news_come_without_moving_what_is_read,
        keys_act_and_are_listed_and_can_be_switched_off,
        buttons_act_where_they_stand,
        pictures_come_when_they_are_asked_for,
        without_a_link_a_page_says_so,
        whoever_was_signed_out_meanwhile_signs_in_and_comes_back,
    ):
        await scene.open("/")
        scene.trouble.clear()
        await step(scene)
