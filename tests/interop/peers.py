"""Peers that others wrote: a process of Node.js that opens nodes made with Fedify, each on an origin of its own."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from storage.ids import Host

HERE = Path(__file__).parent
PYTHON = HERE.parent.parent / ".interop" / "python" / "bin" / "python"
NODE = PYTHON.with_name("node")
FEDIFY = HERE / "fedify"
PASTURE_IS_INSTALLED = PYTHON.exists()
FEDIFY_IS_INSTALLED = NODE.exists() and (FEDIFY / "node_modules" / "@fedify").exists()

Json = Any  # what the other side has encoded


class CommandFailed(AssertionError):
    """A peer could not do what the test wanted of it."""


@dataclass
class Heard:
    """A request that came to a peer: under which scheme it was signed, what it told, and how it was answered.

    proof, inner: what Fedify's own check says of the integrity proof, and of that of an activity inside: `none`, `good` or `bad`,
    or why it could not be read.
    """

    method: str
    path: str
    scheme: str
    status: int
    activity: Json = None
    proof: str = "none"
    inner: str = "none"


@dataclass
class Knock:
    """A request of a peer. key: id of the key that signed it.  told: the activity."""

    method: str
    url: str
    scheme: str
    key: str | None
    status: int | None
    told: Json = None


class FedifyProcess:
    """Node.js with Fedify, told what to do over a port of its own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [NODE, FEDIFY / "control.mjs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self._port = int(self._process.stdout.readline() or 0)

    async def tell(self, session: ClientSession, path: str, wanted: Json) -> Json:
        """Have something done. Raises CommandFailed with what Fedify says."""
        async with session.post(f"http://localhost:{self._port}{path}", json=wanted) as response:
            answer = await response.json()
        if "failed" in answer:
            raise CommandFailed(f"{path}: {answer['failed']}")
        return answer["done"]

    def stop(self) -> None:
        self._process.communicate("", timeout=10)


class FedifyPeer:
    """A node made with Fedify."""

    def __init__(self, process: FedifyProcess, session: ClientSession, number: int, origin: str) -> None:
        self._process, self._session, self._number = process, session, number
        self.origin = origin

    @property
    def host(self) -> Host:
        return Host(self.origin.partition("://")[2])

    async def do(self, command: str, **wanted: Json) -> Json:
        return await self._process.tell(self._session, f"/{self._number}/{command}", wanted)

    async def person(self, name: str, *, answers: str = "yes", is_group: bool = False) -> "FedifyPerson":
        return FedifyPerson(self, name, await self.do("person", name=name, answers=answers, isGroup=is_group))

    async def heard(self, kind: str = "") -> list[Heard]:
        """Requests that came in; with a kind, the activities of that type."""
        found = [Heard(**each) for each in (await self.do("history"))["heard"] if "path" in each]
        return [each for each in found if not kind or (each.activity and each.activity["type"] == kind)]

    async def taken(self) -> list[str]:
        """Types of the activities that Fedify verified and handed on, in order."""
        return [each["taken"] for each in (await self.do("history"))["heard"] if "taken" in each]

    async def trouble(self) -> list[str]:
        return [each["trouble"] for each in (await self.do("history"))["heard"] if "trouble" in each]

    async def knocks(self, prefix: str, method: str = "POST") -> list[Knock]:
        """Requests that went out to addresses that begin like this."""
        found = [Knock(**each) for each in (await self.do("history"))["knocks"]]
        return [each for each in found if each.method == method and each.url.startswith(prefix)]


class FedifyPerson:
    """Someone on a node made with Fedify."""

    def __init__(self, peer: FedifyPeer, name: str, uri: str) -> None:
        self.peer, self.name, self.uri = peer, name, uri

    @property
    def handle(self) -> str:
        return f"@{self.name}@{self.peer.host}"

    async def do(self, command: str, **wanted: Json) -> Json:
        return await self.peer.do(command, who=self.name, **wanted)

    async def cannot(self, command: str, **wanted: Json) -> str:
        """Try in vain; returns what Fedify says."""
        try:
            await self.do(command, **wanted)
        except CommandFailed as failed:
            return str(failed)
        raise AssertionError(f"{command} should not have been possible")

    async def followers(self) -> list[str]:
        found: list[str] = await self.do("followers")
        return found


def output_of(script: str, *arguments: str, folder: Path) -> str:
    """What a script of this folder prints, run in the environment that has the other software.

    folder: where it may leave what it likes.
    """
    done = subprocess.run(
        [PYTHON, HERE / script, *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
