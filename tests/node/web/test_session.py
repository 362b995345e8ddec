"""Signing in on the pages (security F2, F3, F5, F7, H5), on real sockets."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from statistics import median

import pytest
from aiohttp import ClientResponse

from node.errors import SignInRefused
from node.web import session, signing_in
from node.web.signing_in import From
from storage import audit, staff
from tests.node.conftest import PASSWORD, House

SignIn = Callable[..., Awaitable[ClientResponse]]


@pytest.fixture
def sign_in(house: House) -> SignIn:
    async def send(username: str = "marie", password: str = PASSWORD, **more: str) -> ClientResponse:
        headers = {"Accept-Language": "en"}
        sent = {"username": username, "password": password} | more
        return await house.client.post("/sign-in", data=sent, headers=headers, allow_redirects=False)

    return send


def sign_out_token(page: str) -> str:
    return page.partition('name="csrf" value="')[2].partition('"')[0]


async def test_in_and_out(house: House, sign_in: SignIn) -> None:
    await house.staff("marie")
    response = await sign_in(" Marie ", next="/notifications")
    assert (response.status, response.headers["Location"]) == (303, "/notifications")
    cookie = response.cookies["legation"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")
    async with house.client.get("/sign-in") as page:
        csrf = sign_out_token(await page.text())
    async with house.client.post("/sign-out", data={}, allow_redirects=False) as refused:
        assert refused.status == 403
    async with house.client.post("/sign-out", data={"csrf": csrf}, allow_redirects=False) as out:
        assert out.headers["Location"] == "/sign-in"
        assert out.cookies["legation"].value == ""
    house.client.cookie_jar.update_cookies({"legation": cookie.value})
    async with house.client.get("/oauth/authorize", allow_redirects=False) as page:
        assert "/sign-out" not in await page.text()


async def test_a_new_sign_in_is_a_new_session(house: House, sign_in: SignIn) -> None:
    marie = await house.staff("marie")
    first = (await sign_in()).cookies["legation"].value
    async with house.client.get("/sign-in") as page:
        csrf = sign_out_token(await page.text())
    second = (await sign_in(csrf=csrf)).cookies["legation"].value
    assert first != second
    kept = await house.node.store.read(staff.sessions_of, marie.id)
    assert len(kept) == 1
    assert second not in kept[0].digest


@pytest.mark.parametrize(("role", "hours_idle"), [("staff", 12), ("admin", 0.5)])
async def test_sec_f5_an_idle_session_ends(house: House, sign_in: SignIn, role: str, hours_idle: float) -> None:
    await house.staff("marie", role=role)
    await sign_in()
    for hours, signed_in in [(hours_idle * 0.9, True), (hours_idle * 0.9, True), (hours_idle * 1.1, False)]:
        house.clock.forward(hours=hours)
        async with house.client.get("/sign-in") as page:
            assert ("/sign-out" in await page.text()) is signed_in


async def test_sec_f5_no_session_lasts_for_ever(house: House, sign_in: SignIn) -> None:
    await house.staff("marie")
    await sign_in()
    for _ in range(29):
        house.clock.forward(hours=11.5)
        async with house.client.get("/sign-in") as page:
            assert "/sign-out" in await page.text()
    house.clock.forward(hours=11.5)
    async with house.client.get("/sign-in") as page:
        assert "/sign-out" not in await page.text()


async def test_sec_f2_nobody_learns_who_exists(house: House, sign_in: SignIn) -> None:
    await house.staff("marie")
    left = await house.staff("ken")
    await house.node.store.write(staff.disable, left.id)
    said = []
    for name, password in [("marie", "wrong"), ("nobody", "wrong"), ("ken", PASSWORD)]:
        response = await sign_in(name, password)
        said.append((response.status, (await response.text()).replace(name, "NAME")))
    assert said[0] == said[1] == said[2]
    assert said[0][0] == 422
    assert "do not fit together" in said[0][1]


async def test_sec_f2_nor_does_the_clock_tell(house: House) -> None:
    await house.staff("marie")
    spent: dict[str, list[float]] = {"marie": [], "nobody": []}
    for number in range(10):
        for name, times in spent.items():
            await house.node.store.write(staff.forget_failures, f"account:{name}")
            began = time.perf_counter()
            with pytest.raises(SignInRefused):
                await signing_in.by_password(house.node, name, "wrong", origin=From(f"10.0.0.{number}", ""))
            times.append(time.perf_counter() - began)
    ratio = median(spent["marie"]) / median(spent["nobody"])
    assert 0.5 < ratio < 2


async def test_sec_f3_failures_cost_time(house: House, sign_in: SignIn) -> None:
    await house.staff("marie")
    for _ in range(5):
        assert (await sign_in(password="wrong")).status == 422
    refused = await sign_in()
    assert refused.status == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 5
    assert "Too many tries" in await refused.text()
    house.clock.forward(seconds=6)
    assert (await sign_in()).status == 303
    async with house.client.get("/sign-in") as page:
        csrf = sign_out_token(await page.text())
    assert (await sign_in(password="wrong", csrf=csrf)).status == 422


async def test_sec_f3_the_owner_is_told_of_many_tries(house: House, sign_in: SignIn) -> None:
    await house.staff("marie")
    for tries, told in [(4, False), (5, True), (0, False)]:
        for _ in range(tries):
            assert (await sign_in(password="wrong")).status == 422
        house.clock.forward(seconds=6)
        response = await sign_in(next="/notifications")
        assert response.headers["Location"] == "/notifications" + ("?done=tries-failed" if told else "")
        house.client.cookie_jar.clear()


async def test_sec_f3_many_at_once_are_not_free(house: House, sign_in: SignIn) -> None:
    await house.staff("marie")
    found = await asyncio.gather(*(sign_in(password="wrong") for _ in range(20)))
    assert sorted(response.status for response in found) == [422] * 5 + [429] * 15


async def test_sec_f3_an_address_that_tries_everybody(house: House, sign_in: SignIn) -> None:
    for number in range(20):
        assert (await sign_in(f"name{number}")).status == 422
    assert (await sign_in("another")).status == 429


async def test_sec_l_failures_are_in_the_audit(house: House, sign_in: SignIn) -> None:
    await house.staff("marie")
    await sign_in(password="wrong")
    await sign_in("my secret password")
    entries = await house.node.store.read(audit.entries, limit=5)
    assert [(entry.act, entry.who, entry.source) for entry in entries] == [
        ("sign-in.failed", "unknown", "web 127.0.0.1"),
        ("sign-in.failed", "marie", "web 127.0.0.1"),
    ]
    assert all("secret" not in f"{entry}" for entry in entries)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": ""}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({}, 303),
    ],
)
async def test_sec_f7_another_site_signs_nobody_in(house: House, headers: dict[str, str], status: int) -> None:
    await house.staff("marie")
    sent = {"username": "marie", "password": PASSWORD}
    async with house.client.post("/sign-in", data=sent, headers=headers, allow_redirects=False) as response:
        assert response.status == status
    sent_from_here = {"Origin": house.url}
    house.client.cookie_jar.clear()
    async with house.client.post("/sign-in", data=sent, headers=sent_from_here, allow_redirects=False) as response:
        assert response.status == 303


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("/notifications", "/notifications"),
        ("/@marie/1?a=b&c=d#post-1", "/@marie/1?a=b&c=d#post-1"),
        ("/tags/%C3%A9t%C3%A9", "/tags/%C3%A9t%C3%A9"),
        ("/oauth/authorize?redirect_uri=https%3A%2F%2Fapp.example%2F%3Fa%3Db", None),
        ("", "/x"),
        ("notifications", "/x"),
        ("//evil.example", "/x"),
        ("///evil.example", "/x"),
        ("/\\evil.example", "/x"),
        ("/a\\..\\evil", "/a%5C..%5Cevil"),
        ("https://evil.example/", "/x"),
        ("javascript:alert(1)", "/x"),
        ("/\t/evil.example", "/x"),
        ("/a\r\nSet-Cookie: x=y", "/x"),
        ("/.//evil.example", "/.//evil.example"),
        ("/" + "a" * 9000, "/x"),
    ],
)
def test_sec_h5_where_sign_in_leads(given: str, safe: str | None) -> None:
    found = session.safe_path(given, otherwise="/x")
    assert found.startswith("/")
    assert found[1:2] not in {"/", "\\"}
    if safe is not None:
        assert found == safe
