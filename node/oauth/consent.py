"""An app asks to act in somebody's name: what it asks, whether it may ask, and what becomes of a yes or a no.

Whatever is wrong with the question itself is said on a page of this node; nobody is sent anywhere for it. Everybody can
register an app with any address, so a redirect that needs no person's yes or no would lead from this node to anywhere.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from node.api import scopes
from node.context import Node
from node.errors import NodeError
from node.oauth import redirects
from storage import oauth
from storage.accounts import Account
from storage.oauth import App

CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
LONGEST_STATE = 4_000

FIELDS = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)
"""What an app may put into its question; the form of consent carries all of them."""


class BadQuestion(NodeError):
    """An app asked in a way that cannot be answered."""

    code = "bad-question"

    def __init__(self, code: str) -> None:
        """code: an error code of RFC 6749, or `unknown_client`, `unknown_redirect`."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Question:
    """What an app asks, checked."""

    app: App
    redirect_uri: str
    scopes: frozenset[str]
    state: str
    challenge: str | None

    @property
    def is_out_of_band(self) -> bool:
        """Whether the person copies the code by hand."""
        return self.redirect_uri == redirects.OUT_OF_BAND


async def read(node: Node, given: Mapping[str, str]) -> Question:
    """The question in these parameters.  Raises BadQuestion."""
    app = await node.store.read(oauth.app_by_client_id, given.get("client_id", ""))
    if app is None:
        raise BadQuestion("unknown_client")
    redirect_uri = given.get("redirect_uri", "")
    if redirect_uri not in app.redirect_uris.split("\n"):
        raise BadQuestion("unknown_redirect")
    if given.get("response_type") != "code":
        raise BadQuestion("unsupported_response_type")
    challenge = _challenge(given, needed=node.settings.oauth_requires_pkce)
    state = given.get("state", "")
    if len(state) > LONGEST_STATE:
        raise BadQuestion("invalid_request")
    return Question(app, redirect_uri, _scopes(app, given.get("scope", "")), state, challenge)


def _scopes(app: App, text: str) -> frozenset[str]:
    wanted = scopes.parse(text)
    if scopes.unknown(wanted) or not scopes.covers_all(frozenset(app.scopes.split()), wanted):
        raise BadQuestion("invalid_scope")
    return wanted


def _challenge(given: Mapping[str, str], *, needed: bool) -> str | None:
    """PKCE's challenge, S256 only.  Source: RFC 7636 section 4.4.1."""
    challenge, method = given.get("code_challenge", ""), given.get("code_challenge_method", "")
    if not challenge and not method and not needed:
        return None
    if method != "S256" or not CHALLENGE.fullmatch(challenge):
        raise BadQuestion("invalid_request")
    return challenge


async def say_yes(node: Node, me: Account, question: Question) -> str:
    """Note a person's consent. Returns the code for the app."""
    return await node.store.write(
        oauth.add_code,
        app_id=question.app.id,
        account_id=me.id,
        redirect_uri=question.redirect_uri,
        scopes=scopes.unparse(question.scopes),
        challenge=question.challenge,
    )


def address_with_code(question: Question, code: str) -> str:
    """Where a person goes after a yes."""
    return redirects.with_answer(question.redirect_uri, {"code": code} | _state(question))


def address_with_refusal(question: Question) -> str:
    """Where a person goes after a no."""
    answer = {
        "error": "access_denied",
        "error_description": "The resource owner or authorization server denied the request.",
    }
    return redirects.with_answer(question.redirect_uri, answer | _state(question))


def _state(question: Question) -> dict[str, str]:
    return {"state": question.state} if question.state else {}
