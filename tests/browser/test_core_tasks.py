"""What everybody does from the first day on, as people do it: ten tasks, in French and English, on a wide screen and on a
phone, with scripts and without. Each leaves a picture in the folder that the end of the run names.

Two nodes and one browser for the whole file; one person for each setting, who follows a colleague at the other node.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from storage import accounts, staff
from tests.browser.conftest import CHROMIUM, PATIENCE, started
from tests.browser.visitors import LOCALES, SETTINGS, Setting, Visitor, quay
from tests.federated.conftest import Place, Staff, ministry, settled, until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here"),
    pytest.mark.asyncio(loop_scope="module"),
]

PEOPLE = ("camille", "hugo", "ines", "louis", "alice", "james", "emma", "oliver")
IN_PARIS = len(PEOPLE) + 4
"""These, Marie, and those who look after the node."""

WRITTEN = [
    "La note sur les visas de courte durée est en ligne. Deux pages, une annexe : dites-nous ce qui manque.",
    "The draft of the fisheries annex is ready. Comments before Thursday noon, please.",
    "Réunion des services à 15 h, salle des archives. L’ordre du jour tient en trois points.",
    "Who has met the new board of the chamber of commerce this autumn? One line is enough.",
    "Permanence consulaire du samedi : qui peut prendre le 12 ? Nous sommes deux, il faut un troisième.",
]
OLDEST = "Bienvenue dans ce réseau : une ligne suffit pour commencer."
ON_A_PAGE = 20

LANDED = "Bien arrivé, tout va bien."
KEN = "Ken"
NOBODY_FOLLOWS = "Yuki"


@dataclass(slots=True)
class Ministry:
    """Two nodes, the browser, and who sits before it."""

    paris: Place
    tokyo: Place
    browser: Browser
    ken: Staff
    present: dict[str, Visitor] = field(default_factory=dict)

    async def visitor(self, setting: Setting, *, role: str = staff.STAFF) -> Visitor:
        """Who works in this setting, signed in once for all tasks."""
        name = PEOPLE[SETTINGS.index(setting)] if role == staff.STAFF else f"chief.{setting.language}"
        key = f"{name} {setting}"
        if key not in self.present:
            self.present[key] = await self._arrive(name, setting)
        return self.present[key]

    async def _arrive(self, name: str, setting: Setting) -> Visitor:
        # Whoever has signed in somewhere brings that session along.
        brought = next((each for each in self.present.values() if each.username == name), None)
        context = await self.browser.new_context(
            viewport=setting.size,
            locale=LOCALES[setting.language],
            java_script_enabled=setting.has_scripts,
            has_touch=setting.is_phone,
            service_workers="block",
            storage_state=await brought.context.storage_state() if brought else None,
        )
        context.set_default_timeout(PATIENCE)
        visitor = Visitor(name, self.paris, setting, context, await context.new_page())
        if brought is None:
            await visitor.sign_in()
        return visitor


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ministry]:
    async with ministry(tmp_path_factory.mktemp("ministry"), lambda: "") as make, started() as browser:
        paris, tokyo, *_ = await make(2)
        ken, naomi = await tokyo.staff("ken"), await tokyo.staff("naomi")
        await tokyo.staff(NOBODY_FOLLOWS.lower())
        marie = await paris.staff("marie")
        for number, name in enumerate(PEOPLE):
            someone = await paris.staff(name)
            for other in (ken, naomi, marie):
                await someone.follow(other)
            await paris.speak(name, SETTINGS[number].language)
        for language in ("fr", "en"):
            await paris.staff(f"chief.{language}", role=staff.ADMIN)
            await paris.speak(f"chief.{language}", language)
        await marie.post(OLDEST)
        for number in range(ON_A_PAGE):
            await (ken, marie, naomi)[number % 3].post(WRITTEN[number % len(WRITTEN)])
        await ken.post(LANDED)
        await settled(paris, tokyo)
        await _directories(tokyo, paris)
        yield Ministry(paris, tokyo, browser, ken)


async def _directories(theirs: Place, ours: Place) -> None:
    """Until one node has read in the other's directory whom nobody follows."""

    async def is_known() -> bool:
        found = await ours.running.node.store.read(accounts.by_handle, NOBODY_FOLLOWS.lower(), theirs.host)
        return found is not None

    for place in (theirs, ours):
        place.ahead += timedelta(minutes=2)
        place.running.node.federation.directories.look()
    await until(is_known)


