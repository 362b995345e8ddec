"""A real client, Mastodon.py: register, sign in by code with PKCE, read, post, reply, follow, favourite, share, delete."""

import asyncio
import hashlib
import re
import secrets
from base64 import urlsafe_b64encode
from html import unescape
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests
import urllib3.util.connection
from mastodon import Mastodon, MastodonAPIError, MastodonNotFoundError

from tests.federated.conftest import PASSWORD, FederationOf, Place, settled, until

REDIRECT = "https://app.example/back"
SCOPES = ["read", "write", "follow"]


@pytest.fixture(autouse=True)
def names_lead_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names under `localhost` lead to this machine, whatever its resolver says."""
    connect = urllib3.util.connection.create_connection

    def to_this_machine(address: tuple[str, int], *args: object, **options: object) -> object:
        host, port = address
        return connect(("127.0.0.1" if host.endswith(".localhost") else host, port), *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(urllib3.util.connection, "create_connection", to_this_machine)


class Browser:
    """What a person does in a browser: open a page, fill in the form that is there, send it."""

    def __init__(self) -> None:
        self.session = requests.Session()

    def open(self, address: str) -> requests.Response:
        return self.session.get(address, timeout=10)

    def send(self, page: requests.Response, *, has: str, **filled: str) -> requests.Response:
        """Send the form that has a field or button of this name."""
        form = next(found for found in re.findall(r"<form.*?</form>", page.text, re.DOTALL) if f'name="{has}"' in found)
        action = re.search(r'action="([^"]*)"', form)
        address = urljoin(page.url, unescape(action[1]) if action else "")
        hidden = dict(re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]*)"[^>]*value="([^"]*)"', form))
        data = {name: unescape(value) for name, value in hidden.items()} | filled
        headers = {"Origin": "{0.scheme}://{0.netloc}".format(urlsplit(page.url))}
        return self.session.post(address, data=data, headers=headers, allow_redirects=False, timeout=10)

    def follow(self, answer: requests.Response) -> requests.Response:
        return self.open(urljoin(answer.url, answer.headers["Location"]))


def signed_in(place: Place, username: str) -> Mastodon:
    """Register an app, sign in on the pages, allow it, and exchange the code."""
    client_id, client_secret = Mastodon.create_app(
        "Petit client", scopes=SCOPES, redirect_uris=REDIRECT, api_base_url=place.base_url
    )
    app = Mastodon(client_id=client_id, client_secret=client_secret, api_base_url=place.base_url)
    address = app.auth_request_url(redirect_uris=REDIRECT, scopes=SCOPES, state="s1", allow_http=True)
    # Mastodon.py itself sends no challenge; the apps that do send exactly this.
    verifier = secrets.token_urlsafe(48)
    challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    browser = Browser()
    page = browser.open(f"{address}&code_challenge={challenge}&code_challenge_method=S256")
    consent = browser.follow(browser.send(page, has="password", username=username, password=PASSWORD))
    assert "Petit client" in consent.text
    allowed = browser.send(consent, has="answer", answer="allow")
    query = parse_qs(urlsplit(allowed.headers["Location"]).query)
    assert query["state"] == ["s1"]
    exchange = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "client_secret": client_secret,
        "redirect_uri": REDIRECT,
        "code": query["code"][0],
    }
    token_url = f"{place.base_url}/oauth/token"
    token = requests.post(token_url, data={**exchange, "code_verifier": verifier}, timeout=10).json()
    return Mastodon(access_token=token["access_token"], api_base_url=place.base_url)


def signed_in_without_challenge(place: Place, username: str) -> Mastodon:
    """The way of an app that keeps a secret and knows no PKCE: all by Mastodon.py's own calls."""
    client_id, client_secret = Mastodon.create_app(
        "Petit client", scopes=SCOPES, redirect_uris=REDIRECT, api_base_url=place.base_url
    )
    app = Mastodon(client_id=client_id, client_secret=client_secret, api_base_url=place.base_url)
    browser = Browser()
    page = browser.open(app.auth_request_url(redirect_uris=REDIRECT, scopes=SCOPES, allow_http=True))
    consent = browser.follow(browser.send(page, has="password", username=username, password=PASSWORD))
    allowed = browser.send(consent, has="answer", answer="allow")
    code = parse_qs(urlsplit(allowed.headers["Location"]).query)["code"][0]
    app.log_in(code=code, redirect_uri=REDIRECT, scopes=SCOPES, allow_http=True)
    return app


