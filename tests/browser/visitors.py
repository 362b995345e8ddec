"""People at a browser, in one setting each, and what they read on the pages: by names, never by how a page is made."""

import io
from dataclasses import dataclass

from PIL import Image
from playwright.async_api import BrowserContext, Locator, Page, ViewportSize, expect

from node.web.languages import Language, translations
from tests.conftest import PICTURES
from tests.federated.conftest import PASSWORD, Place

WIDE, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=360, height=780)
LOCALES = {"fr": "fr-FR", "en": "en-GB"}


@dataclass(frozen=True, slots=True)
class Setting:
    """In which language, on what, and whether scripts run."""

    language: Language
    size: ViewportSize
    has_scripts: bool

    @property
    def is_phone(self) -> bool:
        return self.size == PHONE

    def __str__(self) -> str:
        return f"{self.language}-{self.size['width']}-{'scripts' if self.has_scripts else 'plain'}"


SETTINGS = [
    Setting(language, size, has_scripts)
    for language in ("fr", "en")
    for size in (WIDE, PHONE)
    for has_scripts in (True, False)
]


@dataclass(slots=True)
class Visitor:
    """Somebody before a page. Every press of a button or link, and every Enter, is a step."""

    username: str
    place: Place
    setting: Setting
    context: BrowserContext
    page: Page
    steps: int = 0

    def says(self, words: str, **parts: str) -> str:
        """Words of the pages, in the visitor's language; never what is missing in it."""
        said = str(translations(self.setting.language).ugettext(words))
        assert self.setting.language == "en" or said != words or words in SAME_IN_BOTH, f"not translated: {words}"
        return said % parts if parts else said

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    @property
    def posts(self) -> Locator:
        return self.main.get_by_role("article")

    def post_with(self, text: str) -> Locator:
        return self.posts.filter(has_text=text).first

    async def open(self, path: str) -> None:
        await self.page.goto(self.place.base_url + path)

    async def press(self, what: Locator) -> None:
        self.steps += 1
        await what.click()

    async def press_button(self, words: str, *, within: Locator | None = None) -> None:
        await self.press((within or self.main).get_by_role("button", name=self.says(words), exact=True).first)

    async def press_link(self, words: str, *, within: Locator | None = None) -> None:
        await self.press((within or self.main).get_by_role("link", name=self.says(words), exact=True).first)

    async def type(self, label: str, text: str) -> None:
        """Put the cursor at the end of a field and write."""
        field = self.main.get_by_label(self.says(label), exact=True)
        await field.fill(await field.input_value() + text)

    async def go_to(self, words: str) -> None:
        """By the navigation that stands on every page; on a phone, what has no room there is in the menu."""
        navigation = self.page.get_by_role("navigation", name=self.says("Main"))
        link = navigation.get_by_role("link", name=self.says(words), exact=True)
        if not await link.is_visible():
            await self.press(self.page.get_by_role("banner").get_by_text(self.says("Menu"), exact=True))
            link = self.page.get_by_role("banner").get_by_role("link", name=self.says(words), exact=True)
        await self.press(link)

    async def search(self, words: str) -> None:
        """In the bar where there is room for it, else on the page that the navigation leads to."""
        if self.setting.is_phone:
            await self.go_to("Find")
            await self.type("Words of the posts", words)
            await self.press_button("Search")
        else:
            field = self.page.get_by_role("banner").get_by_label(self.says("Posts and people"), exact=True)
            await field.fill(words)
            self.steps += 1
            await field.press("Enter")
        await expect(self.main.get_by_label(self.says("Words of the posts"), exact=True)).to_have_value(words)

    async def sign_in(self) -> None:
        """As whoever is at this browser for the first time."""
        await self.context.clear_cookies()
        await self.open("/")
        await self.type("Username", self.username)
        await self.type("Password", PASSWORD)
        await self.press_button("Sign in")
        await expect(self.page.get_by_role("heading", level=1)).to_have_text(self.says("Journal"))

    async def look_at(self, what: Locator) -> None:
        await expect(what).to_be_visible()
        await what.scroll_into_view_if_needed()

    async def picture(self, name: str) -> None:
        """Keep what is to be seen now, for people to look at."""
        PICTURES.mkdir(exist_ok=True)
        await self.page.screenshot(path=PICTURES / f"{name}-{self.setting}.png", animations="disabled")


SAME_IN_BOTH = {"Journal", "Menu", "Notifications", "Administration"}


def quay() -> bytes:
    """A small picture with something on it: water, a bank, a low sun."""
    made = Image.new("RGB", (320, 200), (214, 196, 160))
    made.paste((86, 120, 138), (0, 120, 320, 200))
    made.paste((60, 72, 66), (0, 104, 320, 122))
    made.paste((240, 226, 180), (220, 40, 256, 76))
    raw = io.BytesIO()
    made.save(raw, "JPEG")
    return raw.getvalue()