async def sign_in(who: Visitor) -> None:
    await who.sign_in()
    assert who.steps == 1
    await expect(who.posts.first).to_be_visible()


async def read_the_journal(who: Visitor) -> None:
    await expect(who.posts.first).to_contain_text(LANDED)
    await who.press_link("Older posts")
    await expect(who.post_with(OLDEST)).to_be_visible()
    await who.press(who.post_with(OLDEST).locator("a:has(time)"))
    await expect(who.page.get_by_role("heading", level=1)).to_have_text(who.says("Post"))
    await expect(who.posts).to_have_count(1)


async def post(who: Visitor) -> None:
    await who.type("Write to your colleagues", f"Note de {who.setting}")
    await who.press_button("Publish")
    await expect(who.post_with(f"Note de {who.setting}")).to_be_visible()
    assert who.steps == 1
    await expect(who.page.get_by_role("status").first).to_contain_text(who.says("Your post is published."))
    await who.look_at(who.post_with(f"Note de {who.setting}"))


async def reply(who: Visitor) -> None:
    await who.press(who.post_with(LANDED).get_by_role("link", name=who.says("Reply")))
    await who.type("Your reply", "Bonne nouvelle, merci.")
    await who.press_button("Reply")
    assert who.steps == 2
    await expect(who.post_with("Bonne nouvelle, merci.")).to_be_visible()
    await expect(who.post_with(LANDED)).to_be_visible()


async def find_a_colleague_at_another_node(who: Visitor) -> None:
    """By a piece of a name, without an address; nobody here follows them."""
    await who.search(NOBODY_FOLLOWS[:3].lower())
    colleague = who.main.get_by_role("link", name=NOBODY_FOLLOWS, exact=True)
    await expect(colleague).to_be_visible()
    assert who.steps <= 2
    await who.press(colleague)
    await who.press(who.main.get_by_role("button", name=f"{who.says('Follow')} {NOBODY_FOLLOWS}"))
    followed = who.main.get_by_role("button", name=f"{who.says('Unfollow')} {NOBODY_FOLLOWS}")
    asked = who.main.get_by_role("button", name=f"{who.says('Withdraw the request')} {NOBODY_FOLLOWS}")
    await expect(followed.or_(asked)).to_be_visible()


async def find_a_post_by_its_topic(who: Visitor) -> None:
    words, found = ("visas duree", "courte durée") if who.setting.language == "fr" else ("fisheries", "fisheries annex")
    await who.search(words)
    await expect(who.post_with(found)).to_be_visible()
    assert who.steps <= 2


async def attach_a_picture(who: Visitor) -> None:
    await who.type("Write to your colleagues", "Vue du quai ce matin")
    await who.press_button("Picture, poll…")
    form = who.main.get_by_role("group", name=who.says("File %(number)s", number="1"))
    await who.press(who.main.get_by_text(who.says("Pictures and files"), exact=True))
    await form.locator("input[type=file]").set_input_files(
        {"name": "quai.jpg", "mimeType": "image/jpeg", "buffer": quay()}
    )
    described = form.get_by_label(who.says("What it shows, for those who cannot see it"))
    await described.fill("Le quai au lever du soleil")
    await who.press_button("Publish")
    shown = who.post_with("Vue du quai ce matin").get_by_role("img", name="Le quai au lever du soleil")
    await who.look_at(shown)
    assert who.steps <= 3


async def report_a_post(who: Visitor) -> None:
    reported = who.post_with(LANDED)
    await who.press(reported.locator("summary").filter(has_text=who.says("More about this post")))
    await who.press_link("Report this post", within=reported)
    await who.main.get_by_label(who.says("What is wrong"), exact=True).select_option(
        label=who.says("It is advertising, or repeated without need")
    )
    await who.type("In your words (optional)", "Déjà publié hier.")
    await who.press_button("Send the report")
    await expect(who.page.get_by_role("status").first).to_be_visible()
    assert who.steps == 3


