"""Apps that people use besides the pages: who registered, what people let them do, and the tokens that prove it.

A secret, a code or a token is told once, to the app; here is only its SHA-256. A token that is revoked is gone, and one
that nobody used for `TOKEN_IDLE` is no good any more.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NewType

from storage import second_factors
from storage.events import SessionsEnded
from storage.ids import AccountId
from storage.store import Unit

AppId = NewType("AppId", int)
TokenId = NewType("TokenId", int)

SECRET_BYTES = 32
TOKEN_IDLE = timedelta(days=90)
UNUSED_APP_KEPT = timedelta(days=1)
USE_NOTED_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class App:
    """A program that asked to be known here.

    redirect_uris: one a line.  scopes: what it may ask people for, with spaces between.
    """

    id: AppId
    client_id: str
    secret_digest: str
    name: str
    website: str | None
    redirect_uris: str
    scopes: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Code:
    """What a person's consent became, until the app fetches its token.  challenge: PKCE, S256."""

    digest: str
    app_id: AppId
    account_id: AccountId
    redirect_uri: str
    scopes: str
    challenge: str | None
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Grant:
    """What a good token stands for: an app, mostly a person, and what the app may do in their name.

    account_id: None for an app that speaks for nobody.  role, locale: the person's, now.
    has_second_factor: whether they sign in with a second step, now.
    """

    id: TokenId
    account_id: AccountId | None
    app_id: AppId | None
    app_name: str | None
    app_website: str | None
    scopes: str
    created_at: datetime
    used_at: datetime | None
    role: str | None
    locale: str | None
    has_second_factor: bool


APP = "select id, client_id, secret_digest, name, website, redirect_uris, scopes, created_at from oauth_apps"

GOOD = """
coalesce(t.used_at, t.created_at) > :idle_since
    and (t.account_id is null or (s.account_id is not null and s.disabled_at is null))
"""

GRANT = f"""
select t.id, t.account_id, t.app_id, p.name, p.website, t.scopes, t.created_at, t.used_at, s.role, s.locale,
    {second_factors.HAS_ANY}
from oauth_tokens t
left join oauth_apps p on p.id = t.app_id
left join staff s on s.account_id = t.account_id
where {GOOD}
"""

GOOD_AMONG = f"""
select t.digest from oauth_tokens t left join staff s on s.account_id = t.account_id where {GOOD} and t.digest in :digests
"""

FORGET_UNUSED_APPS = """
delete from oauth_apps where created_at < :before
    and not exists (select 1 from oauth_tokens t where t.app_id = oauth_apps.id)
    and not exists (select 1 from oauth_codes c where c.app_id = oauth_apps.id and c.created_at >= :before)
"""


def digest_of(plain: str) -> str:
    """What is kept of a secret, a code or a token: its SHA-256 in hexadecimal."""
    return sha256(plain.encode(errors="replace")).hexdigest()


# ---- apps -------------------------------------------------------------------------------------------------------


def add_app(
    unit: Unit, *, name: str, website: str | None, redirect_uris: Sequence[str], scopes: str
) -> tuple[App, str]:
    """Register an app; those that never got a token are forgotten after a day.

    Returns the app and its secret, which cannot be had again.
    """
    unit.run(FORGET_UNUSED_APPS, before=unit.now - UNUSED_APP_KEPT)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    sql = """
    insert into oauth_apps (id, client_id, secret_digest, name, website, redirect_uris, scopes, created_at)
    values (:id, :client_id, :secret_digest, :name, :website, :redirect_uris, :scopes, :now)
    """
    app = App(
        id=AppId(unit.new_id()),
        client_id=secrets.token_urlsafe(SECRET_BYTES),
        secret_digest=digest_of(secret),
        name=name,
        website=website,
        redirect_uris="\n".join(redirect_uris),
        scopes=scopes,
        created_at=unit.now,
    )
    unit.run(
        sql,
        id=app.id,
        client_id=app.client_id,
        secret_digest=app.secret_digest,
        name=app.name,
        website=app.website,
        redirect_uris=app.redirect_uris,
        scopes=app.scopes,
        now=unit.now,
    )
    return app, secret


def app_by_client_id(unit: Unit, client_id: str) -> App | None:
    """The app that was given this public id."""
    return unit.one(App, f"{APP} where client_id = :client_id", client_id=client_id)


def app_by_id(unit: Unit, identifier: AppId) -> App | None:
    """The app with this id."""
    return unit.one(App, f"{APP} where id = :id", id=identifier)


# ---- codes ------------------------------------------------------------------------------------------------------


