"""Codes become tokens, tokens are taken back, and apps learn who somebody is.  Source: RFC 6749, RFC 7009, RFC 7636."""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from node.api import entities, scopes
from node.api.answers import Answerable
from node.api.callers import OPEN, Caller
from node.api.endpoints import endpoint
from node.api.parameters import Parameters
from node.oauth import redirects
from node.oauth.errors import OAuthError, invalid_scope
from storage import oauth
from storage.oauth import App, Code
from storage.store import Unit

CODE_GOOD_FOR = timedelta(seconds=60)
COPIED_CODE_GOOD_FOR = timedelta(minutes=10)

VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")

UNKNOWN_CLIENT = (
    "Client authentication failed due to unknown client, no client authentication included, or unsupported "
    "authentication method."
)
BAD_GRANT = (
    "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the "
    "authorization request, or was issued to another client."
)


class Credentials(Parameters):
    """Who the app is, when it does not say so by HTTP Basic."""

    client_id: str = ""
    client_secret: str = ""


class TokenWanted(Credentials):
    """What an app wants a token for."""

    grant_type: str = ""
    code: str = ""
    redirect_uri: str = ""
    code_verifier: str = ""
    scope: str = ""


class TokenReturned(Credentials):
    """Which token an app needs no more."""

    token: str = ""


@dataclass(frozen=True, slots=True)
class _Issued:
    token: str
    scopes: str
    created_at: int


@endpoint("POST", "/oauth/token", scope=OPEN)
async def issue(caller: Caller, query: TokenWanted) -> Answerable:
    """Give an app a token: for a code that somebody consented to, or in nobody's name."""
    app = await authenticated(caller, query)
    match query.grant_type:
        case "authorization_code":
            issued = await caller.node.store.write(
                exchange, app, query, demand_challenge=caller.node.settings.oauth_requires_pkce
            )
            if issued is None:
                raise OAuthError("invalid_grant", BAD_GRANT)
        case "client_credentials":
            issued = await caller.node.store.write(_issue_to_app, app, _scopes_within(app, query.scope))
        case "":
            raise OAuthError("invalid_request", "Missing required parameter: grant_type.")
        case _:
            raise OAuthError("unsupported_grant_type", "The authorization grant type is not supported here.")
    return {
        "access_token": issued.token,
        "token_type": "Bearer",
        "scope": issued.scopes,
        "created_at": issued.created_at,
    }


@endpoint("POST", "/oauth/revoke", scope=OPEN)
async def revoke(caller: Caller, query: TokenReturned) -> Answerable:
    """End a token; one that is unknown is ended already."""
    app = await authenticated(caller, query)
    digest = oauth.digest_of(query.token)
    owner = await caller.node.store.read(oauth.app_of_token, digest)
    if owner is not None and owner != app.id:
        raise OAuthError("unauthorized_client", "You are not authorized to revoke this token.", status=403)
    if owner is not None:
        await caller.node.store.write(oauth.revoke, digest)
    return {}


@endpoint("GET", "/oauth/userinfo", scope="profile")
async def userinfo(caller: Caller) -> Answerable:
    """Who the person is. Source: OpenID Connect Core 5.3."""
    return {
        "iss": f"{caller.node.base_url}/",
        "sub": caller.me.uri,
        "name": caller.me.display_name,
        "preferred_username": caller.me.username,
        "profile": caller.me.url,
        "picture": entities.account(caller.node, caller.me)["avatar"],
    }


@endpoint("POST", "/oauth/userinfo", scope="profile")
async def userinfo_by_post(caller: Caller) -> Answerable:
    """The same, for those who ask by POST."""
    return await userinfo(caller)


async def authenticated(caller: Caller, query: Credentials) -> App:
    """The app that knows its secret.  Raises OAuthError: invalid_client."""
    by_header = _basic(caller.request)
    client_id, secret = by_header or (query.client_id, query.client_secret)
    app = await caller.node.store.read(oauth.app_by_client_id, client_id)
    if app is None or not hmac.compare_digest(app.secret_digest, oauth.digest_of(secret)):
        challenge = {"WWW-Authenticate": 'Basic realm="Legation"'} if by_header else None
        raise OAuthError("invalid_client", UNKNOWN_CLIENT, status=401, headers=challenge)
    return app


def _basic(request: web.Request) -> tuple[str, str] | None:
    kind, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return client_id, secret


def exchange(unit: Unit, app: App, wanted: TokenWanted, *, demand_challenge: bool) -> _Issued | None:
    """Change a code for a token, once. Returns None for a code that is not good for this."""
    code = oauth.take_code(unit, wanted.code, app_id=app.id)
    if code is None or not _is_fresh(unit, code) or code.redirect_uri != wanted.redirect_uri:
        return None
    if not is_proved(code.challenge, wanted.code_verifier) or (demand_challenge and code.challenge is None):
        return None
    token = oauth.add_token(
        unit, account_id=code.account_id, scopes=code.scopes, app_id=app.id, code_digest=code.digest
    )
    return _Issued(token, code.scopes, int(unit.now.timestamp()))


def is_proved(challenge: str | None, verifier: str) -> bool:
    """Whether the app that brings a code is the one that asked for it.

    A verifier without a challenge is refused too: somebody took the challenge out on the way.
    Source: RFC 7636 section 4.6, RFC 9700 section 2.1.1.
    """
    if challenge is None:
        return not verifier
    if not VERIFIER.fullmatch(verifier):
        return False
    made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    return hmac.compare_digest(made, challenge.encode())


def _is_fresh(unit: Unit, code: Code) -> bool:
    """A code that a person must copy by hand is good for longer than one that a browser carries."""
    good_for = COPIED_CODE_GOOD_FOR if code.redirect_uri == redirects.OUT_OF_BAND else CODE_GOOD_FOR
    return unit.now - code.created_at <= good_for


def _scopes_within(app: App, text: str) -> str:
    wanted = scopes.parse(text)
    beyond = [name for name in sorted(wanted) if not scopes.covers(frozenset(app.scopes.split()), name)]
    if unknown := scopes.unknown(wanted) or beyond:
        raise invalid_scope(unknown)
    return scopes.unparse(wanted)


def _issue_to_app(unit: Unit, app: App, granted: str) -> _Issued:
    token = oauth.add_token(unit, account_id=None, scopes=granted, app_id=app.id)
    return _Issued(token, granted, int(unit.now.timestamp()))