async def change_the_audience(who: Visitor) -> None:
    await who.type("Write to your colleagues", "Pour ce poste seulement")
    await who.main.get_by_label(who.says("Who can read it"), exact=True).select_option(label=who.says("This node only"))
    told = who.main.locator("#audience p:visible")
    await expect(told).to_have_count(1)
    await expect(told).to_contain_text(str(IN_PARIS))
    await who.press_button("Publish")
    assert who.steps == 1
    shown = who.post_with("Pour ce poste seulement")
    await expect(shown).to_contain_text(who.says("This node only"))
    await who.look_at(shown)


async def allow_a_peer(who: Visitor) -> None:
    await who.go_to("Administration")
    await who.press_link("Admitted nodes")
    host = f"lima-{who.setting}.example"
    await who.type("Name of the node", host)
    await who.press_button("Admit this node")
    await expect(who.main.get_by_role("listitem").filter(has_text=host)).to_be_visible()


Task = Callable[[Visitor], Awaitable[None]]
TASKS: list[Task] = [
    sign_in,
    read_the_journal,
    post,
    reply,
    find_a_colleague_at_another_node,
    find_a_post_by_its_topic,
    attach_a_picture,
    report_a_post,
    change_the_audience,
    allow_a_peer,
]


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.__name__)
async def test_everybody_can(scene: Ministry, task: Task, setting: Setting) -> None:
    who = await scene.visitor(setting, role=staff.ADMIN if task is allow_a_peer else staff.STAFF)
    await who.open("/")
    who.steps = 0
    await task(who)
    await who.picture(task.__name__)


FOCUSED = """() => {
  const at = document.activeElement, [box] = at.getClientRects(), style = getComputedStyle(at);
  const there = box && document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return {
    name: (at.labels?.[0] ?? at).textContent.trim().replace(/\\s+/g, " "),
    isOutlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    isCovered: !at.contains(there),
  };
}"""


async def tab_to(who: Visitor, words: str) -> None:
    """By the tabulator alone; wherever it stops on the way, that is seen, and lies under nothing."""
    for _ in range(120):
        await who.page.keyboard.press("Tab")
        focused = await who.page.evaluate(FOCUSED)
        assert (focused["name"], focused["isOutlined"], focused["isCovered"]) == (focused["name"], True, False)
        if focused["name"].startswith(who.says(words)):
            return
    pytest.fail(f"the tabulator does not come to: {words}")


async def test_the_keyboard_is_enough(scene: Ministry) -> None:
    who = await scene.visitor(SETTINGS[0])
    keyboard = who.page.keyboard
    await who.open("/")
    await tab_to(who, "Skip to the content")
    await keyboard.press("Enter")
    await tab_to(who, "Write to your colleagues")
    await keyboard.type("Sans souris")
    await tab_to(who, "Publish")
    await keyboard.press("Enter")
    await expect(who.post_with("Sans souris")).to_be_visible()

    await tab_to(who, "Reply")
    await keyboard.press("Enter")
    await who.page.wait_for_url("**/compose?reply_to=*")
    await tab_to(who, "Your reply")
    await keyboard.press("End")
    await keyboard.type("ni écran tactile")
    await tab_to(who, "Reply")
    await keyboard.press("Enter")
    await expect(who.post_with("ni écran tactile")).to_be_visible()

    await tab_to(who, "Posts and people")
    await keyboard.type("duree")
    await keyboard.press("Enter")
    await expect(who.post_with("courte durée")).to_be_visible()
    await tab_to(who, "Read the post")
    await keyboard.press("Enter")
    await who.page.wait_for_url("**/@*/*")
    await tab_to(who, "More about this post")
    await keyboard.press("Enter")
    await tab_to(who, "Report this post")
    await keyboard.press("Enter")
    await expect(who.page.get_by_role("heading", level=1)).to_have_text(who.says("Report a post"))
