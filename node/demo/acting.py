"""A sample person at their node, acting through its client API."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession

from node.demo.federation import Station
from node.demo.places import Person
from node.errors import NodeError

ARRIVAL_SECONDS = 45.0
SHORTEST_PAUSE, LONGEST_PAUSE = 0.02, 0.16
"""Seconds between two looks whether something has arrived."""

Json = Any  # what a node answers


class NotFilled(NodeError):
    """Something that the sample people did, did not arrive."""

    code = "demo-filling"


@dataclass(slots=True)
class Actor:
    """A sample person at their node."""

    person: Person
    station: Station
    session: ClientSession
    found: dict[str, str] = field(default_factory=dict)

    async def ask(self, method: str, path: str, **sent: Any) -> Json:
        """One call of the client API. Raises NotFilled."""
        headers = {
            "Authorization": f"Bearer {self.station.tokens[self.person.username]}",
            "Host": self.station.settings.domain,
        }
        async with self.session.request(method, self.station.address(path), headers=headers, **sent) as response:
            answer = await response.json()
            if response.status != 200:  # noqa: PLR2004
                raise NotFilled(f"{self.station.place.name} answered {response.status} to {method} {path}: {answer}")
            return answer

    async def account_of(self, other: "Actor") -> str:
        """The id that somebody has at this person's node. Raises NotFilled."""
        return await self.account_called(f"@{other.person.username}@{other.station.host}")

    async def account_called(self, handle: str) -> str:
        """The same, by handle; of a community too. A node that is busy may find nobody at first."""

        async def is_found() -> bool:
            query = {"q": handle, "resolve": "true", "type": "accounts"}
            for known in (await self.ask("GET", "/api/v2/search", params=query))["accounts"]:
                self.found.setdefault(handle, known["id"])
            return handle in self.found

        if handle not in self.found:
            await until(is_found, f"{self.station.place.name} does not find {handle}.")
        return self.found[handle]

    async def follows(self, account: str) -> bool:
        """Whether this person follows an account, and was accepted."""
        (between,) = await self.ask("GET", "/api/v1/accounts/relationships", params={"id[]": account})
        return bool(between["following"])


async def until(is_so: Callable[[], Any], otherwise: str) -> None:
    """Wait until something is so, for a while. otherwise: what is wrong where it never is.  Raises NotFilled."""
    pause = SHORTEST_PAUSE
    try:
        async with asyncio.timeout(ARRIVAL_SECONDS):
            while not await is_so():
                await asyncio.sleep(pause)  # a node is asked, which tells nobody by itself
                pause = min(pause * 2, LONGEST_PAUSE)  # asking keeps nodes from what is waited for
    except TimeoutError as error:
        raise NotFilled(otherwise) from error
