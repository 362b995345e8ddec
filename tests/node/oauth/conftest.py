"""An app that signs in as real ones do: forms, cookies, redirects."""

import base64
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from aiohttp import ClientResponse

from tests.node.conftest import PASSWORD, House

REDIRECT = "https://app.example/back"
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


class Form(HTMLParser):
    """The fields of the last form of a page whose action is the one asked for."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self._action = action
        self._inside = False
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("action") == self._action
        elif tag == "input" and self._inside:
            self.fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


async def fields_of(response: ClientResponse, action: str) -> dict[str, str]:
    form = Form(action)
    form.feed(await response.text())
    assert form.fields, f"no form for {action}"
    return form.fields


@dataclass
class App:
    """An app in a browser that keeps cookies."""

    house: House
    client_id: str
    client_secret: str
    redirect_uri: str

    def question(self, **more: str) -> dict[str, str]:
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "read write",
        }
        return {name: value for name, value in (asked | more).items() if value}

    async def sign_in(self, username: str, *, then: str = "/", password: str = PASSWORD) -> ClientResponse:
        sent = {"username": username, "password": password, "next": then}
        return await self.house.client.post("/sign-in", data=sent, allow_redirects=False)

    async def consent(self, answer: str = "allow", **more: str) -> ClientResponse:
        """Ask, and answer as somebody who is signed in."""
        async with self.house.client.get("/oauth/authorize", params=self.question(**more)) as response:
            assert response.status == 200, await response.text()
            fields = await fields_of(response, "/oauth/authorize")
        return await self.house.client.post("/oauth/authorize", data=fields | {"answer": answer}, allow_redirects=False)

    async def code(self, **more: str) -> str:
        response = await self.consent(**more)
        return answer_of(response)["code"]

    async def exchange(self, code: str, **more: str) -> tuple[int, Any]:
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "redirect_uri": self.redirect_uri,
        } | more
        async with self.house.client.post(
            "/oauth/token", data={name: text for name, text in sent.items() if text}
        ) as response:
            return response.status, await response.json()

    async def may_read(self, token: str) -> bool:
        headers = {"Authorization": f"Bearer {token}"}
        async with self.house.client.get("/api/v1/preferences", headers=headers) as response:
            return response.status == 200


def answer_of(response: ClientResponse) -> dict[str, str]:
    """What a redirect brings to the app."""
    assert response.status == 303
    return dict(parse_qsl(urlsplit(response.headers["Location"]).query))


Register = Callable[..., Awaitable[App]]


@pytest.fixture
def register(house: House) -> Register:
    return registering(house)


def registering(house: House) -> Register:
    async def make(*, redirect_uri: str = REDIRECT, scopes: str = "read write follow push", **more: str) -> App:
        sent = {"client_name": "Tusky", "redirect_uris": redirect_uri, "scopes": scopes} | more
        async with house.client.post("/api/v1/apps", data=sent) as response:
            assert response.status == 200, await response.text()
            said = await response.json()
        return App(house, said["client_id"], said["client_secret"], redirect_uri)

    return make


@pytest.fixture
async def app(house: House, register: Register) -> App:
    """An app, and Marie signed in in the browser."""
    made = await register()
    await house.staff("marie")
    assert (await made.sign_in("marie")).status == 303
    return made
