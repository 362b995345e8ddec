"""How long somebody at the end of a narrow line waits for the journal: Chromium, with the line drawn narrow and long."""

import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from playwright.async_api import CDPSession, async_playwright

from storage import staff
from storage.opening import open_store
from tests.bench.load import load, request
from tests.bench.measuring import CLIENTS, Bench, Row, in_turns, rates, ratio
from tests.bench.scene import Scene, Size, repeated, serving

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
TURNS = 3
EACH = 100

# When there was something to read, in milliseconds after the beginning.
READABLE = """() => new Promise(done => new PerformanceObserver(list => done(
    Math.max(...list.getEntries().map(each => each.startTime))
  )).observe({ type: "largest-contentful-paint", buffered: true }))"""


@dataclass(frozen=True, slots=True)
class Line:
    """A line between somebody and their node. bytes_per_second: both ways.  delay: milliseconds there and back."""

    words: str
    bytes_per_second: float
    delay: float
    aim: str

    def drawn(self) -> Mapping[str, object]:
        """The same, as the browser's own tools take it."""
        rate = self.bytes_per_second
        return {"offline": False, "latency": self.delay, "downloadThroughput": rate, "uploadThroughput": rate}


LINES = (
    Line("2 Mbit/s, 200 ms", 250_000, 200, "≤ 1.5 s"),
    Line("64 kbit/s, 600 ms", 8_000, 600, "≤ 12 s"),
)


@dataclass(frozen=True, slots=True)
class Waited:
    """first, next: seconds until the journal, and then another page, could be read.  first_kb: what came over the line."""

    line: Line
    first: float
    next: float
    first_kb: float


async def session_of(scene: Scene, reader: int = 0) -> dict[str, str]:
    """The cookie of a reader who has signed in."""
    secret = secrets.token_urlsafe(32)
    store = await open_store(scene.settings.database)
    digest, account = sha256(secret.encode()).hexdigest(), scene.readers[reader][0]
    await store.write(staff.start_session, digest, account.id, agent="bench", address="127.0.0.1")
    await store.close()
    return {"name": "legation", "value": secret, "url": scene.settings.base_url}


async def waited(scene: Scene, cookie: dict[str, str]) -> list[Waited]:
    """For each line, the median of three first visits with nothing kept, and of the pages after them."""
    found = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for line in LINES:
            turns = []
            for _ in range(TURNS):
                context = await browser.new_context(service_workers="block")
                await context.add_cookies([cookie])  # type: ignore[list-item]  # a cookie is a dict
                page = await context.new_page()
                wire = await context.new_cdp_session(page)
                weights = await _listening(wire, line)
                await page.goto(scene.settings.base_url + "/", wait_until="load")
                first, weight = await page.evaluate(READABLE), sum(weights)
                await page.goto(scene.settings.base_url + "/all-nodes", wait_until="load")
                turns.append((first, await page.evaluate(READABLE), weight))
                await context.close()
            middle = [sorted(each)[TURNS // 2] for each in zip(*turns, strict=True)]
            found.append(Waited(line, middle[0] / 1000, middle[1] / 1000, middle[2] / 1000))
        await browser.close()
    return found


async def _listening(wire: CDPSession, line: Line) -> list[float]:
    """Draw the line, and write down what comes over it."""
    weights: list[float] = []
    wire.on("Network.loadingFinished", lambda told: weights.append(told["encodedDataLength"]))
    await wire.send("Network.enable")
    await wire.send("Network.emulateNetworkConditions", dict(line.drawn()))
    return weights


async def served(bench: Bench) -> list[Row]:
    """Pages of one reader as a browser asks for them, by one client and by sixteen, beside the same bytes sent without a thought."""
    scene = await bench.scene(Size())
    cookie = await session_of(scene)
    found: list[Row] = []
    async with serving(scene) as pid:
        for work, path in PAGES:
            for clients in (1, CLIENTS):
                message = _opening(scene, cookie, path)
                await load(scene.port, repeated(message), clients=clients, number=CLIENTS, pids=[pid])
                node, bare = await in_turns(bench, scene, message, pid, number=EACH, clients=clients)
                found.append(Row(f"page: {work}, clients: {clients}", rates(node), "", rates(bare), ratio(node, bare)))
    return found


PAGES = (
    ("journal, 20 posts", "/"),
    ("all nodes", "/all-nodes"),
    ("since the last visit", "/since"),
    ("notifications", "/notifications"),
    ("people", "/people"),
    ("search, a common word", "/search?q=calendrier"),
)


def _opening(scene: Scene, cookie: dict[str, str], path: str) -> bytes:
    headers = {
        "Cookie": f"{cookie['name']}={cookie['value']}",
        "Accept": "text/html",
        "Accept-Encoding": "gzip",
        "Accept-Language": "fr",
    }
    return request("GET", scene.settings.domain, path, headers)


async def narrow_lines(bench: Bench) -> list[Row]:
    """The journal in a browser over narrow lines: what comes, and when it can be read. Nothing where there is no browser."""
    if CHROMIUM is None:
        return []
    scene = await bench.scene(Size())
    cookie = await session_of(scene)
    async with serving(scene):
        found = await waited(scene, cookie)
    return [
        Row(
            f"journal over {one.line.words}",
            f"{one.first:.1f} s first ({one.first_kb:.0f} kB), {one.next:.1f} s next",
            one.line.aim,
        )
        for one in found
    ]
