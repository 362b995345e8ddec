"""People of one node, each with an app."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientResponse

from storage.accounts import Account
from tests.node.api import promised
from tests.node.conftest import House

Json = Any  # what an app decodes


class App:
    """An app that acts for somebody."""

    def __init__(self, house: House, account: Account, headers: dict[str, str]) -> None:
        self.house, self.account, self._headers = house, account, headers

    @property
    def id(self) -> str:
        return str(self.account.id)

    async def ask(self, method: str, path: str, *, expect: int = 200, **sent: Any) -> Json:
        return (await self.answered(method, path, expect=expect, **sent))[0]

    async def answered(self, method: str, path: str, *, expect: int = 200, **sent: Any) -> tuple[Json, ClientResponse]:
        """What was answered: as JSON, and the response with its headers."""
        headers = self._headers | sent.pop("headers", {})
        async with self.house.client.request(method, path, headers=headers, **sent) as response:
            answer = await response.json()
            assert response.status == expect, (method, path, response.status, answer)
            promised.judge(method, path, response.status, answer)
            return answer, response

    async def get(self, path: str, *, expect: int = 200, **query: Any) -> Json:
        """What is there. query: parameters as they stand in the address."""
        return await self.ask("GET", path, expect=expect, params=query)

    async def post(self, text: str, **more: Any) -> Json:
        return await self.ask("POST", "/api/v1/statuses", json={"status": text} | more)

    async def act(self, post: Json, verb: str, **sent: Any) -> Json:
        return await self.ask("POST", f"/api/v1/statuses/{post['id']}/{verb}", **sent)

    async def towards(self, other: "App", verb: str, **sent: Any) -> Json:
        return await self.ask("POST", f"/api/v1/accounts/{other.id}/{verb}", **sent)

    async def relation(self, other: "App") -> Json:
        (found,) = await self.get("/api/v1/accounts/relationships", id=other.id)
        return found


AppOf = Callable[..., Awaitable[App]]


@pytest.fixture
def app_of(house: House) -> AppOf:
    """Somebody who works here, with an app. scopes: all, unless said."""

    async def sign_in(name: str, *, role: str = "staff", scopes: str | None = None) -> App:
        account = await house.staff(name, role=role)
        headers = await (house.token(account) if scopes is None else house.token(account, scopes))
        return App(house, account, headers)

    return sign_in
