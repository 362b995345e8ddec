"""A person lets an app act in their name, or does not (client API 2, Authorize; security G1, G2)."""

from urllib.parse import parse_qs, urlsplit

import pytest
from yarl import URL

from storage import staff
from tests.node.conftest import House
from tests.node.oauth.conftest import CHALLENGE, OUT_OF_BAND, REDIRECT, VERIFIER, App, Register, answer_of, fields_of


async def test_yes_leads_back_with_a_code_and_the_state(app: App) -> None:
    response = await app.consent(state="a b&c=d")
    assert response.headers["Location"].startswith(f"{REDIRECT}?")
    answer = answer_of(response)
    assert answer["state"] == "a b&c=d"
    assert set(answer) == {"code", "state"}
    assert len(answer["code"]) >= 43
    assert response.headers["Cache-Control"] == "no-store"


async def test_no_leads_back_without_one(app: App) -> None:
    answer = answer_of(await app.consent("deny", state="x"))
    assert set(answer) == {"error", "error_description", "state"}
    assert answer["error"] == "access_denied"


async def test_the_page_says_what_is_asked(app: App, house: House) -> None:
    async with house.client.get(
        "/oauth/authorize/", params=app.question(scope="read write:statuses"), headers={"Accept-Language": "en"}
    ) as response:
        text = await response.text()
    assert "Tusky" in text
    assert "@marie" in text
    assert "Lire tout ce que vous pouvez lire ici" in text
    assert "app.example" in text


async def test_nobody_signed_in_signs_in_first(register: Register, house: House) -> None:
    app = await register()
    await house.staff("marie")
    async with house.client.get("/oauth/authorize", params=app.question(state="s"), allow_redirects=False) as response:
        assert response.status == 303
        form = urlsplit(response.headers["Location"])
    assert form.path == "/sign-in"
    then = parse_qs(form.query)["next"][0]
    response = await app.sign_in("marie", then=then)
    assert URL(response.headers["Location"]) == URL(then)
    async with house.client.get(then) as response:
        assert (await fields_of(response, "/oauth/authorize"))["state"] == "s"


async def test_force_login_asks_again(app: App, house: House) -> None:
    asked = app.question(force_login="true")
    async with house.client.get("/oauth/authorize", params=asked, allow_redirects=False) as response:
        assert response.status == 303
        then = parse_qs(urlsplit(response.headers["Location"]).query)["next"][0]
    assert "force_login" not in then
    async with house.client.get(response.headers["Location"]) as response:
        assert "password" in await fields_of(response, "/sign-in")


async def test_out_of_band_shows_the_code(register: Register, house: House) -> None:
    app = await register(redirect_uri=OUT_OF_BAND)
    await house.staff("marie")
    await app.sign_in("marie")
    response = await app.consent()
    assert response.status == 200
    text = await response.text()
    code = text.partition('id="field-code" name="code" type="text" value="')[2].partition('"')[0]
    house.clock.forward(minutes=9)
    status, said = await app.exchange(code)
    assert (status, said["token_type"]) == (200, "Bearer")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"client_id": "unknown"}, "unknown_client"),
        ({"client_id": ""}, "unknown_client"),
        ({"redirect_uri": "https://evil.example/"}, "unknown_redirect"),
        ({"redirect_uri": REDIRECT + "/more"}, "unknown_redirect"),
        ({"redirect_uri": ""}, "unknown_redirect"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "read nothing"}, "invalid_scope"),
        ({"scope": "admin:read"}, "invalid_scope"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": CHALLENGE}, "invalid_request"),
        ({"code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"state": "x" * 4001}, "invalid_request"),
    ],
)
async def test_sec_g1_a_bad_question_leads_nowhere(app: App, house: House, change: dict[str, str], reason: str) -> None:
    async with house.client.get("/oauth/authorize", params=app.question(**change), allow_redirects=False) as response:
        assert response.status == 400
        assert "Location" not in response.headers
        assert reason in await response.text()


async def test_sec_g1_nor_does_a_bad_answer(app: App, house: House) -> None:
    async with house.client.get("/oauth/authorize", params=app.question()) as response:
        fields = await fields_of(response, "/oauth/authorize")
    forged = fields | {"redirect_uri": "https://evil.example/", "answer": "allow"}
    async with house.client.post("/oauth/authorize", data=forged, allow_redirects=False) as response:
        assert response.status == 400
        assert "Location" not in response.headers


async def test_sec_f7_nobody_else_can_say_yes(app: App, house: House) -> None:
    async with house.client.get("/oauth/authorize", params=app.question()) as response:
        fields = await fields_of(response, "/oauth/authorize") | {"answer": "allow"}
    for data, headers in [
        (fields | {"csrf": ""}, {}),
        (fields | {"csrf": "0" * 64}, {}),
        (fields, {"Origin": "https://evil.example"}),
        (fields, {"Sec-Fetch-Site": "cross-site"}),
        (fields, {"Sec-Fetch-Site": "same-site"}),
    ]:
        async with house.client.post("/oauth/authorize", data=data, headers=headers, allow_redirects=False) as response:
            assert response.status == 403
    headers = {"Origin": house.url, "Sec-Fetch-Site": "same-origin"}
    async with house.client.post("/oauth/authorize", data=fields, headers=headers, allow_redirects=False) as response:
        assert response.status == 303


async def test_the_page_may_lead_to_the_app_and_keeps_its_opener(app: App, house: House) -> None:
    async with house.client.get("/oauth/authorize", params=app.question()) as response:
        policy = response.headers["Content-Security-Policy"]
        assert "form-action 'self' https://app.example;" in policy
        assert "frame-ancestors 'none'" in policy
        assert response.headers["Cross-Origin-Opener-Policy"] == "unsafe-none"
        assert response.headers["X-Frame-Options"] == "DENY"
    async with house.client.get("/sign-in", params={"next": "/oauth/authorize?x=1"}) as response:
        assert response.headers["Cross-Origin-Opener-Policy"] == "unsafe-none"
    async with house.client.get("/sign-in") as response:
        assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"


async def test_a_name_cannot_write_into_the_page(register: Register, house: House) -> None:
    app = await register(client_name="<script>x</script>", website="javascript:x")
    await house.staff("marie")
    await app.sign_in("marie")
    async with house.client.get("/oauth/authorize", params=app.question()) as response:
        text = await response.text()
    assert text.count("<script") == 1  # the page’s own
    assert "javascript:" not in text


async def test_sec_g2_pkce(app: App) -> None:
    asked = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    for verifier, expected in [(VERIFIER, 200), ("", 400), (VERIFIER[:-1] + "x", 400), (CHALLENGE, 400)]:
        status, said = await app.exchange(await app.code(**asked), code_verifier=verifier)
        assert status == expected, verifier
        assert said.get("error") == (None if expected == 200 else "invalid_grant")


async def test_sec_g2_a_verifier_without_a_challenge_was_tampered_with(app: App) -> None:
    status, said = await app.exchange(await app.code(), code_verifier=VERIFIER)
    assert (status, said["error"]) == (400, "invalid_grant")


async def test_somebody_who_left_cannot_use_an_app(app: App, house: House) -> None:
    _, said = await app.exchange(await app.code())
    assert await app.may_read(said["access_token"])
    member = await house.node.store.read(staff.get, "marie")
    await house.node.store.write(staff.disable, member.account_id)
    assert not await app.may_read(said["access_token"])