async def test_the_main_job_with_a_real_client(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    await paris.staff("marie")
    await tokyo.staff("ken")
    marie = await asyncio.to_thread(signed_in, paris, "marie")
    ken = await asyncio.to_thread(signed_in_without_challenge, tokyo, "ken")

    def follow() -> int:
        found = ken.search_v2(f"@marie@{paris.host}", resolve=True, result_type="accounts").accounts[0]
        ken.account_follow(found.id)
        return int(found.id)

    account = await asyncio.to_thread(follow)
    await until(lambda: asyncio.to_thread(lambda: ken.account_relationships(account)[0].following))
    posted = await asyncio.to_thread(marie.status_post, "Réunion à 15 h #ordre_du_jour")
    await settled(paris, tokyo)

    (read,) = await asyncio.to_thread(ken.timeline_home)
    assert "Réunion à 15 h" in read.content
    assert read.account.acct == f"marie@{paris.host}"
    assert [tag.name for tag in read.tags] == ["ordre_du_jour"]
    await asyncio.to_thread(ken.status_reply, read, "Bien reçu")
    await asyncio.to_thread(ken.status_favourite, read.id)
    await asyncio.to_thread(ken.status_reblog, read.id)
    await settled(paris, tokyo)

    told = await asyncio.to_thread(marie.notifications)
    assert {each.type for each in told} == {"follow", "mention", "favourite", "reblog"}
    thread = await asyncio.to_thread(marie.status_context, posted.id)
    assert [each.account.acct for each in thread.descendants] == [f"ken@{tokyo.host}"]

    await asyncio.to_thread(marie.status_delete, posted.id)
    await settled(paris, tokyo)
    with pytest.raises(MastodonNotFoundError):
        await asyncio.to_thread(ken.status, read.id)


async def test_a_poll_with_a_real_client(federation_of: FederationOf) -> None:
    paris, tokyo = await federation_of(2)
    here, there = await paris.staff("marie"), await tokyo.staff("ken")
    marie = await asyncio.to_thread(signed_in, paris, "marie")
    ken = await asyncio.to_thread(signed_in_without_challenge, tokyo, "ken")
    await there.follow(here)
    poll = marie.make_poll(["Midi", "Soir", "Jamais"], expires_in=3600, multiple=True)
    posted = await asyncio.to_thread(marie.status_post, "Quand ?", poll=poll)
    await settled(paris, tokyo)

    (read,) = await asyncio.to_thread(ken.timeline_home)
    assert [option.title for option in read.poll.options] == ["Midi", "Soir", "Jamais"]
    voted = await asyncio.to_thread(ken.poll_vote, read.poll, [0, 2])
    assert (voted.voted, voted.own_votes) == (True, [0, 2])
    await settled(paris, tokyo)
    counted = await asyncio.to_thread(marie.poll, posted.poll)
    assert ([option.votes_count for option in counted.options], counted.voters_count) == ([1, 0, 1], 1)
    with pytest.raises(MastodonAPIError, match="You have already voted on this poll"):
        await asyncio.to_thread(ken.poll_vote, read.poll, 0)


async def test_administrators_keep_the_allowlist_and_nobody_else(federation_of: FederationOf) -> None:
    (paris,) = await federation_of(1)
    chief, colleague = await paris.staff("claire", role="admin"), await paris.staff("paul")
    allowed = await chief.ask("POST", "/api/v1/admin/domain_allows", json={"domain": "lima.localhost:9009"})
    listed = await chief.ask("GET", "/api/v1/admin/domain_allows")
    assert [each["domain"] for each in listed] == ["lima.localhost:9009"]
    await colleague.ask("GET", "/api/v1/admin/domain_allows", expect=403)
    await chief.ask("DELETE", f"/api/v1/admin/domain_allows/{allowed['id']}")
    assert await chief.ask("GET", "/api/v1/admin/domain_allows") == []
