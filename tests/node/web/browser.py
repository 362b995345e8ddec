"""A browser without script: it opens addresses, fills in forms and follows redirects."""

import re
from dataclasses import dataclass
from html import unescape

from aiohttp import ClientSession
from yarl import URL

FORM = re.compile(r'<form[^>]*method="post"[^>]*action="(?P<action>[^"]+)"[^>]*>(?P<inside>.*?)</form>', re.DOTALL)
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
TAG = re.compile(r"<[^>]+>")


@dataclass
class Shown:
    """A page as it came: its status, where it was found, and its text."""

    status: int
    url: URL
    html: str

    @property
    def text(self) -> str:
        return " ".join(unescape(TAG.sub(" ", self.html)).split())

    def hidden(self, action: str) -> dict[str, str]:
        """The hidden fields of the form with this action."""
        for form in FORM.finditer(self.html):
            if unescape(form["action"]) == action:
                return {name: unescape(value) for name, value in HIDDEN.findall(form["inside"])}
        raise AssertionError(f"no form {action} on {self.url}")

    def action(self, ending: str) -> str:
        """The action of the first form whose address ends so."""
        return next(unescape(form["action"]) for form in FORM.finditer(self.html) if form["action"].endswith(ending))


@dataclass
class Browser:
    """Somebody at a browser."""

    client: ClientSession

    async def open(self, path: str, **headers: str) -> Shown:
        async with self.client.get(path, headers={"Accept": "text/html", **headers}) as answer:
            return Shown(answer.status, answer.real_url, await answer.text())

    async def send(self, page: Shown, action: str, *, to: str = "", **fields: str) -> Shown:
        """Fill in a form of a page and send it. to: where, if a button of the form sends it elsewhere."""
        assert not to or f'formaction="{to}"' in page.html
        async with self.client.post(to or action, data={**page.hidden(action), **fields}) as answer:
            return Shown(answer.status, answer.real_url, await answer.text())

    async def press(self, path: str, ending: str) -> Shown:
        """Open a page and press its first button whose address ends so."""
        page = await self.open(path)
        return await self.send(page, page.action(ending))

    async def sign_in(self, name: str, password: str) -> Shown:
        page = await self.open("/sign-in")
        return await self.send(page, "/sign-in", username=name, password=password)

    async def publish(self, text: str, **fields: str) -> Shown:
        page = await self.open("/")
        return await self.send(page, "/posts", text=text, **{"reach": "all_nodes", "language": "fr", **fields})
