"""Real clients: what they share with a person at a browser, and with strict apps."""

import hashlib
import re
import secrets
from base64 import urlsafe_b64encode
from html import unescape
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests
import urllib3.util.connection
from mastodon import Mastodon

from tests.federated.conftest import PASSWORD, Place
from tests.node.api import promised

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


class Recorded:
    """Which endpoints a client of requests used; each answer is held against what its endpoint promises."""

    def __init__(self) -> None:
        self.used: set[tuple[str, str]] = set()
        self.session = requests.Session()
        self.session.hooks["response"].append(self._answered)

    def _answered(self, answer: requests.Response, **_: object) -> None:
        method, address = answer.request.method or "", answer.request.url or ""
        if (found := promised.endpoint_of(method, address)) is not None:
            self.used.add(found)
        if answer.headers.get("Content-Type", "").startswith("application/json"):
            promised.judge(method, address, answer.status_code, answer.json())


def signed_in(place: Place, username: str, *, scopes: list[str] = SCOPES, recorded: Recorded | None = None) -> Mastodon:
    """Register an app, sign in on the pages, allow it, and exchange the code."""
    session = (recorded or Recorded()).session
    client_id, client_secret = Mastodon.create_app(
        "Petit client", scopes=scopes, redirect_uris=REDIRECT, api_base_url=place.base_url, session=session
    )
    app = Mastodon(client_id=client_id, client_secret=client_secret, api_base_url=place.base_url)
    address = app.auth_request_url(redirect_uris=REDIRECT, scopes=scopes, state="s1", allow_http=True)
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
    return Mastodon(access_token=token["access_token"], api_base_url=place.base_url, session=session)


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
