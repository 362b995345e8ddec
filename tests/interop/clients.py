"""Programs of others that people use a node with, each in a process of its own, all that they hear judged."""

import asyncio
import json
import os
import re
from asyncio.subprocess import PIPE, Process
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.federated.clients import Browser
from tests.federated.conftest import PASSWORD
from tests.interop.peers import HERE, NODE, PYTHON
from tests.node.api import promised

MASTO = HERE / "masto"
MASTO_IS_INSTALLED = NODE.exists() and (MASTO / "node_modules" / "masto").exists()
TOOT_IS_INSTALLED = PYTHON.with_name("toot").exists()

Json = Any  # what a program has encoded


def allowed_at(address: str, username: str) -> str:
    """Sign in on the pages and allow the app; returns the code that leads back, or that the page shows."""
    browser = Browser()
    page = browser.open(address)
    consent = browser.follow(browser.send(page, has="password", username=username, password=PASSWORD))
    allowed = browser.send(consent, has="answer", answer="allow")
    if "Location" in allowed.headers:
        return parse_qs(urlsplit(allowed.headers["Location"]).query)["code"][0]
    shown = re.search(r'name="code"[^>]*value="([^"]+)"', allowed.text)
    assert shown is not None, allowed.text
    return unescape(shown[1])


class Judge:
    """Which endpoints a program used; each answer that it had is held against what the endpoint promises."""

    def __init__(self) -> None:
        self.used: set[tuple[str, str]] = set()

    def hear(self, said: Json) -> None:
        """said: with method, url, status and answer (None where it was no JSON)."""
        if (found := promised.endpoint_of(said["method"], said["url"])) is not None:
            self.used.add(found)
        if said["answer"] is not None:
            promised.judge(said["method"], said["url"], said["status"], said["answer"])


async def started(*command: str | Path, folder: Path) -> Process:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "LANG": "C.UTF-8"}
    return await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=environment, stdin=PIPE, stdout=PIPE, stderr=PIPE, limit=1 << 24
    )


async def session_with_masto(origin: str, handle: str, *, username: str, judge: Judge, folder: Path) -> Json:
    """What a morning with masto.js finds; see `masto/session.mjs`."""
    process = await started(NODE, MASTO / "session.mjs", origin, handle, folder=folder)
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    found: Json = None
    async for line in process.stdout:
        said = json.loads(line)
        if "open" in said:
            code = await asyncio.to_thread(allowed_at, said["open"], username)
            process.stdin.write(f"{code}\n".encode())
        elif "found" in said:
            found = said["found"]
        else:
            judge.hear(said)
    troubles = await process.stderr.read()
    assert (await process.wait(), found is not None) == (0, True), troubles.decode()
    return found


class Toot:
    """toot, as somebody uses it in a terminal."""

    def __init__(self, folder: Path, judge: Judge) -> None:
        self._folder, self._judge = folder, judge

    async def sign_in(self, origin: str, username: str) -> None:
        """Open the page that it names, and type in the code that the page shows."""
        process = await self._begin("login", "--instance", origin)
        assert process.stdin is not None
        assert process.stdout is not None
        address = ""
        while not address.startswith("http"):
            address = (await process.stdout.readline()).decode().strip()
        code = await asyncio.to_thread(allowed_at, address, username)
        shown, troubles = await process.communicate(f"n\n{code}\n".encode())
        assert "Successfully logged in" in shown.decode(), (shown, troubles)
        self._hear()

    async def __call__(self, *words: str) -> str:
        """What it shows for a command."""
        process = await self._begin(*words)
        shown, troubles = await process.communicate(b"")
        self._hear()
        assert process.returncode == 0, (words, shown.decode(), troubles.decode())
        return shown.decode()

    async def read(self, *words: str) -> Json:
        """The same, decoded."""
        return json.loads(await self(*words, "--json"))

    async def _begin(self, *words: str) -> Process:
        return await started(PYTHON, HERE / "toot_recorded.py", str(self._notes), *words, folder=self._folder)

    @property
    def _notes(self) -> Path:
        return self._folder / "answers"

    def _hear(self) -> None:
        for line in self._notes.read_text().splitlines():
            self._judge.hear(json.loads(line))
        self._notes.write_text("")