def add_code(
    unit: Unit, *, app_id: AppId, account_id: AccountId, redirect_uri: str, scopes: str, challenge: str | None
) -> str:
    """Note a person's consent. Returns the code that the app changes for a token.

    challenge: what PKCE's verifier will be held against, None when the app sent none.
    """
    code = secrets.token_urlsafe(SECRET_BYTES)
    unit.run("delete from oauth_codes where created_at < :before", before=unit.now - UNUSED_APP_KEPT)
    sql = """
    insert into oauth_codes (digest, app_id, account_id, redirect_uri, scopes, challenge, created_at)
    values (:digest, :app, :account, :redirect_uri, :scopes, :challenge, :now)
    """
    unit.run(
        sql,
        digest=digest_of(code),
        app=app_id,
        account=account_id,
        redirect_uri=redirect_uri,
        scopes=scopes,
        challenge=challenge,
        now=unit.now,
    )
    return code


def take_code(unit: Unit, code: str, *, app_id: AppId) -> Code | None:
    """The consent behind a code, once. A second use ends the token made from the first (RFC 6749 section 4.1.2).

    Returns None for a code that is unknown, another app's, or used; how old it may be is the caller's to judge.
    """
    sql = """
    select digest, app_id, account_id, redirect_uri, scopes, challenge, created_at, used_at
    from oauth_codes where digest = :digest and app_id = :app
    """
    found = unit.one(Code, sql, digest=digest_of(code), app=app_id)
    if found is None:
        return None
    if found.used_at is not None:
        if unit.run("delete from oauth_tokens where code_digest = :digest", digest=found.digest):
            unit.after_commit(SessionsEnded(found.account_id))
        return None
    take = "update oauth_codes set used_at = :now where digest = :digest and used_at is null"
    return found if unit.run(take, digest=found.digest, now=unit.now) else None


# ---- tokens -----------------------------------------------------------------------------------------------------


def add_token(
    unit: Unit,
    *,
    account_id: AccountId | None,
    scopes: str,
    app_id: AppId | None = None,
    code_digest: str | None = None,
) -> str:
    """Make a token. Returns it as the app must show it; it cannot be had again.

    account_id: in whose name, None for nobody's.  code_digest: of the code that it was made from.
    """
    token = secrets.token_urlsafe(SECRET_BYTES)
    sql = """
    insert into oauth_tokens (id, digest, app_id, account_id, scopes, code_digest, created_at)
    values (:id, :digest, :app, :account, :scopes, :code, :now)
    """
    unit.run(
        sql,
        id=unit.new_id(),
        digest=digest_of(token),
        app=app_id,
        account=account_id,
        scopes=scopes,
        code=code_digest,
        now=unit.now,
    )
    return token


def token_by_digest(unit: Unit, digest: str, *, now: datetime) -> Grant | None:
    """What a token stands for, if it is still good: not revoked, not idle for too long, its person not disabled."""
    return unit.one(Grant, f"{GRANT} and t.digest = :digest", digest=digest, idle_since=now - TOKEN_IDLE)


def good_among(unit: Unit, digests: Sequence[str]) -> set[str]:
    """Those of these tokens that are still good, in one question. digests: of tokens."""
    return set(unit.all(str, GOOD_AMONG, digests=digests, idle_since=unit.now - TOKEN_IDLE))


def note_uses(unit: Unit, digests: Sequence[str]) -> None:
    """Note that these tokens are in use now."""
    unit.run("update oauth_tokens set used_at = :now where digest in :digests", digests=digests, now=unit.now)


def is_use_due(grant: Grant, *, now: datetime) -> bool:
    """Whether it is time to note that a token is in use: once an hour is enough."""
    return grant.used_at is None or now - grant.used_at >= USE_NOTED_EVERY


def note_use(unit: Unit, token: TokenId) -> None:
    """Note that a token is in use now."""
    unit.run("update oauth_tokens set used_at = :now where id = :id", id=token, now=unit.now)


def of_account(unit: Unit, account: AccountId) -> list[Grant]:
    """The tokens with which apps act for a person, newest first."""
    sql = f"{GRANT} and t.account_id = :account order by t.id desc"
    return unit.all(Grant, sql, account=account, idle_since=unit.now - TOKEN_IDLE)


def name_of_app(unit: Unit, grant: Grant) -> str | None:
    """What the app calls itself that a token was given to; None for a token made by an administrator's command."""
    app = app_by_id(unit, grant.app_id) if grant.app_id is not None else None
    return None if app is None else app.name


def revoke_of(unit: Unit, account: AccountId, token: TokenId) -> None:
    """End one of a person's own tokens; another's stays."""
    digest = unit.one(
        str, "select digest from oauth_tokens where id = :id and account_id = :account", id=token, account=account
    )
    if digest is not None:
        revoke(unit, digest)


def app_of_token(unit: Unit, digest: str) -> AppId | None:
    """Which app a token was given to."""
    return unit.one(AppId, "select app_id from oauth_tokens where digest = :digest", digest=digest)


def revoke(unit: Unit, digest: str) -> None:
    """End a token; one that is unknown is ended already."""
    account = unit.one(int, "select account_id from oauth_tokens where digest = :digest", digest=digest)
    if unit.run("delete from oauth_tokens where digest = :digest", digest=digest) and account is not None:
        unit.after_commit(SessionsEnded(AccountId(account)))
